"""The demo's coupons: a sum to choose from, coupons to use, one used for an order, one that has expired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from marketplace.core.clock import sweep
from marketplace.core.money import Money
from marketplace.core.policy import ProtectionPolicy
from marketplace.coupons import services as coupons
from marketplace.coupons.models import CouponOffer

from .making import ago

if TYPE_CHECKING:
    from .story import Story


def tell(story: Story) -> None:
    """All of it. The cases that gave them stand for decisions that an appeal overturned."""
    with ago(80):
        _offered(story, "demo-1", 500)
    with ago(70):
        sweep()
    with ago(9):
        chosen = _offered(story, "demo-2", 2000)
        coupons.choose_pieces(chosen.pk, pieces=["5.00"] * 4, by=story.by("ana"))
    coupon = chosen.coupons.order_by("pk").first()
    assert coupon is not None
    story.order("Desk lamp", "24.00", paid=1, coupon=coupon)
    _offered(story, "demo-3", 1200)


def _offered(story: Story, cause: str, minor: int) -> CouponOffer:
    now = timezone.now()
    policy = ProtectionPolicy.objects.in_force("default", now)
    user, amount = story.people["ana"], Money(minor, "USD")
    return coupons.offer(user, amount, cause=f"appeal:{cause}", at=now, policy=policy)
