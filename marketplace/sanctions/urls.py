"""Mounted at the root: sanctions, as whom they burden reads them."""

from django.urls import path

from . import views

app_name = "sanctions"

urlpatterns = [
    path("sanctions/", views.SanctionList.as_view(), name="list"),
    path("sanctions/<str:public_id>/", views.SanctionPage.as_view(), name="detail"),
    path("sanctions/<str:public_id>/take-back/", views.TakeBack.as_view(), name="take_back"),
]
