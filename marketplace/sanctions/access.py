"""Who may do what with a sanction: one table for pages, API and admin (Z-01)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from marketplace.core.access import LEAD_MEDIATOR, MODERATOR, Actor, Rule, system_only

if TYPE_CHECKING:
    from .models import Sanction


def person(actor: Actor, sanction: Sanction) -> bool:
    """Whom it burdens: the person, or the people of the store."""
    if sanction.user_id is not None:
        return actor.user_id == sanction.user_id
    return sanction.burdened_store_id in actor.store_ids


def may_impose(actor: Actor) -> bool:
    """Staff who may sanction by hand."""
    return actor.is_in(MODERATOR, LEAD_MEDIATOR)


def imposed_by_hand(actor: Actor, sanction: Sanction) -> bool:
    """What was imposed by hand is taken back by hand, never by whom it burdens; the rest by an appeal (A-07, threats.md A4)."""
    return may_impose(actor) and sanction.is_by_hand and not person(actor, sanction)


def visible(actor: Actor) -> Q:
    """The sanctions that exist for this actor: those that burden them or their stores; for staff all."""
    if actor.is_system or actor.is_staff:
        return Q()
    return burdening(actor)


def burdening(actor: Actor) -> Q:
    """Those that burden this person or their stores."""
    if actor.user_id is None:
        return Q(pk=None)
    return (
        Q(user_id=actor.user_id) | Q(store_id__in=actor.store_ids) | Q(listing__store_id__in=actor.store_ids)
    )


RULES: Mapping[str, Rule] = {
    "take_back": imposed_by_hand,
    "expire": system_only,
}


def role_in(actor: Actor, sanction: Any) -> str | None:
    """Whom it burdens; None for everybody else."""
    return "person" if person(actor, sanction) else None
