"""Trying a policy's draft on past cases: which of them would have gone another way, and why (P-03).

Each past dispute is held against the version that it was decided under and against the draft, rule by rule. What is
looked at are the moments and sums that the case left behind; what people would have done with other deadlines nobody
knows, and the words say no more than that. Nothing is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.core.policy import ProtectionPolicy

from .amounts import smallest_claim
from .models import Dispute, ReachedBy, State
from .reasons import NOT_RECEIVED, PAYMENT

#: how far back it looks, and at how many cases at most, the newest first
LOOKS_BACK = timedelta(days=365)
MOST_CASES = 2000
#: how many of the cases that differ are listed
LISTED = 200


@dataclass(frozen=True)
class Difference:
    """One way in which a case would have gone otherwise. `rule`: its id in the rulebook."""

    rule: str
    words: Promise


TOO_EARLY = Difference("D-02", _("It could not have been opened so early."))
TOO_LATE = Difference("D-02", _("It could not have been opened so late."))
TOO_SMALL = Difference("D-06", _("The claim would have been too small."))
AGAIN = Difference("D-08", _("The items could not have been disputed again."))
GRANTED = Difference(
    "N-01", _("The seller's answer would have come too late: the claim would have been granted.")
)
MORE_TIME = Difference("N-01", _("The seller did not answer in time, and would have had more time."))
MEDIATOR_FIRST = Difference("N-02", _("A mediator would have taken over before the two agreed."))
MORE_TALK = Difference("N-02", _("The two would have had more time to agree before a mediator took over."))
RETURN_LATE = Difference("T-01", _("The return was sent later than it could have been: no refund."))
RETURN_LONGER = Difference("T-01", _("The return was not sent in time, and there would have been more time."))
CHECKED = Difference("M-08", _("The decision would have needed a second mediator."))
UNCHECKED = Difference("M-08", _("The decision would not have needed a second mediator."))


@dataclass
class Trial:
    """What trying the draft showed."""

    looked_at: int = 0
    differing: int = 0
    by_difference: Counter[Difference] = field(default_factory=Counter)
    cases: list[tuple[Dispute, list[Difference]]] = field(default_factory=list)


def simulate(draft: ProtectionPolicy, *, now: datetime) -> Trial:
    """Run the draft over the cases of the policy's earlier versions that ended in the last year (P-03)."""
    trial = Trial()
    for dispute in _past_cases(draft, now):
        trial.looked_at += 1
        found = list(differences(dispute, dispute.policy, draft))
        if not found:
            continue
        trial.differing += 1
        trial.by_difference.update(found)
        if len(trial.cases) < LISTED:
            trial.cases.append((dispute, found))
    return trial


def _past_cases(draft: ProtectionPolicy, now: datetime) -> QuerySet[Dispute]:
    """The newest ended cases; a fixed number of queries, and a bounded number of rows."""
    earlier = Q(
        lines__order_line__dispute_lines__dispute__state=State.CANCELLED,
        lines__order_line__dispute_lines__dispute__opened_at__lt=F("opened_at"),
    )
    ended = Dispute.objects.filter(ended_at__gte=now - LOOKS_BACK, order__policy__name=draft.name)
    return (
        ended.exclude(order__policy=draft)
        .select_related("order__policy", "claim", "return_shipment", "buyer", "store")
        .prefetch_related("decisions", "lines__order_line")
        .annotate(cancelled_before=Count("lines__order_line__dispute_lines", filter=earlier, distinct=True))
        .order_by("-ended_at", "-pk")[:MOST_CASES]
    )


def differences(dispute: Dispute, old: ProtectionPolicy, new: ProtectionPolicy) -> Iterator[Difference]:
    """Every way in which the case would have gone otherwise under `new`, in the order of the case's life."""
    for part in (_opening, _again, _answering, _agreeing, _returning, _deciding):
        yield from part(dispute, old, new)


def _window(dispute: Dispute, policy: ProtectionPolicy) -> tuple[datetime | None, datetime | None]:
    """From when to when the dispute could have been opened under that policy (D-02); None: not bounded by it."""
    order, reason = dispute.order, dispute.reason
    starts_at = None
    if order.shipped_at and reason.group != PAYMENT:
        waits = policy.dispute_wait_applies_to == "all" or reason.group == NOT_RECEIVED
        starts_at = order.shipped_at + policy.dispute_wait if waits else order.shipped_at
    ends_at = order.protection_ends_at
    if order.shipped_at and ends_at:
        ends_at = min(ends_at, order.shipped_at + policy.max_delivery)
    by_hand = order.confirmed_at if order.confirmed_by_hand else None
    received_at = by_hand if by_hand and by_hand <= dispute.opened_at else ends_at
    return starts_at, received_at + policy.post_receipt if received_at else None


def _opening(dispute: Dispute, old: ProtectionPolicy, new: ProtectionPolicy) -> Iterator[Difference]:
    starts_at, ends_at = _window(dispute, new)
    if starts_at and dispute.opened_at < starts_at:
        yield TOO_EARLY
    if ends_at and dispute.opened_at >= ends_at:
        yield TOO_LATE
    claim = dispute.claim
    if claim.amount < smallest_claim(claim.ceiling, new.claim_min_percent):
        yield TOO_SMALL


def _again(dispute: Dispute, old: ProtectionPolicy, new: ProtectionPolicy) -> Iterator[Difference]:
    before: int = getattr(dispute, "cancelled_before", 0)
    if new.redispute_times < before <= old.redispute_times:
        yield AGAIN


def _answering(dispute: Dispute, old: ProtectionPolicy, new: ProtectionPolicy) -> Iterator[Difference]:
    answer, talks = new.seller_response, new.negotiation
    silent = dispute.reached_by == ReachedBy.SELLER_SILENCE and dispute.answered_at is None
    if dispute.answered_at and answer < talks and dispute.answered_at - dispute.opened_at >= answer:
        yield GRANTED
    elif silent and answer > old.seller_response:
        yield MORE_TIME


def _agreeing(dispute: Dispute, old: ProtectionPolicy, new: ProtectionPolicy) -> Iterator[Difference]:
    parcel = getattr(dispute, "return_shipment", None)
    agreed_at = parcel.agreed_at if parcel else dispute.ended_at
    ends_at = dispute.opened_at + new.negotiation + dispute.paused_for
    if dispute.reached_by == ReachedBy.AGREEMENT and agreed_at and agreed_at >= ends_at:
        yield MEDIATOR_FIRST
    by_clock = dispute.escalated_at == dispute.opened_at + old.negotiation + dispute.paused_for
    if by_clock and new.negotiation > old.negotiation:
        yield MORE_TALK


def _returning(dispute: Dispute, old: ProtectionPolicy, new: ProtectionPolicy) -> Iterator[Difference]:
    parcel = getattr(dispute, "return_shipment", None)
    if parcel is None:
        return
    allowed = timedelta(days=new.return_ship_days)
    if parcel.shipped_at and parcel.shipped_at - parcel.agreed_at >= allowed:
        yield RETURN_LATE
    elif parcel.status == parcel.Status.EXPIRED and new.return_ship_days > old.return_ship_days:
        yield RETURN_LONGER


def _deciding(dispute: Dispute, old: ProtectionPolicy, new: ProtectionPolicy) -> Iterator[Difference]:
    decisions = list(dispute.decisions.all())
    if not decisions:
        return
    amount = dispute.money(decisions[-1].amount)
    before, after = old.needs_approval(amount), new.needs_approval(amount)
    if before != after:
        yield CHECKED if after else UNCHECKED
