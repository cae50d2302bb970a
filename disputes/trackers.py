"""A return and a refund, step by step, with dates."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from marketplace.core.display import Step, date_text
from marketplace.payments import tracking

from .models import Dispute, ReturnShipment, State

Status = ReturnShipment.Status


def refund_tracks(dispute: Dispute) -> list[tracking.Track]:
    """The refunds that this dispute decided."""
    if not dispute.settled_amount or dispute.state != State.RESOLVED:
        return []
    return tracking.tracks_for(dispute.order.escrow_id, f"{tracking.BY_DISPUTE}{dispute.public_id}")


def return_steps(parcel: ReturnShipment | None, dispute: Dispute) -> list[Step]:
    """Agreed, sent, arrived, checked, refunded: what is done, what is now, and by when (section 5)."""
    if parcel is None:
        return []
    known_at = parcel.send_by - timedelta(days=dispute.policy.return_ship_days) if parcel.send_by else None
    named = [(_("Address known"), known_at, parcel.address_by)] if parcel.address_by else []
    return _steps(
        dispute,
        [
            (_("Return agreed"), parcel.agreed_at, None),
            *named,
            (_("Sent back"), parcel.shipped_at, parcel.send_by),
            (_("At the seller"), parcel.delivered_at, parcel.lost_at),
            (_("Checked"), _confirmed_at(parcel, dispute), parcel.check_by),
        ],
    )


def _confirmed_at(parcel: ReturnShipment, dispute: Dispute) -> Any:
    """When the seller, or the clock, confirmed the return: then the dispute ended, or the replacement was awaited."""
    if parcel.status != Status.CONFIRMED:
        return None
    replacement = getattr(dispute, "replacement", None)
    return replacement.agreed_at if replacement else dispute.ended_at


def replacement_steps(dispute: Dispute) -> list[Step]:
    """Agreed, sent, arrived, received: what is done, what is now, and by when (T-03)."""
    parcel = getattr(dispute, "replacement", None)
    if parcel is None:
        return []
    received = dispute.ended_at if parcel.status == parcel.Status.ACKNOWLEDGED else None
    return _steps(
        dispute,
        [
            (_("Replacement agreed"), parcel.agreed_at, None),
            (_("Sent"), parcel.shipped_at, parcel.send_by),
            (_("At the buyer"), parcel.delivered_at, parcel.lost_at),
            (_("Received"), received, parcel.acknowledge_by),
        ],
    )


def _steps(dispute: Dispute, rows: list[tuple[str, Any, Any]]) -> list[Step]:
    """(label, done at, by when) → the tracker's steps."""
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
