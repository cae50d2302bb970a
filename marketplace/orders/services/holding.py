"""How a dispute holds and moves an order's money (O-05, X-05, X-06).

The dispute's own step has locked the order already (the order is locked first, always); these functions run inside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.errors import WrongState
from marketplace.payments import services as payments

from ..models import HoldBack, Order, OrderLine, State


def hold_back(order: Order, *, key: str, amount: int, by: Actor) -> None:
    """From now on this part of the escrow belongs to the dispute `key`; the rest is released as usual."""
    if order.free_to_release < amount:
        raise WrongState(_("There is not so much money left in escrow."))
    HoldBack.objects.create(order=order, key=key, amount=amount)
    order.held_back += amount
    order.say(dispute=key, amount=order.money(amount).as_json())
    order.finish("hold_back", by, order.state)


def lift_hold_back(order: Order, *, key: str, at: datetime, by: Actor) -> None:
    """The dispute was given up: its money is the order's again."""
    amount = _end(order, key, at)
    order.say(dispute=key, amount=order.money(amount).as_json())
    order.finish("lift_hold_back", by, order.state)


def settle(
    order: Order, *, key: str, to_buyer: int, by_line: Mapping[int, int], at: datetime, by: Actor
) -> None:
    """The dispute ended: so much to the buyer, the rest to the seller, in this same transaction (X-05).

    Before anything was shipped the rest stays in escrow: the seller has not earned it yet. `by_line`: line pk → its
    part of the refund, in minor units.
    """
    amount = _end(order, key, at)
    before, order.at = order.state, at
    payments.refund(order.escrow, to_buyer, cause=f"dispute:{key}", at=at, policy=order.policy)
    to_seller = amount - to_buyer if order.shipped_at else 0
    payments.release(order.escrow, to_seller, cause=f"dispute:{key}", at=at)
    for line_pk, part in by_line.items():
        OrderLine.objects.filter(pk=line_pk).update(refunded=F("refunded") + part)
    order.settle()
    if order.state in (State.COMPLETED, State.CLOSED):
        order.closed_at = at
    order.say(
        dispute=key, to_buyer=order.money(to_buyer).as_json(), to_seller=order.money(to_seller).as_json()
    )
    order.finish("settle", by, before)


def _end(order: Order, key: str, at: datetime) -> int:
    hold = HoldBack.objects.select_for_update().get(key=key, order=order)
    if hold.ended_at is not None:
        raise WrongState(_("This dispute has been settled already."))
    hold.ended_at = at
    hold.save(update_fields=["ended_at"])
    order.held_back -= hold.amount
    return hold.amount
