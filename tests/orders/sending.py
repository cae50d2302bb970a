"""A row as a host marketplace sends it, for the tests of the import: whole, fitting, and bent where a test wishes."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta
from typing import Any

from marketplace.accounts.models import User
from marketplace.core.access import Actor
from marketplace.orders.imports import Taken, take
from marketplace.orders.models import Order
from tests import world

ROW: dict[str, Any] = {
    "reference": "A-1001",
    "currency": "USD",
    "placed_at": "2026-02-01T09:00:00Z",
    "buyer": {
        "reference": "u-17",
        "name": "Anna K.",
        "email": "anna@example.org",
        "country": "RU",
        "city": "Perm",
        "language": "ru",
    },
    "store": {
        "reference": "s-3",
        "name": "Lamps",
        "owner": {"reference": "u-9", "email": "li@example.org", "name": "Li", "language": "zh-CN"},
        "country": "CN",
        "city": "Ningbo",
        "local_return_countries": ["RU"],
    },
    "lines": [
        {
            "reference": "1",
            "quantity": 1,
            "unit_price": "12.41",
            "discount": "0.68",
            "shipping": "0.00",
            "listing": {"reference": "p-9", "title": "Desk lamp", "category": "lamps", "warranty_months": 12},
        }
    ],
    "payments": [
        {"reference": "pay-1", "method": "card", "amount": "11.73", "paid_at": "2026-02-01T09:05:00Z"}
    ],
    "shipments": [],
    "confirmed_at": None,
    "cancelled_at": None,
    "reviews": [],
}
CAME = "2026-02-20T09:00:00Z"
PARCEL: dict[str, Any] = {
    "carrier": "Post",
    "tracking_number": "RR1CN",
    "shipped_at": "2026-02-03T09:00:00Z",
    "promised_by": "2026-03-20T00:00:00Z",
    "delivered_at": None,
}


def a_row(**wishes: Any) -> dict[str, Any]:
    """A whole row; `wishes` are dotted fields, with `__` for the dots: `lines__0__quantity=2`."""
    row = copy.deepcopy(ROW)
    for name, value in wishes.items():
        *path, last = name.split("__")
        place: Any = row
        for part in path:
            place = place[int(part)] if part.isdigit() else place[part]
        if last.isdigit():
            place[int(last)] = value
        else:
            place[last] = value
    return row


def shipped_row(**wishes: Any) -> dict[str, Any]:
    """A row whose parcel has left."""
    return a_row(**{"shipments": [dict(PARCEL)], **wishes})


def sender(name: str = "host") -> Actor:
    """The service account of a host marketplace."""
    user = User.objects.filter(username=name).first() or world.person(name, "integrator")
    return world.acting(user)


def send(*rows: object, by: Actor | None = None) -> list[Taken]:
    return take(list(rows), by=by or sender())


def sent(row: object, *, by: Actor | None = None) -> Order:
    """The order that the row became or was already."""
    (taken,) = send(row, by=by)
    assert taken.result != "refused", taken.errors
    return Order.objects.select_related("escrow", "policy", "store", "buyer").get(public_id=taken.order)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def days(number: float) -> timedelta:
    return timedelta(days=number)
