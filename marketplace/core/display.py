"""Moments and spans of time in words, for pages and mails: plain functions, no template, no request.

A moment is always absolute + zone + relative, never with seconds (experience 2.4). Time left is rounded down, so that
nobody is promised more of it than there is. Dates and units come from CLDR in the reader's language; English reads
the day first, on a 24-hour clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, format_timedelta, get_timezone_location
from babel.units import format_unit
from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext, to_locale

#: English the way the house writes it; other languages take CLDR's own order.
ENGLISH = {"full": "EEEE d MMMM y", "long": "d MMMM y", "day": "d MMMM", "short": "d MMM"}
SKELETONS = {"full": "yMMMMEEEEd", "long": "yMMMMd", "day": "MMMMd", "short": "MMMd"}
#: Under this many hours the hours are said beside the days.
HOURS_ARE_SAID_UNDER = timedelta(days=3)
#: larger than any count of units: babel then keeps the unit we ask for
KEEP_UNIT = 10**9
MINUTES_IN: dict[Literal["day", "hour", "minute"], int] = {"day": 24 * 60, "hour": 60, "minute": 1}


@dataclass(frozen=True)
class TimelineLine:
    """One line of "What happened", newest first in a list. `by` is who, in the reader's words ("you", "GadgetHome")."""

    what: str
    at: datetime
    by: str = ""
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class Step:
    """One step of a tracker. `state` is "done", "now" or "later"; `when` is a date in words, or empty."""

    label: str
    state: str = "later"
    when: str = ""


def locale_for(language: str | None = None) -> Locale:
    """The CLDR locale of a Django language code; English (day first, 24 hours) where it is unknown."""
    code = to_locale(language or get_language() or "en")
    if code == "en":
        return Locale.parse("en_GB")
    try:
        return Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")


def date_text(
    at: datetime, style: str = "long", *, zone: tzinfo | None = None, language: str | None = None
) -> str:
    """The day alone: "full" (with its weekday), "long", "day" (no year) or "short"."""
    local, locale = timezone.localtime(at, zone), locale_for(language)
    if locale.language == "en":
        return format_date(local, ENGLISH[style], locale=locale)
    if style == "full":
        return format_date(local, "full", locale=locale)
    return format_skeleton(SKELETONS[style], local, locale=locale)


def zone_text(at: datetime, *, zone: tzinfo | None = None, language: str | None = None) -> str:
    """Where the clock stands: "Moscow, UTC+3", or "UTC"."""
    zone = zone or timezone.get_current_timezone()
    minutes = int((timezone.localtime(at, zone).utcoffset() or timedelta()).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    offset = (
        "UTC" if not minutes else f"UTC{'+' if minutes > 0 else '−'}{hours}{f':{rest:02}' if rest else ''}"
    )
    key = getattr(zone, "key", "")
    if "/" not in key or key.startswith("Etc/"):
        return offset
    return f"{get_timezone_location(key, locale=locale_for(language), return_city=True)}, {offset}"


def time_left(span: timedelta, *, language: str | None = None) -> str:
    """ "9 days", "2 days 4 hours", "5 hours", "12 minutes"; never less than a minute. `span` is what is left."""
    locale = locale_for(language)
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    days, rest = divmod(hours, 24)
    if days and (span >= HOURS_ARE_SAID_UNDER or not rest):
        return format_unit(days, "day", locale=locale)
    if days:
        parts = {
            "days": format_unit(days, "day", locale=locale),
            "hours": format_unit(rest, "hour", locale=locale),
        }
        return pgettext("2 days 4 hours", "%(days)s %(hours)s") % parts
    if hours:
        return format_unit(hours, "hour", locale=locale)
    return format_unit(max(minutes, 1), "minute", locale=locale)


def time_ago(span: timedelta, *, language: str | None = None) -> str:
    """ "2 days ago", "3 hours ago", "12 minutes ago", "just now". `span` is what has gone by."""
    minutes = int(span.total_seconds()) // 60
    if minutes < 1:
        return gettext("just now")
    unit, size = next((unit, size) for unit, size in MINUTES_IN.items() if minutes >= size)
    whole = timedelta(minutes=minutes // size * size)
    locale = locale_for(language)
    return format_timedelta(-whole, granularity=unit, threshold=KEEP_UNIT, add_direction=True, locale=locale)


def moment_text(
    at: datetime,
    style: str = "full",
    *,
    now: datetime | None = None,
    zone: tzinfo | None = None,
    language: str | None = None,
) -> str:
    """A moment in words.

    "full": `Monday 9 November 2026, 18:00 (Moscow, UTC+3). In 2 days 4 hours`; in the past `5 November, 12:50
    (2 days ago)`. "at": the same without the relative part, to stand inside a sentence. "short": for rows and cards,
    `9 Nov, 18:00 (9 days)`. "date": the day alone.
    """
    now = now or timezone.now()
    if style == "date":
        return date_text(at, zone=zone, language=language)
    past, this_year = at <= now, timezone.localtime(at, zone).year == timezone.localtime(now, zone).year
    words = {
        "date": date_text(at, _date_style(style, past, this_year), zone=zone, language=language),
        "time": format_time(timezone.localtime(at, zone), "short", locale=locale_for(language)),
        "zone": zone_text(at, zone=zone, language=language),
        "ago": time_ago(now - at, language=language) if past else "",
        "left": "" if past else time_left(at - now, language=language),
    }
    return _pattern(style, past) % words


def _date_style(style: str, past: bool, this_year: bool) -> str:
    if style == "short":
        return "short" if this_year else "long"
    if style == "full" and past:
        return "day" if this_year else "long"
    return "full"


def _pattern(style: str, past: bool) -> str:
    """The sentence a moment is set in: whole sentences, so that a translator may turn them round."""
    if style == "at":
        return gettext("%(date)s, %(time)s (%(zone)s)")
    if style == "short":
        return gettext("%(date)s, %(time)s") if past else gettext("%(date)s, %(time)s (%(left)s)")
    if past:
        return gettext("%(date)s, %(time)s (%(ago)s)")
    return gettext("%(date)s, %(time)s (%(zone)s). In %(left)s")
