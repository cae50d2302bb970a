"""Mounted at /listings/."""

from django.urls import path

from .views import public

app_name = "listings"

urlpatterns = [path("<str:public_id>/", public.ListingPage.as_view(), name="detail")]
