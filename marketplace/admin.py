"""The staff's side of the house: Django's admin behind our own sign-in, with the mediators' desk in it.

Nobody gets in on a password alone: staff need a code app too. Everything under `/admin/` passes `has_permission`,
so a page that is added tomorrow is closed as well.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, re_path, reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from marketplace.core.edges import has_second_lock

REPORT = r"(?P<public_id>rpt_[a-z0-9]+)"


class RedressAdminSite(admin.AdminSite):
    """Records, policies and the desk; the same sign-in as everybody's, and a second lock."""

    site_header = _("Redress staff")
    site_title = _("Redress staff")
    index_title = _("Records and settings")
    empty_value_display = "–"

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return bool(user.is_active and user.is_staff and has_second_lock(user))

    @method_decorator(never_cache)
    @login_not_required
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Not a form: it sends people to where they can do what is missing, and back."""
        wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
        if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
            wanted = reverse("admin:index")
        user = request.user
        if not user.is_authenticated:
            return redirect_to_login(wanted, reverse("account_login"))
        if not user.is_staff:
            raise PermissionDenied
        if not has_second_lock(user):
            return redirect_to_login(wanted, reverse("mfa_activate_totp"))
        return HttpResponseRedirect(wanted)

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect("account_change_password")

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect("admin:index")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """`may_open_…`: the header shows the desk, the board and the reports to those they open for."""
        from disputes.desk import may_open
        from disputes.standing.desk import may_open as may_open_abuse
        from reports.desk import may_open as may_open_reports

        doors = {
            "may_open_desk": may_open(request),
            "may_open_abuse": may_open_abuse(request),
            "may_open_reports": may_open_reports(request),
        }
        return {**super().each_context(request), **doors}

    def get_urls(self) -> list[URLPattern | URLResolver]:
        from disputes import desk
        from disputes.feedback import desk as feedback
        from disputes.standing import board
        from disputes.standing import desk as abuse
        from disputes.views import desk_asking, desk_figures
        from disputes.views.simulator import try_policy
        from marketplace.appeals import desk as appeals
        from reports import desk as reports

        view = self.admin_view
        return [
            path("core/protectionpolicy/<int:pk>/simulate/", view(try_policy), name="policy_simulate"),
            path("desk/", view(desk.queue), name="desk"),
            path("desk/next/", view(desk.take_next), name="desk_next"),
            path("desk/appeals/", view(appeals.queue), name="appeals_desk"),
            path("desk/appeals/<str:public_id>/", view(appeals.case), name="appeals_desk_case"),
            path("desk/appeals/<str:public_id>/decide/", view(appeals.decide), name="appeals_desk_decide"),
            path("desk/appeals/<str:public_id>/do/<slug:verb>/", view(appeals.act), name="appeals_desk_verb"),
            path("desk/feedback/", view(feedback.queue), name="feedback_desk"),
            path("desk/feedback/<str:public_id>/", view(feedback.case), name="feedback_desk_case"),
            path(
                "desk/feedback/<str:public_id>/second-look/",
                view(feedback.open_second_look),
                name="feedback_desk_second_look",
            ),
            path(
                "desk/feedback/<str:public_id>/set-aside/",
                view(feedback.set_aside),
                name="feedback_desk_set_aside",
            ),
            path("desk/figures/", view(desk_figures.figures), name="desk_figures"),
            path("desk/<str:public_id>/", view(desk.case_file), name="desk_case"),
            path("desk/<str:public_id>/ask/", view(desk_asking.ask), name="desk_ask"),
            path("desk/<str:public_id>/propose/", view(desk_asking.propose), name="desk_propose"),
            path("desk/<str:public_id>/decide/", view(desk.decide), name="desk_decide"),
            path("desk/<str:public_id>/second/", view(desk.second), name="desk_second"),
            path("desk/<str:public_id>/do/<slug:verb>/", view(desk.act), name="desk_verb"),
            path("reports/", view(reports.queue), name="reports"),
            # by the shape of a number: the records of the room of the same name stand beside it
            re_path(rf"^reports/{REPORT}/$", view(reports.case), name="reports_case"),
            re_path(rf"^reports/{REPORT}/assign/$", view(reports.assign), name="reports_assign"),
            re_path(rf"^reports/{REPORT}/ask/$", view(reports.request_info), name="reports_request_info"),
            re_path(rf"^reports/{REPORT}/decide/$", view(reports.decide), name="reports_decide"),
            path("abuse/", view(board.buyers), name="abuse"),
            path("abuse/appeals/", view(board.contested), name="abuse_contested"),
            path("abuse/sellers/", view(board.sellers), name="abuse_sellers"),
            path("abuse/flags/<str:public_id>/", view(abuse.review), name="abuse_review"),
            path("abuse/flags/<str:public_id>/approve/", view(abuse.approve), name="abuse_approve"),
            path(
                "abuse/flags/<str:public_id>/send-back/", view(abuse.reject_approval), name="abuse_send_back"
            ),
            path("abuse/<str:public_id>/", view(abuse.card), name="abuse_card"),
            *super().get_urls(),
        ]
