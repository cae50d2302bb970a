"""Coupons in their owner's words: cards of the wallet, and the ways in which a sum can be shared."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from marketplace.core.money import Money, format_money

from .models import Coupon, CouponOffer
from .sources import link_to

TONES = {Coupon.State.ISSUED: "good", Coupon.State.SPENT: "", Coupon.State.EXPIRED: "bad"}
#: the choice on the page that is no even share
OWN = "own"
#: the wallet shows so many offers to choose from; what was chosen makes room for the next
MOST_OFFERS = 20


def card(coupon: Coupon) -> dict[str, Any]:
    """One coupon. Needs its offer and policy read along."""
    is_open = coupon.state == Coupon.State.ISSUED and not coupon.is_overdue(coupon.now)
    late = coupon.state == Coupon.State.ISSUED and not is_open
    return {
        "coupon": coupon,
        "sum": coupon.money,
        "is_open": is_open,
        "label": _("Expired") if late else coupon.get_state_display(),
        "tone": "bad" if late else TONES[Coupon.State(coupon.state)],
        "lost": coupon.worth(coupon.amount - coupon.spent)
        if coupon.spent and coupon.spent < coupon.amount
        else None,
        "source": coupon.offer.source,
        "link": link_to(coupon.offer.source),
    }


def offer_card(offer: CouponOffer) -> dict[str, Any]:
    return {
        "offer": offer,
        "sum": offer.money,
        "source": offer.source,
        "link": link_to(offer.source),
        "is_open": not offer.is_overdue(offer.now),
    }


def even_shares(offer: CouponOffer) -> list[tuple[int, str]]:
    """How the sum can be shared evenly: (how many, in words), fewest first."""
    return [
        (n, in_words(n, offer.worth(offer.amount // n)))
        for n in range(1, offer.policy.coupon_max_pieces + 1)
        if offer.amount % n == 0 and offer.amount >= n
    ]


def in_words(n: int, each: Money) -> str:
    return _("%(n)s × %(each)s") % {"n": n, "each": format_money(each)}


def counted(amounts: list[int], currency: str) -> list[str]:
    """The chosen pieces, equal ones together: “4 × US$5.00”."""
    return [in_words(amounts.count(amount), Money(amount, currency)) for amount in sorted(set(amounts))]
