"""Offers of coupons, coupons, and orders that are paid with them, for the tests."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.core.money import Money
from marketplace.core.policy import ProtectionPolicy
from marketplace.coupons import services as coupons
from marketplace.coupons.models import Coupon, CouponOffer
from marketplace.orders.imports import Taken, take
from marketplace.orders.models import Order
from marketplace.payments import ledger
from marketplace.payments.proof import prove
from tests import invariants, world

_number = count(1)


def offered(
    user: User | None = None, minor: int = 2000, currency: str = "USD", cause: str = ""
) -> CouponOffer:
    """A sum offered now, by the policy in force."""
    policy = ProtectionPolicy.objects.in_force("default", timezone.now())
    cause = cause or f"appeal:apl_{next(_number)}"
    amount = Money(minor, currency)
    return coupons.offer(user or world.person(), amount, cause=cause, at=timezone.now(), policy=policy)


def chosen(offer: CouponOffer, *pieces: str) -> list[Coupon]:
    """Its owner chooses."""
    coupons.choose_pieces(offer.pk, pieces=pieces or [offer.money.text], by=world.acting(offer.user))
    return list(offer.coupons.order_by("pk"))


def customer(host: User, name: str = "b-1") -> User:
    """A buyer whom that host marketplace knows."""
    return world.person(integrator=host, reference=name)


def row(*payments: tuple[str, str, str], price: str = "20.00", **wishes: Any) -> dict[str, Any]:
    """An order of one line of the buyer b-1, paid now by these (reference, method, amount)."""
    now = timezone.now().isoformat()
    return {
        "reference": f"R-{next(_number)}",
        "currency": "USD",
        "placed_at": now,
        "buyer": {"reference": "b-1"},
        "store": {"reference": "s-1", "name": "Shop"},
        "lines": [
            {
                "reference": "1",
                "quantity": 1,
                "unit_price": price,
                "listing": {"reference": "p-1", "title": "Thing"},
            }
        ],
        "payments": [
            {"reference": reference, "method": method, "amount": amount, "paid_at": now}
            for reference, method, amount in payments
        ],
    } | wishes


def sent(host: User, *rows: dict[str, Any]) -> Sequence[Taken]:
    return take(rows, by=world.acting(host))


def order_of(taken: Taken) -> Order:
    return Order.objects.select_related("escrow", "store", "buyer", "policy").get(public_id=taken.order)


def owed(offer: CouponOffer) -> int:
    """What the ledger says is still owed of it."""
    return ledger.balance(ledger.coupons_of(offer.public_id), offer.currency)


def platform(currency: str = "USD") -> int:
    return ledger.balance(ledger.PLATFORM, currency)


def sound() -> None:
    """The books are right."""
    invariants.check_all()
    assert list(prove()) == []
