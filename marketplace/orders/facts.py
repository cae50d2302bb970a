"""An order as the API tells it to one reader: plain values, each only where that reader may see it.

Buyer, seller and staff see the order, its parcels and its money. How the buyer paid is between the buyer, the host
marketplace and staff; what is doubtful about a row is for staff and whoever sent it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from marketplace.core import facts as common
from marketplace.core.access import Actor
from marketplace.payments import tracking

from . import access, holds
from .models import Order, OrderLine, Shipment
from .protection import protection

#: verbs whose endpoint has another name than they
ENDPOINTS = {"record_tracking": "tracking-events", "send_message": "messages"}
#: verbs that have no endpoint of their own: a payment comes with the order's row
WITHOUT_ENDPOINT = frozenset({"pay"})


def action_name(verb: str) -> str:
    """The endpoint's name of a verb: `confirm_receipt` → `confirm-receipt`."""
    return common.endpoint_of(verb, ENDPOINTS)


def for_rows(rows: QuerySet[Order]) -> QuerySet[Order]:
    """Read along what `row` tells."""
    return rows.select_related("policy", "escrow", "store", "buyer").prefetch_related(
        "lines__listing", "shipments"
    )


def for_detail(rows: QuerySet[Order]) -> QuerySet[Order]:
    """Read along what `detail` tells."""
    return for_rows(rows).prefetch_related(
        "hold_backs",
        "reviews",
        *holds.ALONG,
        "events",
        "shipments__numbers",
        "shipments__tracking_events",
        "escrow__payments__refunds",
    )


def reader_of(order: Order, actor: Actor) -> str:
    """The reader's part in this order: buyer, seller, integrator or staff."""
    return access.role_in(actor, order) or "staff"


def row(order: Order, actor: Actor) -> dict[str, Any]:
    """The order as a list tells it."""
    now = timezone.now()
    reader = reader_of(order, actor)
    return {
        "id": order.public_id,
        "reference": order.reference,
        "status": order.state,
        "role": reader,
        "buyer": common.person(order.buyer),
        "store": {"id": order.store.public_id, "name": order.store.name},
        "country": order.country,
        "city": order.city,
        "lines": [_line(order, line) for line in order.lines.all()],
        "placed_at": order.placed_at,
        "paid_at": order.paid_at,
        "shipped_at": order.shipped_at,
        "delivered_at": order.delivered_at,
        "confirmed_at": order.confirmed_at,
        "closed_at": order.closed_at,
        "money_paid": order.money(order.escrow.captured),
        "money_held": order.escrow.held,
        "money_refunded": order.money(order.escrow.refunded),
        "money_released": order.money(order.escrow.released),
        "protection": _protection(order, now),
        "policy": str(order.policy.name),
        "due_at": order.due_at,
        "frozen_at": order.frozen_at,
        "next_default": common.next_default(order),
        "available_actions": available_actions(order, actor, now),
        "doubts": order.doubts if reader in ("integrator", "staff") else [],
        "version": order.version,
    }


def detail(order: Order, actor: Actor) -> dict[str, Any]:
    """The order with everything that this reader may see of it."""
    reader = reader_of(order, actor)
    return row(order, actor) | {
        "payments": [_payment(order, each, reader) for each in order.escrow.payments.all()],
        "refunds": _refunds(order),
        "shipments": [_parcel(parcel) for parcel in order.shipments.all()],
        "disputes": [hold.key for hold in sorted(order.hold_backs.all(), key=lambda hold: hold.pk)],
        "reviews": [
            {
                "rating": review.rating,
                "title": review.title,
                "text": review.text,
                "created_at": review.created_at,
            }
            for review in order.reviews.all()
        ],
        "holds": [_hold(each) for each in holds.holds_of(order, actor)],
        "events": [common.happening(event, event.verb.replace("_", "-")) for event in order.events.all()],
    }


def _payment(order: Order, payment: Any, reader: str) -> dict[str, Any]:
    """How it was paid is no matter of the seller's."""
    return {
        "id": payment.public_id,
        "reference": payment.reference if reader != "seller" else None,
        "method": payment.method if reader != "seller" else None,
        "amount": order.money(payment.amount),
        "refunded": order.money(payment.refunded),
        "paid_at": payment.paid_at,
    }


def _hold(hold: Any) -> dict[str, Any]:
    return {
        "placed_at": hold.placed_at,
        "ended_at": hold.ended_at,
        "accepted": hold.accepted,
        "reason": hold.reason,
        "note": hold.note,
        "proofs": [
            {
                "text": proof.text,
                "sent_at": proof.sent_at,
                "evidence": [file.public_id for file in proof.files],
            }
            for proof in hold.proofs
        ],
    }


def available_actions(order: Order, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """What this reader may do now through the API, and until when."""
    return [
        each
        for each in common.available_actions(order, actor, named=action_name, now=now)
        if each["action"] not in WITHOUT_ENDPOINT
    ]


def _refunds(order: Order) -> list[dict[str, Any]]:
    """One row a payment and cause, as they stand: not those in whose place another was made (X-03)."""
    rows = [refund for payment in order.escrow.payments.all() for refund in payment.refunds.all()]
    replaced = {refund.replaces_id for refund in rows}
    for refund in rows:
        refund.payment.escrow = order.escrow
    return [tracking.facts(refund) for refund in rows if refund.pk not in replaced]


def _line(order: Order, line: OrderLine) -> dict[str, Any]:
    return {
        "id": line.public_id,
        "listing": line.listing.public_id,
        "reference": line.reference,
        "title": line.title,
        "quantity": line.quantity,
        "unit_price": order.money(line.unit_price),
        "discount": order.money(line.discount),
        "shipping": order.money(line.shipping),
        "paid": order.money(line.paid),
        "paid_shipping": order.money(line.paid_shipping),
        "refunded": order.money(line.refunded),
    }


def _protection(order: Order, now: datetime) -> dict[str, Any]:
    found = protection(order, now)
    window = found.dispute
    return {
        "status": found.status,
        "starts_at": found.starts_at,
        "ends_at": found.ends_at,
        "dispute": {
            "possible": window.possible,
            "from": window.starts_at,
            "until": window.until,
            "why_not": window.why_not or None,
        },
    }


def _parcel(parcel: Shipment) -> dict[str, Any]:
    return {
        "id": parcel.public_id,
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "shipped_at": parcel.shipped_at,
        "promised_by": parcel.promised_by,
        "delivered_at": parcel.delivered_at,
        "numbers": [
            {"carrier": number.carrier, "tracking_number": number.number, "since": number.since}
            for number in parcel.numbers.all()
        ],
        "doubts": parcel.doubts,
        "tracking_events": [
            {"code": event.code, "at": event.at, "country": event.country, "city": event.city}
            for event in parcel.tracking_events.all()
        ],
    }
