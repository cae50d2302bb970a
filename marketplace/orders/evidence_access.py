"""Who sees the files of an order on hold (E-03); the evidence room asks here."""

from __future__ import annotations

from marketplace.core.access import Actor
from marketplace.evidence.models import Evidence

from .access import may_moderate
from .models import Order


def moderators_see(actor: Actor, evidence: Evidence) -> bool:
    """What a seller sent as a proof: moderators who are no party to that order. The buyer does not see it."""
    if not may_moderate(actor):
        return False
    orders = Order.objects.filter(holds__proofs__files=evidence)
    return orders.exclude(buyer_id=actor.user_id).exclude(store_id__in=actor.store_ids).exists()
