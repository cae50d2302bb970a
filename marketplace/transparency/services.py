"""Keeping the figures of months that have ended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from .counting import count, first_moment
from .models import MonthFigures

#: what fell due on the last day may be met a little later; it counts as of its own time
_SETTLES_IN = timedelta(days=1)


def keep_ended_months(now: datetime) -> int:
    """Count each month that has ended and is not kept yet, oldest first; how many were kept. Months are those of UTC.

    Safe to run at any time, twice, and beside others. A month is counted a day after its end.
    """
    last = MonthFigures.objects.first()
    ended = month_of(now - _SETTLES_IN)
    first = after(last.first_day) if last else _first_month()
    kept = 0
    for month in _months(first, ended):
        figures = count(start_of(month), start_of(after(month)))
        row = MonthFigures(month=f"{month:%Y-%m}", figures=figures, made_at=now)
        kept += bool(MonthFigures.objects.bulk_create([row], ignore_conflicts=True))
    return kept


def month_of(at: datetime) -> date:
    """The first day of the month of that moment, in UTC."""
    return at.astimezone(UTC).date().replace(day=1)


def after(month: date) -> date:
    """The first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def start_of(month: date) -> datetime:
    """Its first moment."""
    return datetime(month.year, month.month, 1, tzinfo=UTC)


def span_of(month: str) -> tuple[datetime, datetime] | None:
    """The first moment of a month written like 2026-10, and that of the next; None where it is written otherwise."""
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", month, re.ASCII) or month < "0001" or month > "9999-11":
        return None
    first = date.fromisoformat(f"{month}-01")
    return start_of(first), start_of(after(first))


def _first_month() -> date | None:
    first = first_moment()
    return month_of(first) if first else None


def _months(first: date | None, end: date) -> Iterator[date]:
    """From `first` up to, and without, `end`."""
    month = first
    while month is not None and month < end:
        yield month
        month = after(month)
