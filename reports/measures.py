"""What a decision brings with it (C-07, C-08): which measures fit which decision, and imposing them once, by their cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts import restrictions
from marketplace.accounts.models import Restriction, User
from marketplace.core.access import Actor
from marketplace.core.errors import Invalid

if TYPE_CHECKING:
    from .models import Decision, Report

#: kind → what the moderator reads of it
USER_KINDS: dict[str, Any] = {
    Restriction.Kind.NO_REPORTS: gettext_lazy("The person may not send reports."),
}


@dataclass(frozen=True)
class Measure:
    """One measure: against whom, what, and until when (None: until it is lifted)."""

    kind: str
    user_id: int
    ends_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "ends_at": self.ends_at.isoformat() if self.ends_at else None}


def checked(
    report: Report, outcome: str, false_data: bool, wanted: Sequence[Mapping[str, Any]]
) -> list[Measure]:
    """The measures as they will be imposed. Upheld: against whom it is about; false data: against the reporter. Raises Invalid."""
    found = []
    for each in wanted:
        kind = each.get("kind")
        if kind not in USER_KINDS:
            raise Invalid.field("sanctions", "unknown", _("There is no such measure."))
        user_id = (
            report.reporter_id if false_data else report.respondent_user_id if outcome == "upheld" else None
        )
        if user_id is None:
            words = _("This measure does not fit this decision.")
            raise Invalid.field("sanctions", "does_not_fit", words)
        found.append(Measure(str(kind), user_id, _end(each.get("ends_at"), report)))
    return found


def _end(value: Any, report: Report) -> datetime | None:
    if not value:
        return None
    ends_at = value if isinstance(value, datetime) else parse_datetime(str(value))
    if ends_at is None or ends_at.tzinfo is None or ends_at <= report.now:
        raise Invalid.field("sanctions", "past", _("Choose a moment that is still to come."))
    return ends_at


def impose(report: Report, decision: Decision, measures: Sequence[Measure], by: Actor) -> None:
    """Inside the step of the decision, which is their cause."""
    for each in measures:
        restrictions.impose_by_decision(
            User.objects.get(pk=each.user_id), kind=each.kind, reason=decision.facts, starts_at=report.at,
            ends_at=each.ends_at, cause=decision.public_id, decided_by=by.person_id,
        )  # fmt: skip


def undo(cause: str, *, at: datetime) -> None:
    """Take back exactly what this decision brought, and nothing of other causes (C-11)."""
    Restriction.objects.filter(cause=cause, lifted_at=None).update(lifted_at=at)
