"""Mounted at /api/v1/: standing and flags."""

from django.urls import URLPattern, URLResolver, path, re_path
from rest_framework.routers import SimpleRouter

from marketplace.core.api import PUBLIC_ID

from . import api

router = SimpleRouter()
router.register("flags", api.Flags, basename="flag")

urlpatterns: list[URLPattern | URLResolver] = [
    path("standing/", api.OwnStanding.as_view(), name="standing"),
    re_path(rf"^standing/(?P<user>{PUBLIC_ID})/$", api.SomebodysStanding.as_view(), name="standing-of"),
    *router.urls,
]
