"""The goods go back: sent by the buyer, checked by the seller, and what silence of either brings (section 5)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.errors import Invalid

from ..models import Dispute, ReachedBy, Remedy, Result, ReturnShipment, State
from .settling import await_replacement, settle

Status = ReturnShipment.Status
Inspection = ReturnShipment.Inspection
#: what a seller may find wrong with a return
CONTEST_CODES = tuple(code for code in Inspection.values if code != Inspection.AS_IT_SHOULD)


def ship_return(pk: int, *, carrier: str, tracking_number: str, by: Actor) -> Dispute:
    """The buyer has sent it and says under which number (T-01)."""
    with step(Dispute, pk, "ship_return", by=by) as dispute:
        dispute.ship_return()
        if not tracking_number.strip():
            raise Invalid.field("tracking_number", "required", _("Enter the tracking number of the parcel."))
        parcel = dispute.return_shipment
        parcel.status = Status.IN_TRANSIT
        parcel.carrier, parcel.tracking_number = carrier.strip(), tracking_number.strip()
        parcel.shipped_at = dispute.at
        parcel.lost_at = dispute.at + timedelta(days=dispute.policy.return_transit_days)
        parcel.save()
        dispute.say(carrier=parcel.carrier, tracking_number=parcel.tracking_number)
    return dispute


def record_return_tracking(
    pk: int, *, code: str, at: datetime | None, by: Actor, city: str = "", country: str = ""
) -> Dispute:
    """What the carrier reported of the return; “delivered” starts the seller's time to check it (T-02)."""
    with step(Dispute, pk, "record_return_tracking", by=by) as dispute:
        dispute.record_return_tracking()
        parcel = dispute.return_shipment
        when = max(min(at or dispute.now, dispute.now), parcel.shipped_at or dispute.now)
        if code == "delivered" and parcel.delivered_at is None:
            parcel.status = Status.DELIVERED
            parcel.delivered_at = when
            in_full = when + timedelta(days=dispute.policy.return_confirm_days)
            # a report that comes late still leaves the seller time to check
            parcel.check_by = max(in_full, dispute.now + dispute.policy.edit_answer)
            parcel.save()
        dispute.say(code=code, city=city, country=country, happened_at=when.isoformat())
    return dispute


def acknowledge_return(pk: int, *, by: Actor) -> Dispute:
    """The seller has it back as it should be: the refund goes out (T-03)."""
    with step(Dispute, pk, "acknowledge_return", by=by) as dispute:
        dispute.acknowledge_return(leads_to=_after_return(dispute))
        dispute.return_shipment.inspection = Inspection.AS_IT_SHOULD
        _finish_return(dispute, by)
    return dispute


def confirm_return_by_silence(pk: int, *, by: Actor) -> Dispute:
    """It was delivered, and the seller neither confirmed nor contested it: refunded (T-02)."""
    with step(Dispute, pk, "confirm_return_by_silence", by=by) as dispute:
        dispute.confirm_return_by_silence(leads_to=_after_return(dispute))
        _finish_return(dispute, by)
    return dispute


def _after_return(dispute: Dispute) -> State:
    replaced = dispute.settled_remedy == Remedy.REPLACEMENT
    return State.AWAITING_REPLACEMENT if replaced else State.RESOLVED


def _finish_return(dispute: Dispute, by: Actor) -> None:
    _mark(dispute, Status.CONFIRMED)
    if dispute.settled_remedy == Remedy.REPLACEMENT:
        await_replacement(dispute)
        return
    amount = dispute.settled_amount or 0
    settle(dispute, amount=amount, outcome=Result.RETURNED_AND_REFUNDED, reached_by=dispute.reached_by, by=by)


def expire_return(pk: int, *, by: Actor) -> Dispute:
    """Nothing was sent back in time: the dispute ends without refund (T-01)."""
    with step(Dispute, pk, "expire_return", by=by) as dispute:
        dispute.expire_return()
        _mark(dispute, Status.EXPIRED)
        settle(dispute, amount=0, outcome=Result.NO_REFUND, reached_by=ReachedBy.BUYER_SILENCE, by=by)
    return dispute


def contest_return(pk: int, *, code: str, note: str, by: Actor) -> Dispute:
    """The seller says what is wrong with what came back; a mediator decides (T-02)."""
    with step(Dispute, pk, "contest_return", by=by) as dispute:
        dispute.contest_return()
        if code not in CONTEST_CODES:
            raise Invalid.field("code", "unknown", _("Choose what is wrong with the return."))
        dispute.return_shipment.inspection = code
        dispute.return_shipment.contest_note = note.strip()
        _mark(dispute, Status.CONTESTED)
        dispute.escalated_at = dispute.at
        dispute.say(code=code, note=note.strip())
    return dispute


def mediate_lost_return(pk: int, *, by: Actor) -> Dispute:
    """On its way for longer than the policy allows: a mediator decides (api.md section 6)."""
    with step(Dispute, pk, "mediate_lost_return", by=by) as dispute:
        dispute.mediate_lost_return()
        dispute.escalated_at = dispute.at
    return dispute


def _mark(dispute: Dispute, status: str) -> None:
    dispute.return_shipment.status = status
    dispute.return_shipment.save()
