"""Mounted at /api/v1/evidence/."""

from django.urls import path

from . import api

urlpatterns = [
    path("", api.Upload.as_view(), name="evidence-upload"),
    path("<str:public_id>/", api.Detail.as_view(), name="evidence-detail"),
    path("<str:public_id>/content/", api.Content.as_view(), name="evidence-content"),
]
