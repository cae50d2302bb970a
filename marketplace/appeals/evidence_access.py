"""Who sees the files of an appeal (E-03): the side that sent them, and staff who had no part in what it is about."""

from __future__ import annotations

from marketplace.core.access import Actor
from marketplace.evidence.models import Evidence

from . import access
from .models import Appeal


def side_sees(actor: Actor, evidence: Evidence) -> bool:
    """The people who act for the side that sent it."""
    appeals = Appeal.objects.filter(files__evidence=evidence)
    return any(access.appellant_side(actor, appeal) for appeal in appeals)


def staff_see(actor: Actor, evidence: Evidence) -> bool:
    """Whoever may review it."""
    if not actor.is_staff:
        return False
    appeals = Appeal.objects.filter(files__evidence=evidence).prefetch_related("exclusions")
    return any(access.reviewer(actor, appeal) for appeal in appeals)
