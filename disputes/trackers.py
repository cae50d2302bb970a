"""A return and a refund, step by step, with dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from marketplace.core.display import Step, date_text
from marketplace.core.money import Money
from marketplace.payments import tracking
from marketplace.payments.models import Refund

from .models import Dispute, ReturnShipment, State

Status = ReturnShipment.Status


@dataclass(frozen=True)
class RefundTrack:
    """One refund on its way to one payment."""

    amount: Money
    method: str
    steps: list[Step]
    failed: bool
    asked_about: bool


def refund_tracks(dispute: Dispute) -> list[RefundTrack]:
    """The refunds that this dispute decided."""
    if not dispute.settled_amount or dispute.state != State.RESOLVED:
        return []
    found = tracking.refunds_for(dispute.order.escrow_id, f"dispute:{dispute.public_id}")
    return [
        RefundTrack(
            amount=dispute.money(refund.amount),
            method=refund.payment.method,
            steps=tracking.steps(refund),
            failed=refund.status == Refund.Status.FAILED,
            asked_about=refund.status == Refund.Status.UNKNOWN,
        )
        for refund in found
    ]


def return_steps(parcel: ReturnShipment | None, dispute: Dispute) -> list[Step]:
    """Agreed, sent, arrived, checked, refunded: what is done, what is now, and by when (section 5)."""
    if parcel is None:
        return []
    rows: list[tuple[str, Any, Any]] = [
        (_("Return agreed"), parcel.agreed_at, None),
        (_("Sent back"), parcel.shipped_at, parcel.send_by),
        (_("At the seller"), parcel.delivered_at, parcel.lost_at),
        (_("Checked"), dispute.ended_at if parcel.status == Status.CONFIRMED else None, parcel.check_by),
    ]
    ended = dispute.state in (State.RESOLVED, State.CANCELLED)
    steps, now_seen = [], ended
    for label, done_at, by in rows:
        if done_at:
            steps.append(Step(label, "done", date_text(done_at)))
            continue
        until = _("by %(day)s") % {"day": date_text(by)} if by and not ended else ""
        steps.append(Step(label, "later" if now_seen else "now", until))
        now_seen = True
    return steps
