"""What an order's page shows of its disputes: orders know nothing of disputes, so the page asks here."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from disputes import presenters
from disputes.models import Dispute, Draft
from marketplace.core.access import Actor
from marketplace.orders import access
from marketplace.orders.models import Order

register = template.Library()


@register.inclusion_tag("disputes/_on_order.html")
def disputes_on_order(order: Order, actor: Actor) -> dict[str, Any]:
    """The disputes of this order that the reader may see, and the buyer's half-filled claim."""
    rows = Dispute.objects.visible_to(actor).filter(order=order)
    found = list(
        rows.select_related("claim", "order__policy", "return_shipment", "replacement").prefetch_related(
            "lines__order_line"
        )
    )
    draft = Draft.objects.filter(order=order).first() if access.buyer(actor, order) else None
    return {"cards": [_card(dispute, actor) for dispute in found], "draft": draft, "order": order}


def _card(dispute: Dispute, actor: Actor) -> dict[str, Any]:
    role = dispute.role_of(actor)
    label, tone = presenters.state_words(dispute, role)
    return {
        "title": presenters.title_of(dispute),
        "label": label,
        "tone": tone,
        "asked": presenters.asked(dispute),
        "result": presenters.result(dispute, role)[:1],
        "due_at": dispute.due_at,
        "url": reverse("disputes:detail", args=[dispute.public_id]),
    }
