"""Real orders, forty buyers with different habits, and a second reckoning: the board names exactly those whom it names.

In the data a buyer has one order as a rule. So buyers are merged: every order of half a year keeps its own dates, sums and
store, and gets one of the ordinary buyers, or, where its real buyer complained in the weeks after, one of forty with a habit.
A habit is how many such orders, and how many others, the buyer has. What is claimed, and when, is what the real buyer wrote.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count, cycle
from typing import Any
from zlib import crc32

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from disputes import services as disputes
from disputes.standing import board
from disputes.standing import services as standing
from disputes.standing.models import BuyerFigures, Flag, Ground, Peers
from marketplace.accounts.models import User
from marketplace.core import daily
from marketplace.core.access import Actor
from marketplace.core.clock import sweep
from marketplace.core.errors import DomainError
from marketplace.orders.imports import take
from marketplace.orders.models import Order
from tests import world
from tests.real.market import CONVERTER, Complaint, Market
from tests.standing import oracle
from tests.world import DAY

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.rule("B-01", "B-02", "B-06"),
    pytest.mark.skipif(not CONVERTER.exists(), reason="the real orders are not beside this copy"),
]
#: of the orders without a complaint one in so many, and so many ordinary buyers, so that the test takes a minute
SHARE, CALM = 3, 140
#: the weeks with the most complaints in time
START = datetime.fromisoformat("2018-03-08T12:00:00+00:00")
WEEKS, BATCH = timedelta(days=28), 500
#: how many orders with a complaint a habit has, and how many habits have so many
OFTEN = {0: 15, 1: 10, 2: 6, 3: 4, 5: 2, 7: 2, 12: 1}
#: other orders, by turns; those who complain most have few
OTHERS = (1, 2, 4, 7, 12, 18, 30)
#: (orders with a complaint, other orders) of each habit, from the calmest to whoever disputes everything
HABITS = [
    (bad, OTHERS[n % 3] if bad > 4 else OTHERS[(n + bad) % len(OTHERS)])
    for bad, times in OFTEN.items()
    for n in range(times)
]


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Market:
    return Market(tmp_path_factory.mktemp("olist"))


def complaints_of(market: Market) -> list[Complaint]:
    """What was written in the weeks after, about orders of before, in time; one of an order."""
    found: dict[str, Complaint] = {}
    for each in market.complaints:
        placed = datetime.fromisoformat(market.rows[each.order]["placed_at"])
        inside = market.by_the_dates(each) == "inside" and START < each.written_at < START + WEEKS
        if inside and placed < START and market.as_known(each.order, START)["shipments"]:
            found.setdefault(each.order, each)
    return list(found.values())


def with_buyers(market: Market, complaints: list[Complaint]) -> dict[str, str]:
    """Order → the buyer it is given."""
    bad = iter([each.order for each in complaints])
    own = {}
    for number, (many, _good) in enumerate(HABITS):
        own |= {next(bad): f"habit-{number}" for _ in range(many)}
    since = START - 140 * DAY
    calm = (
        reference
        for reference, row in market.rows.items()
        if since < datetime.fromisoformat(row["placed_at"]) < START
        and crc32(reference.encode()) % SHARE == 0
        and row["lines"]
        and row["payments"]
    )
    free: Iterator[str] = (reference for reference in calm if reference not in own)
    for number, (_many, good) in enumerate(HABITS):
        own |= {next(free): f"habit-{number}" for _ in range(good)}
    return own | {reference: f"calm-{crc32(reference.encode()) % CALM}" for reference in free}


def import_them(market: Market, own: dict[str, str], integrator: User) -> None:
    """As the host marketplace knew them at the start, each with the buyer that it is given."""
    rows = []
    for reference, buyer in own.items():
        row = market.as_known(reference, START)
        rows.append(row | {"buyer": row["buyer"] | {"reference": buyer, "email": f"{buyer}@example.org"}})
    for start in range(0, len(rows), BATCH):
        take(rows[start : start + BATCH], by=world.acting(integrator))
    Order.objects.update(
        due_verb="", remind_at=None
    )  # what an order's own clock does is no part of anybody's figures
    learn()


def learn() -> None:
    """The database does not see by itself how many rows one long transaction has."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def complain(market: Market, each: Complaint, clock: Any) -> Any:
    """The buyer opens the dispute when the real one wrote; None where the dates or the parcel's place forbid it."""
    clock.move_to(each.written_at)
    order = Order.objects.get(reference=each.order)
    reason = market.reason(each, START)
    wishes = {"reason": reason, "received": market.received(each, START)}
    text = (each.text.strip() + " " + world.DESCRIPTION)[:2000]
    try:
        return world.a_dispute(order, description=text, **wishes)
    except DomainError:
        return None


