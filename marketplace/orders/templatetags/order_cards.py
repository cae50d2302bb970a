"""What pages of other rooms show of an order: `{% load order_cards %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from marketplace.orders.models import Order, Shipment
from marketplace.orders.tracking import words_of

register = template.Library()


@register.inclusion_tag("orders/_doubts.html")
def doubtful_parcels(order: Order, role: str) -> dict[str, Any]:
    """The parcels whose tracking is doubtful, and why: both sides and the mediator read it (O-07)."""
    parcels = order.shipments.filter(doubtful_at__isnull=False)
    return {"parcels": [(parcel, words_of(parcel.doubts)) for parcel in parcels], "role": role}


@register.simple_tag
def doubts_of(parcel: Shipment) -> SafeString:
    """Why, sentence by sentence, in small print."""
    return format_html_join("", "<br><small>{}</small>", ((words,) for words in words_of(parcel.doubts)))
