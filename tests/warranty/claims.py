"""Ended orders and warranty claims on them, for the tests."""

from __future__ import annotations

import io
from typing import Any

from marketplace.accounts.models import User
from marketplace.core.clock import sweep
from marketplace.core.money import Money
from marketplace.evidence import services as evidence
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.warranty import services as warranty
from marketplace.warranty.models import WarrantyClaim
from tests import world
from tests.evidence import pictures
from tests.world import DAY

BROKEN = "It stopped working after two months."


def ended(clock: Any, **wishes: Any) -> Order:
    """An order that came on its first day and whose money was released fifteen days later."""
    order = world.shipped(**wishes)
    orders.record_tracking(order.pk, code="delivered", at=None, by=world.seller_of(order))
    orders.confirm_receipt(order.pk, by=world.buyer_of(order))
    clock.shift(15 * DAY)
    sweep()
    return Order.objects.select_related("escrow", "policy", "store", "buyer").get(pk=order.pk)


def asked(order: Order, remedy: str = "refund", **wishes: Any) -> WarrantyClaim:
    """The buyer of the order claims its first line."""
    line = order.lines.first()
    assert line is not None
    amount = wishes.pop("amount", None)
    wish = {"line": line.public_id, "remedy": remedy, "description": BROKEN} | wishes
    wish["amount"] = Money(amount, order.currency) if amount is not None else None
    return warranty.request_claim(order.pk, by=world.buyer_of(order), **wish)


def again(claim: WarrantyClaim) -> WarrantyClaim:
    return WarrantyClaim.objects.select_related(
        "order__policy", "order__escrow", "line", "buyer", "store"
    ).get(pk=claim.pk)


def receipt(owner: User) -> str:
    file = io.BytesIO(pictures.jpeg())
    by = world.acting(owner)
    return evidence.take(
        file, name="receipt.jpg", by=by, limits=evidence.limits_now(), kind="receipt"
    ).public_id
