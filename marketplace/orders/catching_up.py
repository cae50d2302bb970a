"""A later row of an order that is here already: what has moved on is done through the verbs, the rest stands.

Nothing is taken back: a payment that is missing now, an earlier state, another amount, a date that changed move nothing;
the order is marked `contradicts_history`. A verb that is no longer possible (a parcel for a cancelled order, a calling off
after the parcel left) is left out in the same way. A confirmation that comes after the automatic one was due is no
contradiction: the automatic one has won. Money for an order that is paid already is not taken either: the host has to settle
that with the buyer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import prefetch_related_objects

from marketplace.core import batches
from marketplace.core.access import Actor
from marketplace.core.errors import DomainError, Forbidden, TooLate
from marketplace.payments import ledger
from marketplace.payments.models import Refund

from . import services
from .creating import HISTORY, payment_of, reviews_of, went_back
from .history import cancelled_of, confirmed_of, doubts_of, money_of
from .models import Order, Review, Shipment, State, TrackingEvent
from .rows import OrderRow, ParcelRow
from .services.doubting import lock_numbers

ENDED = (State.COMPLETED, State.CANCELLED, State.CLOSED)


@dataclass
class Catching:
    """What happens while one order catches up. `moved`: something changed; `contradicts`: something could not."""

    order: Order
    row: OrderRow
    by: Actor
    moved: bool = False
    contradicts: bool = False
    before: frozenset[str] = field(default_factory=frozenset)

    def try_to(self, verb: Callable[..., Order], **wishes: object) -> bool:
        """Do the verb, whole or not at all; False where it is not possible (any more)."""
        try:
            self.order = verb(self.order.pk, by=self.by, **wishes)
        except Forbidden:
            raise
        except DomainError as refusal:
            if batches.is_open():  # the transaction is spoilt for the others
                raise
            late = isinstance(refusal, TooLate) and verb is services.confirm_receipt
            self.contradicts = self.contradicts or not late
            return False
        self.moved = True
        return True


@dataclass(frozen=True)
class Later:
    """A later row of an order that is here: the order's primary key, the row, and the digest that names its content."""

    pk: int
    row: OrderRow
    digest: str


#: whether anything moved, and the order's doubts now
Caught = tuple[bool, tuple[str, ...]]


def catch_up(later: Later, *, by: Actor) -> Caught:
    """Bring the order up to the row.

    Runs under the order's lock from the first look on, so that two rows of one order come one after the other.
    """
    with transaction.atomic():
        order = Order.lock(later.pk)
        if order.row_digest == later.digest:  # somebody else has just brought this very row
            return False, tuple(order.doubts)
        _read_along([later], [order])
        return _follow_row(order, later, by)


def catch_up_together(those: Sequence[Later], *, by: Actor) -> list[Caught]:
    """The same for many orders, each of them once, in one transaction; what their verbs write alike is written together.

    Raises whatever one of them raises; then nothing has moved, and each has to catch up for itself.
    """
    with transaction.atomic():
        orders = Order.lock_many([later.pk for later in those])
        _read_along(those, list(orders.values()))
        with batches.batch({(Order, pk): order for pk, order in orders.items()}):
            return [_follow_row(orders[later.pk], later, by) for later in those]


def _read_along(those: Sequence[Later], orders: Sequence[Order]) -> None:
    """Nobody else writes a parcel under these numbers from now on; and what the rows are held against is read at once."""
    lock_numbers(parcel.tracking_number for later in those for parcel in later.row.shipments)
    prefetch_related_objects(
        orders, "buyer", "lines", "escrow__payments", "shipments__numbers", "reviews", "hold_backs"
    )


def _follow_row(order: Order, later: Later, by: Actor) -> Caught:
    catching = Catching(order, later.row, by, before=frozenset(order.doubts))
    for part in (_is_the_same, _payments, _cancelled, _parcels, _confirmed, _reviews):
        part(catching)
    order = catching.order
    email_taken = "email_taken" in catching.before
    doubts = doubts_of(later.row, email_taken=email_taken, contradicts=catching.contradicts)
    # What an order on hold cannot follow now, it follows when the same row comes again (O-08).
    order.row_digest = "" if order.state == State.ON_HOLD else later.digest
    order.doubts = list(doubts)
    batches.together(_note, order)
    return catching.moved, doubts


def _note(orders: list[Order]) -> None:
    batches.update(orders, ["row_digest", "doubts", "rated_at"])


def _is_the_same(catching: Catching) -> None:
    """Buyer, store, currency and lines are what was agreed; another row cannot change them."""
    order, row = catching.order, catching.row
    lines = {
        (line.reference, line.quantity, line.unit_price, line.discount, line.shipping)
        for line in order.lines.all()
    }
    sent = {
        (line.reference, line.quantity, line.unit_price, line.discount, line.shipping) for line in row.lines
    }
    same_people = (
        order.buyer.reference == row.buyer.reference and order.store.reference == row.store.reference
    )
    if lines != sent or not same_people or order.currency != row.currency:
        catching.contradicts = True


