"""Who may do what with feedback: one table for pages, API and admin (Z-01).

What a side says about the handling is read by that side and by lead mediators: not by the other side, nor by the mediator
whose work it is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from marketplace.core.access import LEAD_MEDIATOR, Actor, Rule

from .. import access as dispute_access

if TYPE_CHECKING:
    from .models import Feedback


def writer(actor: Actor, feedback: Feedback) -> bool:
    """The side that gave it; for a shop everybody who acts for it."""
    side = dispute_access.buyer if feedback.side == "buyer" else dispute_access.seller
    return side(actor, feedback.dispute)


def kept_out(actor: Actor, feedback: Feedback) -> bool:
    """Is this person a side of the dispute, tied to one, or had a part in what was decided? (A-02, threats.md A4)"""
    return dispute_access.party(actor, feedback.dispute) or actor.user_id in feedback.kept_out


def kept_out_words() -> str:
    return _("You had a part in this case. Another lead mediator has to read this.")


def lead(actor: Actor, feedback: Feedback) -> bool:
    """A lead mediator who had no part in the dispute (A-06)."""
    return actor.is_in(LEAD_MEDIATOR) and not kept_out(actor, feedback)


def without_part(actor: Actor) -> Q:
    """Feedback in disputes of which this person is no side, and in which they decided nothing (A-06, threats.md A4)."""
    is_side = Q(dispute__buyer_id=actor.user_id) | Q(dispute__store_id__in=actor.store_ids)
    return ~is_side & ~Q(kept_out__contains=[actor.user_id])


def visible(actor: Actor) -> Q:
    """The feedback that exists for this actor: their own side's; for lead mediators that of others, too, where they had no part."""
    if actor.is_system:
        return Q()
    if actor.user_id is None:
        return Q(pk=None)
    own = Q(side="buyer", dispute__buyer_id=actor.user_id)
    own |= Q(side="seller", dispute__store_id__in=actor.store_ids)
    return own | without_part(actor) if actor.is_in(LEAD_MEDIATOR) else own


RULES: Mapping[str, Rule] = {
    "open_second_look": lead,
    "set_aside": lead,
}


def role_in(actor: Actor, feedback: Any) -> str | None:
    """The actor's part in this very feedback; None for everybody else."""
    if writer(actor, feedback):
        return str(feedback.side)
    return "lead_mediator" if lead(actor, feedback) else None
