"""What a mediator needs to decide a case, on one screen (M-04). Plain data, a fixed number of queries, no request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.core.access import Actor
from marketplace.core.display import TimelineLine, date_text, time_left
from marketplace.core.money import Money, format_money
from marketplace.evidence.models import Evidence
from marketplace.evidence.services import ShownFile, shown
from marketplace.messaging.models import Message
from marketplace.messaging.presenters import for_reader
from marketplace.messaging.services import insults_of
from marketplace.orders.models import Order
from marketplace.orders.presenters import HAPPENED as ORDER_HAPPENED
from marketplace.orders.tracking import words_of
from marketplace.payments.models import Payment, Refund

from .casefile_talks import Talks, talks_of
from .casefile_words import HAPPENED
from .models import Decision, Dispute, Result, State
from .standing.reading import flags_for_mediators
from .statement import Statement, statement_of

#: hours in which a deadline is told in hours
SOON = timedelta(hours=12)
EARLIER = 6

#: whose words stand elsewhere on the screen
NOT_TOLD = frozenset({"send_message"})
#: what the order's timeline says of disputes: the dispute's own says it better
OF_DISPUTES = frozenset({"hold_back", "change_hold_back", "lift_hold_back", "settle"})


@dataclass(frozen=True)
class Due:
    """A deadline as the queue says it: when, in a word, and how pressing."""

    at: datetime | None
    word: str
    tone: str


def due_of(at: datetime | None, now: datetime) -> Due:
    """Overdue, in 3 hours, today, or in so many days."""
    if at is None:
        return Due(None, _("No date"), "")
    if at <= now:
        return Due(at, _("Overdue"), "bad")
    if at - now < SOON:
        return Due(at, _("In %(left)s") % {"left": time_left(at - now)}, "bad")
    if timezone.localdate(at) == timezone.localdate(now):
        return Due(at, _("Today"), "wait")
    return Due(
        at, _("In %(left)s") % {"left": time_left(at - now)}, "wait" if at - now < timedelta(days=2) else ""
    )


@dataclass(frozen=True)
class Record:
    """What one party's past looks like, in counts."""

    orders: int
    disputes: int
    open: int
    refunded: int
    partly: int
    nothing: int
    cancelled: int
    insults: int

    @property
    def rate(self) -> int:
        """Of a hundred orders, so many were disputed."""
        return 100 * self.disputes // self.orders if self.orders else 0


@dataclass
class CaseFile:
    """Everything on the screen beside the composer."""

    dispute: Dispute
    due: Due
    seller_said: str
    messages: list[dict[str, Any]]
    exhibits: list[tuple[Any, ShownFile]]
    evidence_messages: list[dict[str, Any]]
    timeline: list[TimelineLine]
    lines: list[Any]
    parcels: list[Any]
    payments: list[tuple[Payment, Money]]
    refunds: list[tuple[Refund, Money]]
    sums: list[tuple[str, Money]]
    buyer_record: Record
    seller_record: Record
    earlier: list[Dispute]
    flags: list[tuple[str, str, str]]
    decision: Decision | None
    statement: Statement | None
    facts: str
    talks: Talks


