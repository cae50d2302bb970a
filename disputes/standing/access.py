"""Who may do what with a flag: one table for pages, API and admin (Z-01)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from marketplace.core.access import LEAD_MEDIATOR, MODERATOR, Actor, Rule

if TYPE_CHECKING:
    from .models import Flag


def person(actor: Actor, flag: Flag) -> bool:
    """Whose standing it is about."""
    return actor.user_id is not None and actor.user_id == flag.user_id


def may_look(actor: Actor) -> bool:
    """The board and everybody's figures: staff alone."""
    return actor.is_staff


def may_judge(actor: Actor, flag: Flag) -> bool:
    """Staff read what was proposed and the marketplace's own line; not of themselves."""
    return may_look(actor) and not person(actor, flag)


def reviewer(actor: Actor, flag: Flag) -> bool:
    """Moderators and lead mediators, never about themselves (threats.md A4)."""
    return actor.is_in(MODERATOR, LEAD_MEDIATOR) and not person(actor, flag)


def second_reviewer(actor: Actor, flag: Flag) -> bool:
    """Another one than who wants to suspend."""
    return reviewer(actor, flag) and actor.user_id != flag.reviewer_id


def visible(actor: Actor) -> Q:
    """The flags that exist for this actor: their own; for staff all."""
    if actor.is_system or actor.is_staff:
        return Q()
    return Q(user_id=actor.user_id) if actor.user_id is not None else Q(pk=None)


RULES: Mapping[str, Rule] = {
    "review": reviewer,
    "approve": second_reviewer,
    "reject_approval": second_reviewer,
    "add_statement": person,
}


def role_in(actor: Actor, flag: Any) -> str | None:
    """The person of this very flag; None for everybody else."""
    return "person" if person(actor, flag) else None
