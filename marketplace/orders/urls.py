"""Mounted at /orders/."""

from django.urls import path

from .views import order, public, suspicion

app_name = "orders"

urlpatterns = [
    path("", order.OrderList.as_view(), name="list"),
    path("<str:public_id>/", order.OrderPage.as_view(), name="detail"),
    path("<str:public_id>/send/", order.Ship.as_view(), name="ship"),
    path("<str:public_id>/tracking/", order.ChangeTracking.as_view(), name="change_tracking"),
    path("<str:public_id>/parcel/", order.RecordTracking.as_view(), name="record_tracking"),
    path("<str:public_id>/extend/", order.Extend.as_view(), name="extend_protection"),
    path("<str:public_id>/more-time/", order.AskForTime.as_view(), name="request_extension"),
    path("<str:public_id>/received/", order.ConfirmReceipt.as_view(), name="confirm_receipt"),
    path("<str:public_id>/cancel/", order.Cancel.as_view(), name="cancel"),
    path("<str:public_id>/rate/", public.Rate.as_view(), name="rate"),
    path("<str:public_id>/tracking-right/", suspicion.ClearDoubts.as_view(), name="clear_doubts"),
    path("<str:public_id>/hold/", suspicion.Hold.as_view(), name="hold"),
    path("<str:public_id>/prove/", suspicion.Prove.as_view(), name="prove"),
    path("<str:public_id>/prove/<str:file>/", suspicion.OpenProof.as_view(), name="proof_file"),
    path("<str:public_id>/go-on/", suspicion.AcceptProof.as_view(), name="accept_proof"),
    path("<str:public_id>/close/", suspicion.RefuseProof.as_view(), name="refuse_proof"),
]
