"""One answer at a time: what a report would be refused for is said on the page that asks it, and not ten pages later (C-01).

Each raises Invalid, by the name that the field has on its page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.errors import FieldError, Invalid
from marketplace.core.policy import ProtectionPolicy
from marketplace.orders.models import Order

from ..kinds import MOST_LISTINGS
from ..naming import known_listings
from .filing import description_of, find_order, find_target


def policy_now() -> ProtectionPolicy:
    """The one that a report that is sent now gets."""
    return ProtectionPolicy.objects.in_force("default", timezone.now())


def check_target(kind: str, public_id: str, by: Actor) -> None:
    """It is there, it is this person's to report, and not themselves."""
    errors: list[FieldError] = []
    find_target(kind, public_id, by, errors)
    if errors:
        raise Invalid(errors=[replace(each, field=each.field.removeprefix("target.")) for each in errors])


def checked_description(text: str) -> str:
    """What happened, neither too short nor too long."""
    errors: list[FieldError] = []
    found = description_of(text, policy_now(), errors)
    if errors:
        raise Invalid(errors=errors)
    return found


def checked_order(number: str, by: Actor) -> Order:
    """An order that this person is a side of."""
    order = find_order(number, by)
    if order is None:
        words = _("We do not know this order, or you are no side of it. Check the number.")
        raise Invalid.field("answer", "unknown", words)
    return order


def checked_listings(named: Sequence[str]) -> list[str]:
    """Listings that are here, or links to other places; not too many."""
    errors: list[FieldError] = []
    numbers = known_listings(named[: MOST_LISTINGS + 1], "answer", errors)
    if len(named) > MOST_LISTINGS:
        words = _("Name 1 to %(n)s listings, by number or link.") % {"n": MOST_LISTINGS}
        errors = [FieldError("answer", "invalid", words)]
    if errors:
        raise Invalid(errors=errors)
    return numbers
