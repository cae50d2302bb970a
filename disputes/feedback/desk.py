"""The place of feedback at the desk, under `/admin/desk/feedback/`: what waits, how people felt, and one of them.

Every act calls the service that the API calls, with the same rules (Z-01): a superuser has no power here either.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.core.access import LEAD_MEDIATOR, Actor
from marketplace.core.edges import actor_of
from marketplace.core.errors import DomainError, Forbidden, Invalid
from marketplace.core.forms import tell_form
from marketplace.core.paging import page_of

from .. import appealed
from ..presenters import title_of
from . import access, presenters, second_look, services
from .figures import figures
from .forms import SetAsideForm
from .models import HANDLED, Feedback

PAGE = 50
#: verbs that have their place here
VERBS = ("open_second_look", "set_aside")
DONE: dict[str, Any] = {
    "open_second_look": gettext_lazy(
        "The second look is open. Both sides were told. It stands among the appeals."
    ),
    "set_aside": gettext_lazy("It is set aside. The person was told why."),
}


def actor(request: HttpRequest) -> Actor:
    return actor_of(request, via="admin")


def may_open(request: HttpRequest) -> bool:
    """Lead mediators; superusers may look on."""
    user = request.user
    return bool(user.is_authenticated and user.is_staff) and (
        user.is_superuser or actor(request).is_in(LEAD_MEDIATOR)
    )


def open_desk(request: HttpRequest) -> Actor:
    if not may_open(request):
        raise PermissionDenied(_("Lead mediators read this."))
    return actor(request)


def waiting(request: HttpRequest) -> int | None:
    """How many wait for this reader; None for whoever does not handle them."""
    by = actor(request)
    return Feedback.objects.waiting_for(by).count() if by.is_in(LEAD_MEDIATOR) else None


def find(request: HttpRequest, public_id: str) -> tuple[Feedback, Actor]:
    """404 where there is none; 403, in words, for whoever had a part in the dispute (A-06)."""
    by = open_desk(request)
    rows = Feedback.objects.select_related("author", "handled_by", "dispute__order__policy", "dispute__claim")
    rows = rows.select_related("dispute__buyer", "dispute__store")
    rows = rows.prefetch_related(
        "dispute__feedback", "dispute__lines__order_line", "dispute__decisions__approval"
    )
    feedback = rows.filter(public_id=public_id).first()
    if feedback is None:
        raise Http404
    if access.kept_out(by, feedback):
        raise PermissionDenied(access.kept_out_words())
    feedback.now = timezone.now()
    return feedback, by


def page(
    request: HttpRequest, template: str, title: str, status: int = 200, **context: Any
) -> TemplateResponse:
    frame = admin.site.each_context(request) | {"title": title, "is_nav_sidebar_enabled": False}
    return TemplateResponse(request, f"admin/desk/{template}", frame | context, status=status)


def queue(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first; or what was handled, the newest first. Below, how people felt treated."""
    by, now = open_desk(request), timezone.now()
    handled = request.GET.get("tab") == "handled"
    rows = Feedback.objects.waiting_for(by).order_by("read_by", "pk")
    if handled:
        rows = Feedback.objects.visible_to(by).filter(state__in=HANDLED).order_by("-given_at", "-pk")
    rows = rows.select_related("dispute__claim", "handled_by")
    found = page_of(rows, request.GET, size=PAGE)
    return page(
        request,
        "feedback.html",
        _("Feedback"),
        rows=[_line(each, now) for each in found.rows],
        page=found,
        handled=handled,
        waiting=waiting(request) or 0,
        figures=figures(now),
    )


def _line(feedback: Feedback, now: Any) -> dict[str, Any]:
    return {
        "feedback": feedback,
        "rating": presenters.rating_words(feedback),
        "felt": presenters.fairness(feedback),
        "late": feedback.is_open and feedback.read_by is not None and feedback.read_by <= now,
        "sum": feedback.dispute.money(feedback.dispute.held),
    }


def case(request: HttpRequest, public_id: str) -> HttpResponse:
    """What was said, how the dispute ended, and what can follow."""
    feedback, by = find(request, public_id)
    return show(request, feedback, by)


def show(
    request: HttpRequest, feedback: Feedback, by: Actor, form: Any = None, status: int = 200
) -> HttpResponse:
    dispute, verbs = feedback.dispute, feedback.verbs_for(by)
    if form is None and "set_aside" in verbs:
        form = SetAsideForm(initial={"version": feedback.version})
    reviews = appealed.appeals_of(dispute)
    return page(
        request,
        "feedback_case.html",
        title_of(dispute),
        status,
        case=feedback,
        given=presenters.given(feedback),
        told=second_look.told(feedback),
        deciders=_names(dispute),
        reviews=reviews,
        looks=[each for each in reviews if each.kind == "second_look"],
        verbs=verbs,
        form=form,
        why_not=why_not(feedback) if feedback.is_open else "",
        too_early=feedback.is_too_early(feedback.now),
        late=feedback.is_open and feedback.read_by is not None and feedback.read_by <= feedback.now,
    )


def why_not(feedback: Feedback) -> str:
    """In words, why no second look can be opened at this moment; "" where one can."""
    try:
        services.check_possible(feedback)
    except DomainError as refusal:
        return refusal.detail
    return ""


def _names(dispute: Any) -> list[str]:
    """Who decided or approved, by name; nobody where the two sides or a clock ended it."""
    rows = dispute.decisions.select_related("mediator", "approval__mediator")
    approvals = [each.approval for each in rows if hasattr(each, "approval")]
    return list(dict.fromkeys(each.mediator.shown_name for each in (*rows, *approvals)))


# -- the two acts ----------------------------------------------------------------------------------------------------


def open_second_look(request: HttpRequest, public_id: str) -> HttpResponse:
    """One button."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    feedback, by = find(request, public_id)
    try:
        services.open_second_look(feedback.pk, by=by)
    except DomainError as refusal:
        return refused(request, feedback, by, refusal)
    messages.success(request, DONE["open_second_look"])
    return redirect("admin:feedback_desk")


def set_aside(request: HttpRequest, public_id: str) -> HttpResponse:
    """A button and the reason; nothing typed is lost."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    feedback, by = find(request, public_id)
    form = SetAsideForm(request.POST)
    if not form.is_valid():
        return show(request, feedback, by, form, status=422)
    try:
        services.set_aside(feedback.pk, reason=form.cleaned_data["reason"], by=by)
    except DomainError as refusal:
        return refused(request, feedback, by, refusal, form)
    messages.success(request, DONE["set_aside"])
    return redirect("admin:feedback_desk")


def refused(
    request: HttpRequest, feedback: Feedback, by: Actor, refusal: DomainError, form: Any = None
) -> HttpResponse:
    """Said on the page itself, with what was typed; what is not theirs is the plain page of that."""
    if isinstance(refusal, Forbidden):
        raise PermissionDenied(refusal.detail) from refusal
    if form is None:
        messages.error(request, refusal.detail)
    else:
        tell_form(form, refusal)
    return show(request, feedback, by, form, status=422 if isinstance(refusal, Invalid) else 409)
