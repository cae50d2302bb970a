"""What a sanction means to the appeals' room: who may contest them, when, and who looks at it (A-07)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.accounts.models import StoreMember
from marketplace.appeals.models import Appeal
from marketplace.appeals.registry import Appealable, Sides, Window
from marketplace.core.access import Actor
from marketplace.core.contests import Contests

from . import access, causes, services
from .models import Kind, Sanction, State

#: the side for which somebody contests what burdens them; a shop contests as a whole, whoever of it writes
PERSON, SELLER = "person", "seller"


def find(about: str) -> Sanction | None:
    """The sanction, unless it was taken back: one whose time has passed stays on the record, and can be wrong."""
    related = ("listing", "store", "user")
    rows = Sanction.objects.select_related(*related).exclude(state=State.TAKEN_BACK)
    return rows.filter(public_id=about).first()


def may_contest(sanction: Sanction, actor: Actor) -> str:
    if not access.person(actor, sanction):
        return ""
    return SELLER if sanction.burdened_store_id else PERSON


def window(sanction: Sanction) -> Window:
    return Window(*Contests().window(sanction.starts_at))


def excluded(sanction: Sanction) -> set[int]:
    """Who imposed it, who decided its cause, and whom it burdens (A-02, threats.md A4)."""
    people = causes.deciders_of(sanction.cause) | {sanction.imposed_by_id, sanction.user_id}
    if (store := sanction.burdened_store_id) is not None:
        people |= set(StoreMember.objects.filter(store_id=store).values_list("user_id", flat=True))
    return {each for each in people if each is not None}


def overturn(appeal: Appeal, by: Actor) -> None:
    """This one ends, and exactly what it brought; others of the same cause have appeals of their own (C-11)."""
    sanction = services.undo_one(Sanction.objects.get(public_id=appeal.about).pk, by=by, at=appeal.at)
    causes.of(sanction.cause).given_back(sanction.cause, appeal.at, by)


def describe(sanction: Sanction) -> str:
    words = {"kind": Kind(sanction.kind).label, "name": sanction.target_name}
    return _("%(kind)s: %(name)s") % words


def told(sanction: Sanction) -> Sequence[tuple[str, str]]:
    return [(_("Why"), sanction.statement), (_("Rule"), sanction.rule)]


def link(sanction: Any) -> str:
    return reverse("sanctions:detail", args=[sanction.public_id])


SANCTION = Appealable(
    find=find,
    may_appeal=may_contest,
    window=window,
    excluded=excluded,
    overturn=overturn,
    describe=describe,
    link=link,
    told=told,
    sides=lambda sanction: Sides(store=sanction.burdened_store_id),
    desk_link=lambda sanction: reverse("admin:sanctions_sanction_change", args=[sanction.public_id]),
)
