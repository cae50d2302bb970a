"""Mounted at /evidence/."""

from django.urls import path

from . import views

app_name = "evidence"

urlpatterns = [
    path("<str:public_id>/content/", views.Content.as_view(), name="content"),
    path("<str:public_id>/original/", views.Original.as_view(), name="original"),
]
