"""Who may do what with an appeal: one table for pages, API and admin (Z-01)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from marketplace.core.access import LEAD_MEDIATOR, MEDIATOR, MODERATOR, Actor, Rule, either

if TYPE_CHECKING:
    from .models import Appeal

#: kinds that mediators look at; moderators and lead mediators look at all others
MEDIATED = frozenset({"decision", "second_look"})
KINDS = (*sorted(MEDIATED), "report", "sanction")


def reviews(actor: Actor, kind: str) -> bool:
    """Is looking at appeals of this kind this person's work at all?"""
    return actor.is_in(MEDIATOR, LEAD_MEDIATOR) if kind in MEDIATED else actor.is_in(MODERATOR, LEAD_MEDIATOR)


def reviewed_kinds(actor: Actor) -> list[str]:
    return [kind for kind in KINDS if reviews(actor, kind)]


def appellant_side(actor: Actor, appeal: Appeal) -> bool:
    """Whoever appealed, and for a shop everybody who acts for it."""
    if actor.user_id is not None and actor.user_id == appeal.appellant_id:
        return True
    return appeal.by_side == "seller" and appeal.store_id is not None and appeal.store_id in actor.store_ids


def other_side(actor: Actor, appeal: Appeal) -> bool:
    """The other side of the dispute: it learns that there is an appeal, and how it ended."""
    if appellant_side(actor, appeal):
        return False
    is_buyer = actor.user_id is not None and actor.user_id == appeal.buyer_id
    return is_buyer or (appeal.store_id is not None and appeal.store_id in actor.store_ids)


def party(actor: Actor, appeal: Appeal) -> bool:
    return appellant_side(actor, appeal) or other_side(actor, appeal)


def reads_text(actor: Actor, appeal: Appeal) -> bool:
    """What was written is between the side that wrote it and whoever may answer it: not for those who decided (A-02)."""
    return appellant_side(actor, appeal) or reviewer(actor, appeal)


#: what goes on among the staff, and no party is told
AMONG_STAFF = frozenset({"assign", "release"})


def kept_out(actor: Actor, appeal: Appeal) -> bool:
    """Did this person decide it, approve it, propose it, or is a side of it or tied to one? (A-02, threats.md A4)"""
    return party(actor, appeal) or actor.user_id in appeal.excluded_ids


def kept_out_words() -> str:
    return _("You had a part in this case. Another person has to look at the appeal.")


def reviewer(actor: Actor, appeal: Appeal) -> bool:
    """Somebody whose work it is, and who had no part in what is appealed."""
    return reviews(actor, appeal.kind) and not kept_out(actor, appeal)


def holder(actor: Actor, appeal: Appeal) -> bool:
    return actor.user_id is not None and actor.user_id == appeal.reviewer_id


def assigned_reviewer(actor: Actor, appeal: Appeal) -> bool:
    return holder(actor, appeal) and reviewer(actor, appeal)


def lead(actor: Actor, appeal: Appeal) -> bool:
    """Leads free an appeal whose reviewer is away or has left."""
    return actor.is_in(LEAD_MEDIATOR) and reviewer(actor, appeal)


def visible(actor: Actor) -> Q:
    """The appeals that exist for this actor: own, of own cases and stores; for staff all, without what was written."""
    if actor.is_system or actor.is_staff:
        return Q()
    if actor.user_id is None:
        return Q(pk=None)
    return of_a_side(actor)


def of_a_side(actor: Actor) -> Q:
    """Those in which this person, or a shop of theirs, is a side."""
    return Q(appellant_id=actor.user_id) | Q(buyer_id=actor.user_id) | Q(store_id__in=actor.store_ids)


RULES: Mapping[str, Rule] = {
    "assign": reviewer,
    "release": either(holder, lead),
    "decide": assigned_reviewer,
}


def role_in(actor: Actor, appeal: Any) -> str | None:
    """The actor's part in this very appeal; None for everybody else."""
    if appellant_side(actor, appeal):
        return str(appeal.by_side)
    if other_side(actor, appeal):
        return "seller" if appeal.by_side == "buyer" else "buyer"
    return "reviewer" if reviewer(actor, appeal) else None
