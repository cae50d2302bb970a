"""Where everything lives: pages at their own paths, the API under `/api/v1/`, the admin under `/admin/`."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from marketplace.core.views import StyleGuide

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("styleguide/", StyleGuide.as_view(), name="styleguide"),
]
