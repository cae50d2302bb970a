"""The parcel: handing over, tracking, and more time for it (O-03, O-06)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.display import moment_text
from marketplace.core.errors import Invalid, NotFound, WrongState

from ..models import Order, Shipment, State, TrackingEvent, TrackingNumber
from ..tracking import report_doubts
from .doubting import doubt, doubt_shared, lock_numbers


def ship(
    pk: int,
    *,
    carrier: str,
    tracking_number: str,
    promised_by: datetime | None,
    by: Actor,
    shipped_at: datetime | None = None,
) -> Order:
    """A parcel was handed over: protection starts, and ends at the promised date, at most the policy's maximum (O-03)."""
    with step(Order, pk, "ship", by=by) as order:
        handed_over = min(shipped_at, order.now) if shipped_at else order.now
        _not_on_hold(order)
        order.ship()
        lock_numbers([tracking_number])
        parcel = add_shipment(order, carrier, tracking_number, handed_over, promised_by)
        doubt_shared(order, parcel, at=order.now)
        order.say(carrier=carrier, tracking_number=tracking_number)
    return order


def _not_on_hold(order: Order) -> None:
    """Raise WrongState in the seller's words: why it is held, and what lets it go on (O-08)."""
    if order.state != State.ON_HOLD:
        return
    hold = order.holds.latest("pk")
    words = [_("This order is on hold."), _("Reason: %(why)s") % {"why": hold.reason}]
    if order.due_at and order.proved_at is None:
        until = {"moment": moment_text(order.due_at, "at")}
        words.append(
            _("Show us that all is well until %(moment)s. Then it goes on, or the buyer gets the money back.")
            % until
        )
    else:
        words.append(_("You showed us that all is well. We look at it now."))
    raise WrongState(" ".join(words))


def add_shipment(
    order: Order, carrier: str, tracking_number: str, shipped_at: datetime, promised_by: datetime | None
) -> Shipment:
    """Write the parcel and let the order's protection cover it; several parcels: from the first to the last promise."""
    parcel = Shipment.objects.create(
        order=order,
        carrier=carrier,
        tracking_number=tracking_number,
        shipped_at=shipped_at,
        promised_by=promised_by,
    )
    if tracking_number:
        TrackingNumber.of(parcel, shipped_at).save()
    cover(order, shipped_at, promised_by)
    return parcel


def cover(order: Order, shipped_at: datetime, promised_by: datetime | None) -> None:
    """Let the order's protection cover one parcel more: from the first one's hand-over to the last promise."""
    order.shipped_at = min(filter(None, (order.shipped_at, shipped_at)))
    longest = order.promise(order.shipped_at, None)
    wanted = max(filter(None, (order.protection_ends_at, order.promise(shipped_at, promised_by))))
    order.protection_ends_at = min(wanted, longest)


def change_tracking(pk: int, *, carrier: str, tracking_number: str, by: Actor, shipment: str = "") -> Order:
    """The parcel goes on under another number; the old one stays in its history (O-06)."""
    with step(Order, pk, "change_tracking", by=by) as order:
        if not tracking_number.strip():
            raise Invalid.field("tracking_number", "required", _("Enter the new tracking number."))
        parcel = _parcel(order, shipment)
        order.change_tracking()
        lock_numbers([tracking_number])
        parcel.carrier, parcel.tracking_number = carrier or parcel.carrier, tracking_number.strip()
        parcel.doubts_cleared = []  # they were cleared for the old number
        parcel.save(update_fields=["carrier", "tracking_number", "doubts_cleared"])
        TrackingNumber.of(parcel, order.now).save()
        doubt_shared(order, parcel, at=order.now)
        order.say(carrier=parcel.carrier, tracking_number=parcel.tracking_number)
    return order


def record_tracking(
    pk: int,
    *,
    code: str,
    at: datetime | None,
    by: Actor,
    city: str = "",
    country: str = "",
    shipment: str = "",
) -> Order:
    """What the carrier reported. The same report again changes nothing; “delivered” of the last parcel delivers the order."""
    with step(Order, pk, "record_tracking", by=by) as order:
        order.record_tracking()
        when = min(at, order.now) if at else order.now
        parcel = _parcel(order, shipment)
        _event, is_new = TrackingEvent.objects.get_or_create(
            shipment=parcel, code=code, at=when, defaults={"city": city, "country": country}
        )
        if is_new:
            doubts = report_doubts(order, parcel, code=code, at=when, country=country, city=city)
            doubt(order, parcel, doubts, at=order.now)
            if code == TrackingEvent.Code.DELIVERED:
                deliver(order, parcel, when)
        order.say(code=code, city=city, country=country, happened_at=when.isoformat())
    return order


def deliver(order: Order, parcel: Shipment, at: datetime) -> None:
    """The parcel is there; the order is delivered once all of its parcels are."""
    parcel.delivered_at = parcel.delivered_at or at
    parcel.save(update_fields=["delivered_at"])
    if not order.shipments.filter(delivered_at=None).exists():
        order.delivered_at = order.delivered_at or at
        if order.state == State.SHIPPED:
            order.arrive()


def _parcel(order: Order, public_id: str) -> Shipment:
    parcels = order.shipments.filter(public_id=public_id) if public_id else order.shipments.order_by("-pk")
    parcel = parcels.first()
    if parcel is None:
        raise NotFound(_("This order has no such parcel."))
    return parcel


def request_extension(pk: int, *, by: Actor) -> Order:
    """The buyer asks the seller for more time (O-03)."""
    with step(Order, pk, "request_extension", by=by) as order:
        order.request_extension()
        order.extension_asked_at = order.now
    return order


def extend_protection(pk: int, *, days: int, by: Actor) -> Order:
    """The seller gives more time: never less, and never past the policy's maximum in all (O-03)."""
    with step(Order, pk, "extend_protection", by=by) as order:
        order.extend_protection()
        if order.protection_ends_at is None or order.shipped_at is None:
            raise Invalid.field("days", "not_shipped", _("The parcel has not been sent yet."))
        latest = order.promise(order.shipped_at, None)
        room = (latest - order.protection_ends_at).days
        if not 1 <= days <= room:
            raise Invalid.field(
                "days",
                "out_of_range",
                _("You can add at most %(n)s days, and at least 1.") % {"n": max(room, 0)},
            )
        order.protection_ends_at += timedelta(days=days)
        order.extension_asked_at = None
        order.say(days=days, ends_at=order.protection_ends_at.isoformat())
    return order
