"""The tables of a dispute. Start with `Dispute` in dispute.py."""

from .claim import Claim, DisputeEvent, DisputeEvidence, DisputeLine, Draft
from .dispute import Dispute
from .ending import Approval, Decision, ReturnShipment
from .words import Payer, ReachedBy, Remedy, Result, State

__all__ = [
    "Approval",
    "Claim",
    "Decision",
    "Dispute",
    "DisputeEvent",
    "DisputeEvidence",
    "DisputeLine",
    "Draft",
    "Payer",
    "ReachedBy",
    "Remedy",
    "Result",
    "ReturnShipment",
    "State",
]
