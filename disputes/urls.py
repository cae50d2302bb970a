"""Mounted at the root: the disputes, and the questions that an order's page leads to."""

from django.urls import path

from .feedback import views as feedback
from .views import acts, appeals, mediating, problem, questions, returns, room, talks

app_name = "disputes"

urlpatterns = [
    path("orders/<str:public_id>/problem/", problem.Start.as_view(), name="problem"),
    path("orders/<str:public_id>/problem/not-yet/", problem.NotYet.as_view(), name="not_yet"),
    path("orders/<str:public_id>/problem/<slug:step>/", questions.Question.as_view(), name="step"),
    path("disputes/", room.DisputeList.as_view(), name="list"),
    path("disputes/<str:public_id>/", room.Room.as_view(), name="detail"),
    path("disputes/<str:public_id>/sent/", room.Sent.as_view(), name="sent"),
    path("disputes/<str:public_id>/appeal/", appeals.Ask.as_view(), name="appeal"),
    path("disputes/<str:public_id>/appeal/result/", appeals.Result.as_view(), name="appeal_result"),
    path("disputes/<str:public_id>/feedback/", feedback.Give.as_view(), name="feedback"),
    path("disputes/<str:public_id>/answer/", mediating.AnswerRequest.as_view(), name="answer_request"),
    path("disputes/<str:public_id>/results/", mediating.Choose.as_view(), name="choose_proposal"),
    path("disputes/<str:public_id>/files/", acts.AddFiles.as_view(), name="provide_evidence"),
    path("disputes/<str:public_id>/files/<str:file>/", room.OpenFile.as_view(), name="file"),
    path("disputes/<str:public_id>/messages/", acts.UseMessages.as_view(), name="use_messages"),
    path("disputes/<str:public_id>/accept/", acts.Accept.as_view(), name="accept_claim"),
    path("disputes/<str:public_id>/refuse/", acts.Refuse.as_view(), name="refuse_claim"),
    path("disputes/<str:public_id>/offer/", talks.MakeOffer.as_view(), name="make_offer"),
    path(
        "disputes/<str:public_id>/offers/<str:offer>/accept/",
        talks.AcceptOffer.as_view(),
        name="accept_offer",
    ),
    path("disputes/<str:public_id>/offers/<str:offer>/deny/", talks.DenyOffer.as_view(), name="deny_offer"),
    path("disputes/<str:public_id>/edit/", talks.Edit.as_view(), name="edit_claim"),
    path("disputes/<str:public_id>/mediator/", talks.AskMediator.as_view(), name="escalate"),
    path("disputes/<str:public_id>/cancel/", acts.Cancel.as_view(), name="cancel"),
    path(
        "disputes/<str:public_id>/cancel/later/",
        talks.CancelConditionally.as_view(),
        name="cancel_conditionally",
    ),
    path("disputes/<str:public_id>/go-on/", talks.Resume.as_view(), name="resume"),
    path("disputes/<str:public_id>/return/", returns.ShipReturn.as_view(), name="ship_return"),
    path(
        "disputes/<str:public_id>/return/address/",
        returns.GiveAddress.as_view(),
        name="give_return_address",
    ),
    path(
        "disputes/<str:public_id>/return/postage/",
        returns.Postage.as_view(),
        name="submit_postage_receipt",
    ),
    path(
        "disputes/<str:public_id>/return/received/",
        returns.AcknowledgeReturn.as_view(),
        name="acknowledge_return",
    ),
    path("disputes/<str:public_id>/return/wrong/", returns.ContestReturn.as_view(), name="contest_return"),
    path("disputes/<str:public_id>/replacement/", returns.ShipReplacement.as_view(), name="ship_replacement"),
    path(
        "disputes/<str:public_id>/replacement/received/",
        returns.AcknowledgeReplacement.as_view(),
        name="acknowledge_replacement",
    ),
    path(
        "disputes/<str:public_id>/replacement/wrong/",
        returns.ContestReplacement.as_view(),
        name="contest_replacement",
    ),
]
