"""Reading one object of a row field by field, strictly: what a text, an amount, a moment, a country may look like.

A `Reader` refuses nothing by itself: it notes what does not fit, under the field's dotted name, and goes on, so that the
sender hears every reason at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar

from babel import Locale
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import get_supported_language_variant
from django.utils.translation import gettext as _

from marketplace.core.errors import FieldError
from marketplace.core.money import AmountError, Money

#: The field names of every object in a row; the API's documentation is held to it by a test.
FIELDS: dict[str, tuple[str, ...]] = {
    "": (
        "reference", "currency", "placed_at", "policy", "buyer", "store", "lines", "payments", "shipments",
        "confirmed_at", "cancelled_at", "reviews",
    ),
    "buyer": ("reference", "name", "email", "country", "city", "language"),
    "store": ("reference", "name", "owner", "country", "city", "local_return_countries"),
    "store.owner": ("reference", "name", "email", "language"),
    "lines": ("reference", "quantity", "unit_price", "discount", "shipping", "listing"),
    "lines.listing": ("reference", "title", "category", "warranty_months"),
    "payments": ("reference", "method", "amount", "paid_at"),
    "shipments": ("carrier", "tracking_number", "shipped_at", "promised_by", "delivered_at"),
    "reviews": ("rating", "title", "text", "created_at"),
}  # fmt: skip

LONGEST_REFERENCE = 120
LONGEST_REVIEW = 10_000
MOST_QUANTITY = 1_000_000
MOST_ITEMS = 500
MOST_WARRANTY_MONTHS = 1200
#: An order of more minor units is a mistake; it also keeps every sum of many orders inside the database's integers.
LARGEST_TOTAL = 10**14
OLDEST, NEWEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
#: Clocks of two houses differ a little; what is further ahead has not happened.
CLOCK_SKEW = timedelta(minutes=5)

_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_MOMENT_WITHOUT_ZONE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9:.]*)?", re.ASCII)
_BROKEN_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_BROKEN_TEXT = re.compile("[\x00\ud800-\udfff]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,3}", re.ASCII)
_NO_COUNTRY = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}

T = TypeVar("T")


def is_one_line(text: str) -> bool:
    """May this stand in a column of one line: not empty, no line breaks, nothing that cannot be stored?"""
    return bool(text) and not _BROKEN_LINE.search(text)


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """ISO 3166 codes of two letters."""
    codes = (str(code) for code in Locale("en").territories)
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha()) - _NO_COUNTRY


@lru_cache(maxsize=256)
def _language(code: str) -> str:
    """The language of ours that is nearest ("pt" and "pt_PT" → "pt-br"); "" where there is none."""
    try:
        return get_supported_language_variant(code.replace("_", "-").lower())
    except LookupError:
        return ""


class Reader:
    """One object of the row. Each method reads one field; what does not fit is noted and a harmless value returned."""

    def __init__(
        self, value: object, path: str, kind: str, errors: list[FieldError], now: datetime | None
    ) -> None:
        self.path, self.errors, self.now = path, errors, now
        self.values: dict[str, Any] = value if isinstance(value, dict) else {}
        if not isinstance(value, dict):
            self.wrong("", "not_an_object", _("This must be an object."))
        for name in self.values.keys() - FIELDS[kind]:
            self.wrong(shown(name), "unknown_field", _("We do not know this field."))

    def wrong(self, name: str, code: str, message: str) -> None:
        self.errors.append(FieldError(".".join(filter(None, (self.path, name))), code, message))

    def child(self, name: str, kind: str) -> Reader:
        """An object inside this one, which must be there."""
        value = self.values.get(name)
        path = f"{self.path}.{name}" if self.path else name
        if value is None:
            self.wrong(name, "required", _("This is missing."))
            return Reader({}, path, kind, [], self.now)  # its fields are missing too: one reason is enough
        return Reader(value, path, kind, self.errors, self.now)

    def many(self, name: str, read: Callable[[Reader], T]) -> tuple[T, ...]:
        """A list of objects; missing is empty."""
        value = self.values.get(name)
        if value is None:
            return ()
        if not isinstance(value, list):
            self.wrong(name, "not_a_list", _("This must be a list."))
            return ()
        if len(value) > MOST_ITEMS:
            self.wrong(name, "too_many", _("Send at most %(n)s of these.") % {"n": MOST_ITEMS})
            return ()
        return tuple(
            read(Reader(item, f"{name}.{i}", name, self.errors, self.now)) for i, item in enumerate(value)
        )

    def text(self, name: str, longest: int, *, required: bool = False, lines: bool = False) -> str:
        """A text without spaces around it. `lines`: it may have line breaks."""
        value = self.values.get(name)
        if value is None:
            value = ""
        if not isinstance(value, str):
            self.wrong(name, "not_a_text", _("This must be a text."))
            return ""
        if (_BROKEN_TEXT if lines else _BROKEN_LINE).search(value):
            self.wrong(name, "invalid_characters", _("This has characters that cannot be shown."))
            return ""
        value = value.strip()
        if len(value) > longest:
            self.wrong(name, "too_long", _("Use up to %(n)s characters.") % {"n": longest})
            return ""
        if required and not value:
            self.wrong(name, "required", _("This is missing."))
        return value

    def whole(self, name: str, low: int, high: int) -> int:
        """A whole number, which must be there."""
        value = self.values.get(name)
        if value is None:
            self.wrong(name, "required", _("This is missing."))
        elif type(value) is not int:
            self.wrong(name, "not_a_number", _("This must be a whole number."))
        elif not low <= value <= high:
            self.wrong(
                name, "out_of_range", _("Use a number from %(low)s to %(high)s.") % {"low": low, "high": high}
            )
        else:
            return value
        return low

    def amount(self, name: str, currency: str, *, required: bool = False) -> int:
        """Minor units of the order's currency. A currency that is not known was refused already."""
        value = self.values.get(name)
        if value is None:
            if required:
                self.wrong(name, "required", _("This is missing."))
            return 0
        if not isinstance(value, str):
            self.wrong(name, "not_a_text", _('Write the amount as a text, like "24.90".'))
            return 0
        if not currency:
            return 0
        try:
            minor = Money.parse(value, currency).minor
        except AmountError as refusal:
            self.wrong(name, refusal.code, refusal.detail)
            return 0
        if minor > LARGEST_TOTAL:
            self.wrong(name, "too_large", _("This amount is too large."))
            return 0
        return minor

    def moment(self, name: str, *, required: bool = False, ahead: bool = False) -> datetime | None:
        """A moment in UTC. `ahead`: it may lie in the future; everything else is a thing that has happened."""
        value = self.values.get(name)
        if value is None:
            if required:
                self.wrong(name, "required", _("This is missing."))
            return None
        if not isinstance(value, str) or not _MOMENT.fullmatch(value):
            bare = isinstance(value, str) and _MOMENT_WITHOUT_ZONE.fullmatch(value)
            self.wrong(
                name,
                "no_time_zone" if bare else "invalid",
                _("Write date, time and zone, like 2026-10-01T09:00:00Z."),
            )
            return None
        try:
            found = datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            self.wrong(name, "invalid", _("There is no such moment."))
            return None
        if not OLDEST <= found < NEWEST:
            self.wrong(name, "out_of_range", _("This year cannot be right."))
            return None
        if self.now and not ahead:
            if found > self.now + CLOCK_SKEW:
                self.wrong(name, "in_the_future", _("This lies in the future. Send it once it has happened."))
            return min(found, self.now)
        return found

    def must_moment(self, name: str) -> datetime:
        """A moment in the past that must be there."""
        return self.moment(name, required=True) or OLDEST

    def country(self, name: str = "country") -> str:
        return self._country(name, self.values.get(name))

    def _country(self, name: str, value: object) -> str:
        if value is None or value == "":
            return ""
        if not isinstance(value, str) or value not in countries():
            self.wrong(name, "unknown_country", _("Use a country code of two letters, like BR."))
            return ""
        return value

    def country_list(self, name: str) -> tuple[str, ...]:
        value = self.values.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or len(value) > MOST_ITEMS:
            self.wrong(name, "not_a_list", _("This must be a list of countries."))
            return ()
        return tuple(
            dict.fromkeys(filter(None, (self._country(f"{name}.{i}", c) for i, c in enumerate(value))))
        )

    def email(self, name: str = "email") -> str:
        value = self.text(name, 254)
        if value:
            try:
                validate_email(value)
            except ValidationError:
                self.wrong(name, "invalid", _("This is no e-mail address."))
                return ""
        return value

    def language(self, name: str = "language") -> str:
        value = self.text(name, 35)
        if value and not _LANGUAGE.fullmatch(value):
            self.wrong(name, "invalid", _("Use a language code, like pt-br."))
            return ""
        return _language(value) if value else ""

    def reference(self) -> str:
        return self.text("reference", LONGEST_REFERENCE, required=True)

    def fits(self, *names: str) -> bool:
        """Has none of these fields been refused so far?"""
        refused = {error.field for error in self.errors}
        return not any(f"{self.path}.{name}" in refused for name in names)

    def unlike(self, name: str, values: Sequence[object], field: str) -> None:
        """Refuse what names the same thing twice."""
        seen: set[object] = set()
        for i, value in enumerate(values):
            if value and value in seen:
                self.wrong(f"{name}.{i}.{field}", "duplicate", _("This is there twice."))
            seen.add(value)


def shown(name: object) -> str:
    """A field's name as it may be shown back: short, and without what cannot be stored."""
    return _BROKEN_LINE.sub("?", str(name))[:60] or "?"
