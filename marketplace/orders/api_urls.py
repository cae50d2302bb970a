"""Mounted at /api/v1/: orders, and what buyer and seller write to each other about them."""

from django.urls import URLPattern, URLResolver, re_path
from rest_framework.routers import SimpleRouter

from marketplace.core.api import PUBLIC_ID

from . import api

router = SimpleRouter()
router.register("orders", api.Orders, basename="order")
router.register("stores", api.Stores, basename="store")
router.register("listings", api.Listings, basename="listing")

urlpatterns: list[URLPattern | URLResolver] = [
    re_path(
        rf"^orders/(?P<id>{PUBLIC_ID})/messages/$",
        api.OrderMessages.as_view({"get": "list", "post": "create"}),
        name="order-messages",
    ),
    *router.urls,
]
