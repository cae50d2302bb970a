"""Mounted at /notifications/."""

from django.urls import path

from . import views

app_name = "notifications"

urlpatterns = [
    path("", views.NoticeList.as_view(), name="list"),
    path("read/", views.MarkRead.as_view(), name="mark_read"),
]
