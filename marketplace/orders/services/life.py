"""From payment to release: paying, confirming receipt, releasing the money, calling off, writing to each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from marketplace.accounts import restrictions
from marketplace.accounts.models import Restriction
from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.errors import TooEarly, WrongState
from marketplace.core.policy import ProtectionPolicy
from marketplace.messaging import services as messaging
from marketplace.messaging.models import Message, Thread
from marketplace.payments import services as payments
from marketplace.payments.models import Payment

from .. import access
from ..allocation import allocate
from ..coupons import spend
from ..models import Order, State
from .holding_stores import hold_if_store_is_held


def pay(pk: int, *, received: Sequence[Payment], by: Actor) -> Order:
    """Money arrived: it is put in escrow, and the policy of that moment is the order's for good (O-02, P-01)."""
    with transaction.atomic():
        with step(Order, pk, "pay", by=by) as order:
            for payment in received:
                payment.escrow = order.escrow
            payments.capture(order.escrow, received)
            spend(((order, payment) for payment in received), by=by)
            order.paid_at = min(payment.paid_at for payment in received)
            order.policy = ProtectionPolicy.objects.in_force(order.policy.name, order.paid_at)
            allocate(order, order.escrow.captured)
            order.pay()
            order.say(amount=order.escrow.held.as_json())
        order = hold_if_store_is_held(order)
    return order


def confirm_receipt(pk: int, *, by: Actor, at: datetime | None = None) -> Order:
    """The buyer has the goods; the money stays in escrow for the window after receipt (O-04).

    `at`: when the buyer said so at the host marketplace, where an integrator passes it on; never later than now.
    """
    with step(Order, pk, "confirm_receipt", by=by) as order:
        order.confirm_receipt()
        _confirmed(order, min(at, order.at) if at else order.at, by_hand=True)
    return order


def confirm_automatically(pk: int, *, by: Actor) -> Order:
    """Protection ended and the buyer said nothing: counts from that moment, however late the worker is (O-04)."""
    with step(Order, pk, "confirm_automatically", by=by) as order:
        order.confirm_automatically()
        _confirmed(order, order.at, by_hand=False)
    return order


def _confirmed(order: Order, at: datetime, *, by_hand: bool) -> None:
    order.confirmed_at = at
    order.confirmed_by_hand = by_hand


def release(pk: int, *, by: Actor) -> Order:
    """The window after receipt has ended: what no dispute is about goes to the seller (O-04, O-05)."""
    with step(Order, pk, "release", by=by) as order:
        amount = order.free_to_release
        payments.release(order.escrow, amount, cause=f"order:{order.public_id}:window", at=order.at)
        order.release()
        order.say(amount=order.money(amount).as_json())
        if order.state == State.COMPLETED:
            order.closed_at = order.at
    return order


def cancel(pk: int, *, by: Actor) -> Order:
    """Called off before it was sent: everything paid goes back. A buyer has to give the seller the time to ship first.

    Raises TooEarly with the moment from which the buyer may.
    """
    with step(Order, pk, "cancel", by=by) as order:
        possible_from = order.buyer_may_cancel_from
        if (
            possible_from
            and access.buyer(by, order)
            and not access.sender(by, order)
            and order.now < possible_from
        ):
            raise TooEarly(
                _(
                    "The seller still has time to send the parcel. After that you can cancel and get all your money back."
                ),
                possible_from=possible_from,
            )
        if order.held_back:
            raise WrongState(_("There is an open dispute about this order. It decides about the money."))
        amount = order.escrow.held.minor
        cause = f"order:{order.public_id}:cancelled"
        payments.refund(order.escrow, amount, cause=cause, at=order.at, policy=order.policy)
        order.cancel()
        order.closed_at = order.at
        order.say(amount=order.money(amount).as_json())
    return order


def send_message(pk: int, *, text: str, by: Actor, warned: bool = False) -> Message:
    """Buyer and seller write to each other before any dispute (O-09). `warned`: sent after reading the warnings (N-07)."""
    with step(Order, pk, "send_message", by=by) as order:
        _refuse_the_blocked(order, by)
        order.send_message()
        if order.thread is None:
            order.thread = Thread.objects.create()
        message = messaging.write(
            order.thread, text, role=order.role_of(by), by=by, at=order.now, warned=warned
        )
        order.say(message=message.public_id)
    return message


def _refuse_the_blocked(order: Order, by: Actor) -> None:
    """Whoever is blocked starts no talk about an order. What they write in a dispute is an answer, and stays theirs (C-12)."""
    restrictions.refuse_if(by.user_id, Restriction.Kind.BLOCK, order.now, _("You cannot send messages now."))
