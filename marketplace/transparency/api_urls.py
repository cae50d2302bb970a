"""Mounted at /api/v1/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from . import api

router = SimpleRouter()
router.register("transparency", api.Transparency, basename="transparency")

urlpatterns = [path("transparency/statements/", api.Statements.as_view(), name="statements"), *router.urls]
