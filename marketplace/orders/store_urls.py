"""Mounted at /stores/."""

from django.urls import path

from .views import public, suspicion

app_name = "stores"

urlpatterns = [
    path("<str:public_id>/", public.StorePage.as_view(), name="detail"),
    path("<str:public_id>/hold/", suspicion.HoldStore.as_view(), name="hold"),
]
