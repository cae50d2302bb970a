"""Refunds on a page: each with its steps, its dates, and what to do when it is late."""

from __future__ import annotations

from typing import Any

from django import template

from .. import tracking

register = template.Library()


@register.inclusion_tag("payments/_refunds.html")
def refund_cards(tracks: list[tracking.Track], role: str) -> dict[str, Any]:
    """What to do, and where it goes, is for the buyer alone."""
    return {"tracks": tracks, "is_buyer": role == "buyer"}


@register.inclusion_tag("payments/_refunds.html")
def refunds_of_order(order: Any, role: str) -> dict[str, Any]:
    """The refunds of an order that no dispute decided."""
    return refund_cards(tracking.tracks_without_dispute(order.escrow_id), role)
