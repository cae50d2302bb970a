"""Mounted at /api/v1/: disputes, and what an order's buyer needs to open one."""

from django.urls import URLPattern, URLResolver, re_path
from rest_framework.routers import SimpleRouter

from marketplace.core.api import PUBLIC_ID

from . import api

router = SimpleRouter()
router.register("conflicts-of-interest", api.ConflictsOfInterest, basename="conflict-of-interest")
router.register("disputes", api.Disputes, basename="dispute")

urlpatterns: list[URLPattern | URLResolver] = [
    re_path(rf"^disputes/drafts/(?P<order>{PUBLIC_ID})/$", api.Drafts.as_view(), name="dispute-draft"),
    re_path(
        rf"^orders/(?P<id>{PUBLIC_ID})/dispute-options/$",
        api.DisputeOptions.as_view(),
        name="dispute-options",
    ),
    re_path(
        r"^policies/(?P<version>[a-z0-9_-]+\.[0-9]{1,9})/simulate/$",
        api.SimulatePolicy.as_view(),
        name="policy-simulate",
    ),
    re_path(
        rf"^stores/(?P<id>{PUBLIC_ID})/auto-accept-rules/$",
        api.AutoAcceptRules.as_view({"get": "list", "post": "create"}),
        name="auto-accept-rules",
    ),
    *(
        re_path(
            rf"^stores/(?P<id>{PUBLIC_ID})/auto-accept-rules/(?P<rule>{PUBLIC_ID})/{act}/$",
            view.as_view(),
            name=f"auto-accept-rule-{act}",
        )
        for act, view in (
            ("try", api.TryRule),
            ("switch-on", api.SwitchRuleOn),
            ("switch-off", api.SwitchRuleOff),
        )
    ),
    *router.urls,
]
