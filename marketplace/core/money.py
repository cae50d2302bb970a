"""Money: whole minor units of one currency, read strictly, split exactly, written for people.

No float comes near an amount (threats.md M6). Digits are those of ISO 4217, which payment providers count in;
CLDR differs for some (it gives the Serbian dinar none, the bank has two), so it is only asked how to write.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import NumberPattern, get_currency_symbol
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .errors import FieldError, Invalid

#: The largest amount that a database column (bigint) holds, in minor units.
MAX_MINOR = 2**63 - 1

# fmt: off
_ZERO_DIGITS = frozenset({
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW",
    "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
})
_THREE_DIGITS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
# fmt: on
_NUMBER = re.compile(r"(?P<sign>-?)(?P<whole>[0-9]+)(?:\.(?P<fraction>[0-9]+))?", re.ASCII)
#: Signs that several countries use for their own money; beside them the country is written ("US$", "JP¥").
_AMBIGUOUS_SIGNS = frozenset({"$", "¥"})


class AmountError(Invalid):
    """An amount that cannot be taken. `code`: invalid, too_precise, negative, too_large, unknown_currency."""

    def __init__(self, code: str, message: str, *, field: str = "amount") -> None:
        super().__init__(message, errors=[FieldError(field, code, message)], code=code)

    def at(self, field: str) -> AmountError:
        """The same refusal under the name that the sender used for the field."""
        return AmountError(self.code, self.detail, field=field)


class CurrencyMismatch(ValueError):
    """Two currencies met in one sum: a fault of the program, never of its user."""


@lru_cache(maxsize=1)
def currencies() -> frozenset[str]:
    """ISO 4217 codes of money that is legal tender somewhere today and has 0, 2 or 3 digits."""
    in_use = {
        code
        for rows in get_global("territory_currencies").values()
        for code, _start, end, tender in rows
        if end is None and tender
    }
    return frozenset(in_use)


def digits_of(currency: str) -> int:
    """How many digits the currency's minor unit has: JPY 0, USD 2, KWD 3."""
    if currency not in currencies():
        raise AmountError(
            "unknown_currency",
            _("We do not know this currency. Use a code of three letters, like USD."),
            field="currency",
        )
    if currency in _ZERO_DIGITS:
        return 0
    return 3 if currency in _THREE_DIGITS else 2


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` whole minor units (cents) of `currency`. May be below zero; whoever moves money checks that."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"minor units are an int, not {type(self.minor).__name__}")
        digits_of(self.currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str | int | Decimal, currency: str, *, allow_negative: bool = False) -> Money:
        """Read an amount in major units ("11.73"): ASCII digits, at most one dot, no more digits than the
        currency has. Raises `AmountError`. Nothing is rounded, guessed or trimmed (threats.md row 5)."""
        digits = digits_of(currency)
        match = _NUMBER.fullmatch(_plain(text))
        if match is None:
            raise AmountError("invalid", _("Enter an amount in digits, like 24.90."))
        if match["sign"] and not allow_negative:
            raise AmountError("negative", _("The amount cannot be below zero."))
        fraction = match["fraction"] or ""
        if len(fraction) > digits:
            raise AmountError("too_precise", _too_precise(currency, digits))
        units = (match["whole"] + fraction.ljust(digits, "0")).lstrip("0") or "0"
        if len(units) > len(str(MAX_MINOR)) or int(units) > MAX_MINOR:
            raise AmountError("too_large", _("This amount is too large."))
        return cls(-int(units) if match["sign"] else int(units), currency)

    @classmethod
    def total(cls, parts: Iterable[Money], currency: str) -> Money:
        """The sum of the parts; of none: zero."""
        result = cls(0, currency)
        for part in parts:
            result += part
        return result

    @property
    def decimal(self) -> Decimal:
        """In major units with all the currency's digits, exactly: Decimal("11.73")."""
        return Decimal(self.text)

    @property
    def text(self) -> str:
        """In major units with all the currency's digits: "11.73", "500", "1.250"."""
        digits = digits_of(self.currency)
        sign, units = ("-" if self.minor < 0 else ""), str(abs(self.minor)).rjust(digits + 1, "0")
        return f"{sign}{units[:-digits]}.{units[-digits:]}" if digits else sign + units

    def as_json(self) -> dict[str, str]:
        return {"amount": self.text, "currency": self.currency}

    def __str__(self) -> str:
        return f"{self.text} {self.currency}"

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, times: int) -> Money:
        if type(times) is not int:
            raise TypeError("money is multiplied by a whole number; use share() or split() for parts")
        return Money(self.minor * times, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)

    def _same(self, other: Any) -> int:
        if not isinstance(other, Money):
            raise TypeError(f"money and {type(other).__name__} do not mix")
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not mix")
        return other.minor


def _plain(value: object) -> str:
    """What was sent as text, without reading anything into it; "" for what is no number at all."""
    if isinstance(value, str):
        return value
    if type(value) is int:
        # Python refuses to write out an int of over 4,300 digits; nobody has that much money either.
        return str(value) if abs(value) <= MAX_MINOR else ("-" if value < 0 else "") + "9" * 20
    if isinstance(value, Decimal) and value.is_finite():
        if value.adjusted() > 20:  # "1E+999999999" would be written out with all its zeros
            return "-" * value.is_signed() + "9" * 20
        if int(value.as_tuple().exponent) < -20:
            return "0." + "0" * 20 + "1"
        return format(value, "f")
    return ""


def _too_precise(currency: str, digits: int) -> str:
    if digits == 0:
        return _("%(currency)s has no smaller unit. Enter a whole amount.") % {"currency": currency}
    return _("%(currency)s has %(digits)d digits after the dot, not more.") % {
        "currency": currency,
        "digits": digits,
    }


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Cut `total` minor units into parts in proportion to `weights`; the parts sum to `total` (M6, O-12).

    Each part is its exact rational share rounded down or up; what is left over goes, one unit each, to the
    largest remainders, at a tie to the earlier. All weights zero: equal shares. Exact for ints of any size.
    """
    if any(weight < 0 for weight in weights):
        raise ValueError("a weight cannot be below zero")
    if not weights:
        if total:
            raise ValueError("there is nobody to give a share to")
        return []
    if total < 0:
        return [-part for part in split(-total, weights)]
    shares = weights if any(weights) else [1] * len(weights)
    whole = sum(shares)
    cuts = [divmod(total * share_, whole) for share_ in shares]
    parts = [part for part, _rest in cuts]
    by_remainder = sorted(range(len(cuts)), key=lambda i: -cuts[i][1])  # stable: ties stay in order
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def share(total: int, numerator: int, denominator: int) -> int:
    """`total` * `numerator` / `denominator`, rounded half to even (O-12). `denominator` above zero."""
    if denominator <= 0:
        raise ValueError("the denominator is above zero")
    part, rest = divmod(total * numerator, denominator)
    if 2 * rest > denominator or (2 * rest == denominator and part % 2):
        part += 1
    return part


def percent(total: int, per_cent: int) -> int:
    """So many per cent of `total` minor units, rounded half to even."""
    return share(total, per_cent, 100)


def per_cent_of(part: int, whole: int) -> int:
    """How many whole per cent `part` is of `whole`, for people to read; 0 of nothing."""
    return share(100, part, whole) if whole else 0


@lru_cache(maxsize=64)
def _locale(code: str) -> Locale:
    """Babel's locale for a language code of Django's ("pt-br"); English where there is none."""
    try:
        return Locale.parse(code.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


@lru_cache(maxsize=512)
def _pattern(currency: str, code: str) -> tuple[NumberPattern, str]:
    """How this locale writes this currency: the pattern with the right digits, and the sign."""
    locale = _locale(code)
    sign = get_currency_symbol(currency, locale)
    if sign in _AMBIGUOUS_SIGNS:
        sign = get_currency_symbol(currency, "en_001")
        sign = currency if sign in _AMBIGUOUS_SIGNS else sign
    formats = locale.currency_formats
    pattern = copy.copy(formats["standard"])
    digits = digits_of(currency)
    pattern.frac_prec = (digits, digits)
    if pattern.prefix[0].endswith("¤") and sign[-1].isalpha():
        sign += "\N{NO-BREAK SPACE}"  # "CHF 5", not "CHF5"
    return pattern, sign


def format_money(money: Money, locale: str = "") -> str:
    """For people: US$24.90 (en), US$ 24,90 (pt), 24,90 US$ (ru). Whose dollar it is, is always written.

    Without a locale: in the language that is active.
    """
    locale = locale or get_language() or "en"
    pattern, sign = _pattern(money.currency, locale)
    text: str = pattern.apply(money.decimal, _locale(locale), currency_digits=False)
    return text.replace("¤", sign)
