"""Disputes in the API. Rules and words live below; each module here is one storey of verbs."""

from .cases import Disputes
from .claims import DisputeOptions, Drafts
from .policies import SimulatePolicy
from .rules import AutoAcceptRules, SwitchRuleOff, SwitchRuleOn, TryRule
from .ties import ConflictsOfInterest

__all__ = [
    "AutoAcceptRules",
    "ConflictsOfInterest",
    "DisputeOptions",
    "Disputes",
    "Drafts",
    "SimulatePolicy",
    "SwitchRuleOff",
    "SwitchRuleOn",
    "TryRule",
]
