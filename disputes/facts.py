"""A dispute as one reader sees it: plain values for the API, and nothing that is not theirs to know (threats.md row 39).

The parties never read who the mediator is, what the other side put before the mediator alone, or a decision that still
waits for its approval. The host marketplace that sent the order reads where a case stands, not what people wrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet

from marketplace.appeals.models import Appeal
from marketplace.core import facts as common
from marketplace.core.access import Actor
from marketplace.evidence.models import Evidence
from marketplace.messaging.models import Message
from marketplace.messaging.presenters import for_api
from marketplace.payments import tracking

from . import access, appealed, return_facts
from . import mediating_facts as mediating
from .difference import asked_terms, differs
from .feedback import reading as feedback
from .feedback.models import Feedback
from .models import Claim, Decision, Dispute, DisputeEvent, DisputeEvidence
from .services.appealing import is_told

#: verb → the name of its endpoint, where it is not the verb with hyphens
ENDPOINTS = {
    "record_return_tracking": "return-events",
    "record_replacement_tracking": "replacement-events",
    "submit_postage_receipt": "postage-receipt",
}
#: what goes on among the staff, and no party is told (notifications.SILENT)
AMONG_STAFF = frozenset({"assign", "release", "reject_approval", "remove_private_file"})
#: facts of an event that its readers are shown
TOLD = frozenset(
    [
        "amount",
        "asked",
        "by",
        "carrier",
        "city",
        "code",
        "condition",
        "country",
        "decision",
        "differs",
        "due",
        "elsewhere",
        "file",
        "files",
        "happened_at",
        "items",
        "message",
        "messages",
        "note",
        "offer",
        "outcome",
        "postage_cap",
        "postage_owed",
        "reason",
        "remedy",
        "return_shipping_paid_by",
        "sha256",
        "tracking_number",
        "until",
    ]
)
PARTIES = frozenset({"buyer", "seller"})
#: verbs whose event tells of a decision, which may still wait for its approval
DECIDING = frozenset({"adjudicate", "choose_proposal", "hold_proposal"})


def action_name(verb: str) -> str:
    """The endpoint's name of a verb: `accept_claim` → `accept-claim`."""
    return common.endpoint_of(verb, ENDPOINTS)


def reader_of(dispute: Dispute, actor: Actor) -> str:
    """buyer, seller, mediator, integrator, or staff (who read and do not act)."""
    return access.role_in(actor, dispute) or "staff"


def for_rows(disputes: QuerySet[Dispute]) -> QuerySet[Dispute]:
    """What `row` needs, in a fixed number of queries."""
    related = ("order__policy", "buyer", "store", "claim", "return_shipment", "replacement", "mediator")
    return disputes.select_related(*related).prefetch_related("lines__order_line", "offers")


def for_detail(disputes: QuerySet[Dispute]) -> QuerySet[Dispute]:
    """What `detail` needs besides."""
    exhibits = DisputeEvidence.objects.select_related("evidence")
    decisions = Decision.objects.select_related("approval", "proposal", "supersedes")
    return for_rows(disputes).prefetch_related(
        Prefetch("exhibits", exhibits),
        Prefetch("decisions", decisions),
        "events",
        "thread__messages",
        "message_exhibits",
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
        "claim": _claim(dispute, claim, reader),
        "cancel_on": _cancel_on(dispute),
        "no_evidence_yet": dispute.no_evidence_yet,
        "refundable": dispute.money(dispute.held),
        "frozen_at": dispute.frozen_at,
        "due_at": dispute.due_at,
        "next_default": common.next_default(dispute),
        "available_actions": common.available_actions(dispute, actor, named=action_name),
        "return": return_facts.of_return(dispute, reader),
        "replacement": return_facts.of_replacement(dispute, reader),
        "created_at": dispute.created_at,
        "ended_at": dispute.ended_at,
        "version": dispute.version,
    }


def detail(dispute: Dispute, actor: Actor) -> dict[str, Any]:
    """The dispute with everything that this reader may see of it."""
    reader = reader_of(dispute, actor)
    decision = _decision(dispute, reader)
    looked, shown = appealed.read(dispute, actor), row(dispute, actor)
    said = feedback.read(dispute, actor)
    more = [{"action": "appeal", "until": looked.until}] if looked.until else []
    more += [{"action": "feedback", "until": None}] if said.possible else []
    return shown | {
        "claims": [_revision(dispute, each, reader) for each in dispute.claims.all()],
        "offers": _offers(dispute, reader),
        "evidence": _evidence(dispute, reader, actor),
        "evidence_requests": mediating.requests(dispute, reader),
        "proposals": mediating.proposals(dispute, reader),
        "decision": decision,
        "appeal": _appeal(looked.shown) if looked.shown else None,
        "appeals": [_appeal(each) for each in looked.appeals],
        "feedback": _feedback(said.own) if said.own else None,
        "available_actions": [*shown["available_actions"], *more],
        "refunds": _refunds(dispute),
        "messages": _messages(dispute) if reader != "integrator" else [],
        "evidence_messages": _evidence_messages(dispute) if reader != "integrator" else [],
        "events": _events(dispute, reader),
    }


