"""Taking a right from a person for a while, with the reason they read, and giving it back. No row is ever deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.core.access import LEAD_MEDIATOR, MODERATOR, Actor
from marketplace.core.errors import FieldError, Forbidden, Invalid, WrongState

from .models import Restriction, User

LONGEST_REASON = 2000


def may_restrict(by: Actor) -> bool:
    """Moderators and lead mediators."""
    return by.is_in(MODERATOR, LEAD_MEDIATOR)


def check(user: User | None, *, reason: str, ends_at: datetime | None, by: Actor) -> None:
    """Raise Forbidden or Invalid unless this actor may restrict this person so."""
    if not may_restrict(by):
        raise Forbidden(_("Only moderators and lead mediators restrict accounts."))
    errors = []
    if user is not None and user.pk == by.user_id:
        errors.append(FieldError("person", "yourself", _("You cannot restrict your own account.")))
    if not reason.strip():
        errors.append(FieldError("reason", "required", _("Say why. The person reads it.")))
    elif len(reason) > LONGEST_REASON:
        message = _("Use up to %(n)s characters.") % {"n": LONGEST_REASON}
        errors.append(FieldError("reason", "too_long", message))
    if ends_at is not None and ends_at <= timezone.now():
        errors.append(FieldError("ends_at", "past", _("Choose a moment that is still to come.")))
    if errors:
        raise Invalid(errors=errors)


def impose(
    user: User, *, kind: str, reason: str, ends_at: datetime | None, by: Actor, cause: str = ""
) -> Restriction:
    """From now until `ends_at` (None: until it is lifted). Raises Forbidden, Invalid."""
    check(user, reason=reason, ends_at=ends_at, by=by)
    return Restriction.objects.create(
        user=user,
        kind=kind,
        reason=reason.strip(),
        cause=cause,
        imposed_by_id=by.user_id,
        starts_at=timezone.now(),
        ends_at=ends_at,
    )


def impose_by_decision(
    user: User,
    *,
    kind: str,
    reason: str,
    starts_at: datetime,
    ends_at: datetime | None,
    cause: str,
    decided_by: int,
) -> Restriction:
    """What a decision of a case brings with it. That decision's own rules say who may make it, so nobody is asked here.

    `cause`: the decision's public id; `decided_by`: the user who made it. Once a decision, however often it is called.
    """
    restriction, _is_new = Restriction.objects.get_or_create(
        user=user,
        kind=kind,
        cause=cause,
        defaults={
            "reason": reason[:LONGEST_REASON],
            "imposed_by_id": decided_by,
            "starts_at": starts_at,
            "ends_at": ends_at,
        },
    )
    return restriction


def in_force(user_id: int | None, kind: str, at: datetime) -> Restriction | None:
    """What keeps this person from it at that moment: a restriction of that kind, or a block. None: nothing."""
    kinds = (kind, Restriction.Kind.BLOCK)
    found: Restriction | None = (
        Restriction.objects.in_force(at).filter(user_id=user_id, kind__in=kinds).order_by("pk").first()
    )
    return found


def refuse_if(user_id: int | None, kind: str, at: datetime, words: Any = "") -> None:
    """Raise Forbidden where the person is restricted: why, until when, and how to contest it (D-09, A-07).

    `words`: a sentence that says what they cannot do.
    """
    if restriction := in_force(user_id, kind, at):
        raise Forbidden(
            _("%(what)s Reason: %(why)s You can ask us to look at this again.")
            % {"what": words or _("You cannot do this now."), "why": restriction.reason},
            code="restricted",
            restriction=restriction.public_id,
            until=restriction.ends_at,
        )


def lift(pk: int, *, by: Actor) -> Restriction:
    """Give the right back now; the row stays. Raises Forbidden, and WrongState where it was lifted before."""
    if not may_restrict(by):
        raise Forbidden(_("Only moderators and lead mediators lift restrictions."))
    with transaction.atomic():
        restriction = Restriction.objects.select_for_update(of=("self",)).select_related("user").get(pk=pk)
        if restriction.user_id == by.user_id:
            raise Forbidden(_("You cannot lift a restriction on your own account."))
        if restriction.lifted_at is not None:
            raise WrongState(_("This restriction was lifted before."))
        restriction.lifted_at = timezone.now()
        restriction.save(update_fields=["lifted_at"])
    return restriction
