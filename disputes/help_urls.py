"""Mounted at /help/."""

from django.urls import path

from .views import public

app_name = "help"

urlpatterns = [
    path("", public.HelpIndex.as_view(), name="index"),
    path("time-limits/", public.TimeLimits.as_view(), name="time_limits"),
]