def _appeal(appeal: Appeal) -> dict[str, Any]:
    return {"id": appeal.public_id, "by": appeal.by_side, "status": appeal.state}


def _feedback(feedback: Feedback) -> dict[str, Any]:
    return {"id": feedback.public_id, "rating": feedback.rating, "status": feedback.state}


def _claim(dispute: Dispute, claim: Claim, reader: str) -> dict[str, Any]:
    return {
        "received": claim.received,
        "reason": claim.reason,
        "remedy": claim.remedy,
        "amount": dispute.money(claim.amount),
        "description": claim.description if reader != "integrator" else "",
        "revision": claim.revision,
    }


def _revision(dispute: Dispute, claim: Claim, reader: str) -> dict[str, Any]:
    """The claim as it was at one time (N-05)."""
    return _claim(dispute, claim, reader) | {"lines": claim.lines, "made_at": claim.made_at}


def _cancel_on(dispute: Dispute) -> dict[str, Any] | None:
    """What the buyer waits for before giving up, and until when everything rests (N-09)."""
    if not dispute.rests:
        return None
    return {
        "condition": dispute.cancel_condition,
        "since": dispute.cancel_asked_at,
        "until": dispute.due_at,
    }


def _offers(dispute: Dispute, reader: str) -> list[dict[str, Any]]:
    """What each side proposed, oldest first, each beside what was asked when it was made (N-03)."""
    asked = {claim.revision: asked_terms(claim) for claim in dispute.claims.all()}
    says = reader != "integrator"
    return [
        {
            "id": offer.public_id,
            "by": offer.by,
            "remedy": offer.remedy,
            "amount": dispute.money(offer.amount),
            "return_shipping_paid_by": offer.return_shipping_paid_by or None,
            "postage_cap": dispute.money(offer.postage_cap) if offer.postage_cap else None,
            "note": offer.note if says else "",
            "status": offer.status,
            "claim_revision": offer.claim_revision,
            "differs": differs(asked[offer.claim_revision], offer.terms),
            "made_at": offer.made_at,
            "ended_at": offer.ended_at,
            "denial_note": offer.denial_note if says else "",
        }
        for offer in dispute.offers.all()
    ]


def _evidence(dispute: Dispute, reader: str, actor: Actor) -> list[DisputeEvidence]:
    return [exhibit for exhibit in dispute.exhibits.all() if _shows(exhibit.evidence, reader, actor)]


def _shows(file: Evidence, reader: str, actor: Actor) -> bool:
    """One's own files; those of others once they are known to be clean, private ones to mediators alone (E-03, E4).
    What was removed is still named, with its hash (E-05)."""
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
        "evidence_cited": mediating.cited(decision.evidence_cited, dispute, reader),
        "note_to_parties": decision.note_to_parties,
        "why_different": decision.why_different if reader in mediating.STAFF else "",
        "proposal": decision.proposal.public_id if decision.proposal else None,
        "supersedes": decision.supersedes.public_id if decision.supersedes else None,
        "decided_at": decision.decided_at,
        "needs_approval": decision.needs_approval,
        "approved": approval.approved if approval else None,
    }


def _refunds(dispute: Dispute) -> Sequence[dict[str, Any]]:
    """One row a payment (X-01, X-03)."""
    rows = tracking.refunds_for(dispute.order.escrow_id, f"{tracking.BY_DISPUTE}{dispute.public_id}")
    return [tracking.facts(refund) for refund in rows]


def _messages(dispute: Dispute) -> list[dict[str, Any]]:
    return [_message(message) | {"warnings": for_api(message)} for message in dispute.thread.messages.all()]


def _message(message: Message) -> dict[str, Any]:
    return {"id": message.public_id, "by": message.role, "text": message.text, "sent_at": message.sent_at}


def _evidence_messages(dispute: Dispute) -> list[dict[str, Any]]:
    return [
        _message(each.message) | {"submitted_by": each.role, "submitted_at": each.added_at}
        for each in dispute.message_exhibits.all()
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
    if event.verb in DECIDING and reader not in ("mediator", "staff"):
        return {}
    words = {"note", "message"} if reader == "integrator" else set()
    return {name: value for name, value in event.data.items() if name in TOLD and name not in words}
