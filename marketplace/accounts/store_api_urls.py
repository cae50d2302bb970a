"""Mounted at /api/v1/stores/."""

from django.urls import re_path

from marketplace.core.api import PUBLIC_ID

from . import api

urlpatterns = [
    re_path(rf"^(?P<id>{PUBLIC_ID})/addresses/$", api.StoreAddresses.as_view(), name="store-addresses")
]
