"""Working days of a business calendar (X-03, A-02, A-04)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.workdays import (
    UnknownCalendar,
    add_working_days,
    check_calendar,
    is_working_day,
    working_window,
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.rule("X-03")
@pytest.mark.parametrize(
    ("start", "n", "calendar", "end"),
    [
        ("2026-11-23T10:30:00", 0, "US", "2026-11-23T10:30:00"),
        ("2026-11-23T10:30:00", 1, "US", "2026-11-24T10:30:00"),
        ("2026-11-20T10:30:00", 1, "US", "2026-11-23T10:30:00"),  # over a weekend
        ("2026-11-21T10:30:00", 1, "US", "2026-11-23T10:30:00"),  # from a Saturday
        ("2026-11-22T23:59:59", 1, "US", "2026-11-23T23:59:59"),  # from a Sunday
        ("2026-11-21T10:30:00", 0, "US", "2026-11-21T10:30:00"),  # nothing to wait for
        ("2026-11-25T10:30:00", 1, "US", "2026-11-27T10:30:00"),  # Thanksgiving
        ("2026-12-31T08:00:00", 1, "US", "2027-01-04T08:00:00"),  # New Year on a Friday
        ("2021-12-30T08:00:00", 1, "US", "2022-01-03T08:00:00"),  # New Year kept on 31 December
        ("2024-02-28T08:00:00", 1, "US", "2024-02-29T08:00:00"),  # leap day
        ("2024-02-29T08:00:00", 1, "US", "2024-03-01T08:00:00"),
        ("2023-02-28T08:00:00", 1, "US", "2023-03-01T08:00:00"),
        ("2026-07-08T08:00:00", 1, "BR", "2026-07-09T08:00:00"),
        ("2026-07-08T08:00:00", 1, "BR-SP", "2026-07-10T08:00:00"),  # São Paulo's own day, 9 July
        ("2026-12-31T08:00:00", 1, "RU", "2027-01-11T08:00:00"),  # the long Russian New Year
    ],
)
def test_counts_from_the_act(start: str, n: int, calendar: str, end: str) -> None:
    assert add_working_days(at(start), n, calendar) == at(end)


@pytest.mark.rule("X-03")
def test_the_days_between_which_a_refund_is_expected() -> None:
    assert working_window(at("2026-11-23T10:30:00"), 3, 20, "US") == (date(2026, 11, 27), date(2026, 12, 22))


def test_a_moment_of_another_zone_is_the_same_moment() -> None:
    start = at("2026-11-20T23:30:00")  # Friday in UTC, Saturday already in Moscow
    moscow = start.astimezone(timezone(timedelta(hours=3)))
    assert add_working_days(moscow, 1, "US") == add_working_days(start, 1, "US") == at("2026-11-23T23:30:00")


def test_weekend_days_that_a_country_works_on_count() -> None:
    assert is_working_day(date(2024, 2, 4), "CN")  # a Sunday worked for the Spring Festival
    assert not is_working_day(date(2024, 2, 4), "US")


def test_refuses_what_has_no_meaning() -> None:
    with pytest.raises(ValueError):
        add_working_days(datetime(2026, 1, 1), 1, "US")
    with pytest.raises(ValueError):
        add_working_days(at("2026-01-01T00:00:00"), -1, "US")
    with pytest.raises(ValueError):
        working_window(at("2026-01-01T00:00:00"), 5, 3, "US")
    for calendar in ("XX", "US-XX", "", "us and them"):
        with pytest.raises(UnknownCalendar):
            check_calendar(calendar)
    check_calendar("BR-SP")


@given(
    st.datetimes(datetime(2016, 1, 1), datetime(2040, 1, 1)),
    st.integers(1, 40),
    st.sampled_from(["US", "BR-SP", "CN"]),
)
def test_ends_on_a_working_day_with_just_n_between(start: datetime, n: int, calendar: str) -> None:
    begin = start.replace(tzinfo=UTC)
    end = add_working_days(begin, n, calendar)
    days = [begin.date() + timedelta(days=i + 1) for i in range((end.date() - begin.date()).days)]
    assert end.timetz() == begin.timetz()
    assert is_working_day(end.date(), calendar)
    assert sum(is_working_day(day, calendar) for day in days) == n
    assert add_working_days(begin, n + 1, calendar) > end
