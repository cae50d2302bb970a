"""The tables of a dispute. Start with `Dispute` in dispute.py."""

from .automatic import AutoAcceptRule
from .claim import Claim, DisputeEvent, DisputeEvidence, DisputeLine, Draft, MessageExhibit
from .conflict import ConflictOfInterest
from .dispute import Dispute
from .ending import Approval, Decision
from .parcels import ReplacementShipment, ReturnShipment
from .precedent import Precedent
from .request import EvidenceRequest, RequestedItem
from .terms import Offer, Proposal, Terms
from .words import CLAIMED, WITH_STAFF, Payer, ReachedBy, Remedy, Result, State

__all__ = [
    "CLAIMED",
    "WITH_STAFF",
    "Approval",
    "AutoAcceptRule",
    "Claim",
    "ConflictOfInterest",
    "Decision",
    "Dispute",
    "DisputeEvent",
    "DisputeEvidence",
    "DisputeLine",
    "Draft",
    "EvidenceRequest",
    "MessageExhibit",
    "Offer",
    "Payer",
    "Precedent",
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
