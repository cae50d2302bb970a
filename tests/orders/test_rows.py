"""Reading a row: what is refused, with which reasons; what is only doubtful; what is read as what."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.orders.history import DOUBTS, doubts_of
from marketplace.orders.reading import FIELDS, countries
from marketplace.orders.rows import RowRefused, UnknownFields, parse
from tests.orders.sending import PARCEL, ROW, a_row, shipped_row

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
GONE = object()
LINE = ROW["lines"][0]
PAYMENT = ROW["payments"][0]
REVIEW = {"rating": 5, "title": "", "text": "Fine", "created_at": "2026-02-20T10:00:00Z"}

#: (what is wrong, the wish that makes it so, the field that is named, the code)
REFUSED = [
    ("no reference", {"reference": None}, "reference", "required"),
    ("empty reference", {"reference": "  "}, "reference", "required"),
    ("a number as reference", {"reference": 17}, "reference", "not_a_text"),
    ("a long reference", {"reference": "A" * 121}, "reference", "too_long"),
    ("NUL in the reference", {"reference": "A\x00"}, "reference", "invalid_characters"),
    ("a line break in the reference", {"reference": "A\nBcc: x@example.org"}, "reference", "invalid_characters"),
    ("half a surrogate pair", {"buyer__name": "\ud800"}, "buyer.name", "invalid_characters"),
    ("no currency", {"currency": None}, "currency", "required"),
    ("an unknown currency", {"currency": "XXQ"}, "currency", "unknown_currency"),
    ("a small-letter currency", {"currency": "usd"}, "currency", "unknown_currency"),
    ("a list as currency", {"currency": ["USD"]}, "currency", "not_a_text"),
    ("no date", {"placed_at": None}, "placed_at", "required"),
    ("a date without zone", {"placed_at": "2026-02-01T09:00:00"}, "placed_at", "no_time_zone"),
    ("a day alone", {"placed_at": "2026-02-01"}, "placed_at", "no_time_zone"),
    ("a day that is not", {"placed_at": "2026-02-30T09:00:00Z"}, "placed_at", "invalid"),
    ("a week date", {"placed_at": "2026-W05-1T09:00:00Z"}, "placed_at", "invalid"),
    ("an hour that is not", {"placed_at": "2026-02-01T25:00:00Z"}, "placed_at", "invalid"),
    ("a date in words", {"placed_at": "yesterday"}, "placed_at", "invalid"),
    ("seconds since 1970", {"placed_at": 1769936400}, "placed_at", "invalid"),
    ("other digits", {"placed_at": "２０２６-02-01T09:00:00Z"}, "placed_at", "invalid"),
    ("the year 1", {"placed_at": "0001-01-01T00:00:00+14:00"}, "placed_at", "invalid"),
    ("the year 1900", {"placed_at": "1900-01-01T00:00:00Z"}, "placed_at", "out_of_range"),
    ("the year 9999", {"shipments__0__promised_by": "9999-12-31T23:59:59Z"}, "shipments.0.promised_by", "out_of_range"),
    ("placed tomorrow", {"placed_at": "2026-03-02T10:00:00Z"}, "placed_at", "in_the_future"),
    ("paid tomorrow", {"payments__0__paid_at": "2026-03-02T10:00:00Z"}, "payments.0.paid_at", "in_the_future"),
    ("delivered tomorrow", {"shipments__0__delivered_at": "2026-03-02T10:00:00Z"}, "shipments.0.delivered_at", "in_the_future"),
    ("confirmed tomorrow", {"confirmed_at": "2026-03-02T10:00:00Z"}, "confirmed_at", "in_the_future"),
    ("an unknown policy name", {"policy": "best policy"}, "policy", "unknown_policy"),
    ("no buyer", {"buyer": None}, "buyer", "required"),
    ("a text as buyer", {"buyer": "u-17"}, "buyer", "not_an_object"),
    ("a buyer without reference", {"buyer__reference": ""}, "buyer.reference", "required"),
    ("no e-mail address", {"buyer__email": "anna"}, "buyer.email", "invalid"),
    ("an e-mail with a line break", {"buyer__email": "a@example.org\nBcc: b@example.org"}, "buyer.email", "invalid_characters"),
    ("a country in words", {"buyer__country": "Russia"}, "buyer.country", "unknown_country"),
    ("a small-letter country", {"buyer__country": "ru"}, "buyer.country", "unknown_country"),
    ("a country that is not", {"buyer__country": "ZZ"}, "buyer.country", "unknown_country"),
    ("a language that is none", {"buyer__language": "ru; DROP"}, "buyer.language", "invalid"),
    ("a long city", {"buyer__city": "x" * 121}, "buyer.city", "too_long"),
    ("no store", {"store": None}, "store", "required"),
    ("a list as store", {"store": []}, "store", "not_an_object"),
    ("an owner without reference", {"store__owner": {"email": "a@example.org"}}, "store.owner.reference", "required"),
    ("return countries as text", {"store__local_return_countries": "RU"}, "store.local_return_countries", "not_a_list"),
    ("a return country that is not", {"store__local_return_countries": ["RU", "Q1"]}, "store.local_return_countries.1", "unknown_country"),
    ("no lines", {"lines": []}, "lines", "required"),
    ("lines missing", {"lines": None}, "lines", "required"),
    ("an object as lines", {"lines": {"0": LINE}}, "lines", "not_a_list"),
    ("a text as line", {"lines__0": "1"}, "lines.0", "not_an_object"),
    ("too many lines", {"lines": [LINE] * 501}, "lines", "too_many"),
    ("the same line twice", {"lines": [LINE, LINE]}, "lines.1.reference", "duplicate"),
    ("no quantity", {"lines__0__quantity": None}, "lines.0.quantity", "required"),
    ("quantity zero", {"lines__0__quantity": 0}, "lines.0.quantity", "out_of_range"),
    ("quantity below zero", {"lines__0__quantity": -1}, "lines.0.quantity", "out_of_range"),
    ("too large a quantity", {"lines__0__quantity": 1_000_001}, "lines.0.quantity", "out_of_range"),
    ("quantity true", {"lines__0__quantity": True}, "lines.0.quantity", "not_a_number"),
    ("quantity as text", {"lines__0__quantity": "1"}, "lines.0.quantity", "not_a_number"),
    ("half a piece", {"lines__0__quantity": 1.5}, "lines.0.quantity", "not_a_number"),
    ("no price", {"lines__0__unit_price": None}, "lines.0.unit_price", "required"),
    ("a price below zero", {"lines__0__unit_price": "-1.00"}, "lines.0.unit_price", "negative"),
    ("a price as number", {"lines__0__unit_price": 12.41}, "lines.0.unit_price", "not_a_text"),
    ("a price that is NaN", {"lines__0__unit_price": "NaN"}, "lines.0.unit_price", "invalid"),
    ("an endless price", {"lines__0__unit_price": "Infinity"}, "lines.0.unit_price", "invalid"),
    ("a price with an exponent", {"lines__0__unit_price": "1e3"}, "lines.0.unit_price", "invalid"),
    ("a price with a comma", {"lines__0__unit_price": "12,41"}, "lines.0.unit_price", "invalid"),
    ("a price with spaces", {"lines__0__unit_price": " 12.41"}, "lines.0.unit_price", "invalid"),
    ("a price in other digits", {"lines__0__unit_price": "۱۰"}, "lines.0.unit_price", "invalid"),
    ("a third digit of cents", {"lines__0__unit_price": "12.411"}, "lines.0.unit_price", "too_precise"),
    ("yen with cents", {"currency": "JPY"}, "lines.0.unit_price", "too_precise"),
    ("a huge price", {"lines__0__unit_price": "9" * 30}, "lines.0.unit_price", "too_large"),
    ("a price of a bigint", {"lines__0__unit_price": "92233720368547758.07"}, "lines.0.unit_price", "too_large"),
    ("a huge sum", {"lines__0__unit_price": "10000000.00", "lines__0__quantity": 1_000_000}, "lines", "too_large"),
    ("a discount above the price", {"lines__0__discount": "12.42"}, "lines.0.discount", "above_price"),
    ("a discount below zero", {"lines__0__discount": "-0.01"}, "lines.0.discount", "negative"),
    ("shipping below zero", {"lines__0__shipping": "-0.01"}, "lines.0.shipping", "negative"),
    ("no listing", {"lines__0__listing": None}, "lines.0.listing", "required"),
    ("a listing without title", {"lines__0__listing": {"reference": "p-9"}}, "lines.0.listing.title", "required"),
    ("a long title", {"lines__0__listing__title": "x" * 301}, "lines.0.listing.title", "too_long"),
    ("a warranty below zero", {"lines__0__listing__warranty_months": -1}, "lines.0.listing.warranty_months", "out_of_range"),
    ("the same payment twice", {"payments": [PAYMENT, PAYMENT]}, "payments.1.reference", "duplicate"),
    ("a payment below zero", {"payments__0__amount": "-11.73"}, "payments.0.amount", "negative"),
    ("a payment as money object", {"payments__0__amount": {"amount": "1.00"}}, "payments.0.amount", "not_a_text"),
    ("a payment without method", {"payments__0__method": None}, "payments.0.method", "required"),
    ("a payment without date", {"payments__0__paid_at": None}, "payments.0.paid_at", "required"),
    ("a huge payment", {"payments__0__amount": "1000000000000.01"}, "payments.0.amount", "too_large"),
    ("a parcel that never left", {"shipments__0__shipped_at": None}, "shipments.0.shipped_at", "required"),
    ("the same parcel twice", {"shipments": [PARCEL, PARCEL]}, "shipments.1.tracking_number", "duplicate"),
    ("a long number", {"shipments__0__tracking_number": "R" * 121}, "shipments.0.tracking_number", "too_long"),
    ("six stars", {"reviews": [{**REVIEW, "rating": 6}]}, "reviews.0.rating", "out_of_range"),
    ("no stars", {"reviews": [{**REVIEW, "rating": None}]}, "reviews.0.rating", "required"),
    ("NUL in a review", {"reviews": [{**REVIEW, "text": "a\x00b"}]}, "reviews.0.text", "invalid_characters"),
    ("a review like a book", {"reviews": [{**REVIEW, "text": "x" * 10_001}]}, "reviews.0.text", "too_long"),
    ("two reviews of one moment", {"reviews": [REVIEW, REVIEW]}, "reviews.1.created_at", "duplicate"),
]  # fmt: skip

UNKNOWN = [
    ({"total": "11.73"}, "total"),
    ({"state": "completed"}, "state"),
    ({"buyer__is_superuser": True}, "buyer.is_superuser"),
    ({"store__commission_bp": 0}, "store.commission_bp"),
    ({"store__owner__password": "x"}, "store.owner.password"),
    ({"lines__0__paid": "99.00"}, "lines.0.paid"),
    ({"lines__0__listing__store": "s-4"}, "lines.0.listing.store"),
    ({"payments__0__refunded": "0.00"}, "payments.0.refunded"),
]


def refusal_of(row):
    with pytest.raises(RowRefused) as refused:
        parse(row, now=NOW)
    return refused.value


@pytest.mark.parametrize(
    ("wish", "field", "code"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_a_row_that_does_not_fit_is_refused_and_says_where(wish, field, code):
    refusal = refusal_of(shipped_row(**wish))
    assert (field, code) in {(error.field, error.code) for error in refusal.errors}
    assert refusal.status == 422
    assert all(error.message for error in refusal.errors)


@pytest.mark.parametrize(("wish", "field"), UNKNOWN)
def test_an_unknown_field_is_400(wish, field):
    refusal = refusal_of(a_row(**wish))
    assert isinstance(refusal, UnknownFields)
    assert refusal.status == 400
    assert [(error.field, error.code) for error in refusal.errors] == [(field, "unknown_field")]


@pytest.mark.parametrize("row", [None, [], "row", 1, True, 1.5, [ROW]])
def test_a_row_is_an_object(row):
    assert [error.code for error in refusal_of(row).errors] == ["not_an_object"]


def test_every_reason_at_once_and_one_a_missing_object():
    row = a_row(currency="XXQ", buyer=None, lines__0__quantity=0, payments__0__amount="1e3")
    assert [(error.field, error.code) for error in refusal_of(row).errors] == [
        ("currency", "unknown_currency"),
        ("buyer", "required"),
        ("lines.0.quantity", "out_of_range"),
    ]
    assert {error.field for error in refusal_of({}).errors} == {
        "reference",
        "currency",
        "placed_at",
        "buyer",
        "store",
        "lines",
    }


def test_what_is_read():
    order = parse(shipped_row(lines__0__unit_price="12.4", placed_at="2026-02-01T12:00:00.5+03:00"), now=NOW)
    (line,) = order.lines
    assert (line.unit_price, line.discount, line.shipping, line.total) == (1240, 68, 0, 1172)
    assert order.placed_at == datetime(2026, 2, 1, 9, 0, 0, 500_000, tzinfo=UTC)
    assert order.buyer.language == "ru"
    assert order.store.owner and order.store.owner.language == "zh-hans"
    assert order.policy == "default"
    assert order.payments[0].amount == 1173


@pytest.mark.parametrize(
    ("currency", "text", "minor"),
    [("JPY", "500", 500), ("KWD", "1.25", 1250), ("KWD", "1.250", 1250), ("BRL", "7", 700)],
)
def test_amounts_count_in_the_currencys_own_digits(currency, text, minor):
    row = a_row(
        currency=currency,
        lines__0__unit_price=text,
        lines__0__discount=None,
        lines__0__shipping=None,
        payments=[],
    )
    assert parse(row).lines[0].unit_price == minor


def test_what_may_be_missing():
    row = {
        "reference": "A-1",
        "currency": "USD",
        "placed_at": "2026-02-01T09:00:00Z",
        "buyer": {"reference": "u-1"},
        "store": {"reference": "s-1"},
        "lines": [
            {
                "reference": "1",
                "quantity": 1,
                "unit_price": "1.00",
                "listing": {"reference": "p", "title": "Thing"},
            }
        ],
    }
    order = parse(row, now=NOW)
    assert (order.buyer.email, order.buyer.name, order.buyer.country, order.reviews) == ("", "", "", ())
    assert (order.store.name, order.store.owner) == ("s-1", None)
    nulls = dict.fromkeys(("policy", "payments", "shipments", "reviews", "confirmed_at", "cancelled_at"))
    assert parse({**row, **nulls}, now=NOW) == order


@pytest.mark.parametrize(
    ("sent", "ours"),
    [("pt", "pt-br"), ("pt_PT", "pt-br"), ("zh-CN", "zh-hans"), ("en-GB", "en"), ("sw", ""), ("", "")],
)
def test_languages_become_ours(sent, ours):
    assert parse(a_row(buyer__language=sent)).buyer.language == ours


def test_a_little_ahead_is_now():
    order = parse(a_row(placed_at="2026-03-01T10:04:00Z"), now=NOW)
    assert order.placed_at == NOW


def test_countries():
    assert {"BR", "RU", "CN", "US"} <= countries()
    assert not {"ZZ", "EU", "XA"} & countries()


# -- doubtful, and taken ---------------------------------------------------------------------------------------------

COUPON = {"reference": "c", "method": "Coupon", "amount": "11.73", "paid_at": "2026-02-01T09:05:00Z"}
DOUBTFUL = [
    ("payments_do_not_add_up", {"payments__0__amount": "11.72"}),
    ("payments_do_not_add_up", {"payments__0__amount": "11.74"}),
    ("empty_payment", {"payments": [PAYMENT, {**PAYMENT, "reference": "pay-2", "amount": "0.00"}]}),
    ("coupons_only", {"payments": [COUPON]}),
    ("costs_nothing", {"lines__0__discount": "12.41", "payments": []}),
    ("paid_before_placed", {"placed_at": "2026-02-01T09:05:01Z"}),
    ("shipped_before_payment", {"payments__0__paid_at": "2026-02-03T09:00:01Z"}),
    ("shipped_without_payment", {"payments": []}),
    ("promised_before_shipped", {"shipments__0__promised_by": "2026-02-03T08:59:59Z"}),
    ("delivered_before_shipped", {"shipments__0__delivered_at": "2026-02-03T08:59:59Z"}),
    ("confirmed_before_shipped", {"confirmed_at": "2026-02-03T08:59:59Z"}),
    ("confirmed_without_parcel", {"confirmed_at": "2026-02-03T08:59:59Z", "shipments": []}),
    ("cancelled_after_shipment", {"cancelled_at": "2026-02-10T09:00:00Z"}),
    ("cancelled_but_received", {"cancelled_at": "2026-02-02T09:00:00Z", "shipments__0__delivered_at": "2026-02-10T09:00:00Z"}),
    ("review_before_order", {"reviews": [{**REVIEW, "created_at": "2026-01-01T10:00:00Z"}]}),
    ("buyer_is_seller", {"store__owner__reference": "u-17"}),
]  # fmt: skip


@pytest.mark.parametrize(("doubt", "wish"), DOUBTFUL)
def test_a_doubtful_row_passes_and_is_marked(doubt, wish):
    assert doubt in doubts_of(parse(shipped_row(**wish), now=NOW))
    assert doubt in DOUBTS


def test_a_good_row_is_not_doubtful():
    assert doubts_of(parse(shipped_row(confirmed_at="2026-02-20T09:00:00Z", reviews=[REVIEW]), now=NOW)) == ()


# -- anything at all -------------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8) | st.sampled_from(FIELDS[""]), inner, max_size=6)
    ),
    max_leaves=20,
)


def spots(value, path=()):
    yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from spots(inner, (*path, key))


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(spots(shipped_row(reviews=[REVIEW])), key=str)), JSON)
def test_whatever_stands_anywhere_is_read_or_refused(spot, value):
    row = shipped_row(reviews=[dict(REVIEW)])
    place = {"row": row}
    *path, last = ("row", *spot)
    for part in path:
        place = place[part]
    place[last] = value
    root = value if not spot else row
    try:
        order = parse(root, now=NOW)
    except RowRefused as refusal:
        assert refusal.errors
        json.dumps([error.as_json() for error in refusal.errors]).encode()
    else:
        assert doubts_of(order) is not None
