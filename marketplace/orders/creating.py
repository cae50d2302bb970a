"""New orders of the import, written in bulk: each table once a batch, with ids, money and deadlines as the verbs would leave them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.errors import FieldError
from marketplace.core.policy_history import PolicyHistory
from marketplace.payments import ledger
from marketplace.payments.models import Escrow, Payment, Refund
from marketplace.payments.services import captured, expected_dates

from .allocation import shares
from .coupons import spend_in_bulk
from .history import cancelled_of, captured_of, doubts_of, history_of, money_of, paid_of
from .models import Order, OrderEvent, OrderLine, Review, Shipment, State, TrackingEvent, TrackingNumber
from .notifications import tell_of_doubtful
from .people import Parties, parties_of
from .rows import OrderRow, ParcelRow, PaymentRow, RowRefused
from .services.doubting import lock_numbers, mark_shared
from .services.holding_stores import hold_new
from .tracking import report_doubts

#: Stands for the provider where money went back before we heard of it: there is nobody to ask or tell.
HISTORY = "history"


class Policies(PolicyHistory):
    """The published policies, read once a batch."""

    def check(self, name: str) -> None:
        """Raises RowRefused where no version of that name was ever published."""
        if name not in self:
            raise RowRefused([FieldError("policy", "unknown_policy", _("There is no such policy."))])


@dataclass
class Made:
    """One new order with what hangs on it, before any of it is written."""

    row: OrderRow
    order: Order
    parcels: tuple[ParcelRow, ...]
    lines: list[OrderLine] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)


def create(
    rows: Sequence[tuple[OrderRow, str]], *, by: Actor, now: datetime, policies: Policies
) -> list[Order]:
    """Write the orders of these (row, digest), in their order. The caller holds the transaction.

    Raises IntegrityError where one of them is here already, RowRefused where a coupon was quicker spent elsewhere.
    """
    assert by.user_id is not None
    parties = parties_of([row for row, _digest in rows], integrator_id=by.user_id)
    escrows = Escrow.objects.bulk_create([_escrow(row, parties) for row, _digest in rows])
    made = [
        _order(row, digest, escrow, parties, by, now, policies)
        for (row, digest), escrow in zip(rows, escrows, strict=True)
    ]
    orders = Order.objects.bulk_create([each.order for each in made])
    OrderEvent.objects.bulk_create([_event(order, by, now) for order in orders])
    for each in made:
        _fill(each, parties)
    OrderLine.objects.bulk_create([line for each in made for line in each.lines])
    _write_money(made)
    spend_in_bulk(((each.order, payment) for each in made for payment in each.payments), by=by)
    doubtful = _write_parcels(made, now)
    Review.objects.bulk_create([review for each in made for review in reviews_of(each.order, each.row)])
    tell_of_doubtful(doubtful)
    hold_new(orders)
    return orders


# -- the order itself ---------------------------------------------------------------------------------------------


def _escrow(row: OrderRow, parties: Parties) -> Escrow:
    paid = captured_of(row)
    went_back = paid if cancelled_of(row) else 0
    return Escrow(
        store=parties.stores[row.store.reference], currency=row.currency, captured=paid, refunded=went_back
    )


def _order(
    row: OrderRow, digest: str, escrow: Escrow, parties: Parties, by: Actor, now: datetime, policies: Policies
) -> Made:
    """The order in the state that its facts lead to, with its next deadline armed."""
    policy = policies.in_force(row.policy, paid_of(row) or row.placed_at)
    history = history_of(row, policy)
    doubts = doubts_of(row, email_taken=row.buyer.reference in parties.without_email)
    order = Order(
        integrator_id=by.user_id,
        reference=row.reference,
        row_digest=digest,
        buyer_id=parties.people[row.buyer.reference],
        store=parties.stores[row.store.reference],
        policy=policy,
        escrow=escrow,
        state=history.state,
        currency=row.currency,
        placed_at=row.placed_at,
        confirmed_by_hand=history.confirmed_at is not None,
        country=row.buyer.country,
        city=row.buyer.city,
        doubts=list(doubts),
        rated_at=max((review.created_at for review in row.reviews), default=None),
        created_at=now,
        moved_at=history.entered_at,
        **history.dates(),
    )
    order.arm()
    order.remind_at = order.next_reminder(now)
    return Made(row, order, history.parcels)


def _event(order: Order, by: Actor, now: datetime) -> OrderEvent:
    """The first line of the timeline. It took effect when the order entered its state: what follows is never earlier."""
    return OrderEvent(
        order=order,
        verb="import",
        from_state="",
        to_state=order.state,
        actor_id=by.user_id,
        role=order.role_of(by),
        at=order.entered_at,
        recorded_at=now,
    )


# -- lines and money ----------------------------------------------------------------------------------------------


def _fill(made: Made, parties: Parties) -> None:
    """The order's lines with their share of what was really paid, its payments, and refunds that are history."""
    row, order = made.row, made.order
    for line in row.lines:
        made.lines.append(
            OrderLine(
                order=order,
                listing_id=parties.listings[order.store_id, line.listing.reference],
                reference=line.reference,
                title=line.listing.title,
                quantity=line.quantity,
                unit_price=line.unit_price,
                discount=line.discount,
                shipping=line.shipping,
            )
        )
    for ours, (goods, shipping) in zip(made.lines, shares(made.lines, order.escrow.captured), strict=True):
        ours.paid, ours.paid_shipping = goods, shipping
    went_back = order.state == State.CANCELLED
    made.payments = [payment_of(order, payment, went_back=went_back) for payment in money_of(row)]
    if went_back:
        made.refunds = [_refund(order, payment) for payment in made.payments if payment.is_money]


