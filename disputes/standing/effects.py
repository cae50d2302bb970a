"""What follows from a review (B-03): a sanction with the flag as its cause, so that undoing it undoes exactly that (C-11)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.sanctions import services as sanctions
from marketplace.sanctions.models import Kind

from .models import Flag, Outcome

#: one outcome, one sanction: so one appeal gives all of it back
KINDS: dict[str, Kind] = {
    Outcome.WARN: Kind.WARNING,
    Outcome.LIMIT: Kind.NO_DISPUTES,
    Outcome.SUSPEND: Kind.BLOCK,
}


def carry_out(flag: Flag, *, by: Actor) -> None:
    """Inside the step that ends the flag. None of it takes away the right to answer or appeal (C-12)."""
    if kind := KINDS.get(flag.outcome):
        sanctions.impose(
            target=flag.user,
            kind=kind,
            cause=flag.public_id,
            statement=flag.reasons,
            rule=_("Account standing: %(ground)s") % {"ground": flag.get_ground_display()},
            at=flag.at,
            by=by,
            ends_at=flag.until,
        )
