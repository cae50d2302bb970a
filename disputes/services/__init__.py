"""The verbs of a dispute. Each runs inside one `step()`; see marketplace/core/cases.py."""

from .appealing import appeal
from .deciding import adjudicate, approve, reject_approval
from .editing import edit_claim
from .mediation import assign, release, take_next
from .negotiation import (
    accept_claim,
    cancel,
    cancel_conditionally,
    escalate,
    grant_claim,
    provide_evidence,
    refuse_claim,
    resume,
    send_message,
    staff_cancel,
)
from .offers import accept_offer, deny_offer, make_offer
from .opening import ClaimData, LineData, discard_draft, open_dispute, save_draft
from .postage import submit_postage_receipt
from .proposals import choose_proposal, hold_proposal, propose
from .replacements import (
    acknowledge_replacement,
    confirm_replacement_by_silence,
    contest_replacement,
    mediate_lost_replacement,
    record_replacement_tracking,
    refund_missing_replacement,
    ship_replacement,
)
from .requests import close_evidence_requests, require_evidence
from .returns import (
    acknowledge_return,
    confirm_return_by_silence,
    contest_return,
    expire_return,
    give_return_address,
    mediate_lost_return,
    record_return_tracking,
    refund_missing_address,
    ship_return,
)
from .rules import accept_by_rule

#: what the clock does, by verb
BY_CLOCK = {
    "grant_claim": grant_claim,
    "escalate": escalate,
    "resume": resume,
    "close_evidence_requests": close_evidence_requests,
    "hold_proposal": hold_proposal,
    "expire_return": expire_return,
    "mediate_lost_return": mediate_lost_return,
    "confirm_return_by_silence": confirm_return_by_silence,
    "refund_missing_address": refund_missing_address,
    "refund_missing_replacement": refund_missing_replacement,
    "mediate_lost_replacement": mediate_lost_replacement,
    "confirm_replacement_by_silence": confirm_replacement_by_silence,
}

#: of these, what many disputes may do in one transaction
TOGETHER = frozenset({"grant_claim", "escalate"})

__all__ = [
    "BY_CLOCK",
    "TOGETHER",
    "ClaimData",
    "LineData",
    "accept_by_rule",
    "accept_claim",
    "accept_offer",
    "acknowledge_replacement",
    "acknowledge_return",
    "adjudicate",
    "appeal",
    "approve",
    "assign",
    "cancel",
    "cancel_conditionally",
    "choose_proposal",
    "close_evidence_requests",
    "confirm_replacement_by_silence",
    "confirm_return_by_silence",
    "contest_replacement",
    "contest_return",
    "deny_offer",
    "discard_draft",
    "edit_claim",
    "escalate",
    "expire_return",
    "give_return_address",
    "grant_claim",
    "hold_proposal",
    "make_offer",
    "mediate_lost_replacement",
    "mediate_lost_return",
    "open_dispute",
    "propose",
    "provide_evidence",
    "record_replacement_tracking",
    "record_return_tracking",
    "refund_missing_address",
    "refund_missing_replacement",
    "refuse_claim",
    "reject_approval",
    "release",
    "require_evidence",
    "resume",
    "save_draft",
    "send_message",
    "ship_replacement",
    "ship_return",
    "staff_cancel",
    "submit_postage_receipt",
    "take_next",
]
