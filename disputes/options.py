"""What a buyer can claim on an order now: what the questionnaire shows, as plain values (D-02 to D-09)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.accounts import restrictions
from marketplace.accounts.models import Restriction
from marketplace.core.access import Actor
from marketplace.core.errors import AlreadyDisputed, Forbidden, NotFound
from marketplace.orders import access as order_access
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.protection import prefetches

from .amounts import ceilings, smallest_claim
from .models import Remedy
from .questionnaire import remedies
from .reasons import REASONS, Reason
from .services.opening import blocked_lines, window_for


def order_for(public_id: str, actor: Actor) -> Order:
    """The order with all that is asked of it here, in a fixed number of queries. Raises NotFound, Forbidden (sellers)."""
    rows = (
        Order.objects.visible_to(actor)
        .filter(public_id=public_id)
        .select_related("policy", "escrow", "store")
    )
    order = rows.prefetch_related("lines", *prefetches()).first()
    if order is None:
        raise NotFound("")
    if not (order_access.buyer(actor, order) or actor.is_staff):
        raise Forbidden(_("Only the buyer of this order can open a dispute."))
    order.now = timezone.now()
    return order


def options(order: Order) -> dict[str, Any]:
    """Lines, reasons with their windows, remedies and ceilings, and what stands in the way."""
    lines = list(order.lines.all())
    blocked = blocked_lines(order, [line.pk for line in lines])
    free = [line for line in lines if line.pk not in blocked]
    return {
        "order": order.public_id,
        "restriction": _restriction(order, order.now),
        "lines": [_line(order, line, blocked.get(line.pk)) for line in lines],
        "reasons": [_reason(order, reason, free, lines) for reason in REASONS.values()],
        "description": {"min": order.policy.description_min, "max": order.policy.description_max},
    }


def _restriction(order: Order, now: datetime) -> dict[str, Any] | None:
    """D-09: why this buyer may open none, until when, and the sanction to contest."""
    found = restrictions.in_force(order.buyer_id, Restriction.Kind.NO_DISPUTES, now)
    return {"sanction": found.cause, "reason": found.reason, "until": found.ends_at} if found else None


def _line(order: Order, line: OrderLine, refusal: AlreadyDisputed | None) -> dict[str, Any]:
    left = line.paid + line.paid_shipping - line.refunded
    return {
        "line": line.public_id,
        "title": line.title,
        "quantity": line.quantity,
        "possible": refusal is None,
        "why_not": refusal.detail if refusal else "",
        "dispute": refusal.extra.get("dispute") if refusal else None,
        "refundable": order.money(max(min(line.paid, left), 0)),
        "refundable_with_shipping": order.money(max(left, 0)),
    }


def _reason(order: Order, reason: Reason, free: list[OrderLine], lines: list[OrderLine]) -> dict[str, Any]:
    received = reason.received is not False
    window = window_for(order, reason, received=received)
    return {
        "code": reason.code,
        "group": reason.group,
        "label": str(reason.label),
        "received": reason.received,
        "wants": list(reason.wants),
        "guide": [str(line) for line in reason.guide],
        "fault": reason.fault,
        "window": {
            "possible": window.possible,
            "from": window.starts_at,
            "until": window.until,
            "code": window.code or None,
            "why_not": window.why_not,
        },
        "remedies": [_remedy(order, reason, remedy, free, lines) for remedy in remedies(reason)],
    }


def _remedy(
    order: Order, reason: Reason, remedy: str, free: list[OrderLine], lines: list[OrderLine]
) -> dict[str, Any]:
    """What can be asked for all lines that may be disputed (D-06)."""
    chosen = [(line, line.quantity) for line in free]
    shares = ceilings(chosen, lines, received=reason.received is not False, reason=reason, remedy=remedy)
    at_most = sum(share.amount for share in shares)
    at_least = smallest_claim(at_most, order.policy.claim_min_percent) if at_most else 0
    return {
        "remedy": remedy,
        "label": str(Remedy(remedy).label),
        "at_most": order.money(at_most),
        "at_least": order.money(at_least),
    }
