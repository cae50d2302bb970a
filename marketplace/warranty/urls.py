"""Mounted at the root: claims, and the page that an order leads to."""

from django.urls import path

from . import views

app_name = "warranty"

urlpatterns = [
    path("orders/<str:public_id>/warranty/", views.Ask.as_view(), name="ask"),
    path("warranty-claims/", views.ClaimList.as_view(), name="list"),
    path("warranty-claims/<str:public_id>/", views.ClaimPage.as_view(), name="detail"),
    path("warranty-claims/<str:public_id>/files/<str:file>/", views.OpenFile.as_view(), name="file"),
    path("warranty-claims/<str:public_id>/accept/", views.Accept.as_view(), name="accept"),
    path("warranty-claims/<str:public_id>/decline/", views.Refuse.as_view(), name="decline"),
    path("warranty-claims/<str:public_id>/send/", views.Ship.as_view(), name="ship"),
    path("warranty-claims/<str:public_id>/received/", views.Acknowledge.as_view(), name="acknowledge"),
    path("warranty-claims/<str:public_id>/receipt/", views.SendReceipt.as_view(), name="send_receipt"),
    path("warranty-claims/<str:public_id>/pay/", views.PayReceipt.as_view(), name="pay_receipt"),
    path("warranty-claims/<str:public_id>/withdraw/", views.Withdraw.as_view(), name="withdraw"),
]
