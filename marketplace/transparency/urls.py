"""Mounted at /transparency/: everybody reads it."""

from django.urls import path, register_converter

from . import views

app_name = "transparency"

register_converter(views.MonthConverter, "month")

urlpatterns = [
    path("", views.Figures.as_view(), name="latest"),
    path("figures.csv", views.AllFigures.as_view(), name="all_csv"),
    path("<month:month>/", views.Figures.as_view(), name="month"),
    path("<month:month>.csv", views.MonthFile.as_view(), name="month_csv"),
]
