"""The API: `/api/v1/…`, and beside it the OpenAPI document and its pages."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from marketplace.core.api import Policies

router = SimpleRouter()
router.register("policies", Policies, basename="policy")

rooms: list[URLPattern | URLResolver] = [
    path("auth/", include("marketplace.accounts.api_urls")),
    path("stores/", include("marketplace.accounts.store_api_urls")),
    path("evidence/", include("marketplace.evidence.api_urls")),
    path("", include("marketplace.orders.api_urls")),
    path("", include("marketplace.notifications.api_urls")),
    path("", include("marketplace.payments.api_urls")),
    path("", include("disputes.api_urls")),
    path("", include("disputes.standing.api_urls")),
    path("", include("disputes.feedback.api_urls")),
    path("", include("marketplace.warranty.api_urls")),
    path("", include("marketplace.coupons.api_urls")),
    path("", include("marketplace.appeals.api_urls")),
    path("", include("reports.api_urls")),
    path("", include("marketplace.sanctions.api_urls")),
    path("", include("marketplace.transparency.api_urls")),
    *router.urls,
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include(rooms)),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api-docs"),
]
