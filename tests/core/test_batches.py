"""Many cases in one transaction: the same rows as one by one, in the same order, and one that fails harms no other (Z-03)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from disputes import services as disputes
from disputes.models import Dispute
from marketplace.core import batches
from marketplace.core import clock as the_clock
from marketplace.core.clock import sweep
from marketplace.core.errors import WrongState
from marketplace.core.money import Money
from marketplace.orders.models import Order, OrderEvent
from marketplace.payments.models import Escrow
from tests import invariants, world
from tests.contracts.test_doors import rows
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("Z-03")]

#: in which order these are written does not matter to anybody
UNORDERED = ("Notice", "LedgerEntry", "Refund", "HoldBack")


def met(*, at_once: int, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, list[str]], Counter[str], int]:
    """What a sweep leaves behind, what it did, and in how many statements; the world is as before after it."""
    monkeypatch.setattr(the_clock, "BATCH_TOGETHER", at_once)
    with transaction.atomic():
        with CaptureQueriesContext(connection) as asked:
            done = sweep()
        invariants.check_all()
        left = {name: sorted(found) if name in UNORDERED else found for name, found in rows().items()}
        transaction.set_rollback(True)
    return left, done, len(asked)


def confirmed_and_released(clock: Any, many: int, apart: timedelta = timedelta(hours=30)) -> None:
    """Orders of two shops, of which one pays commission; each was sent a little later than the one before."""
    shops = [world.shop(), world.shop(commission_bp=500)]
    for number in range(many):
        world.shipped(store=shops[number % 2], prices=(1173 + number, 20), payments=(1000, 193 + number))
        clock.shift(apart)


def disputed(clock: Any, many: int) -> None:
    """Disputes that nobody answered, that were refused, and that have an open offer; with several lines and payments."""
    store = world.shop()
    orders = [
        world.shipped(store=store, prices=(1173, 827), quantities=(1, 3), payments=(1500, 500))
        for _ in range(many)
    ]
    clock.shift(12 * DAY)
    for number, order in enumerate(orders):
        clock.shift(timedelta(minutes=20))
        case = world.a_dispute(order, amount=1000 + number)
        if number % 3 == 1:
            disputes.refuse_claim(case.pk, note="It was fine.", by=world.seller_of(case))
        elif number % 3 == 2:
            disputes.make_offer(case.pk, remedy="refund", amount=Money(100, "USD"), by=world.seller_of(case))


def test_it_leaves_the_same_rows_as_one_by_one(clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    confirmed_and_released(clock, 12)
    disputed(clock, 9)
    clock.shift(70 * DAY)
    alone, done, many = met(at_once=1, monkeypatch=monkeypatch)
    together, done_together, few = met(at_once=50, monkeypatch=monkeypatch)
    assert done == done_together
    assert done["order.release"] >= 12
    assert done["dispute.grant_claim"] == 3
    assert done["dispute.escalate"] == 6
    assert together == alone
    assert few < many / 3


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from(("plain", "disputed", "refused"))), max_size=7))
def test_whatever_falls_together(
    clock: Any, monkeypatch: pytest.MonkeyPatch, orders: list[tuple[int, str]]
) -> None:
    with transaction.atomic():
        start = world.timezone.now()
        clock.move_to(start)
        for days, kind in orders:
            order = world.shipped(promised_in=(20 + days) * DAY)
            clock.shift(12 * DAY)
            if kind != "plain":
                case = world.a_dispute(order, amount=500 + days)
                if kind == "refused":
                    disputes.refuse_claim(case.pk, note="No.", by=world.seller_of(case))
        clock.shift(100 * DAY)
        assert met(at_once=1, monkeypatch=monkeypatch)[:2] == met(at_once=50, monkeypatch=monkeypatch)[:2]
        clock.move_to(start)
        transaction.set_rollback(True)


def test_what_happened_first_is_written_first(clock: Any) -> None:
    """An order's release never waits for later orders' confirmations, however long the workers were down."""
    confirmed_and_released(clock, 20, apart=timedelta(days=3))
    clock.shift(120 * DAY)
    sweep()
    times = list(
        OrderEvent.objects.filter(role="system")
        .exclude(verb="place")
        .order_by("pk")
        .values_list("at", flat=True)
    )
    assert len(times) == 40
    assert times == sorted(times)


def test_one_that_fails_is_counted_and_the_others_are_met(clock: Any) -> None:
    confirmed_and_released(clock, 6, apart=timedelta(minutes=1))
    poisoned = Order.objects.order_by("pk")[3]
    clock.shift(31 * DAY)
    sweep()
    Order.objects.filter(pk=poisoned.pk).update(held_back=5000)  # more than there is: it cannot be released
    clock.shift(16 * DAY)
    done = sweep()
    assert done["order.release"] == 5
    poisoned = Order.objects.get(pk=poisoned.pk)
    assert (poisoned.state, poisoned.deadline_tries) == ("delivered", 1)
    assert set(Order.objects.exclude(pk=poisoned.pk).values_list("state", flat=True)) == {"completed"}


def test_each_case_costs_a_few_statements(clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    confirmed_and_released(clock, 40, apart=timedelta(minutes=1))
    clock.shift(31 * DAY)
    _left, done, asked = met(at_once=50, monkeypatch=monkeypatch)
    assert done["order.confirm_automatically"] == 40
    assert asked < 40


def test_outside_a_batch_a_row_is_written_at_once() -> None:
    written: list[int] = []
    batches.together(written.extend, 1)
    assert written == [1]
    batches.together(written.extend)
    with batches.batch({}):
        batches.together(written.extend, 2)
        batches.together(written.extend, 3)
        assert written == [1]
    assert written == [1, 2, 3]
    assert not batches.is_open()


def _fail_in_a_batch(written: list[int]) -> None:
    with batches.batch({}):
        batches.together(written.extend, 1)
        raise WrongState("No.")


def test_a_batch_that_fails_writes_nothing_more() -> None:
    written: list[int] = []
    with pytest.raises(WrongState):
        _fail_in_a_batch(written)
    assert written == []
    assert not batches.is_open()


def test_many_rows_are_updated_in_one_statement(django_assert_num_queries: Any) -> None:
    orders = [world.an_order() for _ in range(3)]
    for number, order in enumerate(orders):
        order.city, order.doubts, order.closed_at = (
            f"City {number}",
            ["a", number],
            None if number else order.placed_at,
        )
        order.hold_time = timedelta(hours=number)
    with django_assert_num_queries(1):
        batches.update(orders, ["city", "doubts", "closed_at", "hold_time"])
    for order in orders:
        there = Order.objects.get(pk=order.pk)
        assert (there.city, there.doubts, there.closed_at, there.hold_time) == (
            order.city,
            order.doubts,
            order.closed_at,
            order.hold_time,
        )


def test_amounts_are_added_where_there_is_room_for_all() -> None:
    escrows = [world.an_order().escrow for _ in range(2)]
    room = "old.captured - old.refunded - old.released >= new.amount"
    full = {escrow.pk: 1173 for escrow in escrows}
    assert batches.add(Escrow, "released", full, room=room)
    assert not batches.add(Escrow, "released", {escrows[0].pk: 1}, room=room)
    assert set(Escrow.objects.values_list("released", flat=True)) == {1173}
    assert Dispute.objects.count() == 0
