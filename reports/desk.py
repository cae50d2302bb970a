"""The moderators' desk under `/admin/reports/`: the queue, one report with all that is reported of the same target, and the
decision with its preview. Every act calls the service that the API calls, with the same rules (Z-01)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.core.access import Actor
from marketplace.core.edges import actor_of
from marketplace.core.errors import DomainError, Forbidden, Invalid
from marketplace.core.forms import tell_form
from marketplace.core.paging import page_of

from . import access, measures, presenters, services
from .forms import AskForm, DecideForm
from .help import help_for
from .help import words as help_words
from .kinds import Category, in_words
from .models import OPEN, Report, State, Statement

#: verbs that have their place here
VERBS = ("assign", "request_info", "decide")
RELATED = (
    "policy", "order", "moderator", "reporter", "counter_to", "target_order", "target_listing", "target_store", "target_user",
    "respondent_store", "respondent_user", "message",
)  # fmt: skip


def may_open(request: HttpRequest) -> bool:
    """Is this somebody whose work it is?"""
    return request.user.is_authenticated and access.may_moderate(actor_of(request, via="admin"))


def actor(request: HttpRequest) -> Actor:
    """Moderators and lead mediators; superusers are nobody special. Raises PermissionDenied."""
    found = actor_of(request, via="admin")
    if not access.may_moderate(found):
        raise PermissionDenied
    return found


def page(
    request: HttpRequest, template: str, title: str, status: int = 200, **context: Any
) -> TemplateResponse:
    frame = admin.site.each_context(request) | {"title": title, "is_nav_sidebar_enabled": False}
    return TemplateResponse(request, f"admin/reports/{template}", frame | context, status=status)


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Open reports: the urgent ones first, then by their date."""
    by = actor(request)
    rows: QuerySet[Report] = (
        Report.objects.visible_to(by).exclude(reporter_id=by.user_id).select_related(*RELATED)
    )
    chosen = request.GET.get("category", "")
    if chosen in Category.values:
        rows = rows.filter(category=chosen)
    show = request.GET.get("show", "open")
    if show == "mine":
        rows = rows.filter(moderator_id=by.user_id, state__in=OPEN)
    elif show == "ended":
        rows = rows.exclude(state__in=OPEN)
    else:
        show, rows = "open", rows.filter(state__in=OPEN)
    found = page_of(rows.order_by("-is_urgent", F("due_at").asc(nulls_last=True), "pk"), request.GET, size=50)
    tabs = {"open": _("Open"), "mine": _("Mine"), "ended": _("Ended")}
    return page(
        request, "queue.html", _("Reports"), rows=[(row, presenters.label_of(row, to=None)) for row in found.rows], page=found, tabs=tabs.items(), show=show, chosen=chosen,
        categories=Category.choices,
    )  # fmt: skip


def _find(request: HttpRequest, public_id: str) -> tuple[Report, Actor]:
    by = actor(request)
    report = Report.objects.visible_to(by).select_related(*RELATED).filter(public_id=public_id).first()
    if report is None or not access.free_moderator(by, report):
        raise Http404
    return report, by


@require_safe
def case(request: HttpRequest, public_id: str) -> HttpResponse:
    """One report."""
    report, by = _find(request, public_id)
    return _show(request, report, by)


def _show(
    request: HttpRequest, report: Report, by: Actor, *, form: Any = None, ask: Any = None, also: Collection[str] = (), status: int = 200
) -> HttpResponse:  # fmt: skip
    """`also`: the numbers of those that were ticked to be decided with it."""
    others = (
        Report.objects.visible_to(by)
        .filter(report.same_target)
        .exclude(pk=report.pk)
        .exclude(reporter_id=by.user_id)
        .order_by("-pk")[:50]
    )
    verbs = report.verbs_for(by)
    return page(
        request, "case.html", _("A report"), status, case=report, verbs=verbs, label=presenters.label_of(report, to=None),
        answers=in_words(report.category, report.answers), others=[(each, presenters.label_of(each, to=None)) for each in others], also=also,
        statements=[(Statement.Kind(s.kind).label, s) for s in report.statements.select_related("author")],
        files=[presenters.file_card(report, f) for f in report.files.select_related("evidence") if not f.evidence.removed_at],
        decisions=report.decisions.select_related("moderator"), form=form or DecideForm(report=report), ask=ask or AskForm(report=report),
        timeline=presenters.timeline_of(report, by), tone=presenters.TONES.get(State(report.state), "wait"),
        lacks_proof=presenters.lacks_proof(report), is_respondent_told=report.heard_until is not None, help=help_words.in_words(help_for(report, by)),
    )  # fmt: skip


