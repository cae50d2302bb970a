"""The verbs of a dispute. Each runs inside one `step()`; see marketplace/core/cases.py."""

from .mediation import adjudicate, approve, assign, reject_approval, release, take_next
from .negotiation import (
    accept_claim,
    cancel,
    escalate,
    grant_claim,
    provide_evidence,
    refuse_claim,
    send_message,
    staff_cancel,
)
from .opening import ClaimData, LineData, discard_draft, open_dispute, save_draft
from .returns import (
    acknowledge_return,
    confirm_return_by_silence,
    contest_return,
    expire_return,
    mediate_lost_return,
    record_return_tracking,
    ship_return,
)

#: what the clock does, by verb
BY_CLOCK = {
    "grant_claim": grant_claim,
    "escalate": escalate,
    "expire_return": expire_return,
    "mediate_lost_return": mediate_lost_return,
    "confirm_return_by_silence": confirm_return_by_silence,
}

__all__ = [
    "BY_CLOCK",
    "ClaimData",
    "LineData",
    "accept_claim",
    "acknowledge_return",
    "adjudicate",
    "approve",
    "assign",
    "cancel",
    "confirm_return_by_silence",
    "contest_return",
    "discard_draft",
    "escalate",
    "expire_return",
    "grant_claim",
    "mediate_lost_return",
    "open_dispute",
    "provide_evidence",
    "record_return_tracking",
    "refuse_claim",
    "reject_approval",
    "release",
    "save_draft",
    "send_message",
    "ship_return",
    "staff_cancel",
    "take_next",
]
