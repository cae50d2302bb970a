"""The appeals' place at the desk, under `/admin/desk/appeals/`: the list, one appeal, and its answer.

Every act calls the service that the API calls, with the same rules (Z-01): a superuser has no power here either.
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

from marketplace.core.access import Actor
from marketplace.core.edges import actor_of
from marketplace.core.errors import DomainError, Forbidden, Invalid
from marketplace.core.forms import tell_form
from marketplace.core.paging import page_of

from . import access, registry, services
from .forms import AnswerForm
from .models import Appeal, State

PAGE = 50
#: late ones first, then what is due first; one index serves it
QUEUE = ("-overdue", "answer_due_at", "pk")
#: verbs that are one button
BUTTONS: dict[str, Any] = {"assign": services.assign, "release": services.release}
#: verbs with a form of their own here
COMPOSED = ("decide",)
DONE: dict[str, Any] = {
    "assign": gettext_lazy("The appeal is yours."),
    "release": gettext_lazy("The appeal is back on the list."),
    "decide": gettext_lazy("Your answer is sent. The people that it is about were told."),
}


def actor(request: HttpRequest) -> Actor:
    return actor_of(request, via="admin")


def may_open(request: HttpRequest) -> bool:
    """Whose work it is to look at any kind of appeal; superusers may look on."""
    user = request.user
    works = bool(access.reviewed_kinds(actor(request)))
    return bool(user.is_authenticated and user.is_staff and (user.is_superuser or works))


def open_desk(request: HttpRequest) -> Actor:
    if not may_open(request):
        raise PermissionDenied
    return actor(request)


def find(request: HttpRequest, public_id: str) -> tuple[Appeal, Actor]:
    """The appeal. 404 where there is none; 403, in words, for whoever had a part in what it is about (A-02)."""
    by = open_desk(request)
    rows = Appeal.objects.select_related("appellant", "reviewer", "policy", "store", "buyer")
    appeal = rows.prefetch_related("files__evidence", "exclusions").filter(public_id=public_id).first()
    if appeal is None:
        raise Http404
    if access.kept_out(by, appeal) and not access.holder(by, appeal):
        raise PermissionDenied(access.kept_out_words())
    if not access.reviews(by, appeal.kind) and not request.user.is_superuser:
        raise PermissionDenied(_("Appeals of this kind are looked at by others."))
    if appeal.is_open:
        services.count_losses(appeal)
    return appeal, by


def page(
    request: HttpRequest, template: str, title: str, status: int = 200, **context: Any
) -> TemplateResponse:
    frame = admin.site.each_context(request) | {"title": title, "is_nav_sidebar_enabled": False}
    return TemplateResponse(request, f"admin/desk/{template}", frame | context, status=status)


def queue(request: HttpRequest) -> HttpResponse:
    """What waits for an answer: what is late on top, then what is due first."""
    by, now = open_desk(request), timezone.now()
    rows = Appeal.objects.open_for(by).select_related("reviewer").order_by(*QUEUE)
    found = page_of(rows, request.GET, size=PAGE)
    cards = [(each, each.answer_due_at <= now) for each in found.rows]
    return page(request, "appeals.html", _("Appeals"), rows=cards, page=found, now=now)


def show(
    request: HttpRequest, appeal: Appeal, by: Actor, form: Any = None, status: int = 200
) -> HttpResponse:
    what = registry.of(appeal.kind)
    subject = what.find(appeal.about)
    verbs = appeal.verbs_for(by)
    if form is None and "decide" in verbs:
        form = AnswerForm(appeal=appeal, initial={"version": appeal.version})
    there = subject is not None
    return page(
        request,
        "appeal.html",
        what.describe(subject) if there else str(appeal.get_kind_display()),
        status,
        case=appeal,
        told=what.told(subject) if there else (),
        link=what.desk_link(subject) if there else "",
        files=[each.evidence for each in appeal.files.all() if each.evidence.removed_at is None],
        verbs=verbs,
        form=form,
        late=appeal.is_open and appeal.answer_due_at <= timezone.now(),
    )


def case(request: HttpRequest, public_id: str) -> HttpResponse:
    """The first decision, what was written against it, and the answer."""
    appeal, by = find(request, public_id)
    return show(request, appeal, by)


def decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Check, change, send: nothing typed is lost on the way (A-03)."""
    if request.method != "POST":
        return redirect("admin:appeals_desk_case", public_id)
    appeal, by = find(request, public_id)
    if request.POST.get("step") == "change":
        return show(request, appeal, by, AnswerForm(appeal=appeal, initial=request.POST.dict()))
    form = AnswerForm(request.POST, appeal=appeal)
    if not form.is_valid():
        return show(request, appeal, by, form, status=422)
    try:
        if request.POST.get("step") != "send":
            return _preview(request, appeal, form, by)
        services.decide(appeal.pk, **form.values(), by=by)
    except Forbidden as refusal:
        raise PermissionDenied(refusal.detail) from refusal
    except DomainError as refusal:
        tell_form(form, refusal)
        return show(request, appeal, by, form, status=422 if isinstance(refusal, Invalid) else 409)
    messages.success(request, DONE["decide"])
    return redirect("admin:appeals_desk")


def _preview(request: HttpRequest, appeal: Appeal, form: AnswerForm, by: Actor) -> HttpResponse:
    """What it would say and do: the service itself does it, and all of it is taken back."""
    with transaction.atomic():
        answered = services.decide(appeal.pk, **form.values(), by=by)
        transaction.set_rollback(True)
    typed = [(name, request.POST.get(name, "")) for name in form.fields]
    overturned = answered.state == State.OVERTURNED
    return page(
        request,
        "appeal_check.html",
        _("Check your answer"),
        case=appeal,
        answered=answered,
        overturned=overturned,
        typed=typed,
    )


def act(request: HttpRequest, public_id: str, verb: str) -> HttpResponse:
    """One verb of one button, by its service; a refusal is said in words."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if verb not in BUTTONS:
        raise Http404
    appeal, by = find(request, public_id)
    try:
        BUTTONS[verb](appeal.pk, by=by)
    except Forbidden as refusal:
        raise PermissionDenied(refusal.detail) from refusal
    except DomainError as refusal:
        messages.error(request, refusal.detail)
        return show(request, appeal, by, status=409)
    messages.success(request, DONE[verb])
    if verb == "assign":
        return redirect("admin:appeals_desk_case", public_id)
    return redirect("admin:appeals_desk")
