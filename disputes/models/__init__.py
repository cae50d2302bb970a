"""The tables of a dispute. Start with `Dispute` in dispute.py."""

from .claim import Claim, DisputeEvent, DisputeEvidence, DisputeLine, Draft
from .dispute import Dispute
from .ending import Approval, Decision
from .parcels import ReplacementShipment, ReturnShipment
from .request import EvidenceRequest, RequestedItem
from .terms import Offer, Proposal, Terms
from .words import CLAIMED, WITH_STAFF, Payer, ReachedBy, Remedy, Result, State

__all__ = [
    "CLAIMED",
    "WITH_STAFF",
    "Approval",
    "Claim",
    "Decision",
    "Dispute",
    "DisputeEvent",
    "DisputeEvidence",
    "DisputeLine",
    "Draft",
    "EvidenceRequest",
    "Offer",
    "Payer",
    "Proposal",
    "ReachedBy",
    "Remedy",
    "ReplacementShipment",
    "RequestedItem",
    "Result",
    "ReturnShipment",
    "State",
    "Terms",
]
