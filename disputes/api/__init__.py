"""Disputes in the API. Rules and words live below; each module here is one storey of verbs."""

from .cases import Disputes
from .claims import DisputeOptions, Drafts
from .policies import SimulatePolicy

__all__ = ["DisputeOptions", "Disputes", "Drafts", "SimulatePolicy"]
