"""An identical product is sent instead of money: shipped by the seller, acknowledged by the buyer (T-03).

All that the dispute holds goes to the seller once the buyer has it, and to the buyer what the terms say where it is
never sent. Contested, or lost on the way, a mediator decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.errors import Invalid

from ..models import Dispute, ReachedBy, ReplacementShipment, Result, ReturnShipment
from .exhibits import attach, known_to_both, own_files
from .parcels import is_known, needed_number, reported_at
from .settling import refund_outcome, settle

Status = ReplacementShipment.Status


def ship_replacement(pk: int, *, carrier: str, tracking_number: str, by: Actor) -> Dispute:
    """The seller has sent it and says under which number."""
    with step(Dispute, pk, "ship_replacement", by=by) as dispute:
        dispute.ship_replacement()
        parcel = dispute.replacement
        parcel.carrier, parcel.tracking_number = carrier.strip(), needed_number(tracking_number)
        parcel.status = Status.IN_TRANSIT
        parcel.shipped_at = dispute.at
        parcel.lost_at = dispute.at + timedelta(days=dispute.policy.return_transit_days)
        parcel.save()
        dispute.say(carrier=parcel.carrier, tracking_number=parcel.tracking_number)
    return dispute


def record_replacement_tracking(
    pk: int, *, code: str, at: datetime | None, by: Actor, city: str = "", country: str = ""
) -> Dispute:
    """What the carrier reported of the replacement; “delivered” starts the buyer's time to look at it.

    The same report again changes nothing, and a later one never moves a time back.
    """
    if known := is_known(pk, "record_replacement_tracking", code=code, at=at, by=by):
        return known
    with step(Dispute, pk, "record_replacement_tracking", by=by) as dispute:
        dispute.record_replacement_tracking()
        parcel = dispute.replacement
        when = reported_at(dispute, parcel.shipped_at, at)
        if code == "delivered" and parcel.delivered_at is None:
            parcel.status = Status.DELIVERED
            parcel.delivered_at = when
            in_full = when + timedelta(days=dispute.policy.replacement_confirm_days)
            # a report that comes late still leaves the buyer time to look
            parcel.acknowledge_by = max(in_full, dispute.now + dispute.policy.edit_answer)
            parcel.save()
            dispute.say(arrived=True)
        dispute.say(code=code, city=city, country=country, happened_at=when.isoformat())
    return dispute


def acknowledge_replacement(pk: int, *, by: Actor) -> Dispute:
    """The buyer has it, and it is right: the seller is paid."""
    with step(Dispute, pk, "acknowledge_replacement", by=by) as dispute:
        dispute.acknowledge_replacement()
        _finish(dispute, by)
    return dispute


def confirm_replacement_by_silence(pk: int, *, by: Actor) -> Dispute:
    """It was delivered, and the buyer said nothing: done (api.md section 6)."""
    with step(Dispute, pk, "confirm_replacement_by_silence", by=by) as dispute:
        dispute.confirm_replacement_by_silence()
        _finish(dispute, by)
    return dispute


def _finish(dispute: Dispute, by: Actor) -> None:
    _mark(dispute, Status.ACKNOWLEDGED)
    settle(dispute, amount=0, outcome=Result.REPLACED, reached_by=dispute.reached_by, by=by)


def refund_missing_replacement(pk: int, *, by: Actor) -> Dispute:
    """The seller did not send it in time: the buyer gets what the terms say for that."""
    with step(Dispute, pk, "refund_missing_replacement", by=by) as dispute:
        dispute.refund_missing_replacement()
        _mark(dispute, Status.EXPIRED)
        amount = dispute.settled_amount or 0
        outcome = Result.RETURNED_AND_REFUNDED if _is_back(dispute) else refund_outcome(dispute, amount)
        settle(dispute, amount=amount, outcome=outcome, reached_by=ReachedBy.SELLER_SILENCE, by=by)
    return dispute


def _is_back(dispute: Dispute) -> bool:
    """Did the goods go back before the replacement was due?"""
    parcel = getattr(dispute, "return_shipment", None)
    return parcel is not None and parcel.status == ReturnShipment.Status.CONFIRMED


def contest_replacement(pk: int, *, note: str, by: Actor, evidence: Sequence[str] = ()) -> Dispute:
    """The buyer says what is wrong with the replacement, with files; a mediator decides."""
    with step(Dispute, pk, "contest_replacement", by=by) as dispute:
        dispute.contest_replacement()
        if not note.strip():
            raise Invalid.field("note", "required", _("Say what is wrong with it."))
        files = attach(dispute, own_files(evidence, by), role="buyer", at=dispute.now)
        dispute.replacement.contest_note = note.strip()
        _mark(dispute, Status.CONTESTED)
        dispute.escalated_at = dispute.at
        dispute.say(note=note.strip(), files=known_to_both(files))
    return dispute


def mediate_lost_replacement(pk: int, *, by: Actor) -> Dispute:
    """On its way for longer than the policy allows: a mediator decides."""
    with step(Dispute, pk, "mediate_lost_replacement", by=by) as dispute:
        dispute.mediate_lost_replacement()
        dispute.escalated_at = dispute.at
    return dispute


def _mark(dispute: Dispute, status: str) -> None:
    dispute.replacement.status = status
    dispute.replacement.save()