def _payments(catching: Catching) -> None:
    """Money that has arrived since. With another currency nothing is taken: the amounts mean something else."""
    order, row = catching.order, catching.row
    if order.currency != row.currency:
        return
    known = {payment.reference: payment.amount for payment in order.escrow.payments.all()}
    sent = {payment.reference: payment for payment in money_of(row)}
    if any(reference not in sent or sent[reference].amount != amount for reference, amount in known.items()):
        catching.contradicts = True
    new = [payment for reference, payment in sent.items() if reference not in known]
    if not new:
        return
    if order.state != State.AWAITING_PAYMENT or catching.contradicts:
        catching.contradicts = True
        return
    is_history = cancelled_of(row) is not None
    if is_history and batches.is_open():  # the refunds that calling off writes are read again at once
        raise batches.Alone
    received = [payment_of(order, payment, went_back=False) for payment in new]
    if catching.try_to(services.pay, received=received) and is_history:
        _give_back_as_history(catching)


def _give_back_as_history(catching: Catching) -> None:
    """Paid and called off, and we hear of both at once: the money never was in our hands, so nothing is sent (imports.py)."""
    if not catching.try_to(services.cancel):
        return
    escrow = catching.order.escrow
    refunds = list(
        Refund.objects.filter(payment__escrow=escrow, status=Refund.Status.DECIDED).select_related("payment")
    )
    at = catching.row.cancelled_at
    for refund in refunds:
        refund.status, refund.provider_id, refund.next_try_at = Refund.Status.CONFIRMED, HISTORY, None
        refund.sent_at = refund.confirmed_at = at
        refund.payment.provider = HISTORY
        refund.payment.save(update_fields=["provider"])
    Refund.objects.bulk_update(refunds, ["status", "provider_id", "next_try_at", "sent_at", "confirmed_at"])
    ledger.post(*(went_back(escrow, refund)[1] for refund in refunds))


def _cancelled(catching: Catching) -> None:
    order = catching.order
    if cancelled_of(catching.row) is None:
        catching.contradicts = catching.contradicts or order.state == State.CANCELLED
    elif order.state != State.CANCELLED:
        catching.try_to(services.cancel)


def _parcels(catching: Catching) -> None:
    """New parcels, new numbers of parcels that we know, and parcels that came."""
    order, row = catching.order, catching.row
    if order.state == State.AWAITING_PAYMENT or (order.state == State.CANCELLED and order.paid_at is None):
        return  # parcels count once it is paid
    known = list(order.shipments.all())
    for sent in sorted(row.shipments, key=lambda parcel: parcel.shipped_at):
        parcel = _match(sent, known)
        if parcel is not None:
            known.remove(parcel)
        else:
            parcel = _ship(catching, sent)
        if parcel is not None:
            _follow(catching, parcel, sent)
    if known:
        catching.contradicts = True


def _match(sent: ParcelRow, known: list[Shipment]) -> Shipment | None:
    """The parcel of ours that the row means: by a number that it had, else by the moment it left."""
    by_number = (p for p in known if sent.tracking_number in {number.number for number in p.numbers.all()})
    by_moment = (p for p in known if p.shipped_at == sent.shipped_at)
    return next(by_number, None) or next(by_moment, None)


def _ship(catching: Catching, sent: ParcelRow) -> Shipment | None:
    shipped = catching.try_to(
        services.ship,
        carrier=sent.carrier,
        tracking_number=sent.tracking_number,
        promised_by=sent.promised_by,
        shipped_at=sent.shipped_at,
    )
    return catching.order.shipments.order_by("-pk").first() if shipped else None


def _follow(catching: Catching, parcel: Shipment, sent: ParcelRow) -> None:
    """The parcel's number and its arrival, as far as they are new."""
    numbers = {number.number for number in parcel.numbers.all()}
    if sent.tracking_number and sent.tracking_number not in numbers:
        wishes = {"carrier": sent.carrier, "tracking_number": sent.tracking_number}
        catching.try_to(services.change_tracking, shipment=parcel.public_id, **wishes)
    if parcel.delivered_at is None and sent.delivered_at is not None:
        code = TrackingEvent.Code.DELIVERED
        catching.try_to(services.record_tracking, code=code, at=sent.delivered_at, shipment=parcel.public_id)
    elif parcel.delivered_at != sent.delivered_at:
        catching.contradicts = True


def _confirmed(catching: Catching) -> None:
    """The buyer confirmed at the host. Confirmed here already: that stands, and is no contradiction."""
    at = confirmed_of(catching.row)
    order = catching.order
    if at and order.confirmed_at is None and order.shipped_at and order.state not in ENDED:
        catching.try_to(services.confirm_receipt, at=at)


def _reviews(catching: Catching) -> None:
    order = catching.order
    known = {review.created_at for review in order.reviews.all()}
    new = [review for review in reviews_of(order, catching.row) if review.created_at not in known]
    if new:
        Review.objects.bulk_create(new, ignore_conflicts=True)
        order.rated_at = order.rated_at or max(review.created_at for review in new)
        catching.moved = True
