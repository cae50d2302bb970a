"""Who sees the files of a warranty claim (E-03): its two sides, and staff; the evidence room asks here."""

from __future__ import annotations

from marketplace.core.access import Actor
from marketplace.evidence.models import Evidence

from .models import WarrantyClaim


def parties_see(actor: Actor, evidence: Evidence) -> bool:
    """The buyer, the seller's people and staff of a claim that the file was put to."""
    return WarrantyClaim.objects.visible_to(actor).filter(files__evidence=evidence).exists()
