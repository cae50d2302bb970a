"""What follows from a review (B-03): each effect names the flag as its cause, so that overturning it undoes exactly these."""

from __future__ import annotations

from marketplace.accounts import restrictions
from marketplace.accounts.models import Restriction
from marketplace.core.access import Actor

from .models import Flag, Outcome

KINDS: dict[str, tuple[str, ...]] = {
    Outcome.LIMIT: (Restriction.Kind.NO_DISPUTES,),
    Outcome.SUSPEND: (Restriction.Kind.NO_DISPUTES, Restriction.Kind.NO_ORDERS),
}


def carry_out(flag: Flag, *, by: Actor) -> None:
    """Inside the step that ends the flag. None of it takes away the right to answer or appeal (C-12)."""
    for kind in KINDS.get(flag.outcome, ()):
        restrictions.impose_by_decision(
            flag.user,
            kind=kind,
            reason=flag.reasons,
            starts_at=flag.at,
            ends_at=flag.until,
            cause=flag.public_id,
            decided_by=by.person_id,
        )


def deciders_of(cause: str) -> set[int]:
    """Who ended this flag, and who agreed: they look at no appeal against it (A-02)."""
    found = Flag.objects.filter(public_id=cause).values_list("reviewer_id", "approver_id")
    return {each for row in found for each in row if each is not None}
