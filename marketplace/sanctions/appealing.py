"""What a sanction and a restriction mean to the appeals' room: who may contest them, when, and who looks at it (A-07)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.accounts.models import Restriction, StoreMember
from marketplace.appeals.models import Appeal
from marketplace.appeals.registry import Appealable, Window, policy_now
from marketplace.core.access import Actor
from marketplace.core.display import date_text

from . import access, services
from .deciders import deciders_of
from .models import Kind, Sanction

#: the side for which somebody contests what burdens them
SIDE = "person"


def find_sanction(about: str) -> Sanction | None:
    """The sanction, while it is in force."""
    related = ("listing", "store", "user")
    found = Sanction.objects.select_related(*related).filter(public_id=about).first()
    return found if found is not None and found.is_in_force(timezone.now()) else None


def find_restriction(about: str) -> Restriction | None:
    """The restriction, while it is in force. One that a sanction brought is contested as that sanction."""
    rows = Restriction.objects.in_force(timezone.now()).exclude(cause__startswith="snc_")
    return rows.select_related("user").filter(public_id=about).first()


def may_contest_sanction(sanction: Sanction, actor: Actor) -> str:
    return SIDE if access.person(actor, sanction) else ""


def may_contest_restriction(restriction: Restriction, actor: Actor) -> str:
    return SIDE if actor.user_id == restriction.user_id else ""


def window(imposed: Sanction | Restriction) -> Window:
    """From when it held, for the policy's 180 days."""
    opens: datetime = imposed.starts_at
    return Window(opens, opens + policy_now(imposed).restriction_appeal)


def excluded_of_sanction(sanction: Sanction) -> set[int]:
    """Who imposed it, who decided its cause, and whom it burdens (A-02, threats.md A4)."""
    people = deciders_of(sanction.cause) | {sanction.imposed_by_id, sanction.user_id}
    if (store := sanction.burdened_store_id) is not None:
        people |= set(StoreMember.objects.filter(store_id=store).values_list("user_id", flat=True))
    return {each for each in people if each is not None}


def excluded_of_restriction(restriction: Restriction) -> set[int]:
    people = deciders_of(restriction.cause) | {restriction.imposed_by_id, restriction.user_id}
    return {each for each in people if each is not None}


def overturn_sanction(appeal: Appeal, by: Actor) -> None:
    """This one ends, and exactly what it brought; others of the same cause have appeals of their own (C-11)."""
    services.undo_one(Sanction.objects.get(public_id=appeal.about).pk, by=by, at=appeal.at)


def overturn_restriction(appeal: Appeal, by: Actor) -> None:
    """All that this decision took from the person is given back: it was one decision, with one reason (C-11)."""
    restriction = Restriction.objects.get(public_id=appeal.about)
    own = Restriction.objects.filter(user_id=restriction.user_id)
    if restriction.cause:
        own.lift(restriction.cause, appeal.at)
    else:
        own.filter(pk=restriction.pk, lifted_at=None).update(lifted_at=appeal.at)


def describe_sanction(sanction: Sanction) -> str:
    words = {"kind": Kind(sanction.kind).label, "name": sanction.target_name}
    return _("%(kind)s: %(name)s") % words


def describe_restriction(restriction: Restriction) -> str:
    words = {"what": restriction.get_kind_display(), "date": date_text(restriction.starts_at)}
    return _("The restriction of %(date)s: you %(what)s") % words


def told_of_sanction(sanction: Sanction) -> Sequence[tuple[str, str]]:
    return [(_("Why"), sanction.statement), (_("Rule"), sanction.rule)]


def _sanction_link(sanction: Any) -> str:
    return reverse("sanctions:detail", args=[sanction.public_id])


SANCTION = Appealable(
    find=find_sanction,
    may_appeal=may_contest_sanction,
    window=window,
    excluded=excluded_of_sanction,
    overturn=overturn_sanction,
    describe=describe_sanction,
    link=_sanction_link,
    told=told_of_sanction,
    desk_link=lambda sanction: reverse("admin:sanctions_sanction_change", args=[sanction.public_id]),
)
RESTRICTION = Appealable(
    find=find_restriction,
    may_appeal=may_contest_restriction,
    window=window,
    excluded=excluded_of_restriction,
    overturn=overturn_restriction,
    describe=describe_restriction,
    link=lambda restriction: reverse("sanctions:restriction", args=[restriction.public_id]),
    told=lambda restriction: [(_("Why"), restriction.reason)],
)