def read(dispute: Dispute, viewer: Actor, *, now: datetime) -> CaseFile:
    """The whole file of the case, for this member of staff."""
    events = list(dispute.events.select_related("actor"))
    exhibits = list(dispute.exhibits.all())
    parcels = list(dispute.order.shipments.prefetch_related("tracking_events"))
    decision = dispute.decisions.select_related("mediator", "approval__mediator").order_by("-pk").first()
    payments = list(dispute.order.escrow.payments.all())
    refunds = list(Refund.objects.filter(payment__escrow_id=dispute.order.escrow_id))
    buyer_record, seller_record = records(dispute)
    said = _seller_said(events)
    return CaseFile(
        dispute=dispute,
        due=due_of(dispute.due_at, now),
        seller_said=said,
        messages=_messages(dispute),
        exhibits=[
            (row, shown(row.evidence, viewer, note=_by(row.role))) for row in exhibits if _there(row.evidence)
        ],
        evidence_messages=[
            _message(each.message) | {"note": _by(each.role)} for each in dispute.message_exhibits.all()
        ],
        timeline=_timeline(events, dispute.order.events.select_related("actor")),
        lines=list(dispute.lines.select_related("order_line")),
        parcels=parcels,
        payments=[(each, dispute.money(each.amount)) for each in payments],
        refunds=[(each, dispute.money(each.amount)) for each in refunds],
        sums=_sums(dispute),
        buyer_record=buyer_record,
        seller_record=seller_record,
        earlier=_earlier(dispute),
        flags=flags_for_mediators(dispute.buyer_id),
        decision=decision,
        statement=statement_of(decision, dispute) if decision else None,
        facts=facts_template(dispute, len(exhibits), said, parcels),
        talks=talks_of(dispute),
    )


def _there(evidence: Evidence) -> bool:
    """Not removed, and known to be clean: nothing else has a link (E4)."""
    return evidence.removed_at is None and evidence.status == Evidence.Status.READY


def _by(role: str) -> str:
    return {"buyer": _("From the buyer"), "seller": _("From the seller")}.get(role, role)


def _seller_said(events: Iterable[Any]) -> str:
    notes = [e.data.get("note", "") for e in events if e.verb in ("refuse_claim", "contest_return")]
    return str(notes[-1]) if notes else ""


def _messages(dispute: Dispute) -> list[dict[str, Any]]:
    """What the two wrote, before and in the dispute; the flagged ones first. Not weighed (N-08)."""
    threads = [pk for pk in (dispute.thread_id, dispute.order.thread_id) if pk]
    rows = Message.objects.filter(thread__in=threads).select_related("author")
    shown = [_message(each) | {"warning": for_reader(each)} for each in rows]
    return sorted(shown, key=lambda each: each["warning"] is None)


def _message(message: Message) -> dict[str, Any]:
    who = {"buyer": _("Buyer"), "seller": _("Seller")}.get(message.role, message.role)
    return {"by": f"{who}: {message.author.shown_name}", "at": message.sent_at, "text": message.text}


def _timeline(events: Iterable[Any], of_order: Iterable[Any]) -> list[TimelineLine]:
    told = [(e, HAPPENED) for e in events if e.verb not in NOT_TOLD]
    told += [(e, ORDER_HAPPENED) for e in of_order if e.verb not in NOT_TOLD | OF_DISPUTES]
    told.sort(key=lambda pair: pair[0].at, reverse=True)
    return [event_line(event, words) for event, words in told]


def event_line(event: Any, words: dict[str, Any]) -> TimelineLine:
    """One event as staff read it: who by name, and what was said with it."""
    data = event.data
    note = data.get("note") or data.get("tracking_number") or data.get("code") or ""
    who = event.actor.shown_name if event.actor else _("the clock")
    return TimelineLine(
        str(words.get(event.verb, event.verb)), event.at, by=f"{who} ({event.role})", note=str(note)
    )


def _sums(dispute: Dispute) -> list[tuple[str, Money]]:
    escrow, claim = dispute.order.escrow, dispute.claim
    return [
        (_("Paid for the order"), dispute.money(escrow.captured)),
        (_("Held for this dispute"), dispute.money(dispute.held)),
        (_("The buyer asks for"), dispute.money(claim.amount)),
        (_("Held in all"), escrow.held),
        (_("Gone back to the buyer"), dispute.money(escrow.refunded)),
        (_("Gone to the seller"), dispute.money(escrow.released)),
    ]


