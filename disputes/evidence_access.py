"""Which files of a dispute its parties and the staff on it may see (E-03); the evidence room asks here."""

from __future__ import annotations

from marketplace.core.access import Actor
from marketplace.evidence.models import Evidence

from .access import free_for
from .models import Dispute


def parties_see(actor: Actor, evidence: Evidence) -> bool:
    """The buyer and the seller of a dispute that the file was put to."""
    disputes = Dispute.objects.filter(exhibits__evidence=evidence)
    return (
        disputes.filter(buyer_id=actor.user_id).exists()
        or disputes.filter(store_id__in=actor.store_ids).exists()
    )


def staff_see(actor: Actor, evidence: Evidence) -> bool:
    """Mediators see the files of cases; not of a case that they are a party to, or tied to one (M-02)."""
    if not actor.is_mediator:
        return False
    return Dispute.objects.filter(free_for(actor), exhibits__evidence=evidence).exists()
