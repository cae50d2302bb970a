"""A dispute as one reader sees it: plain values for the API, and nothing that is not theirs to know (threats.md row 39).

The parties never read who the mediator is, what the other side put before the mediator alone, or a decision that still
waits for its approval. The host marketplace that sent the order reads where a case stands, not what people wrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet

from marketplace.core import facts as common
from marketplace.core.access import Actor
from marketplace.evidence.models import Evidence
from marketplace.payments.models import Refund

from . import access
from .models import Decision, Dispute, DisputeEvent, DisputeEvidence

#: verb → the name of its endpoint, where it is not the verb with hyphens
ENDPOINTS = {"record_return_tracking": "return-events"}
#: what goes on among the staff, and no party is told (notifications.SILENT)
AMONG_STAFF = frozenset({"assign", "release", "reject_approval"})
#: facts of an event that its readers are shown
TOLD = frozenset(
    [
        "amount",
        "carrier",
        "city",
        "code",
        "country",
        "decision",
        "files",
        "happened_at",
        "message",
        "note",
        "outcome",
        "reason",
        "return_shipping_paid_by",
        "tracking_number",
    ]
)
PARTIES = frozenset({"buyer", "seller"})


def action_name(verb: str) -> str:
    """The endpoint's name of a verb: `accept_claim` → `accept-claim`."""
    return common.endpoint_of(verb, ENDPOINTS)


def reader_of(dispute: Dispute, actor: Actor) -> str:
    """buyer, seller, mediator, integrator, or staff (who read and do not act)."""
    return access.role_in(actor, dispute) or "staff"


def for_rows(disputes: QuerySet[Dispute]) -> QuerySet[Dispute]:
    """What `row` needs, in a fixed number of queries."""
    related = ("order__policy", "buyer", "store", "claim", "return_shipment", "mediator")
    return disputes.select_related(*related).prefetch_related("lines__order_line")


def for_detail(disputes: QuerySet[Dispute]) -> QuerySet[Dispute]:
    """What `detail` needs besides."""
    exhibits = DisputeEvidence.objects.select_related("evidence")
    decisions = Decision.objects.select_related("approval")
    return for_rows(disputes).prefetch_related(
        Prefetch("exhibits", exhibits), Prefetch("decisions", decisions), "events", "thread__messages"
    )


def row(dispute: Dispute, actor: Actor) -> dict[str, Any]:
    """The dispute as a list shows it."""
    reader = reader_of(dispute, actor)
    claim = dispute.claim
    assert claim is not None  # null only inside the transaction that opens the dispute
    return {
        "id": dispute.public_id,
        "order": dispute.order.public_id,
        "status": dispute.state,
        "outcome": dispute.outcome or None,
        "reached_by": dispute.reached_by or None,
        "buyer": common.person(dispute.buyer),
        "store": {"id": dispute.store.public_id, "name": dispute.store.name},
        "mediator": common.person(dispute.mediator)
        if dispute.mediator and reader in ("mediator", "staff")
        else None,
        "lines": [
            {"line": line.order_line.public_id, "quantity": line.quantity} for line in dispute.lines.all()
        ],
        "claim": {
            "received": claim.received,
            "reason": claim.reason,
            "remedy": claim.remedy,
            "amount": dispute.money(claim.amount),
            "description": claim.description if reader != "integrator" else "",
            "revision": claim.revision,
        },
        "no_evidence_yet": dispute.no_evidence_yet,
        "refundable": dispute.money(dispute.held),
        "due_at": dispute.due_at,
        "next_default": common.next_default(dispute),
        "available_actions": common.available_actions(dispute, actor, named=action_name),
        "return": _return(dispute, reader),
        "created_at": dispute.created_at,
        "ended_at": dispute.ended_at,
        "version": dispute.version,
    }


def detail(dispute: Dispute, actor: Actor) -> dict[str, Any]:
    """The dispute with everything that this reader may see of it."""
    reader = reader_of(dispute, actor)
    decision = _decision(dispute, reader)
    return row(dispute, actor) | {
        "offers": [],
        "evidence": _evidence(dispute, reader, actor),
        "evidence_requests": [],
        "proposals": [],
        "decision": decision,
        "appeal": None,
        "appeals": [],
        "refunds": _refunds(dispute),
        "messages": _messages(dispute) if reader != "integrator" else [],
        "events": _events(dispute, reader),
    }


