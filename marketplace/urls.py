"""Where everything lives: pages at their own paths, the API under `/api/v1/`, the admin under `/admin/`."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from disputes.views.public import Start
from marketplace.accounts.views import choose_language
from marketplace.core.views import StyleGuide

urlpatterns: list[URLPattern | URLResolver] = [
    path("", Start.as_view(), name="start"),
    path("orders/", include("marketplace.orders.urls")),
    path("stores/", include("marketplace.orders.store_urls")),
    path("listings/", include("marketplace.orders.listing_urls")),
    path("", include("disputes.urls")),
    path("", include("marketplace.warranty.urls")),
    path("", include("reports.urls")),
    path("", include("marketplace.sanctions.urls")),
    path("standing/", include("disputes.standing.urls")),
    path("coupons/", include("marketplace.coupons.urls")),
    path("", include("marketplace.appeals.urls")),
    path("sell/", include("disputes.sell_urls")),
    path("notifications/", include("marketplace.notifications.urls")),
    path("help/", include("disputes.help_urls")),
    path("transparency/", include("marketplace.transparency.urls")),
    path("me/", include("marketplace.accounts.urls")),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("evidence/", include("marketplace.evidence.urls")),
    path("api/", include("marketplace.api_urls")),
    path("i18n/setlang/", choose_language, name="set_language"),
    path("payments/", include("marketplace.payments.urls")),
    path("styleguide/", StyleGuide.as_view(), name="styleguide"),
]

handler400 = "marketplace.core.problems.bad_request"
handler403 = "marketplace.core.problems.permission_denied"
handler404 = "marketplace.core.problems.page_not_found"
handler500 = "marketplace.core.problems.server_error"
