"""Mounted at /help/."""

from django.urls import path

from .views import public

app_name = "help"

urlpatterns = [
    path("", public.DisputeGuide.as_view(), name="index"),
    path("evidence/", public.EvidenceGuide.as_view(), name="evidence"),
    path("time-limits/", public.TimeLimits.as_view(), name="time_limits"),
]
