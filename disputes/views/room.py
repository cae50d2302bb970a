"""The list of disputes, and the room of one: both sides see the same page, each with their own next step."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, Value, When, prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from marketplace.core.access import Actor
from marketplace.core.case_pages import CaseMixin
from marketplace.core.edges import actor_of
from marketplace.core.errors import NotFound
from marketplace.core.paging import page_of
from marketplace.evidence import services as files
from marketplace.messaging import pages
from marketplace.messaging.forms import MessageForm
from marketplace.orders.presenters import messages_of

from .. import access, appealed, presenters, services
from ..feedback import reading as feedback
from ..mediating_facts import hidden_from
from ..models import Dispute, DisputeEvidence, Offer, State
from ..presenters import history, mediating, offers
from ..presenters.returning import postage_lines
from ..reasons import REASONS
from ..statement import statement_of
from ..trackers import refund_tracks, replacement_steps, return_steps

#: a message sent twice within this time by the same person is one message (a second tap, a lost answer)
SAME_MESSAGE = timedelta(minutes=2)
OPEN = [state for state in State if state not in presenters.ENDED]

SHOW: dict[str, tuple[Any, Q]] = {
    "all": (gettext_lazy("All"), Q()),
    "open": (gettext_lazy("Open"), Q(state__in=OPEN)),
    "mediation": (gettext_lazy("With a mediator"), Q(state__in=[State.MEDIATION, State.AWAITING_APPROVAL])),
    "ended": (gettext_lazy("Ended"), Q(state__in=presenters.ENDED)),
}


def needs(actor: Actor) -> Q:
    """Disputes in which it is this person's turn."""
    buyer, seller = Q(buyer_id=actor.user_id), Q(store_id__in=actor.store_ids)
    came_back = Q(state=State.RETURN_IN_TRANSIT, return_shipment__delivered_at__isnull=False)
    no_address = Q(state=State.AWAITING_RETURN, return_shipment__send_by__isnull=True)
    to_send = Q(state=State.AWAITING_RETURN, return_shipment__send_by__isnull=False)
    to_replace = Q(state=State.AWAITING_REPLACEMENT, replacement__shipped_at__isnull=True)
    replaced = Q(state=State.AWAITING_REPLACEMENT, replacement__delivered_at__isnull=False)
    waits = Q(state__in=OPEN, cancel_by__isnull=False)
    asked = Q(state=State.AWAITING_SELLER, cancel_by=None)
    request = Q(state=State.AWAITING_EVIDENCE)
    to_choose = Q(state=State.AWAITING_CHOICE)
    buyers = to_send | replaced | waits | to_choose | (request & ~Q(asked_side="seller")) | _offered("seller")
    sellers = (
        asked | came_back | no_address | to_replace | (request & ~Q(asked_side="buyer")) | _offered("buyer")
    )
    return (buyer & buyers) | (seller & sellers)


def _offered(by: str) -> Q:
    """That side has an open offer, and the two still talk."""
    talking = Q(state__in=(State.AWAITING_SELLER, State.NEGOTIATION), cancel_by=None)
    open_offer = Offer.objects.filter(dispute=OuterRef("pk"), by=by, status=Offer.Status.OPEN)
    return talking & Q(Exists(open_offer))


def of_party(actor: Actor) -> Any:
    """The disputes that this person is a side of, with all that a row shows; needs them first, then by due time."""
    rows = Dispute.objects.filter(Q(buyer_id=actor.user_id) | Q(store_id__in=actor.store_ids))
    rows = rows.select_related("order__policy", "claim", "store", "buyer", "return_shipment", "replacement")
    rows = rows.prefetch_related("lines__order_line").annotate(
        needs_you=_flag(needs(actor)), is_over=_flag(Q(state__in=presenters.ENDED))
    )
    return rows.order_by("-needs_you", "is_over", F("due_at").asc(nulls_last=True), "-opened_at", "-pk")


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def row_of(dispute: Dispute, actor: Actor) -> dict[str, Any]:
    """One dispute in a list."""
    role = dispute.role_of(actor)
    label, tone = presenters.state_words(dispute, role, waits=dispute.needs_you)  # type: ignore[attr-defined]  # annotated by the list's own query
    return {
        "dispute": dispute,
        "title": presenters.title_of(dispute),
        "label": label,
        "tone": tone,
        "asked": presenters.asked(dispute),
        "role": role,
        "with": dispute.store.name if role == "buyer" else dispute.buyer.shown_name,
        "url": reverse("disputes:detail", args=[dispute.public_id]),
        "result": presenters.result(dispute, role)[:1],
    }


