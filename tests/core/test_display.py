"""Moments in words, on a frozen clock: one second before, at, and after every change of wording."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from marketplace.core.display import date_text, moment_text, time_ago, time_left, zone_text

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 7, 11, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def say(at: datetime, style: str = "full", language: str = "en") -> str:
    with translation.override(language):
        return moment_text(at, style, now=NOW, zone=MOSCOW)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (SECOND, "1 minute"),
        (2 * MINUTE - SECOND, "1 minute"),
        (2 * MINUTE, "2 minutes"),
        (HOUR - SECOND, "59 minutes"),
        (HOUR, "1 hour"),
        (DAY - SECOND, "23 hours"),
        (DAY, "1 day"),
        (DAY + HOUR - SECOND, "1 day"),
        (DAY + HOUR, "1 day 1 hour"),
        (2 * DAY + 4 * HOUR, "2 days 4 hours"),
        (3 * DAY - SECOND, "2 days 23 hours"),
        (3 * DAY, "3 days"),
        (9 * DAY + 23 * HOUR, "9 days"),
    ],
)
def test_time_left_is_rounded_down_and_never_in_seconds(span: timedelta, words: str) -> None:
    assert time_left(span, language="en") == words


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(), "just now"),
        (MINUTE - SECOND, "just now"),
        (MINUTE, "1 minute ago"),
        (HOUR - SECOND, "59 minutes ago"),
        (HOUR, "1 hour ago"),
        (DAY - SECOND, "23 hours ago"),
        (DAY, "1 day ago"),
        (40 * DAY, "40 days ago"),
    ],
)
def test_time_ago(span: timedelta, words: str) -> None:
    assert time_ago(span, language="en") == words


def test_the_future_is_absolute_with_zone_and_relative() -> None:
    at = NOW + 2 * DAY + 4 * HOUR
    assert say(at) == "Monday 9 November 2026, 18:00 (Moscow, UTC+3). In 2 days 4 hours"
    assert say(at, "at") == "Monday 9 November 2026, 18:00 (Moscow, UTC+3)"
    assert say(at, "short") == "9 Nov, 18:00 (2 days 4 hours)"
    assert say(at, "date") == "9 November 2026"


def test_the_past_says_how_long_ago() -> None:
    at = datetime(2026, 11, 5, 9, 50, tzinfo=UTC)
    assert say(at) == "5 November, 12:50 (2 days ago)"
    assert say(at, "short") == "5 Nov, 12:50"


def test_another_year_is_named() -> None:
    at = datetime(2025, 12, 31, 20, 59, tzinfo=UTC)
    assert say(at) == "31 December 2025, 23:59 (310 days ago)"
    assert say(at + MINUTE) == "1 January, 00:00 (310 days ago)", "the year is the reader's, not UTC's"


def test_exactly_now_is_past() -> None:
    assert say(NOW) == "7 November, 14:00 (just now)"
    assert say(NOW + SECOND) == "Saturday 7 November 2026, 14:00 (Moscow, UTC+3). In 1 minute"


def test_other_languages_take_their_own_order_and_plurals() -> None:
    at = NOW + 2 * DAY + 5 * HOUR
    with translation.override("ru"):
        assert "9 ноября 2026" in moment_text(at, "at", now=NOW, zone=MOSCOW)
        assert "Москва, UTC+3" in moment_text(at, "at", now=NOW, zone=MOSCOW)
        assert time_left(2 * DAY + 5 * HOUR) == "2 дня 5 часов"
    assert date_text(at, "full", zone=MOSCOW, language="zh-hans") == "2026年11月9日星期一"
    assert date_text(at, "day", zone=MOSCOW, language="pt-br") == "9 de novembro"


def test_an_unknown_language_reads_english() -> None:
    assert date_text(NOW, "day", zone=MOSCOW, language="xx") == "7 November"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("UTC", "UTC"),
        ("Asia/Kolkata", "Kolkata, UTC+5:30"),
        ("America/New_York", "New York, UTC−5"),
        ("Etc/GMT+3", "UTC−3"),
    ],
)
def test_zones(name: str, words: str) -> None:
    assert zone_text(NOW, zone=ZoneInfo(name), language="en") == words


def test_the_offset_is_that_of_the_day() -> None:
    """Two deadlines on both sides of the change of clocks do not share an offset."""
    berlin = ZoneInfo("Europe/Berlin")
    assert zone_text(datetime(2026, 10, 25, 0, 59, tzinfo=UTC), zone=berlin, language="en") == "Berlin, UTC+2"
    assert zone_text(datetime(2026, 10, 25, 1, 0, tzinfo=UTC), zone=berlin, language="en") == "Berlin, UTC+1"
