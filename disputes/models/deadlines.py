"""What each phase of a dispute waits for, until when, and what happens then."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from marketplace.core.cases import Deadline, Outcome

from .words import Remedy, State

if TYPE_CHECKING:
    from .dispute import Dispute

#: phases that are no states: what one state waits for at different times
GIVING_UP = "giving_up"
BUYER_ASKED = "buyer_asked"
SELLER_ASKED = "seller_asked"
RETURN_ADDRESS = "return_address"
RETURN_DELIVERED = "return_delivered"
REPLACEMENT_SENT = "replacement_sent"
REPLACEMENT_DELIVERED = "replacement_delivered"


def _granted(dispute: Dispute) -> Outcome:
    """What silence of the seller brings: the claim as asked (for a return: once the return is made)."""
    return dispute.split(dispute.claim.amount)


def _nothing_back(dispute: Dispute) -> Outcome:
    return dispute.split(0)


def _terms(dispute: Dispute) -> Outcome:
    return dispute.split(dispute.settled_amount or 0)


def _proposed(dispute: Dispute) -> Outcome | None:
    """What the platform's proposal gives, once it is carried out; None where an identical product is sent (M-05)."""
    return None if dispute.settled_remedy == Remedy.REPLACEMENT else _terms(dispute)


def _once_it_is_back(dispute: Dispute) -> Outcome | None:
    """The refund, once the goods are back; None where an identical product is sent instead (T-03)."""
    return None if dispute.settled_remedy == Remedy.REPLACEMENT else _terms(dispute)


DEADLINES: dict[str, Deadline] = {
    State.AWAITING_SELLER: Deadline(
        lambda d: d.answer_due_at, "grant_claim", "seller", _granted, opens=lambda d: d.opened_at
    ),
    State.NEGOTIATION: Deadline(
        lambda d: d.negotiation_ends_at, "escalate", "buyer and seller", opens=lambda d: d.opened_at
    ),
    GIVING_UP: Deadline(lambda d: d.cancel_by, "resume", "buyer", opens=lambda d: d.cancel_asked_at),
    State.MEDIATION: Deadline(
        lambda d: d.target_at,
        None,
        "mediator",
        why="Nothing is decided by a clock in mediation (M-09); this is the target date.",
    ),
    State.AWAITING_EVIDENCE: Deadline(
        lambda d: d.requests_due_at,
        "close_evidence_requests",
        "buyer and seller",
        opens=lambda d: d.entered_at,
    ),
    BUYER_ASKED: Deadline(
        lambda d: d.requests_due_at, "close_evidence_requests", "buyer", opens=lambda d: d.entered_at
    ),
    SELLER_ASKED: Deadline(
        lambda d: d.requests_due_at, "close_evidence_requests", "seller", opens=lambda d: d.entered_at
    ),
    State.AWAITING_CHOICE: Deadline(
        lambda d: d.entered_at + d.policy.choice,
        "hold_proposal",
        "buyer",
        _proposed,
        opens=lambda d: d.entered_at,
    ),
    State.AWAITING_APPROVAL: Deadline(
        lambda d: d.target_at,
        None,
        "mediator",
        why="A second mediator approves; no clock does (M-08, M-09).",
    ),
    RETURN_ADDRESS: Deadline(
        lambda d: d.return_shipment.address_by,
        "refund_missing_address",
        "seller",
        _terms,
        opens=lambda d: d.return_shipment.agreed_at,
    ),
    State.AWAITING_RETURN: Deadline(
        lambda d: d.return_shipment.send_by,
        "expire_return",
        "buyer",
        _nothing_back,
        opens=lambda d: d.return_shipment.send_by - timedelta(days=d.policy.return_ship_days),
    ),
    State.RETURN_IN_TRANSIT: Deadline(lambda d: d.return_shipment.lost_at, "mediate_lost_return", "carrier"),
    RETURN_DELIVERED: Deadline(
        lambda d: d.return_shipment.check_by,
        "confirm_return_by_silence",
        "seller",
        _once_it_is_back,
        opens=lambda d: d.return_shipment.delivered_at,
    ),
    State.AWAITING_REPLACEMENT: Deadline(
        lambda d: d.replacement.send_by,
        "refund_missing_replacement",
        "seller",
        _terms,
        opens=lambda d: d.entered_at,
    ),
    REPLACEMENT_SENT: Deadline(lambda d: d.replacement.lost_at, "mediate_lost_replacement", "carrier"),
    REPLACEMENT_DELIVERED: Deadline(
        lambda d: d.replacement.acknowledge_by,
        "confirm_replacement_by_silence",
        "buyer",
        _nothing_back,
        opens=lambda d: d.replacement.delivered_at,
    ),
}