class DisputeList(LoginRequiredMixin, TemplateView):
    """Own disputes, as buyer and as seller."""

    template_name = "disputes/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        actor, params = actor_of(self.request), self.request.GET
        chosen = params.get("show", "all") if params.get("show") in SHOW else "all"
        page = page_of(of_party(actor).filter(SHOW[chosen][1]), params)
        rows = [row_of(dispute, actor) for dispute in page.rows]
        filters = [(key, label) for key, (label, _q) in SHOW.items()]
        return super().get_context_data(**kwargs) | {
            "rows": rows,
            "page": page,
            "filters": filters,
            "chosen": chosen,
        }


class DisputeMixin(CaseMixin):
    """A page about one dispute."""

    cases = Dispute.objects
    related = (
        "order__policy",
        "order__escrow",
        "claim",
        "store",
        "buyer",
        "thread",
        "return_shipment",
        "replacement",
    )


class Room(DisputeMixin, View):
    """The dispute room; a message is sent to the same address."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        return self.show(self.find(), MessageForm())

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Send a message. It decides nothing, so it is taken whatever happened meanwhile."""
        form, dispute = MessageForm(request.POST), self.find()
        if not form.is_valid():
            return self.show(dispute, form)
        if not self.sent_already(dispute, form.cleaned_data["text"]):
            act = partial(services.send_message, dispute.pk, by=self.actor.having_seen(None))
            if (status := pages.send(form, act)) != 302:
                return self.show(dispute, form, status)
        return HttpResponseRedirect(reverse("disputes:detail", args=[public_id]) + "#messages")

    def sent_already(self, dispute: Dispute, text: str) -> bool:
        since = timezone.now() - SAME_MESSAGE
        mine = dispute.thread.messages.filter(author_id=self.actor.user_id, sent_at__gte=since)
        return mine.filter(text=text.strip()).exists()

    def show(self, dispute: Dispute, form: MessageForm, status: int = 200) -> HttpResponse:
        context = room_of(dispute, self.actor) | {"form": form}
        return render(self.request, "disputes/room.html", context, status=status)


def room_of(dispute: Dispute, actor: Actor) -> dict[str, Any]:
    """Everything on the page, in the order of the page."""
    along = ["lines__order_line", "exhibits__evidence", "events", "thread__messages__author"]
    along += ["message_exhibits", "offers", "claims"]
    decided = dispute.escalated_at is not None
    more = ["decisions__approval", "evidence_requests__items__exhibits__evidence"] if decided else []
    prefetch_related_objects([dispute], *along, *more)
    role, verbs = dispute.role_of(actor), dispute.verbs_for(actor)
    talks = offers.offers_of(dispute, role, verbs)
    label, tone = presenters.state_words(dispute, role, waits=any(each.accept for each in talks.open))
    looked = appealed.read(dispute, actor) if decided or dispute.ended_at else None
    returned = getattr(dispute, "return_shipment", None)
    return {
        "dispute": dispute,
        "role": role,
        "verbs": verbs,
        "title": presenters.title_of(dispute),
        "label": label,
        "tone": tone,
        "step": presenters.next_step(dispute, role, dispute.now),
        "result": presenters.result(dispute, role),
        "buttons": presenters.buttons(dispute, [*verbs, *mediating.more_verbs(dispute, role, verbs)]),
        "offers": talks,
        "revisions": offers.revisions(dispute, role),
        "asked": presenters.asked(dispute),
        "most": dispute.money(dispute.claim.ceiling),
        "reason": REASONS[dispute.claim.reason],
        "messages_shown": messages_of(dispute.thread, actor, store=dispute.store.name),
        "files": files_of(dispute, actor),
        "messages_shown_as_evidence": history.messages_as_evidence(dispute, actor),
        "timeline": timeline_of(dispute, actor, looked),
        "looked": looked,
        "said": feedback.read(dispute, actor),
        "statement": _statement(dispute, actor) if decided else None,
        "asked_for": mediating.asked_for(dispute, hidden_from(dispute, role)) if decided else [],
        "refunds": refund_tracks(dispute),
        "return_steps": return_steps(returned, dispute),
        "returned": returned,
        "postage": postage_lines(dispute, role),
        "replacement_steps": replacement_steps(dispute),
        "replaced": getattr(dispute, "replacement", None),
    }


