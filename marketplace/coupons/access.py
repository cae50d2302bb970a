"""Who may do what with compensation and its coupons: one table for pages, API and admin (Z-01)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from marketplace.core.access import INTEGRATOR, Actor, Rule, system_only


def owner(actor: Actor, case: Any) -> bool:
    """The person who was given it."""
    return actor.user_id is not None and actor.user_id == case.user_id


def host(actor: Actor, case: Any) -> bool:
    """A host marketplace's service account: it sends the order that the coupon is spent on."""
    return actor.is_in(INTEGRATOR)


def visible(actor: Actor) -> Q:
    """What exists for this actor: their own; staff see all."""
    if actor.is_system or actor.is_staff:
        return Q()
    return Q(user_id=actor.user_id) if actor.user_id is not None else Q(pk=None)


OFFER_RULES: Mapping[str, Rule] = {"choose_pieces": owner, "issue_whole": system_only}
COUPON_RULES: Mapping[str, Rule] = {"spend": host, "expire": system_only}
