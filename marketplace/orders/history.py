"""What a row of the import says has happened: the state the order is in, its dates, and what is doubtful about them.

Pure functions of the row and the policy. The row tells a history that happened elsewhere, and facts in it contradict each
other at times. Then:

- Not paid (no payments, or only payments of nothing): `awaiting_payment`, whatever else the row says. Parcels and a
  confirmation count once it is paid.
- Cancelled: called off, all money back. Unless the goods arrived (delivered or confirmed) after it was called off: then
  the calling off did not hold, and the order goes on.
- Confirmed by the buyer counts from that moment, not before the parcel left. From the end of protection on the automatic
  confirmation has won (O-04): it is left to the clock. Without any parcel it cannot count: there is nothing to receive.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from marketplace.core.policy import ProtectionPolicy
from marketplace.payments.models import Payment

from .models import Order, State
from .rows import OrderRow, ParcelRow, PaymentRow
from .services.delivery import cover

#: What a doubtful order may be marked with, in words for people. The codes stand in `Order.doubts`.
DOUBTS = {
    "payments_do_not_add_up": _("What was paid is not what the lines cost."),
    "empty_payment": _("A payment of nothing was sent. It was left out."),
    "coupons_only": _("Paid with coupons alone: there is no money to give back."),
    "costs_nothing": _("The order costs nothing."),
    "paid_before_placed": _("Paid before the order was placed."),
    "shipped_before_payment": _("The parcel left before the payment."),
    "shipped_without_payment": _("The parcel left, but nothing was paid. It counts once it is paid."),
    "promised_before_shipped": _("The promised date is before the parcel left."),
    "delivered_before_shipped": _("The parcel came before it left."),
    "confirmed_before_shipped": _("Confirmed before the parcel left. It counts from when it left."),
    "confirmed_without_parcel": _("Confirmed, but no parcel was sent. It counts once there is one."),
    "cancelled_after_shipment": _("Called off though the parcel had left."),
    "cancelled_but_received": _("Called off, but the goods came later. The order goes on."),
    "review_before_order": _("A review is older than the order."),
    "buyer_is_seller": _("The buyer owns the store."),
    "email_taken": _("An account with this e-mail exists. It was not joined, and the e-mail was left out."),
    "contradicts_history": _("A later row contradicts what has happened here. What happened stands."),
}


@dataclass(frozen=True, slots=True)
class History:
    """The state that the row's facts lead to, and the order's dates. `parcels`: those that count, oldest first."""

    state: State
    parcels: tuple[ParcelRow, ...]
    entered_at: datetime
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    protection_ends_at: datetime | None = None
    delivered_at: datetime | None = None
    confirmed_at: datetime | None = None
    closed_at: datetime | None = None

    #: the dates that the order keeps under the same names
    DATES: ClassVar[tuple[str, ...]] = (
        "entered_at",
        "paid_at",
        "shipped_at",
        "protection_ends_at",
        "delivered_at",
        "confirmed_at",
        "closed_at",
    )

    def dates(self) -> dict[str, datetime | None]:
        return {name: getattr(self, name) for name in self.DATES}


def money_of(row: OrderRow) -> tuple[PaymentRow, ...]:
    """The payments that are something; real money or coupons."""
    return tuple(payment for payment in row.payments if payment.amount)


def captured_of(row: OrderRow) -> int:
    """Real money, in minor units: what is held for the order (O-11)."""
    return sum(payment.amount for payment in row.payments if payment.method != Payment.COUPON)


def cancelled_of(row: OrderRow) -> datetime | None:
    """When the order was called off; None where the goods arrived afterwards all the same."""
    if row.cancelled_at is None:
        return None
    arrived = [parcel.delivered_at for parcel in row.shipments] + [row.confirmed_at]
    came_later = any(at and at > row.cancelled_at for at in arrived) and bool(money_of(row))
    return None if came_later else row.cancelled_at


def confirmed_of(row: OrderRow) -> datetime | None:
    """When the buyer confirmed, as it counts: not before the first parcel left; None without a parcel."""
    if row.confirmed_at is None or not row.shipments:
        return None
    return max(row.confirmed_at, min(parcel.shipped_at for parcel in row.shipments))


def paid_of(row: OrderRow) -> datetime | None:
    """When the first payment that is something came, in money or coupons."""
    return min((payment.paid_at for payment in money_of(row)), default=None)


def history_of(row: OrderRow, policy: ProtectionPolicy) -> History:
    """What has happened by the row's facts, under the windows of that policy."""
    paid_at, cancelled_at = paid_of(row), cancelled_of(row)
    if paid_at is None:
        if cancelled_at is None:
            return History(State.AWAITING_PAYMENT, (), row.placed_at)
        return History(State.CANCELLED, (), cancelled_at, closed_at=cancelled_at)
    parcels = tuple(sorted(row.shipments, key=lambda parcel: parcel.shipped_at))
    shipped_at, ends_at = _protection(parcels, policy)
    came = [parcel.delivered_at for parcel in parcels if parcel.delivered_at]
    delivered_at = max(came) if came and len(came) == len(parcels) else None
    if cancelled_at:
        return History(
            State.CANCELLED,
            parcels,
            cancelled_at,
            paid_at,
            shipped_at,
            ends_at,
            delivered_at,
            closed_at=cancelled_at,
        )
    confirmed_at = confirmed_of(row)
    if confirmed_at and ends_at and confirmed_at >= ends_at:
        confirmed_at = None
    received_at = delivered_at or confirmed_at
    state = State.DELIVERED if received_at else State.SHIPPED if parcels else State.PAID
    entered_at = received_at or shipped_at or paid_at
    return History(state, parcels, entered_at, paid_at, shipped_at, ends_at, delivered_at, confirmed_at)


