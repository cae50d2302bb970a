"""The figures as people read them: in groups, each number with its name and its share of the group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from disputes.models import ReachedBy, Result
from disputes.reasons import REASONS
from marketplace.appeals.models import Kind as AppealKind
from marketplace.sanctions.models import Kind as SanctionKind
from reports.kinds import Category
from reports.models import State as ReportState

#: figures that stand for themselves, in order
_ALONE: Mapping[str, Any] = {
    "disputes.opened": _("Disputes opened"),
    "disputes.resolved": _("Disputes that ended with a result"),
    "disputes.cancelled": _("Disputes that the buyer closed, or that we closed"),
    "disputes.decisions": _("Decisions by mediators"),
    "disputes.without_a_person": _("Ended without a person deciding"),
    "appeals.sent": _("Reviews asked for"),
    "appeals.decided": _("Reviews answered"),
    "appeals.overturned": _("Decisions overturned by a review"),
    "reports.sent": _("Reports"),
    "reports.ended": _("Reports answered"),
    "sanctions.imposed": _("Sanctions"),
}
_TIMES: Mapping[str, Any] = {
    "hours.to_answer": _("From the opening to the seller's first answer"),
    "hours.to_end": _("From the opening to the end"),
    "hours.to_review": _("From asking for a review to the answer"),
    "hours.to_decide_a_report": _("From a report to the answer"),
}
#: prefix → title of the group, and what its names are called
_GROUPS: Mapping[str, tuple[Any, Mapping[str, Any]]] = {
    "reason": (_("Why buyers opened disputes"), {code: reason.label for code, reason in REASONS.items()}),
    "outcome": (_("How disputes ended"), dict(Result.choices)),
    "reached": (_("How the end was reached"), dict(ReachedBy.choices)),
    "appeal": (_("What reviews were about"), dict(AppealKind.choices)),
    "report": (_("What reports were about"), dict(Category.choices)),
    "report_end": (_("How reports ended"), dict(ReportState.choices)),
    "sanction": (_("Sanctions by kind"), dict(SanctionKind.choices)),
}


@dataclass(frozen=True)
class Row:
    """One number: its name, itself, and how long its bar is, in hundredths of the longest of its group."""

    label: str
    value: float
    bar: int = 0


@dataclass(frozen=True)
class Group:
    """Numbers that belong together; `unit` says of what, where it is not just how many."""

    title: str
    rows: Sequence[Row]
    unit: str = ""


def groups_of(figures: Mapping[str, float]) -> list[Group]:
    """All groups of a month that hold something."""
    found = [_group(_("All in all"), _ALONE, figures)]
    for prefix, (title, names) in _GROUPS.items():
        of_group = {
            f"{prefix}.{name}": label for name, label in names.items() if figures.get(f"{prefix}.{name}")
        }
        if of_group:
            found.append(_group(title, of_group, figures))
    found.append(
        _group(_("How long it took, the middle one of all, in hours"), _TIMES, figures, unit="hours")
    )
    return found


def share_without_a_person(figures: Mapping[str, float]) -> int | None:
    """How many in a hundred results came without a person deciding; None where there was no result."""
    results = figures.get("disputes.resolved", 0)
    return round(100 * figures.get("disputes.without_a_person", 0) / results) if results else None


def bars(pairs: Sequence[tuple[str, float]]) -> list[Row]:
    """Rows with the longest bar for the largest number."""
    longest = max((value for _label, value in pairs), default=0)
    return [Row(label, value, round(100 * value / longest) if longest else 0) for label, value in pairs]


def _group(title: Any, names: Mapping[str, Any], figures: Mapping[str, float], unit: str = "") -> Group:
    return Group(
        str(title), bars([(str(label), figures.get(name, 0)) for name, label in names.items()]), unit
    )
