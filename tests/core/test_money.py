"""Money: strict reading, exact splitting, honest writing (O-12, threats.md M6, M7, rows 5 and 6)."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.core.errors import DomainError
from marketplace.core.money import (
    MAX_MINOR,
    AmountError,
    CurrencyMismatch,
    Money,
    currencies,
    digits_of,
    format_money,
    per_cent_of,
    percent,
    share,
    split,
)

DIGITS = {"JPY": 0, "KRW": 0, "CLP": 0, "USD": 2, "BRL": 2, "RSD": 2, "CNY": 2, "KWD": 3, "TND": 3}

GOLDEN = [
    ("0", "USD", 0, "0.00"),
    ("11.73", "USD", 1173, "11.73"),
    ("12", "USD", 1200, "12.00"),
    ("12.4", "USD", 1240, "12.40"),
    ("0.01", "USD", 1, "0.01"),
    ("007.50", "USD", 750, "7.50"),
    ("92233720368547758.07", "USD", MAX_MINOR, "92233720368547758.07"),
    ("500", "JPY", 500, "500"),
    ("0", "JPY", 0, "0"),
    ("1.25", "KWD", 1250, "1.250"),
    ("1.001", "KWD", 1001, "1.001"),
    ("0.001", "KWD", 1, "0.001"),
    ("9223372036854775807", "JPY", MAX_MINOR, "9223372036854775807"),
]

REFUSED = [
    ("1e9", "USD", "invalid"),
    ("NaN", "USD", "invalid"),
    ("Infinity", "USD", "invalid"),
    ("۱۰", "USD", "invalid"),
    ("１０", "USD", "invalid"),
    ("²", "USD", "invalid"),
    ("+5", "USD", "invalid"),
    ("--5", "USD", "invalid"),
    ("", "USD", "invalid"),
    (" 5", "USD", "invalid"),
    ("5\n", "USD", "invalid"),
    ("5 000", "USD", "invalid"),
    ("1,000.00", "USD", "invalid"),
    ("1,5", "USD", "invalid"),
    ("1_000", "USD", "invalid"),
    ("1.", "USD", "invalid"),
    (".5", "USD", "invalid"),
    ("1.2.3", "USD", "invalid"),
    ("0x10", "USD", "invalid"),
    ("$5", "USD", "invalid"),
    ("5\x00", "USD", "invalid"),
    ("-1", "USD", "negative"),
    ("-0", "USD", "negative"),
    ("1.234", "USD", "too_precise"),
    ("1.230", "USD", "too_precise"),
    ("1.0", "JPY", "too_precise"),
    ("1.2345", "KWD", "too_precise"),
    ("92233720368547758.08", "USD", "too_large"),
    ("9223372036854775808", "JPY", "too_large"),
    ("9" * 5000, "USD", "too_large"),
    (2**63, "USD", "too_large"),
    (-1, "USD", "negative"),
    (True, "USD", "invalid"),
    (1.5, "USD", "invalid"),
    (None, "USD", "invalid"),
    (b"5", "USD", "invalid"),
    ([5], "USD", "invalid"),
    (Decimal("NaN"), "USD", "invalid"),
    (Decimal("sNaN"), "USD", "invalid"),
    (Decimal("Infinity"), "USD", "invalid"),
    (Decimal("1E+999999"), "USD", "too_large"),
    (Decimal("1E-999999"), "USD", "too_precise"),
    (Decimal("-0.5"), "USD", "negative"),
    ("5", "XXX", "unknown_currency"),
    ("5", "usd", "unknown_currency"),
    ("5", "DEM", "unknown_currency"),
    ("5", "", "unknown_currency"),
    ("5", "US", "unknown_currency"),
]


@pytest.mark.rule("O-12")
@pytest.mark.parametrize(("text", "currency", "minor", "decimal"), GOLDEN)
def test_reads_and_writes_in_the_currencys_own_digits(
    text: str, currency: str, minor: int, decimal: str
) -> None:
    money = Money.parse(text, currency)
    assert money == Money(minor, currency)
    assert money.text == decimal
    assert str(money.decimal) == decimal
    assert money.as_json() == {"amount": decimal, "currency": currency}
    assert str(money) == f"{decimal} {currency}"


@pytest.mark.rule("O-12")
@pytest.mark.parametrize(("value", "currency", "code"), REFUSED)
def test_refuses_what_is_no_plain_amount(value: object, currency: str, code: str) -> None:
    with pytest.raises(AmountError) as refusal:
        Money.parse(value, currency)  # type: ignore[arg-type]  # wrong types are the point
    assert refusal.value.code == code
    assert isinstance(refusal.value, DomainError) and refusal.value.status == 422
    assert refusal.value.detail and refusal.value.errors[0].code == code


def test_a_refusal_names_the_field_as_it_was_sent() -> None:
    with pytest.raises(AmountError) as refusal:
        Money.parse("x", "USD")
    error = refusal.value.at("lines.0.unit_price").errors[0]
    assert (error.field, error.code) == ("lines.0.unit_price", "invalid")


def test_numbers_and_decimals_are_read_as_major_units() -> None:
    assert Money.parse(12, "USD").minor == 1200
    assert Money.parse(Decimal("11.73"), "USD").minor == 1173
    assert Money.parse(Decimal("1E+3"), "USD").minor == 100_000


def test_numbers_too_long_to_write_out_are_refused_at_once() -> None:
    for value, code in (
        (10**6000, "too_large"),
        (-(10**6000), "negative"),
        (Decimal("0E-999999"), "too_precise"),
    ):
        with pytest.raises(AmountError) as refusal:
            Money.parse(value, "USD")
        assert refusal.value.code == code


def test_below_zero_only_where_it_is_allowed() -> None:
    assert Money.parse("-1.50", "USD", allow_negative=True) == Money(-150, "USD")
    assert Money(-5, "USD").text == "-0.05"
    assert Money(-5, "JPY").text == "-5"


def _nasty(count: int) -> list[str]:
    """Amounts as an attacker or a broken client writes them; the seed makes them the same on each run."""
    rng = random.Random("nasty amounts")
    pieces = [
        *"0123456789" * 2,
        *"..--++,_eE ",
        "NaN",
        "inf",
        "۱",
        "０",
        "²",
        "\x00",
        "\u202e",
        "9" * 40,
        "1e",
        "٫",
    ]
    return ["".join(rng.choice(pieces) for _ in range(rng.randint(0, 9))) for _ in range(count)]


@pytest.mark.rule("O-12")
def test_two_thousand_nasty_amounts_are_read_exactly_or_refused() -> None:
    taken = 0
    for text in _nasty(2000):
        for currency, digits in (("USD", 2), ("JPY", 0), ("KWD", 3)):
            try:
                money = Money.parse(text, currency)
            except AmountError:
                continue
            taken += 1
            assert text.isascii() and set(text) <= set("0123456789.")
            assert Fraction(text) * 10**digits == money.minor <= MAX_MINOR
    assert taken > 100, "the corpus must also hold amounts that are fine, or it proves nothing"


@given(st.text(max_size=30) | st.integers() | st.decimals() | st.floats() | st.booleans() | st.none())
def test_parse_answers_with_money_or_an_amount_error_never_anything_else(value: object) -> None:
    try:
        money = Money.parse(value, "USD")  # type: ignore[arg-type]  # wrong types are the point
    except AmountError:
        return
    assert Fraction(str(value)) * 100 == money.minor
    assert 0 <= money.minor <= MAX_MINOR


@given(st.integers(-MAX_MINOR, MAX_MINOR), st.sampled_from(sorted(DIGITS)))
def test_what_is_written_is_read_back(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.parse(money.text, currency, allow_negative=True) == money
    assert Money.parse(money.decimal, currency, allow_negative=True) == money


@pytest.mark.parametrize(("currency", "digits"), DIGITS.items())
def test_digits_are_those_of_iso_4217(currency: str, digits: int) -> None:
    assert digits_of(currency) == digits


def test_every_currency_has_zero_two_or_three_digits() -> None:
    assert len(currencies()) > 140
    assert {digits_of(code) for code in currencies()} == {0, 2, 3}


def test_currencies_and_kinds_do_not_mix() -> None:
    usd, eur = Money(100, "USD"), Money(100, "EUR")
    for act in (
        lambda: usd + eur,
        lambda: usd - eur,
        lambda: usd < eur,
        lambda: usd >= eur,
        lambda: usd <= eur,
    ):
        with pytest.raises(CurrencyMismatch):
            act()
    assert usd != eur
    with pytest.raises(CurrencyMismatch):
        Money.total([usd, eur], "USD")
    with pytest.raises(TypeError):
        usd + 1  # type: ignore[operator]
    with pytest.raises(TypeError):
        usd * 1.5  # type: ignore[operator]
    for bad in (1.0, True, "1", None):
        with pytest.raises(TypeError):
            Money(bad, "USD")  # type: ignore[arg-type]
    with pytest.raises(AmountError):
        Money(1, "XXX")


def test_sums_and_order() -> None:
    one, two = Money(100, "USD"), Money(200, "USD")
    assert one + one == two and two - one == one and -one == Money(-100, "USD") and one * 2 == two
    assert one < two and two > one and one <= one and one >= one
    assert Money.total([one, two], "USD") == Money(300, "USD")
    assert Money.total([], "USD") == Money.zero("USD") == Money(0, "USD")
    assert sorted([two, one]) == [one, two]


weights_ = st.lists(st.integers(0, 10**30), min_size=1, max_size=12)


@pytest.mark.rule("O-12")
@settings(max_examples=500)
@given(st.integers(-(10**30), 10**30), weights_)
def test_split_is_exact_fair_and_the_same_each_time(total: int, weights: list[int]) -> None:
    parts = split(total, weights)
    shares = weights if any(weights) else [1] * len(weights)
    assert sum(parts) == total and len(parts) == len(weights)
    assert parts == split(total, weights)
    for part, weight in zip(parts, shares, strict=True):
        exact = Fraction(total * weight, sum(shares))
        assert abs(part - exact) < 1
        assert weight or part == 0


@given(st.integers(0, 10**9), st.integers(1, 40))
def test_at_a_tie_the_earlier_gets_the_unit(total: int, people: int) -> None:
    parts = split(total, [7] * people)
    assert parts == sorted(parts, reverse=True) and parts[0] - parts[-1] <= 1


@pytest.mark.rule("O-12")
@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (1173, [1241, 0, 1241], [587, 0, 586]),
        (10, [0, 0, 0], [4, 3, 3]),
        (1, [1, 2, 3], [0, 0, 1]),
        (5, [1, 1], [3, 2]),
        (0, [3, 4], [0, 0]),
        (-5, [1, 1], [-3, -2]),
        (7, [5], [7]),
        (10, [3, 3, 1], [4, 4, 2]),
        (0, [], []),
    ],
)
def test_split_golden(total: int, weights: list[int], parts: list[int]) -> None:
    assert split(total, weights) == parts


def test_largest_remainder_beats_the_earlier_place() -> None:
    # Exact shares of 10 over 3:3:1 are 4.29, 4.29, 1.43: the third has the largest rest.
    assert split(10, [3, 3, 1]) == [4, 4, 2]


def test_split_refuses_what_has_no_meaning() -> None:
    with pytest.raises(ValueError):
        split(10, [1, -1])
    with pytest.raises(ValueError):
        split(10, [])


@pytest.mark.rule("O-12")
def test_one_hundred_thousand_random_splits_add_up() -> None:
    rng = random.Random("splits")
    for _ in range(100_000):
        total, weights = rng.randrange(10**12), [rng.randrange(10**6) for _ in range(rng.randint(1, 5))]
        assert sum(split(total, weights)) == total


@pytest.mark.rule("O-12")
@pytest.mark.parametrize(
    ("total", "numerator", "denominator", "result"),
    [
        (1, 1, 2, 0),
        (3, 1, 2, 2),
        (5, 1, 2, 2),
        (-1, 1, 2, 0),
        (-3, 1, 2, -2),
        (10, 1, 3, 3),
        (20, 1, 3, 7),
        (7, 0, 1, 0),
    ],
)
def test_share_rounds_half_to_even(total: int, numerator: int, denominator: int, result: int) -> None:
    assert share(total, numerator, denominator) == result


@given(st.integers(-(10**20), 10**20), st.integers(0, 10**9), st.integers(1, 10**9))
def test_share_is_what_fractions_say(total: int, numerator: int, denominator: int) -> None:
    assert share(total, numerator, denominator) == round(Fraction(total * numerator, denominator))


def test_percent() -> None:
    assert percent(1173, 50) == 586  # 586.5: to even
    assert percent(1175, 50) == 588  # 587.5: to even
    assert percent(1173, 100) == 1173
    assert per_cent_of(1173, 1241) == 95
    assert per_cent_of(5, 0) == 0
    with pytest.raises(ValueError):
        share(1, 1, 0)


@pytest.mark.rule("F-03")
@pytest.mark.parametrize(
    ("minor", "currency", "locale", "text"),
    [
        (2490, "USD", "en", "US$24.90"),
        (123456789, "USD", "en", "US$1,234,567.89"),
        (-2490, "USD", "en", "-US$24.90"),
        (2490, "USD", "pt-br", "US$\xa024,90"),
        (2490, "USD", "ru", "24,90\xa0US$"),
        (2490, "USD", "zh-hans", "US$24.90"),
        (2490, "BRL", "pt-br", "R$\xa024,90"),
        (2490, "EUR", "en", "€24.90"),
        (500, "JPY", "en", "JP¥500"),
        (2490, "CNY", "zh-hans", "CN¥24.90"),
        (1250, "KWD", "en", "KWD\xa01.250"),
        (2490, "RSD", "en", "RSD\xa024.90"),
        (2490, "AUD", "en-au", "A$24.90"),
        (2490, "EUR", "xx-yy", "€24.90"),
    ],
)
def test_written_for_people_in_their_language(minor: int, currency: str, locale: str, text: str) -> None:
    assert format_money(Money(minor, currency), locale) == text


@given(st.integers(-MAX_MINOR, MAX_MINOR), st.sampled_from(sorted(DIGITS)))
def test_writing_for_people_loses_no_digit(minor: int, currency: str) -> None:
    written = format_money(Money(minor, currency), "en")
    assert "".join(c for c in written if c.isdigit()) == Money(abs(minor), currency).text.replace(".", "")
