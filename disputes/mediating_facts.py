"""Requests and proposals of a dispute as one reader sees them: plain values for the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .models import Dispute, EvidenceRequest, RequestedItem

STAFF = frozenset({"mediator", "staff"})


def requests(dispute: Dispute, reader: str) -> list[dict[str, Any]]:
    """What was asked of each side. Both sides see what was asked; words and private files are whose they are."""
    return [
        {
            "id": request.public_id,
            "by": "mediator",
            "from": request.side,
            "items": [_item(dispute, item, request.side, reader) for item in request.items.all()],
            "status": status_of(request),
            "asked_at": request.asked_at,
            "due_at": request.due_at,
            "closed_at": request.closed_at,
        }
        for request in dispute.evidence_requests.all()
    ]


def status_of(request: EvidenceRequest) -> str:
    """open, answered (all of it), or closed (before all was answered)."""
    if request.closed_at is None:
        return "open"
    return "answered" if all(item.answered_at for item in request.items.all()) else "closed"


def _item(dispute: Dispute, item: RequestedItem, side: str, reader: str) -> dict[str, Any]:
    hidden = hidden_from(dispute, reader)
    return {
        "id": item.public_id,
        "text": item.text if reader != "integrator" else "",
        "answer": item.answer if reader != "integrator" else "",
        "evidence": [
            row.evidence.public_id
            for row in item.exhibits.all()
            if row.evidence.public_id not in hidden and reader != "integrator"
        ],
        "answered_at": item.answered_at,
    }


def proposals(dispute: Dispute, reader: str) -> list[dict[str, Any]]:
    """What the buyer chooses from, the platform's first. The host marketplace reads the terms, not the words."""
    says = reader != "integrator"
    return [
        {
            "id": each.public_id,
            "by": each.by,
            "remedy": each.remedy or None,
            "amount": dispute.money(each.amount),
            "return_shipping_paid_by": each.return_shipping_paid_by or None,
            "postage_cap": dispute.money(each.postage_cap) if each.postage_cap else None,
            "reason_code": each.reason_code,
            "facts": each.facts if says else "",
            "evidence_cited": cited(each.evidence_cited, dispute, reader) if says else [],
            "note_to_parties": each.note_to_parties if says else "",
            "status": each.status,
            "holds": each.by == each.By.PLATFORM,
            "made_at": each.made_at,
            "ended_at": each.ended_at,
        }
        for each in dispute.proposals.all()
    ]


def hidden_from(dispute: Dispute, reader: str) -> set[str]:
    """Files of this case of whose being there this reader is told nothing (E-03)."""
    if reader in STAFF:
        return set()
    rows = dispute.exhibits.all()
    return {row.evidence.public_id for row in rows if row.evidence.private and row.role != reader}


def cited(rows: Sequence[dict[str, Any]], dispute: Dispute, reader: str) -> list[dict[str, Any]]:
    """What a statement of reasons cites. That a file exists which only mediators see stays with them."""
    hidden = hidden_from(dispute, reader)
    return [
        {
            "evidence": row.get("evidence", ""),
            "considered": bool(row.get("considered", True)),
            "why": row.get("why", ""),
        }
        for row in rows
        if row.get("evidence") not in hidden
    ]
