"""Who may do what with a warranty claim: one table for pages, API and admin (Z-01)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from marketplace.core.access import Actor, Rule, system_only

if TYPE_CHECKING:
    from .models import WarrantyClaim


def buyer(actor: Actor, claim: WarrantyClaim) -> bool:
    return actor.user_id is not None and actor.user_id == claim.buyer_id


def seller(actor: Actor, claim: WarrantyClaim) -> bool:
    return claim.store_id is not None and claim.store_id in actor.store_ids


def visible(actor: Actor) -> Q:
    """The claims that exist for this actor: own, of own stores; staff see all."""
    if actor.is_system or actor.is_staff:
        return Q()
    if actor.user_id is None:
        return Q(pk=None)
    return Q(buyer_id=actor.user_id) | Q(store_id__in=actor.store_ids)


RULES: Mapping[str, Rule] = {
    "accept": seller,
    "decline": seller,
    "ship": seller,
    "pay_receipt": seller,
    "send_receipt": buyer,
    "acknowledge": buyer,
    "withdraw": buyer,
    "expire": system_only,
    "conclude": system_only,
}


def role_in(actor: Actor, claim: Any) -> str | None:
    """buyer or seller of this very claim; None for everybody else."""
    for name, rule in (("buyer", buyer), ("seller", seller)):
        if rule(actor, claim):
            return name
    return None
