"""What the buyer thinks of an order (O-13)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from marketplace.accounts import restrictions
from marketplace.accounts.models import Restriction
from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.errors import Invalid

from ..models import Order, Review

BEST = 5
LONGEST = 2000


def rate(pk: int, *, rating: int, text: str = "", by: Actor) -> Order:
    """After completion the buyer gives 1 to 5 and a text, once; everybody can read it."""
    with step(Order, pk, "rate", by=by) as order:
        words = _("You cannot rate orders now.")
        restrictions.refuse_if(by.user_id, Restriction.Kind.BLOCK, order.now, words)
        order.rate()
        if not 1 <= rating <= BEST:
            raise Invalid.field("rating", "out_of_range", _("Choose 1 to 5."))
        text = text.strip()
        if len(text) > LONGEST:
            raise Invalid.field("text", "too_long", _("Use up to %(n)s characters.") % {"n": LONGEST})
        Review.objects.create(
            order=order, store_id=order.store_id, rating=rating, text=text, created_at=order.at
        )
        order.rated_at = order.at
        order.say(rating=rating)
    return order