def _return(dispute: Dispute, reader: str) -> dict[str, Any] | None:
    parcel = getattr(dispute, "return_shipment", None)
    if parcel is None:
        return None
    return {
        "id": parcel.public_id,
        "status": parcel.status,
        "amount": dispute.money(dispute.settled_amount or 0),
        "return_shipping_paid_by": dispute.return_shipping_paid_by or None,
        "send_by": parcel.send_by,
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "shipped_at": parcel.shipped_at,
        "delivered_at": parcel.delivered_at,
        "check_by": parcel.check_by,
        "contested_for": parcel.inspection or None,
        "contest_note": parcel.contest_note if reader != "integrator" else "",
    }


def _evidence(dispute: Dispute, reader: str, actor: Actor) -> list[DisputeEvidence]:
    return [exhibit for exhibit in dispute.exhibits.all() if _shows(exhibit.evidence, reader, actor)]


def _shows(file: Evidence, reader: str, actor: Actor) -> bool:
    """One's own files; those of others once they are known to be clean, private ones to mediators alone (E-03, E4)."""
    if file.removed_at is not None:
        return False
    if file.owner_id == actor.user_id:
        return True
    if file.status != Evidence.Status.READY:
        return False
    return reader == "mediator" or (reader in PARTIES and not file.private)


def _decision(dispute: Dispute, reader: str) -> dict[str, Any] | None:
    """The newest decision; for all but the staff, the newest that was told (M-07, M-08)."""
    told = [each for each in dispute.decisions.all() if reader in ("mediator", "staff") or is_told(each)]
    if not told:
        return None
    decision: Decision = told[-1]
    approval = getattr(decision, "approval", None)
    return {
        "id": decision.public_id,
        "outcome": decision.outcome,
        "amount": dispute.money(decision.amount),
        "return_shipping_paid_by": decision.return_shipping_paid_by or None,
        "reason_code": decision.reason_code,
        "facts": decision.facts,
        "evidence_cited": _cited(decision, dispute, reader),
        "note_to_parties": decision.note_to_parties,
        "decided_at": decision.decided_at,
        "needs_approval": decision.needs_approval,
        "approved": approval.approved if approval else None,
    }


def is_told(decision: Decision) -> bool:
    """Was this decision told to the parties: did it need no approval, or get it?"""
    approval = getattr(decision, "approval", None)
    return not decision.needs_approval or (approval is not None and approval.approved)


def _cited(decision: Decision, dispute: Dispute, reader: str) -> list[dict[str, Any]]:
    """What the decision cites. That a file exists which only mediators see stays with them."""
    hidden: set[str] = set()
    if reader not in ("mediator", "staff"):
        hidden = {
            e.evidence.public_id for e in dispute.exhibits.all() if e.evidence.private and e.role != reader
        }
    return [
        {
            "evidence": cited.get("evidence", ""),
            "considered": bool(cited.get("considered", True)),
            "why": cited.get("why", ""),
        }
        for cited in decision.evidence_cited
        if cited.get("evidence") not in hidden
    ]


def _refunds(dispute: Dispute) -> Sequence[dict[str, Any]]:
    """One row a payment (X-01, X-03)."""
    cause = f"dispute:{dispute.public_id}"
    rows = Refund.objects.filter(payment__escrow=dispute.order.escrow_id, cause=cause).select_related(
        "payment"
    )
    return [
        {
            "id": refund.public_id,
            "payment": refund.payment.public_id,
            "status": refund.status,
            "amount": dispute.money(refund.amount),
            "expected": list(refund.expected),
        }
        for refund in rows
    ]


def _messages(dispute: Dispute) -> list[dict[str, Any]]:
    return [
        {"id": message.public_id, "by": message.role, "text": message.text, "sent_at": message.sent_at}
        for message in dispute.thread.messages.all()
    ]


def _events(dispute: Dispute, reader: str) -> list[dict[str, Any]]:
    inside = reader in ("mediator", "staff")
    return [
        common.happening(event, action_name(event.verb)) | {"data": _told(event, reader)}
        for event in dispute.events.all()
        if inside or event.verb not in AMONG_STAFF
    ]


def _told(event: DisputeEvent, reader: str) -> dict[str, Any]:
    """The facts of an event. What was decided stands in `decision`, once it is told."""
    if event.verb == "adjudicate" and reader not in ("mediator", "staff"):
        return {}
    words = {"note", "message"} if reader == "integrator" else set()
    return {name: value for name, value in event.data.items() if name in TOLD and name not in words}
