"""Mounted at the root: asking us to look again, and each appeal."""

from django.urls import path

from . import views

app_name = "appeals"

urlpatterns = [
    path("appeals/new/<slug:kind>/<str:about>/", views.New.as_view(), name="new"),
    path("appeals/<str:public_id>/", views.Detail.as_view(), name="detail"),
    path("appeals/<str:public_id>/files/<str:file>/", views.OpenFile.as_view(), name="file"),
]
