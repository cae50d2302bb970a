"""One person's card under `/admin/abuse/`, and the review of a flag; the board of all is in board.py.

Every act calls the service that the API calls, with the same rules (Z-01).
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.accounts.models import User
from marketplace.core.access import Actor
from marketplace.core.edges import actor_of
from marketplace.core.errors import DomainError, Forbidden, Invalid
from marketplace.core.forms import tell_form

from . import access, presenters, reading, services
from .forms import ReviewForm, SendBackForm
from .models import Flag, Outcome, State
from .suggestion import suggest

#: verbs that have their place here
VERBS = ("review", "approve", "reject_approval")
DONE: dict[str, Any] = {
    State.DISMISSED: gettext_lazy("Nothing follows. The person was told."),
    State.WARNED: gettext_lazy("The person was warned."),
    State.LIMITED: gettext_lazy("The account is limited. The person was told why and until when."),
    State.SUSPENDED: gettext_lazy("The account is closed. The person was told why."),
    State.AWAITING_APPROVAL: gettext_lazy("It waits for a second person. The person was not told yet."),
    State.RAISED: gettext_lazy("It went back. Nothing has happened."),
}


def may_open(request: HttpRequest) -> bool:
    """Staff with a role; superusers may look on."""
    user = request.user
    return bool(user.is_authenticated and user.is_staff) and (
        user.is_superuser or access.may_look(actor_of(request, via="admin"))
    )


def actor(request: HttpRequest) -> Actor:
    """Whoever the board opens for. Raises PermissionDenied."""
    if not may_open(request):
        raise PermissionDenied
    return actor_of(request, via="admin")


def page(
    request: HttpRequest, template: str, title: str, status: int = 200, **context: Any
) -> TemplateResponse:
    frame = admin.site.each_context(request) | {"title": title, "is_nav_sidebar_enabled": False}
    return TemplateResponse(request, f"admin/abuse/{template}", frame | context, status=status)


# -- one person ----------------------------------------------------------------------------------------------------


@require_safe
def card(request: HttpRequest, public_id: str) -> HttpResponse:
    """Everything about one person: figures with ranges, evidence, what the figures suggest and why, and their flags."""
    by = actor(request)
    user = User.objects.filter(public_id=public_id).first()
    if user is None:
        raise Http404
    if user.pk == by.user_id:  # one's own is read as everybody reads theirs (threats.md A4)
        return redirect("standing:own")
    found = reading.standing_of(user.pk, (), at=timezone.now())
    year = max(found.figures, key=lambda row: row.days)
    return page(
        request,
        "card.html",
        user.shown_name,
        person=user,
        state=found.state,
        rows=[(row, presenters.range_words(row), reading.sums_of(row)) for row in found.figures],
        suggestion=suggest(year, line=getattr(year, "p95", None)),
        line=presenters.percent(getattr(year, "p95", None)),
        flags=[(presenters.flag_card(flag), _may_act(flag, by)) for flag in _with(found.flags, user)],
        sanctions=found.sanctions,
        disputes=[(each, each.money(each.claim.amount)) for each in reading.disputes_of(user)],
        repeated=reading.repeated_files(user),
    )


def _with(flags: Any, user: User) -> list[Flag]:
    for flag in flags:
        flag.user = user
    return list(flags)


def _may_act(flag: Flag, by: Actor) -> bool:
    return bool({"review", "approve"} & set(flag.verbs_for(by)))


# -- the review ----------------------------------------------------------------------------------------------------


def _find(public_id: str) -> Flag:
    flag = Flag.objects.select_related("user", "policy", "reviewer").filter(public_id=public_id).first()
    if flag is None:
        raise Http404
    return flag


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, public_id: str) -> HttpResponse:
    """Look at a flag: what follows and why, then a preview, then it is sent. Nothing typed is lost on the way."""
    by, flag = actor(request), _find(public_id)
    if not flag.RULES["review"](by, flag):
        raise PermissionDenied(_("Moderators and lead mediators look at flags, never at their own."))
    step = request.POST.get("step", "")
    if request.method != "POST":
        return _show(request, flag, by, ReviewForm())
    if step == "change":
        return _show(request, flag, by, ReviewForm(initial=request.POST.dict()))
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return _show(request, flag, by, form, 422)
    try:
        if step == "send":
            done = services.review(flag.pk, **form.cleaned_data, by=by)
        else:
            return _preview(request, flag, form, by)
    except Invalid as refusal:
        tell_form(form, refusal)
        return _show(request, flag, by, form, 422)
    except DomainError as refusal:
        messages.error(request, refusal.detail)
        return _show(request, _find(public_id), by, form, 409)
    return _back(request, done)


def _show(request: HttpRequest, flag: Flag, by: Actor, form: Any, status: int = 200) -> HttpResponse:
    return page(
        request,
        "review.html",
        _("Look at a flag"),
        status,
        case=flag,
        card=presenters.flag_card(flag),
        form=form if flag.state == State.RAISED else None,
        send_back=form if isinstance(form, SendBackForm) else SendBackForm(),
        may_second="approve" in flag.verbs_for(by),
        events=[
            (presenters.HAPPENED[each.verb], each)
            for each in flag.events.select_related("actor").order_by("-pk")
        ],
    )


def _preview(request: HttpRequest, flag: Flag, form: ReviewForm, by: Actor) -> HttpResponse:
    """The service itself does it, and all of it is taken back: what is previewed is what is sent."""
    with transaction.atomic():
        done = services.review(flag.pk, **form.cleaned_data, by=by)
        transaction.set_rollback(True)
    return page(
        request,
        "preview.html",
        _("Check before you send"),
        case=flag,
        done=done,
        effect=presenters.EFFECTS[State.SUSPENDED if done.outcome == Outcome.SUSPEND else State(done.state)],
        waits=done.state == State.AWAITING_APPROVAL,
        typed=[(name, request.POST.get(name, "")) for name in ("version", *form.fields)],
    )


def approve(request: HttpRequest, public_id: str) -> HttpResponse:
    """Another person agrees to a suspension."""
    return _second(request, public_id, services.approve)


def reject_approval(request: HttpRequest, public_id: str) -> HttpResponse:
    """Another person sends it back, and says why."""
    return _second(request, public_id, services.reject_approval, note=request.POST.get("note", ""))


def _second(request: HttpRequest, public_id: str, service: Any, **words: str) -> HttpResponse:
    by = actor(request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    flag = _find(public_id)
    try:
        return _back(request, service(flag.pk, **words, by=by))
    except Forbidden as refusal:
        raise PermissionDenied(refusal.detail) from refusal
    except Invalid as refusal:
        form = SendBackForm(request.POST)
        tell_form(form, refusal)
        return _show(request, flag, by, form, refusal.status)
    except DomainError as refusal:
        messages.error(request, refusal.detail)
        return _show(request, _find(public_id), by, ReviewForm(), 409)


def _back(request: HttpRequest, flag: Flag) -> HttpResponse:
    messages.success(request, DONE[State(flag.state)])
    return redirect("admin:abuse_card", flag.user.public_id)
