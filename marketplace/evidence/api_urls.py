"""Mounted at /api/v1/evidence/."""

from django.urls import path

from .api import files, uploads

urlpatterns = [
    path("", files.Upload.as_view(), name="evidence-upload"),
    path("uploads/", uploads.Uploads.as_view(), name="evidence-uploads"),
    path("uploads/<str:public_id>/", uploads.OneUpload.as_view(), name="evidence-upload-one"),
    path("uploads/<str:public_id>/complete/", uploads.Complete.as_view(), name="evidence-upload-complete"),
    path("<str:public_id>/", files.Detail.as_view(), name="evidence-detail"),
    path("<str:public_id>/content/", files.Content.as_view(), name="evidence-content"),
]
