"""Mounted at /orders/."""

from django.urls import path

from . import views

app_name = "orders"

urlpatterns = [
    path("", views.OrderList.as_view(), name="list"),
    path("<str:public_id>/", views.OrderPage.as_view(), name="detail"),
    path("<str:public_id>/send/", views.Ship.as_view(), name="ship"),
    path("<str:public_id>/tracking/", views.ChangeTracking.as_view(), name="change_tracking"),
    path("<str:public_id>/parcel/", views.RecordTracking.as_view(), name="record_tracking"),
    path("<str:public_id>/extend/", views.Extend.as_view(), name="extend_protection"),
    path("<str:public_id>/more-time/", views.AskForTime.as_view(), name="request_extension"),
    path("<str:public_id>/received/", views.ConfirmReceipt.as_view(), name="confirm_receipt"),
    path("<str:public_id>/cancel/", views.Cancel.as_view(), name="cancel"),
]
