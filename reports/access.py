"""Who may do what with a report: one table for pages, API and desk (Z-01). Nobody handles a matter of their own (threats.md A4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from marketplace.core.access import LEAD_MEDIATOR, MODERATOR, Actor, Rule, system_only

if TYPE_CHECKING:
    from .models import Report


def reporter(actor: Actor, report: Report) -> bool:
    return actor.user_id is not None and actor.user_id == report.reporter_id


def is_about(actor: Actor, report: Report) -> bool:
    """Is this person the one that the report is about, or one of the shop's people?"""
    if actor.user_id is None:
        return False
    return report.respondent_user_id == actor.user_id or report.respondent_store_id in actor.store_ids


def respondent(actor: Actor, report: Report) -> bool:
    """The one it is about, once they were asked (C-05): before, there is nothing for them to see."""
    return report.heard_until is not None and is_about(actor, report) and not reporter(actor, report)


def may_moderate(actor: Actor) -> bool:
    """Staff who look at reports."""
    return actor.is_in(MODERATOR, LEAD_MEDIATOR)


def free_moderator(actor: Actor, report: Report) -> bool:
    """A moderator to whom the report is nothing of their own."""
    return may_moderate(actor) and not reporter(actor, report) and not is_about(actor, report)


def holder(actor: Actor, report: Report) -> bool:
    """The moderator who took it."""
    return free_moderator(actor, report) and report.moderator_id == actor.user_id


def visible(actor: Actor) -> Q:
    """The reports that exist for this actor: own; about them, once they were asked; for moderators all that are not about
    themselves."""
    if actor.is_system:
        return Q()
    if actor.user_id is None:
        return Q(pk=None)
    theirs = Q(reporter_id=actor.user_id) | (about(actor) & Q(heard_until__isnull=False))
    if may_moderate(actor):
        free = ~Q(respondent_store_id__in=actor.store_ids) | Q(respondent_store_id=None)
        others = Q(respondent_user_id=None) | ~Q(respondent_user_id=actor.user_id)
        return theirs | (free & others)
    return theirs


def about(actor: Actor) -> Q:
    """Those about this person, or a shop of theirs."""
    return Q(respondent_user_id=actor.user_id) | Q(respondent_store_id__in=actor.store_ids)


RULES: Mapping[str, Rule] = {
    "assign": free_moderator,
    "request_info": holder,
    "decide": holder,
    "add_info": reporter,
    "withdraw": reporter,
    "respond": respondent,
    "counter_report": respondent,
    "resume_review": system_only,
    "enforce_tracking": system_only,
}


def role_in(actor: Actor, report: Any) -> str | None:
    """reporter or respondent of this very report; None for everybody else."""
    if reporter(actor, report):
        return "reporter"
    return "respondent" if is_about(actor, report) else None
