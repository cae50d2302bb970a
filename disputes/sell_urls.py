"""Mounted at /sell/."""

from django.urls import path

from .views import sell

app_name = "sell"

urlpatterns = [path("", sell.Workspace.as_view(), name="workspace")]