@require_http_methods(["POST"])
def assign(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take it, and the others on the same target that were ticked."""
    report, by = _find(request, public_id)
    also, reason = request.POST.getlist("also"), request.POST.get("unheard_reason", "")
    return _do(
        request,
        report,
        lambda: services.assign(report.pk, unheard_reason=reason, also=also, by=by),
        _("You have it now."),
    )


@require_http_methods(["POST"])
def request_info(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask the reporter."""
    report, by = _find(request, public_id)
    form = AskForm(request.POST, report=report)
    if not form.is_valid():
        return _show(request, report, by, ask=form, status=422)
    text = form.cleaned_data["text"]
    return _do(
        request,
        report,
        lambda: services.request_info(report.pk, text=text, by=by),
        _("We asked the reporter."),
    )


def _do(request: HttpRequest, report: Report, act: Any, done: str) -> HttpResponse:
    try:
        act()
    except Forbidden as refusal:
        raise PermissionDenied(refusal.detail) from refusal
    except DomainError as refusal:
        messages.error(
            request,
            refusal.errors[0].message if isinstance(refusal, Invalid) and refusal.errors else refusal.detail,
        )
    else:
        messages.success(request, done)
    return redirect("admin:reports_case", report.public_id)


@require_http_methods(["POST"])
def decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """The decision: first a preview of what both sides read and of what follows, then it is sent. Nothing typed is lost."""
    report, by = _find(request, public_id)
    if not report.RULES["decide"](by, report):
        raise PermissionDenied(_("Take this report first."))
    form, also = DecideForm(request.POST, report=report), request.POST.getlist("also")
    if request.POST.get("step") == "change" or not form.is_valid():
        status = 200 if request.POST.get("step") == "change" else 422
        return _show(request, report, by, form=form, also=also, status=status)
    try:
        with transaction.atomic():
            done = services.decide(report.pk, **form.verb_data(), also=also, by=by)
            if request.POST.get("step") != "send":
                transaction.set_rollback(True)
    except Invalid as refusal:
        tell_form(form, refusal)
        return _show(request, report, by, form=form, also=also, status=422)
    except DomainError as refusal:
        messages.error(request, refusal.detail)
        return _show(request, report, by, form=form, also=also, status=refusal.status)
    if request.POST.get("step") == "send":
        messages.success(request, _("It is decided. Everybody was told."))
        return redirect("admin:reports_case", report.public_id)
    typed = [
        (name, value) for name in ("version", "also", *form.fields) for value in request.POST.getlist(name)
    ]
    return page(
        request, "preview.html", _("Check before you send"), case=report, done=done, typed=typed, number=len(also) + 1,
        follows=_follows(form), until=form.cleaned_data["measures_until"],
    )  # fmt: skip


def _follows(form: DecideForm) -> list[tuple[Any, list[str]]]:
    """Each measure in words, and of which listings, or how many points."""
    wanted = form.verb_data()["sanctions"]
    details: dict[str, list[str]] = {each["kind"]: [] for each in wanted}
    for each in wanted:
        if each["listing"]:
            details[each["kind"]].append(form.titles[each["listing"]])
        if n := each["points"]:
            details[each["kind"]].append(ngettext("%(n)s point", "%(n)s points", n) % {"n": n})
    return [(measures.CONSEQUENCES[kind], words) for kind, words in details.items()]