def timeline_of(dispute: Dispute, actor: Actor, looked: appealed.Appealed | None) -> list[Any]:
    """What happened, newest first, with the reviews that were asked for in their place (A-05)."""
    lines = history.timeline(dispute, list(dispute.events.all()), actor)
    reviews = history.reviews(looked.appeals, dispute, actor) if looked else []
    return sorted([*reviews, *lines], key=lambda line: line.at, reverse=True)


def _statement(dispute: Dispute, actor: Actor) -> Any:
    """The decision in force; one that a second mediator still checks, or sent back, is nobody's to read. Of files that
    this reader may not see, nothing is told (E-03)."""
    all_files = dispute.exhibits.all()
    hidden = {row.evidence.public_id for row in all_files if not _may_see(row, dispute, actor)}
    for decision in reversed(dispute.decisions.all()):
        approval = getattr(decision, "approval", None)
        if not decision.needs_approval or (approval is not None and approval.approved):
            return statement_of(decision, dispute, hidden=hidden)
    return None


def _may_see(exhibit: DisputeEvidence, dispute: Dispute, actor: Actor) -> bool:
    """One's own; what others of the case sent once it is known to be clean; private ones mediators alone (E-03, E4)."""
    file, role = exhibit.evidence, access.role_in(actor, dispute)
    if file.owner_id == actor.user_id:
        return True
    return file.status == "ready" and (
        role == "mediator" or (role in ("buyer", "seller") and not file.private)
    )


def files_of(dispute: Dispute, actor: Actor) -> list[dict[str, Any]]:
    """The exhibits that this reader may see, each behind an address that makes a link that dies (E-03)."""
    shown = []
    for exhibit in dispute.exhibits.all():
        file, own = exhibit.evidence, exhibit.evidence.owner_id == actor.user_id
        if not _may_see(exhibit, dispute, actor):
            continue
        url = "" if file.removed_at else reverse("disputes:file", args=[dispute.public_id, file.public_id])
        by = _("you") if own else dispute.store.name if exhibit.role == "seller" else dispute.buyer.shown_name
        shown.append(
            {
                "url": url,
                "thumb": url if file.clean_type.startswith("image/") else "",
                "name": file.name,
                "kind": file.get_kind_display(),
                "private": file.private,
                "note": _("Added by %(who)s") % {"who": by},
                "unclean": "" if file.is_clean or file.removed_at else files.NOT_CLEANED,
                "removed": file.removed_at,
                "sha256": file.sha256,
            }
        )
    return shown


class OpenFile(DisputeMixin, View):
    """A file of the dispute. The address lasts; the link that it leads to dies in a minute (E-03)."""

    def get(self, request: HttpRequest, public_id: str, file: str) -> HttpResponse:
        dispute = self.find()
        evidence = files.find(file, by=self.actor)
        if not dispute.exhibits.filter(evidence=evidence).exists():
            raise NotFound(_("There is no such file."))
        response = HttpResponseRedirect(files.content_link(evidence, self.actor))
        response["Cache-Control"] = "private, no-store"
        return response


class Sent(DisputeMixin, TemplateView):
    """After “Send my request”: the number, by when the seller answers, and what happens if they do not."""

    template_name = "disputes/sent.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        dispute = self.find()
        step = presenters.next_step(dispute, "buyer", dispute.now)
        return super().get_context_data(**kwargs) | {"dispute": dispute, "step": step}