def _protection(
    parcels: tuple[ParcelRow, ...], policy: ProtectionPolicy
) -> tuple[datetime | None, datetime | None]:
    """When protection started and ends, by the same function that a shipped parcel goes through."""
    order = Order(policy=policy)
    for parcel in parcels:
        cover(order, parcel.shipped_at, parcel.promised_by)
    return order.shipped_at, order.protection_ends_at


def doubts_of(row: OrderRow, *, email_taken: bool = False, contradicts: bool = False) -> tuple[str, ...]:
    """The codes of what is doubtful about the row, in the order of DOUBTS."""
    found = {*_money_doubts(row), *_parcel_doubts(row), *_other_doubts(row)}
    found |= ({"email_taken"} if email_taken else set()) | ({"contradicts_history"} if contradicts else set())
    return tuple(code for code in DOUBTS if code in found)


def _money_doubts(row: OrderRow) -> Iterator[str]:
    paid, due = sum(payment.amount for payment in row.payments), sum(line.total for line in row.lines)
    if row.payments and paid != due:
        yield "payments_do_not_add_up"
    if len(money_of(row)) < len(row.payments):
        yield "empty_payment"
    if paid and not captured_of(row):
        yield "coupons_only"
    if not due:
        yield "costs_nothing"
    if any(payment.paid_at < row.placed_at for payment in row.payments):
        yield "paid_before_placed"


def _parcel_doubts(row: OrderRow) -> Iterator[str]:
    first_paid = paid_of(row)
    for parcel in row.shipments:
        if first_paid is None:
            yield "shipped_without_payment"
        elif parcel.shipped_at < first_paid:
            yield "shipped_before_payment"
        if parcel.promised_by and parcel.promised_by < parcel.shipped_at:
            yield "promised_before_shipped"
        if parcel.delivered_at and parcel.delivered_at < parcel.shipped_at:
            yield "delivered_before_shipped"


def _other_doubts(row: OrderRow) -> Iterator[str]:
    if row.confirmed_at and not row.shipments:
        yield "confirmed_without_parcel"
    elif row.confirmed_at and row.confirmed_at != confirmed_of(row):
        yield "confirmed_before_shipped"
    if row.cancelled_at and cancelled_of(row) is None:
        yield "cancelled_but_received"
    elif row.cancelled_at and row.shipments:
        yield "cancelled_after_shipment"
    if any(review.created_at < row.placed_at for review in row.reviews):
        yield "review_before_order"
    if row.store.owner and row.store.owner.reference == row.buyer.reference:
        yield "buyer_is_seller"
