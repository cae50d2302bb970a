"""Mounted at the root: the disputes, and the questions that an order's page leads to."""

from django.urls import path

from .views import acts, problem, questions, room

app_name = "disputes"

urlpatterns = [
    path("orders/<str:public_id>/problem/", problem.Start.as_view(), name="problem"),
    path("orders/<str:public_id>/problem/not-yet/", problem.NotYet.as_view(), name="not_yet"),
    path("orders/<str:public_id>/problem/<slug:step>/", questions.Question.as_view(), name="step"),
    path("disputes/", room.DisputeList.as_view(), name="list"),
    path("disputes/<str:public_id>/", room.Room.as_view(), name="detail"),
    path("disputes/<str:public_id>/sent/", room.Sent.as_view(), name="sent"),
    path("disputes/<str:public_id>/files/", acts.AddFiles.as_view(), name="provide_evidence"),
    path("disputes/<str:public_id>/files/<str:file>/", room.OpenFile.as_view(), name="file"),
    path("disputes/<str:public_id>/accept/", acts.Accept.as_view(), name="accept_claim"),
    path("disputes/<str:public_id>/refuse/", acts.Refuse.as_view(), name="refuse_claim"),
    path("disputes/<str:public_id>/cancel/", acts.Cancel.as_view(), name="cancel"),
    path("disputes/<str:public_id>/return/", acts.ShipReturn.as_view(), name="ship_return"),
    path(
        "disputes/<str:public_id>/return/received/",
        acts.AcknowledgeReturn.as_view(),
        name="acknowledge_return",
    ),
    path("disputes/<str:public_id>/return/wrong/", acts.ContestReturn.as_view(), name="contest_return"),
]
