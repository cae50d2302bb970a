"""What a reader of a dispute sees of feedback about it: what their own side said, or that they can say it now."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.core.access import Actor

from .. import access as dispute_access
from ..models import Dispute
from .models import Feedback

SIDES = ("buyer", "seller")


@dataclass(frozen=True)
class Said:
    """`own`: what the reader's side said. `possible`: they can say it now."""

    own: Feedback | None
    possible: bool


def read(dispute: Dispute, actor: Actor) -> Said:
    """At most one query; none while the dispute is open, and for whoever is no side of it."""
    role = dispute_access.role_in(actor, dispute)
    if dispute.ended_at is None or role not in SIDES:
        return Said(None, False)
    own = Feedback.objects.filter(dispute=dispute, side=role).first()
    if own is not None:
        own.dispute = dispute
    return Said(own, own is None)
