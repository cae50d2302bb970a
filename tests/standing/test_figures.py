"""B-01, B-06: the kept figures, against plain Python over the raw tables."""

from datetime import timedelta

import pytest
from django.utils import timezone

from disputes import services as disputes
from disputes.standing import keeping, measures, services
from disputes.standing.models import BuyerFigures, Peers, StoreFigures
from marketplace.core import daily
from marketplace.core.clock import sweep
from marketplace.orders import services as orders
from tests import world
from tests.standing import oracle, people
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("B-01", "B-06")]
SECOND = timedelta(seconds=1)


def of(user, days=30):
    return BuyerFigures.objects.get(user=user, days=days)


def check_all() -> None:
    now = timezone.now()
    for days in (30, 90, 180, 365):
        oracle.check_figures(now, list(BuyerFigures.objects.filter(days=days)), days)


def test_opening_counts_the_buyer_and_nobody_else(clock):
    other = people.who_disputes(clock, times=0)
    buyer = people.who_disputes(clock, orders=4, times=2)
    assert (of(buyer).orders, of(buyer).disputes, of(buyer).open, of(buyer).counterparties) == (4, 2, 2, 2)
    assert not BuyerFigures.objects.filter(user=other).exists()
    assert {row.days for row in BuyerFigures.objects.filter(user=buyer)} == {30, 90, 180, 365}


def test_every_result_has_its_place_and_only_peoples_own(clock):
    """B-06: what a clock or staff ended is a dispute, and no result."""
    buyer = world.person()
    made = people.bought(buyer, 7, promised_in=60 * DAY)
    clock.shift(11 * DAY)
    lost = people.decided(clock, made[0])
    people.decided(
        clock, made[1], outcome="partly_refunded", amount=world.Money(300, "USD"), why_different="It is."
    )
    accepted, cancelled, by_staff, silent, waiting = (world.a_dispute(order) for order in made[2:])
    disputes.accept_claim(accepted.pk, by=world.seller_of(accepted))
    disputes.cancel(cancelled.pk, by=world.buyer_of(cancelled))
    disputes.refuse_claim(waiting.pk, note="No.", by=world.seller_of(waiting))
    disputes.refuse_claim(by_staff.pk, note="No.", by=world.seller_of(by_staff))
    clock.shift(6 * DAY)
    sweep()
    assert type(silent).objects.get(pk=silent.pk).reached_by == "seller_silence"
    clock.shift(2 * DAY)
    sweep()
    staff = world.acting(world.staff("", "mediator"))
    disputes.assign(by_staff.pk, by=staff)
    disputes.staff_cancel(by_staff.pk, reason="Opened twice.", by=staff)
    row = of(buyer, 90)
    assert (row.disputes, row.won, row.partly, row.lost, row.cancelled, row.open) == (7, 1, 1, 1, 1, 1)
    assert (row.decided, row.against, row.small_numbers) == (2, 1, True)
    check_all()
    services.recount(timezone.now())
    store = StoreFigures.objects.get(store=lost.store, days=90)
    assert (store.disputes, store.won, store.lost, store.silent) == (1, 1, 0, 0)
    assert StoreFigures.objects.get(store=silent.store, days=90).silent == 1


def test_a_fraud_is_counted(clock):
    buyer = world.person()
    made = people.bought(buyer, 1)
    clock.shift(11 * DAY)
    people.decided(clock, made[0], outcome="fraud", reason_code="fraud.false_evidence")
    assert (of(buyer).fraud, of(buyer).lost, of(buyer).against) == (1, 0, 1)
    check_all()


def test_figures_fade_with_the_day(clock):
    buyer = people.who_disputes(clock, orders=3, times=1)
    opened = timezone.now()
    clock.move_to(opened + 30 * DAY - SECOND)
    services.recount(timezone.now())
    assert of(buyer).disputes == 1
    clock.move_to(opened + 30 * DAY)
    services.recount(timezone.now())
    assert (of(buyer).disputes, of(buyer, 90).disputes, of(buyer).sums) == (0, 1, {})
    clock.move_to(opened + 365 * DAY)
    services.recount(timezone.now())
    assert (of(buyer, 365).disputes, of(buyer, 365).orders, of(buyer, 365).rate) == (0, 0, 0)


def test_an_order_that_the_platform_closed_is_not_counted(clock):
    buyer = people.who_disputes(clock, orders=2, times=1)
    order = world.an_order(buyer=buyer)
    mod = world.acting(people.moderator())
    orders.hold(order.pk, reason="Who is this?", by=mod)
    services.recount(timezone.now())
    assert of(buyer).orders == 3
    clock.shift(7 * DAY)
    sweep()
    services.recount(timezone.now())
    assert of(buyer).orders == 2
    check_all()


def test_sums_stand_in_their_own_currency(clock):
    buyer = world.person()
    made = [
        world.shipped(buyer=buyer, prices=(1000,)),
        world.shipped(buyer=buyer, prices=(500,), currency="JPY"),
    ]
    clock.shift(11 * DAY)
    first = world.a_dispute(made[0], amount=400)
    disputes.accept_claim(first.pk, by=world.seller_of(first))
    assert of(buyer).sums == {
        "USD": {"paid": 1000, "asked": 400, "back": 400},
        "JPY": {"paid": 500, "asked": 0, "back": 0},
    }
    check_all()


def test_the_marketplaces_own_line_is_by_nearest_rank_of_buyers_with_enough_orders(clock):
    habits = [(5, 0)] * 6 + [(5, 1)] * 3 + [(6, 2), (4, 4)]
    for orders_, times in habits:
        people.who_disputes(clock, orders=orders_, times=times)
    services.recount(timezone.now())
    peers = Peers.objects.get(days=180)
    rates = [times / orders_ for orders_, times in habits if orders_ >= 5]
    assert peers.population == len(rates) == 10
    assert peers.median == measures.nearest_rank(rates, 50) == 0
    assert peers.p95 == pytest.approx(measures.nearest_rank(rates, 95)) == pytest.approx(2 / 6)
    for row in BuyerFigures.objects.all():
        assert (row.low, row.high) == pytest.approx(measures.wilson(row.disputes, row.orders), abs=1e-12)
    check_all()


@pytest.mark.rule("B-02")
def test_the_daily_round_runs_once_a_day_and_on_the_next_again(clock):
    people.who_disputes(clock, orders=5, times=1)
    assert daily.run()["standing"] > 0
    counted_at = Peers.objects.get(days=180).counted_at
    clock.shift(timedelta(hours=1))
    assert daily.run()["standing"] == 0
    clock.move_to(counted_at.replace(hour=23, minute=59, second=59))
    assert daily.run()["standing"] == 0
    clock.shift(SECOND)
    assert daily.run()["standing"] > 0


def test_while_there_is_no_line_every_round_counts(clock):
    buyer = people.who_disputes(clock, orders=2, times=1)
    daily.run()
    world.shipped(buyer=buyer)
    daily.run()
    assert of(buyer).orders == 3


def test_batches_say_the_same_as_one(clock, monkeypatch):
    for _ in range(5):
        people.who_disputes(clock, orders=2, times=1)
    monkeypatch.setattr(keeping, "BATCH", 2)
    services.recount(timezone.now())
    check_all()
