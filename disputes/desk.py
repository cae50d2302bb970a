"""The mediators' desk under `/admin/desk/`: the queue, one case on one screen, the decision, the second check.

Every act calls the service that pages and API call, with the same rules (Z-01): the desk has no power of its own, and
a superuser has none either (threats.md A4, A6).
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.core.access import Actor
from marketplace.core.edges import actor_of
from marketplace.core.errors import DomainError, Forbidden
from marketplace.core.paging import page_of

from . import access, casefile, services
from .desk_asking_forms import RequestForm
from .desk_forms import DecisionForm
from .feedback import desk as feedback
from .models import WITH_STAFF, Dispute, State
from .services.mediation import QUEUE
from .statement import Statement, citable, statement_of

PAGE = 50
#: with a mediator, while a side answers or chooses
WAITING = (State.AWAITING_EVIDENCE, State.AWAITING_CHOICE)
#: verbs that are one button, or a button and a text; `adjudicate` has the composer
BUTTONS: dict[str, Any] = {
    "assign": services.assign,
    "release": services.release,
    "staff_cancel": services.staff_cancel,
    "approve": services.approve,
    "reject_approval": services.reject_approval,
    "close_evidence_requests": services.close_evidence_requests,
}
#: verbs with a form of their own here
COMPOSED = ("adjudicate", "require_evidence", "propose")
#: the text that a verb wants
WORDS = {"staff_cancel": "reason", "reject_approval": "note"}
DONE: dict[str, Any] = {
    "assign": gettext_lazy("The case is yours."),
    "release": gettext_lazy("The case is back in the queue."),
    "staff_cancel": gettext_lazy("The dispute is closed. Both sides were told why."),
    "approve": gettext_lazy("The decision is carried out. Both sides were told."),
    "reject_approval": gettext_lazy("The decision went back. No money has moved."),
    "close_evidence_requests": gettext_lazy("Nobody is waited for any more. You can decide now."),
    "require_evidence": gettext_lazy("The request is sent."),
    "propose": gettext_lazy("The results are sent. The buyer chooses now."),
    "adjudicate": gettext_lazy("The decision is sent. Both sides were told."),
    "second": gettext_lazy("The decision waits for a second mediator. Nobody was told yet."),
}


def actor(request: HttpRequest) -> Actor:
    return actor_of(request, via="admin")


def may_open(request: HttpRequest) -> bool:
    """Mediators work here; superusers may look on."""
    user = request.user
    return bool(user.is_authenticated and user.is_staff and (user.is_superuser or actor(request).is_mediator))


def open_desk(request: HttpRequest) -> Actor:
    if not may_open(request):
        raise PermissionDenied
    return actor(request)


def find(request: HttpRequest, public_id: str) -> tuple[Dispute, Actor]:
    """The case. 404 where there is none; 403, in words, for a mediator who is a party to it or tied to one (M-02).

    Whoever holds it although a tie has come to light sees it still, to give it back.
    """
    by = open_desk(request)
    related = ("claim", "buyer", "store", "mediator", "thread", "order__policy", "order__escrow")
    rows = Dispute.objects.select_related(*related).prefetch_related("exhibits__evidence", "message_exhibits")
    dispute = rows.filter(public_id=public_id).first()
    if dispute is None:
        raise Http404
    if access.party(by, dispute) or (access.tied(by, dispute) and not access.holder(by, dispute)):
        raise PermissionDenied(access.tied_words())
    return dispute, by


def page(
    request: HttpRequest, template: str, title: str, status: int = 200, **context: Any
) -> TemplateResponse:
    frame = admin.site.each_context(request) | {"title": title, "is_nav_sidebar_enabled": False}
    return TemplateResponse(request, f"admin/desk/{template}", frame | context, status=status)


# -- the queue ----------------------------------------------------------------------------------------------------


def _tabs(by: Actor) -> dict[str, tuple[Any, Q]]:
    """Tab → its name, and which of the open cases it lists."""
    me = Q(mediator_id=by.user_id)
    second = Q(state=State.AWAITING_APPROVAL)
    return {
        "unclaimed": (_("Unclaimed"), Q(state=State.MEDIATION, mediator=None)),
        "mine": (_("Mine"), Q(state=State.MEDIATION) & me),
        "second": (_("Second check"), second & ~me),
        "waiting": (_("Waiting for them"), Q(state__in=WAITING)),
        "all": (_("All in mediation"), Q(state__in=WITH_STAFF)),
    }


def _cases(by: Actor) -> QuerySet[Dispute]:
    """The open cases that this mediator may work on: none of their own, none of those they are tied to (M-02)."""
    return Dispute.objects.filter(access.free_for(by), state__in=WITH_STAFF)


def queue(request: HttpRequest) -> HttpResponse:
    """What waits: overdue on top, then what is due first; value and flags weigh in (models/waiting.py)."""
    by, now = open_desk(request), timezone.now()
    tabs = _tabs(by)
    chosen = request.GET.get("tab", "")
    chosen = chosen if chosen in tabs else "unclaimed"
    counts = (
        _cases(by)
        .order_by()
        .aggregate(**{name: Count("pk", filter=which) for name, (_label, which) in tabs.items()})
    )
    rows = _cases(by).filter(tabs[chosen][1]).select_related("claim", "buyer", "store", "mediator", "order")
    found = page_of(rows.order_by(*QUEUE), request.GET, size=PAGE)
    return page(
        request,
        "queue.html",
        _("Desk"),
        tabs=[(name, label, counts[name], name == chosen) for name, (label, _which) in tabs.items()],
        chosen=chosen,
        page=found,
        rows=[
            (each, casefile.due_of(each.due_at, now), each.money(each.claim.amount)) for each in found.rows
        ],
        waiting=counts["unclaimed"],
        may_take=by.is_mediator,
        feedback=feedback.waiting(request),
    )


def take_next(request: HttpRequest) -> HttpResponse:
    """The server picks: earliest deadline first (M-02)."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    dispute = services.take_next(by=open_desk(request).having_seen(None))
    if dispute is None:
        messages.info(request, _("No case waits for you."))
        return redirect("admin:desk")
    return redirect("admin:desk_case", dispute.public_id)


