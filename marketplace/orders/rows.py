"""One order as a host marketplace sends it (api.md, section 4), read strictly.

`parse()` turns what came out of JSON into plain values, or refuses it with every reason at once. Nothing is guessed or
rounded: an amount is a text in the currency's own digits, a moment has a zone, a field that we do not know is refused.
Amounts are whole minor units afterwards. What is only doubtful passes: see `history.doubts_of`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.core.errors import FieldError, Invalid
from marketplace.core.money import AmountError, digits_of

from .reading import LARGEST_TOTAL, LONGEST_REVIEW, MOST_QUANTITY, MOST_WARRANTY_MONTHS, Reader

_POLICY = re.compile(r"[-a-zA-Z0-9_]{1,40}", re.ASCII)

# -- what a row holds ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A buyer or a store's owner, as the host names them."""

    reference: str
    name: str = ""
    email: str = ""
    country: str = ""
    city: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class StoreRow:
    reference: str
    name: str
    owner: PersonRow | None
    country: str
    city: str
    local_return_countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListingRow:
    reference: str
    title: str
    category: str
    warranty_months: int | None


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line; `discount` and `shipping` are of the whole line, in minor units."""

    reference: str
    quantity: int
    unit_price: int
    discount: int
    shipping: int
    listing: ListingRow

    @property
    def total(self) -> int:
        return self.unit_price * self.quantity - self.discount + self.shipping


@dataclass(frozen=True, slots=True)
class PaymentRow:
    reference: str
    method: str
    amount: int
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class ParcelRow:
    carrier: str
    tracking_number: str
    shipped_at: datetime
    promised_by: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReviewRow:
    rating: int
    title: str
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order of one store. Payments of nothing ("0.00") are kept here; they are no money (see history.py)."""

    reference: str
    currency: str
    placed_at: datetime
    policy: str
    buyer: PersonRow
    store: StoreRow
    lines: tuple[LineRow, ...]
    payments: tuple[PaymentRow, ...]
    shipments: tuple[ParcelRow, ...]
    confirmed_at: datetime | None
    cancelled_at: datetime | None
    reviews: tuple[ReviewRow, ...]


class RowRefused(Invalid):
    """The row cannot be made into an order; `errors` has every reason, with dotted field names ("lines.0.quantity")."""

    code = "row_refused"
    title = "This order cannot be taken"

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(
            " ".join(f"{e.field}: {e.message}" if e.field else e.message for e in errors), errors=errors
        )


class UnknownFields(RowRefused):
    """The row has fields that we do not know: the sender means something that we would lose."""

    status = 400
    code = "unknown_field"


# -- the objects of a row -----------------------------------------------------------------------------------------


def parse(row: object, *, now: datetime | None = None) -> OrderRow:
    """The row as plain values. With `now`, what has happened must not lie after it.

    Raises RowRefused with every reason; UnknownFields where one of them is a field that we do not know.
    """
    errors: list[FieldError] = []
    reader = Reader(row, "", "", errors, now)
    if errors and not reader.values:
        raise RowRefused(errors)
    order = _order(reader)
    if any(error.code == "unknown_field" for error in errors):
        raise UnknownFields(errors)
    if errors:
        raise RowRefused(errors)
    return order


def _order(reader: Reader) -> OrderRow:
    currency = _currency(reader)
    order = OrderRow(
        reference=reader.reference(),
        currency=currency,
        placed_at=reader.must_moment("placed_at"),
        policy=_policy(reader),
        buyer=_person(reader.child("buyer", "buyer")),
        store=_store(reader.child("store", "store")),
        lines=reader.many("lines", lambda line: _line(line, currency)),
        payments=reader.many("payments", lambda payment: _payment(payment, currency)),
        shipments=reader.many("shipments", _parcel),
        confirmed_at=reader.moment("confirmed_at"),
        cancelled_at=reader.moment("cancelled_at"),
        reviews=reader.many("reviews", _review),
    )
    _check_whole(reader, order)
    return order


