"""How a dispute holds and moves an order's money (O-05, X-05, X-06).

The dispute's own step has locked the order already (the order is locked first, always); these functions run inside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from marketplace.core import batches
from marketplace.core.access import Actor
from marketplace.core.errors import WrongState
from marketplace.core.money import split
from marketplace.payments import services as payments
from marketplace.payments.models import Refund

from ..models import HoldBack, Order, State
from .freezing import add_to_line


def hold_back(order: Order, *, key: str, amount: int, by: Actor) -> None:
    """From now on this part of the escrow belongs to the dispute `key`; the rest is released as usual."""
    if order.free_to_release < amount:
        raise WrongState(_("There is not so much money left in escrow."))
    HoldBack.objects.create(order=order, store_id=order.store_id, key=key, amount=amount)
    order.held_back += amount
    order.say(dispute=key, amount=order.money(amount).as_json())
    order.finish("hold_back", by, order.state)


def change_hold_back(order: Order, *, key: str, amount: int, by: Actor) -> None:
    """The claim was edited: it is about more or less of the escrow now (N-05). The rest is released as usual.

    Raises WrongState where the escrow holds less, or a bank has paid a part of it.
    """
    hold = HoldBack.objects.select_for_update().get(key=key, order=order)
    if hold.ended_at is not None or hold.from_bank:
        raise WrongState(_("What this is about can no longer be changed."))
    if order.free_to_release + hold.amount < amount:
        raise WrongState(_("There is not so much money left in escrow."))
    if hold.amount == amount:
        return
    order.held_back += amount - hold.amount
    hold.amount = amount
    hold.save(update_fields=["amount"])
    order.say(dispute=key, amount=order.money(amount).as_json())
    order.finish("change_hold_back", by, order.state)


def lift_hold_back(
    order: Order, *, key: str, at: datetime, by: Actor, answered_in: timedelta | None = None
) -> None:
    """The dispute was given up: its money is the order's again, or, after a failed hold, the buyer's (O-08).

    `answered_in`: how long the seller took to answer, for the store's record (O-13).
    """
    before, order.at = order.state, at
    amount = _end(order, key, at, lost=False, answered_in=answered_in).amount
    _close_after_hold(order, key, at)
    order.say(dispute=key, amount=order.money(amount).as_json())
    order.finish("lift_hold_back", by, before)


def settle(
    order: Order,
    *,
    key: str,
    to_buyer: int,
    by_line: Mapping[int, int],
    at: datetime,
    by: Actor,
    lost: bool | None = None,
    answered_in: timedelta | None = None,
    postage: int = 0,
) -> int:
    """The dispute ended: so much to the buyer, the rest to the seller, in this same transaction (X-05).

    Before anything was shipped the rest stays in escrow: the seller has not earned it yet. `by_line`: line pk → its
    part of the refund, in minor units. What a lost chargeback gave the buyer of this dispute's money counts as a part of
    `to_buyer`, and is not paid again (X-06). For the store's record (O-13): `lost`: did it end against the seller (unless
    told otherwise: did the buyer get money); `answered_in`: how long the seller took to answer.

    `postage`: so much return postage is the buyer's besides (T-04); how much of it was there is answered.
    """
    hold = _end(order, key, at, lost=to_buyer > 0 if lost is None else lost, answered_in=answered_in)
    before, order.at = order.state, at
    still_to_pay = max(to_buyer - hold.from_bank, 0)
    payments.refund(order.escrow, still_to_pay, cause=f"dispute:{key}", at=at, policy=order.policy)
    for_postage = min(postage, hold.amount - still_to_pay)
    payments.refund(order.escrow, for_postage, cause=f"dispute:{key}:postage", at=at, policy=order.policy)
    to_seller = hold.amount - still_to_pay - for_postage if order.shipped_at else 0
    payments.release(order.escrow, to_seller, cause=f"dispute:{key}", at=at)
    for line_pk, part in zip(by_line, split(still_to_pay, list(by_line.values())), strict=True):
        add_to_line(line_pk, part)
    if not _close_after_hold(order, key, at):
        order.settle()
    if order.state in (State.COMPLETED, State.CLOSED):
        order.closed_at = at
    order.say(
        dispute=key, to_buyer=order.money(to_buyer).as_json(), to_seller=order.money(to_seller).as_json()
    )
    order.finish("settle", by, before)
    return for_postage


def _close_after_hold(order: Order, key: str, at: datetime) -> bool:
    """Was the order only waiting for its last disputes to be closed (O-08)? Then what they leave goes back too."""
    if order.hold_failed_at is None:
        return False
    give_back(order, cause=f"order:{order.public_id}:hold:{key}", at=at)
    order.settle()
    if order.state in (State.COMPLETED, State.CLOSED):
        order.closed_at = at
    return True


def give_back(order: Order, *, cause: str, at: datetime) -> int:
    """Refund all that no dispute owns after a failed hold, sooner than usual where the policy says so (O-08)."""
    amount = order.free_to_release
    refunds = payments.refund(order.escrow, amount, cause=cause, at=at, policy=order.policy)
    latest = (at + timedelta(days=order.policy.hold_refund_days)).date()
    for refund in refunds:
        refund.expected_to = min(refund.expected_to, latest)
        refund.expected_from = min(refund.expected_from, latest)
    Refund.objects.bulk_update(refunds, ["expected_from", "expected_to"])
    return amount


def _end(order: Order, key: str, at: datetime, *, lost: bool, answered_in: timedelta | None) -> HoldBack:
    hold = next(each for each in order.hold_backs.all() if each.key == key)  # under the lock of its order
    if hold.ended_at is not None:
        raise WrongState(_("This dispute has been settled already."))
    hold.ended_at, hold.lost, hold.answered_in = at, lost, answered_in
    batches.together(_save_ends, hold)
    order.held_back -= hold.amount
    return hold


def _save_ends(holds: list[HoldBack]) -> None:
    batches.update(holds, ["ended_at", "lost", "answered_in"])