def answer(dispute: Any, turn: str) -> None:
    """Sellers accept, say no or stay silent, and buyers give up, by turns."""
    if turn == "accept":
        disputes.accept_claim(dispute.pk, by=world.seller_of(dispute))
    elif turn == "refuse":
        disputes.refuse_claim(dispute.pk, note="It was fine.", by=world.seller_of(dispute))
    elif turn == "cancel":
        disputes.cancel(dispute.pk, by=world.buyer_of(dispute))


def decide_all(mediator: User) -> None:
    """Those that a mediator has by now: for the seller, for the buyer, in part, by turns."""
    by, outcomes = world.acting(mediator), cycle(["no_refund", "refunded", "partly_refunded"])
    words = {
        "reason_code": "evidence.insufficient",
        "facts": "Nothing is to be seen.",
        "why_different": "It is.",
    }
    while case := disputes.take_next(by=by):
        outcome = next(outcomes)
        amount = case.money(case.held // 2) if outcome == "partly_refunded" else None
        disputes.adjudicate(case.pk, outcome=outcome, amount=amount, by=by, **words)


def check(now: datetime) -> None:
    """Kept figures, the marketplace's line, flags and board, against the second reckoning."""
    for days in (30, 90, 180, 365):
        oracle.check_figures(now, list(BuyerFigures.objects.filter(days=days)), days)
        found, peers = oracle.tallies(now, days), Peers.objects.get(days=days)
        assert peers.population == sum(tally.orders >= oracle.ENOUGH for tally in found.values())
        for percent, kept in ((50, peers.median), (95, peers.p95)):
            expected = oracle.line(found, percent)
            assert (kept is None) == (expected is None)
            assert expected is None or kept == pytest.approx(float(expected), abs=1e-12)


def test_the_board_names_exactly_those_whom_the_second_reckoning_names(market: Market) -> None:
    with time_machine.travel(START, tick=False) as clock:
        complaints = complaints_of(market)
        own = with_buyers(market, complaints)
        import_them(market, own, world.person("", "integrator"))
        turns = cycle(["accept", "refuse", "silent", "refuse", "cancel"])
        theirs = sorted((each for each in complaints if each.order in own), key=lambda each: each.written_at)
        opened = count()
        for each in theirs:
            if dispute := complain(market, each, clock):
                answer(dispute, next(turns))
                next(opened)
        assert next(opened) > 50, "the real complaints became disputes"
        clock.move_to(START + WEEKS)
        learn()
        sweep()
        decide_all(world.staff("", "mediator"))
        assert daily.run()["standing"] > CALM

        now = timezone.now()
        check(now)
        named = oracle.named(now)
        assert len(HABITS) == 40
        raised = {
            ground: set(Flag.objects.filter(ground=ground).values_list("user_id", flat=True))
            for ground in (Ground.MANY, Ground.RATE)
        }
        assert raised == {Ground.MANY: named["many_disputes"], Ground.RATE: named["high_rate"]}
        assert raised[Ground.MANY]
        assert raised[Ground.RATE]
        assert raised[Ground.MANY] != raised[Ground.RATE]
        shown = board.board(Actor.system(), "flagged", 180)
        assert {row.figures.user_id for row in shown.rows} == raised[Ground.MANY] | raised[Ground.RATE]
        above = {
            row.figures.user_id for row in shown.rows if row.above and row.figures.orders >= oracle.ENOUGH
        }
        assert above == named["high_rate"]

        clock.shift(45 * DAY)
        standing.recount(timezone.now())
        check(timezone.now())
