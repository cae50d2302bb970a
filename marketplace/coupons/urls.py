"""Mounted at /coupons/: the wallet, and choosing the pieces of an offer."""

from django.urls import path

from . import views

app_name = "coupons"

urlpatterns = [
    path("", views.Wallet.as_view(), name="list"),
    path("offers/<str:public_id>/", views.Split.as_view(), name="choose_pieces"),
]
