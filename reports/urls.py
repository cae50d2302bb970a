"""Mounted at the root: the report centre, and what a seller sees of it."""

from django.urls import path

from .views import asking, cases, from_message

app_name = "reports"

urlpatterns = [
    path("reports/", asking.Center.as_view(), name="center"),
    path("reports/new/", asking.Center.as_view(), name="choose"),
    path("reports/new/<slug:category>/", asking.New.as_view(), name="new"),
    path("reports/new/<slug:category>/<slug:step>/", asking.Step.as_view(), name="step"),
    path("reports/mine/", cases.Mine.as_view(), name="mine"),
    path("reports/message/<str:message>/", from_message.FromMessage.as_view(), name="message"),
    path("reports/confirm/<str:token>/", cases.Confirm.as_view(), name="confirm"),
    path("reports/open/<str:secret>/", cases.OpenReport.as_view(), name="open"),
    path("sell/reports/", cases.AboutMe.as_view(), name="about_me"),
    path("reports/<str:public_id>/", cases.ReportPage.as_view(), name="detail"),
    path("reports/<str:public_id>/files/<str:file>/", cases.OpenFile.as_view(), name="file"),
    path("reports/<str:public_id>/more/", cases.AddInfo.as_view(), name="add_info"),
    path("reports/<str:public_id>/withdraw/", cases.Withdraw.as_view(), name="withdraw"),
    path("reports/<str:public_id>/answer/", cases.Respond.as_view(), name="respond"),
    path("reports/<str:public_id>/counter-report/", cases.CounterReport.as_view(), name="counter_report"),
]
