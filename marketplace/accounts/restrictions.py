"""What a restriction keeps a person from. The rows are written by the room of sanctions; here and above they are met."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from marketplace.core.contests import Contests
from marketplace.core.display import moment_text
from marketplace.core.errors import Forbidden

from .models import Restriction


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
        contest_until = Contests().until(restriction.starts_at)
        sentences = [
            words or _("You cannot do this now."),
            _("Reason: %(why)s") % {"why": restriction.reason},
        ]
        if restriction.ends_at:
            sentences.append(_("This ends: %(moment)s.") % {"moment": moment_text(restriction.ends_at, "at")})
        else:
            sentences.append(_("This has no end date."))
        if at < contest_until:
            by = _("You can ask us to look at this again until %(moment)s.")
            sentences.append(by % {"moment": moment_text(contest_until, "at")})
        raise Forbidden(
            " ".join(map(str, sentences)),
            code="restricted",
            title=_("You cannot do this now"),
            sanction=restriction.cause,
            until=restriction.ends_at,
            contest_until=contest_until,
        )