def _check_whole(reader: Reader, order: OrderRow) -> None:
    """What no field alone can tell."""
    if not order.lines and not any(error.field.partition(".")[0] == "lines" for error in reader.errors):
        reader.wrong("lines", "required", _("An order has at least one line."))
    reader.unlike("lines", [line.reference for line in order.lines], "reference")
    reader.unlike("payments", [payment.reference for payment in order.payments], "reference")
    reader.unlike("shipments", [parcel.tracking_number for parcel in order.shipments], "tracking_number")
    reader.unlike("reviews", [review.created_at for review in order.reviews], "created_at")
    if sum(line.total for line in order.lines) > LARGEST_TOTAL:
        reader.wrong("lines", "too_large", _("This amount is too large."))
    if sum(payment.amount for payment in order.payments) > LARGEST_TOTAL:
        reader.wrong("payments", "too_large", _("This amount is too large."))


def _currency(reader: Reader) -> str:
    code = reader.text("currency", 3, required=True)
    if not code:
        return ""
    try:
        digits_of(code)
    except AmountError as refusal:
        reader.wrong("currency", refusal.code, refusal.detail)
        return ""
    return code


def _policy(reader: Reader) -> str:
    name = reader.text("policy", 40)
    if name and not _POLICY.fullmatch(name):
        reader.wrong("policy", "unknown_policy", _("There is no such policy."))
    return name or "default"


def _person(reader: Reader) -> PersonRow:
    return PersonRow(
        reference=reader.reference(),
        name=reader.text("name", 150),
        email=reader.email(),
        country=reader.country(),
        city=reader.text("city", 120),
        language=reader.language(),
    )


def _store(reader: Reader) -> StoreRow:
    owner = reader.values.get("owner")
    reference = reader.reference()
    return StoreRow(
        reference=reference,
        name=reader.text("name", 200) or reference,
        owner=_person(reader.child("owner", "store.owner")) if owner is not None else None,
        country=reader.country(),
        city=reader.text("city", 120),
        local_return_countries=reader.country_list("local_return_countries"),
    )


def _line(reader: Reader, currency: str) -> LineRow:
    listing = reader.child("listing", "lines.listing")
    line = LineRow(
        reference=reader.reference(),
        quantity=reader.whole("quantity", 1, MOST_QUANTITY),
        unit_price=reader.amount("unit_price", currency, required=True),
        discount=reader.amount("discount", currency),
        shipping=reader.amount("shipping", currency),
        listing=ListingRow(
            reference=listing.reference(),
            title=listing.text("title", 300, required=True),
            category=listing.text("category", 120),
            warranty_months=listing.whole("warranty_months", 0, MOST_WARRANTY_MONTHS)
            if listing.values.get("warranty_months") is not None
            else None,
        ),
    )
    if reader.fits("unit_price", "quantity") and line.discount > line.unit_price * line.quantity:
        reader.wrong("discount", "above_price", _("The discount is more than the price."))
    return line


def _payment(reader: Reader, currency: str) -> PaymentRow:
    return PaymentRow(
        reference=reader.reference(),
        method=reader.text("method", 40, required=True).lower(),
        amount=reader.amount("amount", currency, required=True),
        paid_at=reader.must_moment("paid_at"),
    )


def _parcel(reader: Reader) -> ParcelRow:
    return ParcelRow(
        carrier=reader.text("carrier", 120),
        tracking_number=reader.text("tracking_number", 120),
        shipped_at=reader.must_moment("shipped_at"),
        promised_by=reader.moment("promised_by", ahead=True),
        delivered_at=reader.moment("delivered_at"),
    )


def _review(reader: Reader) -> ReviewRow:
    return ReviewRow(
        rating=reader.whole("rating", 1, 5),
        title=reader.text("title", 300, lines=True),
        text=reader.text("text", LONGEST_REVIEW, lines=True),
        created_at=reader.must_moment("created_at"),
    )
