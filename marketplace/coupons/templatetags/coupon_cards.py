"""The way to the wallet, for who has anything in it."""

from __future__ import annotations

from typing import Any

from django import template

from ..models import Coupon, CouponOffer

register = template.Library()


@register.inclusion_tag("coupons/_on_account.html")
def coupons_of(user: Any) -> dict[str, Any]:
    """A link on the account's page; nothing for who was never given a coupon."""
    given = Coupon.objects.filter(user=user).exists() or CouponOffer.objects.filter(user=user).exists()
    return {"given": given}
