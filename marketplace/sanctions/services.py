"""Imposing a sanction and ending it (C-07, C-11).

`impose` and `undo` run inside the step of the case that decided; that step asked who may. What a moderator imposes by hand
(`impose_by_hand`) only another act by hand or an appeal ends.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.accounts.models import Store, User
from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.errors import FieldError, Forbidden, Invalid
from marketplace.core.policy import ProtectionPolicy
from marketplace.orders.models import Listing

from . import access, effects
from .models import KINDS, Kind, Sanction, State

LONGEST_STATEMENT = 2000
LONGEST_RULE = 200
MOST_POINTS = 100

Target = Listing | Store | User


def impose(
    *,
    target: Target,
    kind: str,
    cause: str,
    statement: str,
    rule: str,
    at: datetime,
    by: Actor,
    ends_at: datetime | None = None,
    points: int = 0,
) -> Sanction:
    """What a decision brings with it, inside that decision's step; once for a cause, kind and target. Raises Invalid.

    A strike counts `points`, unless told otherwise for as long as the policy says.
    """
    if kind == Kind.STRIKE and ends_at is None:
        ends_at = at + ProtectionPolicy.objects.in_force("default", at).strike_time
    check(target=target, kind=kind, statement=statement, rule=rule, at=at, ends_at=ends_at, points=points)
    whom: dict[str, Any] = dict.fromkeys(KINDS) | {target_kind(target): target}
    if cause and (found := Sanction.objects.filter(cause=cause, kind=kind, **_same(whom)).first()):
        return found
    sanction = Sanction(
        **whom,
        kind=kind,
        rule=rule.strip(),
        statement=statement.strip(),
        points=points,
        imposed_by_id=by.user_id,
        starts_at=at,
        ends_at=ends_at,
    )
    sanction.cause = cause or sanction.public_id
    with transaction.atomic():
        sanction.now = sanction.at = sanction.created_at = sanction.entered_at = sanction.moved_at = at
        sanction.save()
        effects.bring(sanction, by=by)
        sanction.start("impose", by=by, now=at)
    return sanction


def impose_by_hand(
    *,
    target: Target,
    kind: str,
    statement: str,
    rule: str,
    by: Actor,
    ends_at: datetime | None = None,
    points: int = 0,
) -> Sanction:
    """A moderator or lead mediator imposes it, with no case behind it. Raises Forbidden, Invalid."""
    may_impose_on(target, by)
    return impose(
        target=target,
        kind=kind,
        cause="",
        statement=statement,
        rule=rule,
        at=timezone.now(),
        by=by,
        ends_at=ends_at,
        points=points,
    )


def may_impose_on(target: Target, by: Actor) -> None:
    """Raises Forbidden: not staff who sanction, or a matter of their own (threats.md A4)."""
    may_sanction(by)
    store_pk = target.store_id if isinstance(target, Listing) else target.pk
    own = target.pk == by.user_id if isinstance(target, User) else store_pk in by.store_ids
    if own:
        raise Forbidden(_("This is about yourself. Somebody else has to do it."))


def may_sanction(by: Actor) -> None:
    """Raises Forbidden where this is nobody who sanctions by hand; asked before anything is read."""
    if not access.may_impose(by):
        raise Forbidden(_("Only moderators and lead mediators do this."))


def take_back(pk: int, *, note: str, by: Actor) -> Sanction:
    """What was imposed by hand ends by hand, with the reason that the person reads; only its own effects end."""
    with step(Sanction, pk, "take_back", by=by) as sanction:
        sanction.take_back()
        _end(sanction, by, _note(note))
    return sanction


def undo(cause: str, *, by: Actor, at: datetime, note: str = "") -> list[Sanction]:
    """The cause was wrong: everything that it brought ends, and nothing that others brought (C-11).

    `cause`: the public id of what decided. Inside the step that overturns it. A second time it does nothing.
    """
    brought = Sanction.objects.filter(cause=cause).exclude(state=State.TAKEN_BACK).order_by("pk")
    return [undo_one(pk, by=by, at=at, note=note) for pk in brought.values_list("pk", flat=True)]


def undo_one(pk: int, *, by: Actor, at: datetime, note: str = "") -> Sanction:
    """The same for one sanction of a cause, where its own appeal was granted (A-07); also for one whose time has passed."""
    with transaction.atomic():
        sanction = Sanction.lock(pk)
        if sanction.state == State.TAKEN_BACK:
            return sanction
        before, sanction.at = sanction.state, max(at, sanction.moved_at)
        sanction.overturn()
        if before == State.IN_FORCE:
            _end(sanction, by, note)
        sanction.finish("undo", by, before)
    return sanction


def expire(pk: int, *, by: Actor) -> Sanction:
    """Its time has passed: what it brought has ended at that very moment, however late the worker is (Z-03)."""
    with step(Sanction, pk, "expire", by=by) as sanction:
        sanction.expire()
        _end(sanction, by, "")
    return sanction


def points_of(store_pk: int, at: datetime) -> int:
    """What the store's strikes count together at that moment: those that were not taken back and are not over."""
    strikes = Sanction.objects.in_force(at).filter(store_id=store_pk, kind=Kind.STRIKE)
    return int(strikes.aggregate(n=Sum("points"))["n"] or 0)