# -- one case -----------------------------------------------------------------------------------------------------


def show_case(
    request: HttpRequest,
    dispute: Dispute,
    by: Actor,
    form: DecisionForm | None = None,
    status: int = 200,
    ask: RequestForm | None = None,
) -> HttpResponse:
    now = timezone.now()
    file = casefile.read(dispute, by, now=now)
    verbs = dispute.verbs_for(by, now=now)
    if form is None and "adjudicate" in verbs:
        form = DecisionForm(dispute=dispute, exhibits=citable(dispute), facts=file.facts)
    if ask is None and "require_evidence" in verbs:
        ask = RequestForm(dispute=dispute)
    title = _("Case: %(reason)s") % {"reason": dispute.claim.get_reason_display()}
    return page(
        request,
        "case.html",
        title,
        status,
        case=dispute,
        file=file,
        verbs=verbs,
        form=form,
        ask=ask,
        nexts=_next_cases(by, dispute),
    )


def _next_cases(by: Actor, dispute: Dispute) -> list[tuple[Dispute, Any]]:
    """The mediator's own open cases, due first: the list beside the file."""
    now = timezone.now()
    mine = Dispute.objects.filter(state=State.MEDIATION, mediator_id=by.user_id).exclude(pk=dispute.pk)
    return [
        (each, casefile.due_of(each.due_at, now))
        for each in mine.select_related("claim").order_by("due_at", "pk")[:8]
    ]


def case_file(request: HttpRequest, public_id: str) -> HttpResponse:
    """The whole case on one screen, with the composer for whoever holds it (M-04)."""
    dispute, by = find(request, public_id)
    return show_case(request, dispute, by)


def decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Preview, change, send: nothing typed is lost on the way, and what is previewed is what is sent (M-07)."""
    if request.method != "POST":
        return redirect("admin:desk_case", public_id)
    dispute, by = find(request, public_id)
    form = DecisionForm(request.POST, dispute=dispute, exhibits=citable(dispute))
    step = request.POST.get("step", "preview")
    if step == "change":
        as_typed = {name: request.POST.get(name, "") for name in form.fields} | {
            name: name in request.POST for name in form.fields if name.startswith("seen_")
        }
        again = DecisionForm(dispute=dispute, exhibits=citable(dispute), initial=as_typed)
        return show_case(request, dispute, by, again)
    if not form.is_valid():
        return show_case(request, dispute, by, form, status=422)
    try:
        if step == "send":
            decided = services.adjudicate(dispute.pk, **form.values(), by=by)
        else:
            return _preview(request, dispute, form, by)
    except Forbidden as refusal:
        raise PermissionDenied(refusal.detail) from refusal
    except DomainError as refusal:
        form.refuse(refusal)
        return show_case(request, dispute, by, form, status=refusal.status if refusal.status == 422 else 409)
    waits = decided.state == State.AWAITING_APPROVAL
    messages.success(request, DONE["second" if waits else "adjudicate"])
    return redirect("admin:desk")


def _preview(request: HttpRequest, dispute: Dispute, form: DecisionForm, by: Actor) -> HttpResponse:
    statement = dry_run(dispute.pk, form.values(), by)
    return page(
        request,
        "preview.html",
        _("Check your decision"),
        case=dispute,
        statement=statement,
        typed=form.typed(),
    )


def dry_run(pk: int, values: dict[str, Any], by: Actor) -> Statement:
    """What the decision would say and do, to the cent: the service itself does it, and all of it is taken back.

    Raises what `services.adjudicate` raises. A second copy of its rules could drift; this one cannot.
    """
    with transaction.atomic():
        decided = services.adjudicate(pk, **values, by=by)
        statement = statement_of(decided.decisions.order_by("-pk")[0], decided)
        transaction.set_rollback(True)
    return statement


# -- the second check, and the one-button verbs -------------------------------------------------------------------


def second(request: HttpRequest, public_id: str) -> HttpResponse:
    """The evidence first, the decision folded: a second mediator judges for themselves (M-08)."""
    dispute, by = find(request, public_id)
    if dispute.state != State.AWAITING_APPROVAL:
        messages.info(request, _("No decision waits for a second mediator in this case."))
        return redirect("admin:desk_case", public_id)
    file = casefile.read(dispute, by, now=timezone.now())
    return page(
        request,
        "second.html",
        _("Second check"),
        case=dispute,
        file=file,
        verbs=dispute.verbs_for(by),
        typed=request.POST,
    )


def act(request: HttpRequest, public_id: str, verb: str) -> HttpResponse:
    """One verb of the staff's on one case, by its service; a refusal is said in words, and a text typed is kept."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    service = BUTTONS.get(verb)
    if service is None:
        raise Http404
    dispute, by = find(request, public_id)
    words = {WORDS[verb]: request.POST.get(WORDS[verb], "")} if verb in WORDS else {}
    try:
        done = service(dispute.pk, **words, by=by)
    except Forbidden as refusal:
        raise PermissionDenied(refusal.detail) from refusal
    except DomainError as refusal:
        messages.error(request, refusal.detail)
        return _again(request, dispute, by, verb)
    messages.success(request, DONE[verb])
    if verb in ("assign", "close_evidence_requests"):
        return redirect("admin:desk_case", done.public_id)
    return redirect("admin:desk")


def _again(request: HttpRequest, dispute: Dispute, by: Actor, verb: str) -> HttpResponse:
    """The page that the refused act came from, with what was typed."""
    if verb == "reject_approval" and dispute.state == State.AWAITING_APPROVAL:
        return second(request, dispute.public_id)
    return show_case(request, dispute, by, status=409)
