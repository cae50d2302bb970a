"""Working days: no weekend day and no public holiday of a business calendar.

A calendar is a country code, or one with a part of the country: "US", "BR-SP". Days are days of UTC, like
every time inside (threats.md T1); which days a country rests on comes from the `holidays` package.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import holidays

_DAY = timedelta(days=1)


class UnknownCalendar(ValueError):
    """No such business calendar; publishing a policy with it is refused."""


@lru_cache(maxsize=256)
def _year(calendar: str, year: int) -> holidays.HolidayBase:
    country, _dash, part = calendar.partition("-")
    try:
        # expand=False: the object is shared between threads and must not grow under them.
        return holidays.country_holidays(country, subdiv=part or None, years=year, expand=False)
    except NotImplementedError:
        raise UnknownCalendar(f"no business calendar is called {calendar!r}") from None


def check_calendar(calendar: str) -> None:
    """Raise `UnknownCalendar` unless the calendar is known."""
    _year(calendar, 2026)


def is_working_day(day: date, calendar: str) -> bool:
    """Is work done on this day? Weekend days that a country declares working days (China) count."""
    return bool(_year(calendar, day.year).is_working_day(day))


def _after(day: date, n: int, calendar: str) -> date:
    """The n-th working day after `day`; `day` itself never counts, and with n = 0 it is the answer."""
    if n < 0:
        raise ValueError("working days are counted forward")
    while n:
        day += _DAY
        n -= is_working_day(day, calendar)
    return day


def add_working_days(start: datetime, n: int, calendar: str) -> datetime:
    """The moment `n` working days after the act at `start`: the n-th working day at the same time, UTC."""
    if start.tzinfo is None:
        raise ValueError("a moment has a time zone")
    moment = start.astimezone(UTC)
    return datetime.combine(_after(moment.date(), n, calendar), moment.timetz())


def working_window(start: datetime, low: int, high: int, calendar: str) -> tuple[date, date]:
    """The days between which something is expected, as "3 to 20 working days" after `start` (X-03)."""
    if low > high:
        raise ValueError("the earlier end comes first")
    return add_working_days(start, low, calendar).date(), add_working_days(start, high, calendar).date()
