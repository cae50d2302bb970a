"""What an order's page shows of its warranty: `{% load warranty_cards %}{% warranty_on_order order actor %}`."""

from __future__ import annotations

from typing import Any

from django import template

from marketplace.core.access import Actor
from marketplace.orders import access as order_access
from marketplace.orders.models import Order, State

from ..coverage import window
from ..presenters import TONES

register = template.Library()


@register.inclusion_tag("warranty/_on_order.html")
def warranty_on_order(order: Order, actor: Actor) -> dict[str, Any]:
    """The claims of an ended order, and the way to a new one while an item is covered. Needs `order.now`."""
    if order.state != State.COMPLETED:
        return {}
    claims = order.warranty_claims.select_related("line")
    ends = [window(order, line, order.now) for line in order.lines.all()]
    covered = [found.until for found in ends if found.possible and found.until]
    return {
        "order": order,
        "claims": [(claim, claim.get_state_display(), TONES.get(claim.state, "wait")) for claim in claims],
        "until": max(covered) if covered and order_access.buyer(actor, order) else None,
    }
