"""Mounted at /me/."""

from django.urls import path

from . import views

app_name = "accounts"

urlpatterns = [
    path("", views.Home.as_view(), name="home"),
    path("tokens/", views.Tokens.as_view(), name="tokens"),
    path("tokens/end/", views.RevokeToken.as_view(), name="revoke_token"),
]
