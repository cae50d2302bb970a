"""The clock after an outage, and after the machine's own clock jumped (Z-03, threats.md T3, T5, T6, rows 20 and 21)."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from disputes import services as disputes
from disputes.models import Dispute
from marketplace.core import gate, outages
from marketplace.core.cases import registered
from marketplace.core.clock import sweep, tick
from marketplace.core.errors import TooLate
from marketplace.core.models import Heartbeat, Outage
from marketplace.core.reading import Reading
from marketplace.notifications.models import Notice
from marketplace.orders.models import Order
from marketplace.orders.protection import protection
from tests import world

pytestmark = [pytest.mark.django_db, pytest.mark.rule("Z-03")]

START = datetime(2026, 3, 1, 10, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
OPENED = START + 10 * DAY
#: the seller's time to answer ends five days after opening (N-01)
DUE = OPENED + 5 * DAY


def reading(**changes) -> Reading:
    """What the clocks say now, on a machine that was started when the story began."""
    now = timezone.now()
    return replace(Reading(now, "first boot", int((now - START).total_seconds())), **changes)


@pytest.fixture
def dispute(clock) -> Dispute:
    order = world.shipped()
    clock.move_to(OPENED)
    return world.a_dispute(order)


class Site:
    """People can reach it, or not; the workers run, or not. What is asked each minute in earnest is asked at the edges."""

    def __init__(self, clock) -> None:
        self.clock = clock

    def at(self, moment: datetime, *, web: bool = True, workers: bool = True) -> int:
        self.clock.move_to(moment)
        if web:
            outages.beat(reading())
        return tick(reading()).total() if workers else 0

    def up(self, start: datetime, end: datetime, step: timedelta = 10 * MINUTE) -> None:
        while start <= end:
            self.at(start)
            start += step

    def out(self, start: datetime, end: datetime) -> None:
        """Up until `start`, back at `end`; workers and web were away."""
        self.at(start)
        self.at(end)


@pytest.fixture
def site(clock) -> Site:
    return Site(clock)


def fresh(case):
    return type(case).objects.get(pk=case.pk)


def due(case) -> datetime | None:
    return fresh(case).due_at


def told(case) -> int:
    return case.events.filter(verb="outage").count()


# -- six shapes of an outage ---------------------------------------------------------------------------------------


def test_an_outage_inside_a_window_makes_it_longer_by_as_much(dispute, site):
    site.out(OPENED + DAY, OPENED + DAY + 6 * HOUR)
    assert due(dispute) == DUE + 6 * HOUR


def test_an_outage_near_the_end_leaves_a_day_after_it(dispute, site):
    site.out(DUE - 8 * HOUR, DUE - 2 * HOUR)
    assert due(dispute) == DUE - 2 * HOUR + DAY


def test_an_outage_across_the_end_leaves_a_day_after_it(dispute, site):
    site.out(DUE - 3 * HOUR, DUE + 2 * DAY)
    assert due(dispute) == DUE + 3 * DAY
    dispute = fresh(dispute)
    assert dispute.state == "awaiting_seller"
    site.up(DUE + 2 * DAY, DUE + 3 * DAY - MINUTE)
    assert fresh(dispute).state == "awaiting_seller"
    assert site.at(DUE + 3 * DAY) == 1
    dispute = fresh(dispute)
    assert (dispute.state, dispute.ended_at) == ("resolved", DUE + 3 * DAY)


def test_an_outage_before_a_window_gives_nothing_and_one_that_reaches_in_gives_its_part(clock, site):
    order = world.shipped()
    site.out(START + 9 * DAY, START + 9 * DAY + 5 * HOUR)
    site.at(OPENED - HOUR)
    clock.move_to(OPENED)  # through the API of a host, say: the site itself is still away
    dispute = world.a_dispute(order)
    assert due(dispute) == DUE
    site.at(OPENED + 2 * HOUR)
    assert due(dispute) == DUE + 2 * HOUR


def test_two_outages_make_it_longer_by_both(dispute, site):
    site.out(OPENED + DAY, OPENED + DAY + 6 * HOUR)
    site.out(OPENED + DAY + 6 * HOUR + 5 * MINUTE, OPENED + 2 * DAY)
    assert due(dispute) == DUE + 6 * HOUR + (DAY - 6 * HOUR - 5 * MINUTE)
    assert told(dispute) == 2


def test_while_only_the_web_is_out_the_clock_waits_with_what_falls_into_it(dispute, site, caplog):
    site.at(DUE - 20 * MINUTE)
    for minutes in range(0, 600, 30):
        assert site.at(DUE + minutes * MINUTE, web=False) == 0
    assert "Nobody has been answered" in caplog.text
    site.at(DUE + 10 * HOUR)
    assert due(dispute) == DUE + 10 * HOUR + DAY


def test_while_only_the_workers_are_out_nobody_gets_more_time(dispute, site):
    moment = OPENED
    while moment < DUE + 3 * HOUR:
        site.at(moment, workers=False)
        moment += 15 * MINUTE
    assert site.at(moment) == 1
    dispute = fresh(dispute)
    assert (dispute.state, dispute.ended_at) == ("resolved", DUE)
    assert not Outage.objects.exists()


# -- its edges -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "more"), [(15, timedelta(0)), (16, 16 * MINUTE)])
def test_up_to_fifteen_minutes_are_borne(dispute, site, minutes, more):
    site.out(OPENED + DAY, OPENED + DAY + minutes * MINUTE)
    assert due(dispute) == DUE + more


def test_a_deadline_in_the_first_fifteen_minutes_of_an_outage_is_met_and_a_later_one_waits(dispute, site):
    site.at(DUE - 15 * MINUTE)
    assert site.at(DUE + HOUR, web=False) == 1


def test_without_heartbeats_there_is_no_outage(dispute, clock):
    clock.move_to(DUE + 20 * DAY)
    assert tick(reading()).total() >= 1
    dispute = fresh(dispute)
    assert dispute.ended_at == DUE


def test_both_sides_are_told_once_even_if_the_ticker_was_cut_off(dispute, site):
    site.out(OPENED + DAY, OPENED + DAY + 6 * HOUR)
    Outage.objects.update(told_at=None)  # cut off before its last line
    site.at(OPENED + DAY + 6 * HOUR + MINUTE)
    assert told(dispute) == 1
    assert due(dispute) == DUE + 6 * HOUR
    notices = Notice.objects.filter(case_id=dispute.public_id, subject="More time for your dispute")
    people = {dispute.buyer.pk, dispute.store.members.get().pk}
    assert {notice.recipient_id for notice in notices} == people
    assert notices.count() == 2
    assert "16 March" in notices[0].text
    pinned = Notice.objects.get(case_id=dispute.public_id, needs_you=True)
    assert pinned.due_at == DUE + 6 * HOUR


def test_who_acts_just_after_the_site_came_back_is_not_too_late(dispute, site, clock):
    site.at(DUE - HOUR)
    clock.move_to(DUE + HOUR)
    outages.beat(reading())  # nobody of the workers is there yet
    dispute = fresh(dispute)
    assert dispute.due_at == DUE
    seller = world.seller_of(dispute)
    assert "refuse_claim" in dispute.verbs_for(seller)
    assert not sweep()
    disputes.refuse_claim(dispute.pk, note="It was whole when I sent it.", by=seller)
    assert due(dispute) == OPENED + 7 * DAY + 2 * HOUR
    tick(reading())
    assert told(dispute) == 1


def test_the_first_act_after_an_outage_ends_it_before_it_is_looked_at(dispute, site, clock):
    site.at(DUE - HOUR)
    clock.move_to(DUE + HOUR)
    Client().post("/i18n/setlang/", {"language": "en"})
    assert Outage.objects.get().ended_at == DUE + HOUR
    dispute = fresh(dispute)
    assert not dispute.is_overdue(timezone.now())


def test_too_late_is_too_late_after_the_longer_window(dispute, site, clock):
    site.out(DUE - HOUR, DUE + HOUR)
    clock.move_to(DUE + HOUR + DAY)
    with pytest.raises(TooLate) as refusal:
        disputes.refuse_claim(dispute.pk, note="No.", by=world.seller_of(dispute))
    assert refusal.value.extra["possible_until"] == DUE + HOUR + DAY


def test_what_waits_for_staff_gets_no_longer(dispute, site, clock):
    disputes.refuse_claim(dispute.pk, note="It was whole when I sent it.", by=world.seller_of(dispute))
    clock.move_to(OPENED + 7 * DAY)
    tick(reading())
    target = due(dispute)
    site.out(OPENED + 8 * DAY, OPENED + 9 * DAY)
    assert fresh(dispute).state == "mediation"
    assert (due(dispute), told(dispute)) == (target, 0)


def test_every_window_of_a_party_says_since_when_it_is_open():
    for model in registered:
        for phase, row in model.DEADLINES.items():
            waits_for_party = any(side in row.waiting_for for side in ("buyer", "seller", "reporter"))
            if waits_for_party and (row.then or "buyer may" in row.why):
                assert row.opens is not None, f"{model.__name__} {phase}"
            if not waits_for_party:
                assert row.opens is None, f"{model.__name__} {phase}"


# -- orders --------------------------------------------------------------------------------------------------------


def test_an_orders_windows_are_longer_and_protection_says_the_same(clock, site):
    order = world.shipped()
    site.out(START + 29 * DAY, START + 29 * DAY + 12 * HOUR)
    order = Order.objects.get(pk=order.pk)
    until = START + 30 * DAY + 12 * HOUR
    assert order.due_at == protection(order, timezone.now()).ends_at == until
    assert protection(order, timezone.now()).dispute.until == until + 15 * DAY
    site.up(START + 29 * DAY + 12 * HOUR, until + MINUTE)
    order = fresh(order)
    assert order.confirmed_at == until
    assert order.due_at == until + 15 * DAY
    assert told(order) == 1


def test_after_a_long_outage_an_order_is_not_confirmed_over_the_buyers_head(clock, site):
    order = world.shipped()
    site.out(START + 5 * DAY, START + 40 * DAY)
    order = fresh(order)
    assert order.state == "shipped"
    assert order.due_at == START + 30 * DAY + 25 * DAY


# -- the gate ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jump", [HOUR, -HOUR, 365 * DAY, -365 * DAY, 11 * MINUTE, -11 * MINUTE])
def test_a_jump_of_the_clock_stops_the_sweep_and_is_said_aloud(dispute, clock, caplog, jump):
    tick(reading())
    clock.move_to(OPENED + MINUTE + jump)
    jumped = reading(up=(OPENED - START + MINUTE).total_seconds())
    with caplog.at_level(logging.CRITICAL):
        assert not tick(jumped)
    assert "The clock jumped" in caplog.text
    dispute = fresh(dispute)
    assert dispute.state == "awaiting_seller"
    assert Client().get("/healthz/").json()["deadlines"] == "stopped: the machine's clock jumped"


def test_once_the_clock_is_right_again_the_sweep_goes_on_by_itself(dispute, clock):
    tick(reading())
    clock.move_to(DUE + HOUR)
    assert not tick(reading(up=(OPENED - START + MINUTE).total_seconds()))
    clock.move_to(OPENED + 2 * MINUTE)
    tick(reading())
    assert not gate.is_shut()
    clock.move_to(DUE)
    assert tick(reading()).total() == 1


@pytest.mark.parametrize("step", [-9 * MINUTE, -MINUTE, 9 * MINUTE])
def test_a_small_step_of_the_clock_is_borne(dispute, clock, step):
    tick(reading())
    clock.move_to(DUE + step)
    tick(reading(up=(DUE - START).total_seconds()))
    dispute = fresh(dispute)
    assert (dispute.state == "resolved") == (step >= timedelta(0))


@pytest.mark.parametrize("boot", ["first boot", "second boot"])
def test_a_machine_that_was_off_or_workers_that_were_away_are_no_jump(dispute, clock, boot):
    tick(reading())
    clock.move_to(DUE + 20 * DAY)
    up = reading().up if boot == "first boot" else 30.0
    assert tick(reading(boot=boot, up=up)).total() >= 1
    dispute = fresh(dispute)
    assert dispute.ended_at == DUE


def test_a_machine_that_starts_with_a_clock_of_the_past_is_stopped(dispute, clock):
    clock.move_to(OPENED + DAY)
    tick(reading())
    clock.move_to(OPENED)
    tick(reading(boot="second boot", up=30.0))
    assert "stopped" in Client().get("/healthz/").json()["deadlines"]


def test_by_hand_deadlines_are_always_met_and_the_clock_is_believed_from_then_on(dispute, clock, capsys):
    tick(reading())
    clock.move_to(DUE)
    wrong = (OPENED - START + MINUTE).total_seconds()
    assert not tick(reading(up=wrong))
    call_command("run_deadlines")
    assert "dispute.grant_claim" in capsys.readouterr().out
    assert Client().get("/healthz/").json() == {"site": "up", "deadlines": "running"}


def test_a_clock_set_forward_is_no_outage(dispute, clock):
    outages.beat(reading())
    clock.move_to(OPENED + 3 * HOUR)
    outages.beat(reading(up=(OPENED - START + MINUTE).total_seconds()))
    assert not Outage.objects.exists()


# -- heartbeats ----------------------------------------------------------------------------------------------------


def test_health_is_answered_whatever_host_is_asked_for_and_leaves_one_row_a_minute(clock):
    for _ in range(3):
        assert Client().get("/healthz/", headers={"host": "10.0.0.7"}).status_code == 200
    assert Heartbeat.objects.count() == 1


def test_who_only_reads_or_acts_begins_no_heartbeats(clock):
    Client().get("/account/login/")
    Client().post("/i18n/setlang/", {"language": "en"})
    assert not Heartbeat.objects.exists()


def test_old_heartbeats_go_but_the_newest_stays(clock, site):
    site.up(START, START + HOUR)
    clock.move_to(START + 30 * DAY)
    outages.forget(timezone.now())
    assert Heartbeat.objects.get().at == START + HOUR