def records(dispute: Dispute) -> tuple[Record, Record]:
    """(the buyer's, the seller's), this case included; four queries."""
    sides = (Q(buyer_id=dispute.buyer_id), Q(store_id=dispute.store_id))
    either = sides[0] | sides[1]
    orders = Order.objects.filter(either).aggregate(
        **{f"n{i}": Count("pk", filter=side) for i, side in enumerate(sides)}
    )
    kinds = {
        "disputes": Q(),
        "open": ~Q(state__in=(State.RESOLVED, State.CANCELLED)),
        "refunded": Q(outcome__in=(Result.REFUNDED, Result.RETURNED_AND_REFUNDED)),
        "partly": Q(outcome=Result.PARTLY_REFUNDED),
        "nothing": Q(outcome__in=(Result.NO_REFUND, Result.FRAUD)),
        "cancelled": Q(state=State.CANCELLED),
    }
    counts = {
        f"{kind}{i}": Count("pk", filter=side & which)
        for i, side in enumerate(sides)
        for kind, which in kinds.items()
    }
    found = Dispute.objects.filter(either).order_by().aggregate(**counts)
    insults = _insults(dispute)
    buyer, seller = (
        Record(orders=orders[f"n{i}"], insults=insults[i], **{kind: found[f"{kind}{i}"] for kind in kinds})
        for i in range(len(sides))
    )
    return buyer, seller


def _insults(dispute: Dispute) -> tuple[int, int]:
    """How many insulting messages the buyer, and the store's people, wrote of late, in any case (N-07)."""
    now = timezone.now()
    members = dispute.store.members.values_list("pk", flat=True)
    of_buyer = insults_of(dispute.buyer_id, at=now, policy=dispute.policy)
    return of_buyer.count(), insults_of(*members, at=now, policy=dispute.policy).count()


def _earlier(dispute: Dispute) -> list[Dispute]:
    """The newest other disputes of either party: two index scans, one query each."""
    others = Dispute.objects.exclude(pk=dispute.pk).select_related("claim", "store", "buyer")
    of_buyer = others.filter(buyer_id=dispute.buyer_id)[:EARLIER]
    of_store = others.filter(store_id=dispute.store_id)[:EARLIER]
    found = {each.pk: each for each in chain(of_buyer, of_store)}
    return sorted(found.values(), key=lambda each: each.opened_at, reverse=True)[:EARLIER]


def read_facts(dispute: Dispute) -> str:
    """The facts in plain sentences, read from the case's rows."""
    events = list(dispute.events.filter(verb__in=("refuse_claim", "contest_return")))
    parcels = list(dispute.order.shipments.all())
    return facts_template(dispute, dispute.exhibits.count(), _seller_said(events), parcels)


def facts_template(dispute: Dispute, files: int, seller_said: str, parcels: Sequence[Any]) -> str:
    """The facts of the case in plain sentences, for the mediator to correct and to go on from."""
    claim = dispute.claim
    money = format_money(dispute.money(claim.amount))
    lines = [
        _("The buyer says: %(reason)s. The buyer asks for %(money)s.")
        % {"reason": claim.get_reason_display(), "money": money},
        _("The seller says: “%(words)s”") % {"words": seller_said}
        if seller_said
        else _("The seller gave no reason why not."),
        ngettext("There is %(n)s file in this case.", "There are %(n)s files in this case.", files)
        % {"n": files}
        if files
        else _("No side added a file."),
        _parcel_words(parcels),
    ]
    return "\n".join(lines)


def _parcel_words(parcels: Sequence[Any]) -> str:
    if not parcels:
        return _("No parcel was sent.")
    last = parcels[-1]
    if doubts := words_of(last.doubts):
        return " ".join([_("The tracking is doubtful."), *map(str, doubts)])
    if last.delivered_at:
        return _("The carrier delivered the parcel on %(date)s.") % {"date": date_text(last.delivered_at)}
    return _("The parcel was sent on %(date)s. The carrier reports no delivery.") % {
        "date": date_text(last.shipped_at)
    }
