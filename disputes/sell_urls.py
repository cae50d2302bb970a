"""Mounted at /sell/."""

from django.urls import path

from .views import addresses, rules, sell

app_name = "sell"

urlpatterns = [
    path("", sell.Workspace.as_view(), name="workspace"),
    path("addresses/", addresses.Addresses.as_view(), name="addresses"),
    path("addresses/remove/", addresses.RemoveAddress.as_view(), name="remove_address"),
    path("rules/", rules.Rules.as_view(), name="rules"),
    path("rules/new/", rules.NewRule.as_view(), name="new_rule"),
    path("rules/<str:public_id>/", rules.OneRule.as_view(), name="rule"),
]
