"""What a decision brings with it (C-07, C-08): which measures fit which decision, and imposing them once, by their cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.dateparse import parse_datetime
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from marketplace.core.access import Actor
from marketplace.core.errors import FieldError, Invalid
from marketplace.sanctions import services as sanctions
from marketplace.sanctions.models import KINDS, Kind

if TYPE_CHECKING:
    from .models import Decision, Report

#: kind → what it brings about, as the moderator reads it
CONSEQUENCES: dict[str, Any] = {
    Kind.REMOVED: gettext_lazy("Remove the listing: nobody can buy it. Orders placed before go on."),
    Kind.DEMOTED: gettext_lazy("Show the listing lower in search. It can still be bought."),
    Kind.STRIKE: gettext_lazy("Strike: the shop gets points, which count for a year."),
    Kind.ORDERS_HELD: gettext_lazy("Hold the shop's orders: it has to prove each one, or the buyer gets the money back."),
    Kind.SUSPENDED: gettext_lazy("Suspend the shop: nobody can buy there. Orders placed before go on."),
    Kind.WARNING: gettext_lazy("Warn the person: nothing is taken."),
    Kind.NO_DISPUTES: gettext_lazy("No new disputes. Open ones go on."),
    Kind.NO_REPORTS: gettext_lazy("No new reports."),
    Kind.NO_ORDERS: gettext_lazy("No new orders. Those placed before go on."),
    Kind.BLOCK: gettext_lazy("Block the account: the person starts nothing new. They can still answer and ask for a review."),
}  # fmt: skip
#: kind → what whoever reported reads of it: what everybody can see for themselves (C-10)
SEEN: dict[str, Callable[[int], Any]] = {
    Kind.REMOVED: lambda n: ngettext_lazy("We removed the listing.", "We removed {n} listings.", n),
    Kind.DEMOTED: lambda n: ngettext_lazy("We show the listing lower in search.", "We show {n} listings lower in search.", n),
    Kind.SUSPENDED: lambda _n: gettext_lazy("The shop takes no new orders."),
}  # fmt: skip
#: and what all others come to: which they are stays between us and the account
AGAINST_THE_ACCOUNT = gettext_lazy("We took measures against the account that was reported.")
#: what is done to a listing, and so to each of those that were reported
OF_LISTINGS = KINDS["listing"]
#: against a reporter who gave false data: warning, restriction, block (C-07)
FALSE_DATA = (Kind.WARNING, Kind.NO_REPORTS, Kind.BLOCK)
#: the name that a refusal of the sanctions' room has here; all others are `sanctions`
FIELDS = {"statement": "facts", "rule": "reason_code"}


@dataclass(frozen=True)
class Measure:
    """One measure: against whom or what, which, until when (None: until it is taken back), and the points of a strike."""

    kind: str
    target: Any
    ends_at: datetime | None
    points: int

    def as_json(self) -> dict[str, Any]:
        """`points` of a strike, `listing` of what is done to one."""
        ends_at = self.ends_at.isoformat() if self.ends_at else None
        row: dict[str, Any] = {"kind": self.kind, "ends_at": ends_at}
        if self.points:
            row["points"] = self.points
        if self.kind in OF_LISTINGS:
            row["listing"] = self.target.public_id
        return row


def choices_against_respondent(report: Report) -> list[tuple[str, Any]]:
    """What can be imposed if the report is upheld: on the listing that was reported, on its shop, or on the person."""
    there = {
        "listing": report.reported_listings,
        "store": report.respondent_store,
        "user": report.respondent_user,
    }
    return [(kind.value, CONSEQUENCES[kind]) for target in KINDS if there[target] for kind in KINDS[target]]


def choices_against_reporter() -> list[tuple[str, Any]]:
    """What false data can cost."""
    return [(kind.value, CONSEQUENCES[kind]) for kind in FALSE_DATA]


def seen_by_reporter(kinds: Sequence[str]) -> list[Any]:
    """What was done, for whoever reported, as far as the privacy of others allows (C-10); lazy, for each reader's language."""
    times = Counter(kinds)
    words = [format_lazy(SEEN[kind](n), n=n) for kind, n in times.items() if kind in SEEN]
    return words if len(words) == len(times) else [*words, AGAINST_THE_ACCOUNT]


def _target(report: Report, kind: str, outcome: str, false_data: bool, listing: str) -> Any:
    """Whom or what this kind is against, with this decision; None where it does not fit. `listing`: which of those reported."""
    if false_data:
        return report.reporter if kind in FALSE_DATA else None
    if outcome != "upheld":
        return None
    if kind in OF_LISTINGS:
        return _listing(report, listing)
    return report.respondent_store if kind in KINDS["store"] else report.respondent_user


def _listing(report: Report, listing: str) -> Any:
    """Named by its number; else the target, or the only one that was reported."""
    reported = {each.public_id: each for each in report.reported_listings}
    if listing:
        return reported.get(listing)
    return report.target_listing or (next(iter(reported.values())) if len(reported) == 1 else None)


def checked(
    report: Report, outcome: str, false_data: bool, wanted: Sequence[Mapping[str, Any]]
) -> list[Measure]:
    """The measures as they will be imposed. Upheld: against whom it is about; false data: against the reporter. Raises Invalid."""
    found = []
    for each in wanted:
        kind = str(each.get("kind"))
        if kind not in CONSEQUENCES:
            raise Invalid.field("sanctions", "unknown", _("There is no such measure."))
        target = _target(report, kind, outcome, false_data, str(each.get("listing") or ""))
        if target is None:
            words = _("This measure does not fit this decision.")
            raise Invalid.field("sanctions", "does_not_fit", words)
        found.append(Measure(kind, target, _end(each.get("ends_at")), _points(each.get("points"))))
    return found


def _end(value: Any) -> datetime | None:
    if not value:
        return None
    ends_at = value if isinstance(value, datetime) else _moment(str(value))
    if ends_at is None or ends_at.tzinfo is None:
        raise Invalid.field("sanctions", "moment", _("Give the end as a date and time with its zone."))
    return ends_at


def _moment(text: str) -> datetime | None:
    try:
        return parse_datetime(text)
    except ValueError:  # a date that there is not
        return None


def _points(value: Any) -> int:
    if value in (None, ""):
        return 0
    if not isinstance(value, int) or isinstance(value, bool):
        raise Invalid.field("sanctions", "points", _("Give the points as a whole number."))
    return value


def impose(report: Report, decision: Decision, measures: Sequence[Measure], by: Actor) -> None:
    """Inside the step of the decision, which is their cause. Raises Invalid, in the decision's own fields."""
    try:
        for each in measures:
            sanctions.impose(
                target=each.target, kind=each.kind, cause=decision.public_id, statement=decision.facts,
                rule=decision.reason_code, at=report.at, by=by, ends_at=each.ends_at, points=each.points,
            )  # fmt: skip
    except Invalid as refusal:
        errors = [FieldError(FIELDS.get(e.field, "sanctions"), e.code, e.message) for e in refusal.errors]
        raise Invalid(errors=errors) from refusal


def undo(cause: str, *, by: Actor, at: datetime) -> None:
    """Take back exactly what this decision brought, and nothing of other causes (C-11)."""
    sanctions.undo(cause, by=by, at=at)
