"""The goods go back: sent by the buyer, checked by the seller, and what silence of either brings (section 5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from marketplace.accounts import addresses
from marketplace.accounts.addresses import AddressData
from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.errors import Invalid
from marketplace.orders.tracking import same_place

from ..models import Dispute, ReachedBy, Remedy, Result, ReturnShipment, State
from .exhibits import attach, known_to_both, own_files
from .parcels import is_known, needed_number, reported_at
from .settling import await_replacement, refund_outcome, settle

Status = ReturnShipment.Status
Inspection = ReturnShipment.Inspection
#: what a seller may find wrong with a return
CONTEST_CODES = tuple(code for code in Inspection.values if code != Inspection.AS_IT_SHOULD)


def give_return_address(pk: int, *, country: str, lines: str, by: Actor, city: str = "") -> Dispute:
    """The seller names the address that was not known; from now on the buyer has time to send (T-01).

    It is kept for the store's next return, too. Raises Invalid with every field that does not fit.
    """
    with step(Dispute, pk, "give_return_address", by=by) as dispute:
        dispute.give_return_address()
        given = addresses.checked(AddressData(country=country, city=city, lines=lines))
        home = dispute.order.country
        if home in dispute.store.local_return_countries and given.country != home:
            words = _("Your shop promises returns inside %(country)s. Give an address there.")
            raise Invalid.field("country", "not_local", words % {"country": home})
        parcel = dispute.return_shipment
        parcel.address, parcel.country, parcel.city = given.lines, given.country, given.city
        parcel.is_local = given.country == home
        parcel.send_by = dispute.at + timedelta(days=dispute.policy.return_ship_days)
        parcel.save()
        addresses.keep(dispute.store, given)
        dispute.say(country=given.country, city=given.city)
    return dispute


def refund_missing_address(pk: int, *, by: Actor) -> Dispute:
    """The seller never said where the goods go: the buyer gets the money and keeps them."""
    with step(Dispute, pk, "refund_missing_address", by=by) as dispute:
        dispute.refund_missing_address()
        _mark(dispute, Status.EXPIRED)
        amount = dispute.settled_amount or 0
        outcome = refund_outcome(dispute, amount)
        settle(dispute, amount=amount, outcome=outcome, reached_by=ReachedBy.SELLER_SILENCE, by=by)
    return dispute


def ship_return(pk: int, *, carrier: str, tracking_number: str, by: Actor) -> Dispute:
    """The buyer has sent it and says under which number (T-01)."""
    with step(Dispute, pk, "ship_return", by=by) as dispute:
        dispute.ship_return()
        parcel = dispute.return_shipment
        parcel.carrier, parcel.tracking_number = carrier.strip(), needed_number(tracking_number)
        parcel.status = Status.IN_TRANSIT
        parcel.shipped_at = dispute.at
        parcel.lost_at = dispute.at + timedelta(days=dispute.policy.return_transit_days)
        parcel.save()
        dispute.say(carrier=parcel.carrier, tracking_number=parcel.tracking_number)
    return dispute


def record_return_tracking(
    pk: int, *, code: str, at: datetime | None, by: Actor, city: str = "", country: str = ""
) -> Dispute:
    """What the carrier reported of the return; “delivered” starts the seller's time to check it (T-02).

    The same report again changes nothing, and a later one never moves a time back. Delivered in another place than the
    address is marked, and told to the seller, who may contest it.
    """
    if known := is_known(pk, "record_return_tracking", code=code, at=at, by=by):
        return known
    with step(Dispute, pk, "record_return_tracking", by=by) as dispute:
        dispute.record_return_tracking()
        parcel = dispute.return_shipment
        when = reported_at(dispute, parcel.shipped_at, at)
        if code == "delivered" and parcel.delivered_at is None:
            parcel.status = Status.DELIVERED
            parcel.delivered_at = when
            parcel.is_elsewhere = _is_elsewhere(parcel, city=city, country=country)
            in_full = when + timedelta(days=dispute.policy.return_confirm_days)
            # a report that comes late still leaves the seller time to check
            parcel.check_by = max(in_full, dispute.now + dispute.policy.edit_answer)
            parcel.save()
            dispute.say(arrived=True, elsewhere=parcel.is_elsewhere)
        dispute.say(code=code, city=city, country=country, happened_at=when.isoformat())
    return dispute


def _is_elsewhere(parcel: ReturnShipment, *, city: str, country: str) -> bool:
    """Is the place that the carrier names another one than the address? What one of them does not say cannot differ."""
    if country and parcel.country and country.upper() != parcel.country:
        return True
    return bool(city and parcel.city) and not same_place(city, parcel.city)


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


def contest_return(pk: int, *, code: str, note: str, by: Actor, evidence: Sequence[str] = ()) -> Dispute:
    """The seller says what is wrong with what came back, with files; a mediator decides (T-02)."""
    with step(Dispute, pk, "contest_return", by=by) as dispute:
        dispute.contest_return()
        parcel = dispute.return_shipment
        if code not in CONTEST_CODES:
            raise Invalid.field("code", "unknown", _("Choose what is wrong with the return."))
        if code == Inspection.NOT_RECEIVED and parcel.delivered_at is None:
            words = _("It is still on its way. You can say this once the carrier says that it was delivered.")
            raise Invalid.field("code", "not_delivered", words)
        files = attach(dispute, own_files(evidence, by), role="seller", at=dispute.now)
        parcel.inspection = code
        parcel.contest_note = note.strip()
        _mark(dispute, Status.CONTESTED)
        dispute.escalated_at = dispute.at
        dispute.say(code=code, note=note.strip(), files=known_to_both(files))
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
