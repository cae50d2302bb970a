"""Mounted at /api/v1/auth/."""

from django.urls import path

from . import api

urlpatterns = [path("token/", api.Token.as_view(), name="api-token")]