def payment_of(order: Order, sent: PaymentRow, *, went_back: bool = False) -> Payment:
    """The payment, not yet saved. `went_back`: all of it was given back before we heard of it."""
    is_money = sent.method != Payment.COUPON
    return Payment(
        escrow=order.escrow,
        reference=sent.reference,
        method=sent.method,
        amount=sent.amount,
        paid_at=sent.paid_at,
        provider=HISTORY if went_back else settings.PAYMENT_GATEWAY,
        provider_reference=sent.reference,
        refunded=sent.amount if went_back and is_money else 0,
    )


def _refund(order: Order, payment: Payment) -> Refund:
    at = order.closed_at or order.placed_at
    low, high = expected_dates(at, order.policy)
    return Refund(
        payment=payment,
        cause=f"order:{order.public_id}:cancelled",
        amount=payment.amount,
        status=Refund.Status.CONFIRMED,
        decided_at=at,
        sent_at=at,
        confirmed_at=at,
        expected_from=low,
        expected_to=high,
        provider_id=HISTORY,
    )


def _write_money(made: Sequence[Made]) -> None:
    """Payments, refunds that are history, and the ledger's movements of both, each order's in the order of time."""
    Payment.objects.bulk_create([payment for each in made for payment in each.payments])
    Refund.objects.bulk_create([refund for each in made for refund in each.refunds])
    movements = []
    for each in made:
        escrow = each.order.escrow
        movements += [captured(escrow, payment) for payment in each.payments if payment.is_money]
        for refund in each.refunds:
            movements += went_back(escrow, refund)
    if movements:
        ledger.post(*movements)


def went_back(escrow: Escrow, refund: Refund) -> tuple[ledger.Movement, ledger.Movement]:
    """Decided, and taken by the provider: what the ledger says of a refund that is history."""
    refunds = ledger.refunds_of(refund.payment.public_id)
    how: dict[str, Any] = {"at": refund.decided_at, "currency": escrow.currency}
    key = f"refund:{refund.public_id}"
    source = ledger.escrow_of(escrow.public_id)
    return (
        ledger.move(source, refunds, refund.amount, kind="decided", key=f"{key}:decided", **how),
        ledger.move(refunds, ledger.CLEARING, refund.amount, kind="sent", key=f"{key}:sent", **how),
    )


# -- parcels and reviews ------------------------------------------------------------------------------------------


def _write_parcels(made: Sequence[Made], now: datetime) -> list[Order]:
    """Parcels, the numbers they travel under, and the carrier's report that they came. The orders that have not ended
    and whose tracking is doubtful (O-07)."""
    new = [_shipment(each.order, parcel, now) for each in made for parcel in each.parcels]
    numbers = [parcel.tracking_number for parcel in new]
    lock_numbers(numbers)
    parcels = Shipment.objects.bulk_create(new)
    TrackingNumber.objects.bulk_create(
        TrackingNumber.of(parcel, parcel.shipped_at) for parcel in parcels if parcel.tracking_number
    )
    TrackingEvent.objects.bulk_create(
        TrackingEvent(shipment=parcel, code=TrackingEvent.Code.DELIVERED, at=parcel.delivered_at)
        for parcel in parcels
        if parcel.delivered_at
    )
    shared = mark_shared(numbers, at=now)
    doubtful = [p for p in parcels if p.doubts or TrackingNumber.key_of(p.tracking_number) in shared]
    return list({parcel.order_id: parcel.order for parcel in doubtful if parcel.order.is_open}.values())


def _shipment(order: Order, parcel: ParcelRow, now: datetime) -> Shipment:
    """The parcel, not yet saved; marked where its dates cannot be true (O-07)."""
    shipment = Shipment(order=order, **{name: getattr(parcel, name) for name in ParcelRow.__slots__})
    if parcel.delivered_at:
        code = TrackingEvent.Code.DELIVERED
        shipment.doubts = report_doubts(order, shipment, code=code, at=parcel.delivered_at)
        shipment.doubtful_at = now if shipment.doubts else None
    return shipment


def reviews_of(order: Order, row: OrderRow) -> list[Review]:
    """The row's reviews, not yet saved."""
    return [
        Review(
            order=order,
            store_id=order.store_id,
            rating=review.rating,
            title=review.title,
            text=review.text,
            created_at=review.created_at,
        )
        for review in row.reviews
    ]
