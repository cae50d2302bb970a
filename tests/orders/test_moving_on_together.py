"""Many orders that have moved on catch up in one transaction: the same rows as one by one (api.md section 4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from marketplace.orders.imports import Taken, take
from marketplace.orders.models import Order
from tests import invariants
from tests.contracts.test_doors import rows
from tests.orders.sending import CAME, PARCEL, a_row, moment, sender

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

Row = dict[str, Any]
#: written in another order, which matters to nobody
UNORDERED = ("Notice", "LedgerEntry", "Refund", "OrderEvent", "Shipment", "TrackingNumber", "TrackingEvent")
REVIEW = {"rating": 2, "title": "", "text": "Late", "created_at": "2026-02-22T09:00:00Z"}
#: what becomes of an order → its later row
LATER: dict[str, Row] = {
    "nothing": {},
    "left": {"shipments": [PARCEL]},
    "came": {"shipments": [{**PARCEL, "delivered_at": CAME}]},
    "new number": {"shipments": [{**PARCEL, "tracking_number": "RR9BR", "delivered_at": CAME}]},
    "confirmed": {
        "shipments": [{**PARCEL, "delivered_at": CAME}],
        "confirmed_at": "2026-02-21T09:00:00Z",
        "reviews": [REVIEW],
    },
    "called off": {"cancelled_at": "2026-02-02T09:00:00Z"},
}


def row(number: int, **more: Any) -> Row:
    """The same order each time, of buyers and shops that come again."""
    paid = {
        "reference": f"pay-{number}",
        "method": "card",
        "amount": "11.73",
        "paid_at": "2026-02-01T09:05:00Z",
    }
    parcels = [
        {**each, "tracking_number": f"{each['tracking_number']}{number}"}
        for each in more.pop("shipments", [])
    ]
    return a_row(
        reference=f"A-{number}",
        buyer__reference=f"u-{number % 3}",
        buyer__email="",
        store__reference=f"s-{number % 2}",
        payments=more.pop("payments", [paid]),
        shipments=parcels,
        **more,
    )


def moved_on() -> list[Row]:
    """Two orders of each kind, of which one is not yet paid when we first hear of it."""
    return [row(number, **LATER[kind]) for number, kind in enumerate([*LATER, *LATER])]


def outcome(bring: Callable[[], list[Taken]]) -> tuple[dict[str, list[str]], list[tuple[Any, ...]], int]:
    with transaction.atomic():
        with CaptureQueriesContext(connection) as asked:
            taken = bring()
        invariants.check_all()
        left = {name: sorted(found) if name in UNORDERED else found for name, found in rows().items()}
        left["Refund"] = [each.partition(", ")[2] for each in left["Refund"]]  # without its payment's number
        transaction.set_rollback(True)
    return left, [(each.reference, each.result, each.doubts) for each in taken], len(asked)


def test_they_leave_the_same_rows_as_one_by_one(clock: Any) -> None:
    by, later = sender(), moved_on()
    clock.move_to(moment("2026-02-01T10:00:00Z"))
    take(
        [row(number, **({"payments": []} if number % 4 == 0 else {})) for number in range(len(later))], by=by
    )
    clock.move_to(moment("2026-02-23T09:00:00Z"))
    alone, answers, many = outcome(lambda: [taken for each in later for taken in take([each], by=by)])
    together, same_answers, few = outcome(lambda: take(later, by=by))
    assert same_answers == answers
    assert together == alone
    assert few < many / 2


def test_one_that_is_refused_harms_no_other(clock: Any) -> None:
    """A parcel for an order that was called off takes the batch apart; the others move on all the same."""
    by = sender()
    take([row(0), row(1, **LATER["called off"]), row(2)], by=by)
    clock.move_to(moment("2026-02-23T09:00:00Z"))
    taken = take([row(0, **LATER["came"]), row(1, **LATER["left"]), row(2, **LATER["left"])], by=by)
    assert [each.result for each in taken] == ["updated", "unchanged", "updated"]
    assert [each.doubts for each in taken] == [(), ("contradicts_history",), ()]
    states = Order.objects.order_by("reference").values_list("state", flat=True)
    assert list(states) == ["delivered", "cancelled", "shipped"]


def test_paid_and_called_off_heard_of_at_once_among_others(clock: Any) -> None:
    """The money never was in our hands: its refunds are history, whether the row comes alone or in a batch."""
    by = sender()
    clock.move_to(moment("2026-02-01T10:00:00Z"))
    take([row(number, payments=[]) for number in range(3)], by=by)
    clock.move_to(moment("2026-02-23T09:00:00Z"))
    later = [row(0, **LATER["called off"]), row(1, **LATER["left"]), row(2, **LATER["called off"])]
    alone, answers, _many = outcome(lambda: [taken for each in later for taken in take([each], by=by)])
    together, same_answers, _few = outcome(lambda: take(later, by=by))
    assert [each[1] for each in answers] == ["updated"] * 3
    assert same_answers == answers
    assert together == alone
    assert any("history" in each or "confirmed" in each for each in together["Refund"])


def test_the_same_rows_again_change_nothing(clock: Any) -> None:
    by, later = sender(), moved_on()
    take([row(number) for number in range(len(later))], by=by)
    clock.move_to(moment("2026-02-23T09:00:00Z"))
    take(later, by=by)
    before = rows()
    assert {each.result for each in take(later, by=by)} == {"unchanged"}
    assert rows() == before
