"""Mounted at /api/v1/: warranty claims, and those of one order."""

from django.urls import URLPattern, URLResolver, re_path
from rest_framework.routers import SimpleRouter

from marketplace.core.api import PUBLIC_ID

from . import api

router = SimpleRouter()
router.register("warranty-claims", api.WarrantyClaims, basename="warranty-claim")

urlpatterns: list[URLPattern | URLResolver] = [
    re_path(
        rf"^orders/(?P<id>{PUBLIC_ID})/warranty-claims/$",
        api.OrderWarrantyClaims.as_view({"get": "list", "post": "create"}),
        name="order-warranty-claims",
    ),
    *router.urls,
]
