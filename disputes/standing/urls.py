"""Mounted at /standing/: one's own standing, and one's side of a flag."""

from django.urls import path

from . import views

app_name = "standing"

urlpatterns = [
    path("", views.Own.as_view(), name="own"),
    path("<str:public_id>/say/", views.Say.as_view(), name="add_statement"),
]
