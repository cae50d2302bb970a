"""Where everything lives: pages at their own paths, the API under `/api/v1/`, the admin under `/admin/`."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from marketplace.core.views import StyleGuide

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("evidence/", include("marketplace.evidence.urls")),
    path("api/", include("marketplace.api_urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("styleguide/", StyleGuide.as_view(), name="styleguide"),
]

handler400 = "marketplace.core.problems.bad_request"
handler403 = "marketplace.core.problems.permission_denied"
handler404 = "marketplace.core.problems.page_not_found"
handler500 = "marketplace.core.problems.server_error"