def target_kind(target: Target) -> str:
    """listing, store or user."""
    return "listing" if isinstance(target, Listing) else "store" if isinstance(target, Store) else "user"


def check(
    *,
    target: Target,
    kind: str,
    statement: str,
    rule: str,
    at: datetime,
    ends_at: datetime | None = None,
    points: int = 0,
) -> None:
    """Every field that does not fit, at once. Raises Invalid. Asked before a preview too."""
    errors = []
    if kind not in KINDS[target_kind(target)]:
        errors.append(FieldError("kind", "does_not_fit", _("This does not fit what it is against.")))
    errors += _text("statement", statement, LONGEST_STATEMENT, _("Say why. The person reads it."))
    errors += _text("rule", rule, LONGEST_RULE, _("Name the rule that you rely on."))
    if ends_at is not None and ends_at <= at:
        errors.append(FieldError("ends_at", "past", _("Choose a moment that is still to come.")))
    if kind == Kind.STRIKE and not 1 <= points <= MOST_POINTS:
        words = _("Give 1 to %(most)s points.") % {"most": MOST_POINTS}
        errors.append(FieldError("points", "out_of_range", words))
    if kind != Kind.STRIKE and points:
        errors.append(FieldError("points", "does_not_fit", _("Only a strike has points.")))
    if errors:
        raise Invalid(errors=errors)


def _text(field: str, text: str, longest: int, wanted: str) -> list[FieldError]:
    if not text.strip():
        return [FieldError(field, "required", wanted)]
    if len(text.strip()) > longest:
        return [FieldError(field, "too_long", _("Use up to %(n)s characters.") % {"n": longest})]
    return []


def _note(text: str) -> str:
    if errors := _text("note", text, LONGEST_STATEMENT, _("Say why. The person reads it.")):
        raise Invalid(errors=errors)
    return text.strip()


def _end(sanction: Sanction, by: Actor, note: str) -> None:
    sanction.ended_at, sanction.ended_by_id, sanction.note = sanction.at, by.user_id, note
    if note:
        sanction.say(note=note)
    effects.end(sanction, at=sanction.at, by=by)


def _same(whom: dict[str, Any]) -> dict[str, Any]:
    """A filter: a missing target is asked for as missing."""
    return {name if each else f"{name}__isnull": each or True for name, each in whom.items()}


#: what the clock does, by verb
BY_CLOCK = {"expire": expire}

__all__ = [
    "BY_CLOCK",
    "check",
    "expire",
    "impose",
    "impose_by_hand",
    "may_impose_on",
    "may_sanction",
    "points_of",
    "take_back",
    "target_kind",
    "undo",
    "undo_one",
]
