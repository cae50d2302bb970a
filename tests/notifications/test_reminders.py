"""F-01: reminders at half of the time and 24 h before a deadline, to whoever is waited for, each once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from disputes import services as disputes
from disputes.models import Dispute
from disputes.reminders import REMINDERS as OF_DISPUTES
from marketplace.core import reminders
from marketplace.core.cases import Deadline, registered
from marketplace.core.clock import sweep
from marketplace.notifications.models import Notice
from marketplace.orders.models import Order
from marketplace.orders.reminders import REMINDERS as OF_ORDERS
from tests import world
from tests.disputes.conftest import clock as clock  # the same clock
from tests.pages import seller_user
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("F-01")]
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture
def dispute(clock: Any) -> Dispute:
    """Opened now: the seller has five days."""
    order = world.shipped()
    clock.shift(11 * DAY)
    reminders.send()  # of the order; not what is looked at here
    return world.a_dispute(order)


def written(case: Any) -> list[tuple[str, datetime | None]]:
    found = Notice.objects.filter(case_id=case.public_id, key__startswith="reminder:").order_by("pk")
    return [(notice.key.split(":")[1], notice.due_at) for notice in found]


def test_the_seller_is_reminded_at_half_of_the_time_and_a_day_before(dispute: Dispute, clock: Any) -> None:
    clock.shift(2.5 * DAY - SECOND)
    reminders.send()
    assert written(dispute) == []
    clock.shift(SECOND)
    assert reminders.send()["dispute.half"] == 1
    clock.shift(1.5 * DAY - SECOND)
    assert not reminders.send()["dispute.day"]
    clock.shift(SECOND)
    assert reminders.send()["dispute.day"] == 1
    assert written(dispute) == [("half", dispute.due_at), ("day", dispute.due_at)]
    notice = Notice.objects.filter(key__startswith="reminder:day:disputes").get()
    assert notice.recipient == seller_user(dispute.order)
    assert "If you do nothing, the buyer gets what they ask for" in notice.text
    assert (notice.needs_you, notice.mail, notice.url) == (True, "waiting", f"/disputes/{dispute.public_id}/")


def test_however_often_the_clock_ticks_each_is_written_once(dispute: Dispute, clock: Any) -> None:
    clock.shift(3 * DAY)
    for _ in range(3):
        reminders.send()
        clock.shift(HOUR)
    assert [kind for kind, _due in written(dispute)] == ["half"]


def test_whoever_was_late_to_tick_writes_the_last_one_only(dispute: Dispute, clock: Any) -> None:
    clock.shift(4.5 * DAY)
    reminders.send()
    clock.shift(HOUR)
    reminders.send()
    assert [kind for kind, _due in written(dispute)] == ["day"]


def test_no_reminder_of_what_has_passed(dispute: Dispute, clock: Any) -> None:
    clock.shift(5 * DAY)
    reminders.send()
    assert written(dispute) == []


def test_no_reminder_of_what_was_done(dispute: Dispute, clock: Any) -> None:
    disputes.accept_claim(dispute.pk, by=world.seller_of(dispute))
    clock.shift(4.5 * DAY)
    reminders.send()
    assert written(dispute) == []


def test_a_step_that_changes_no_deadline_loses_no_reminder(dispute: Dispute, clock: Any) -> None:
    clock.shift(2.5 * DAY + HOUR)  # half is due, and nobody has ticked
    disputes.send_message(dispute.pk, text="Hello.", by=world.buyer_of(dispute))
    assert reminders.send()["dispute.half"] == 1


def test_a_new_deadline_has_reminders_of_its_own(dispute: Dispute, clock: Any) -> None:
    disputes.refuse_claim(dispute.pk, note="No.", by=world.seller_of(dispute))
    clock.shift(6 * DAY)
    reminders.send()
    assert [kind for kind, _due in written(dispute)] == ["day", "day"], "both sides can still agree"


@pytest.mark.rule("T-01")
def test_the_buyer_is_reminded_twice_before_the_return_ends(dispute: Dispute, clock: Any) -> None:
    order = world.shipped(buyer=dispute.buyer)
    clock.shift(11 * DAY)
    case = world.a_dispute(order, reason="no_fault.unwanted", remedy="return_and_refund")
    disputes.accept_claim(case.pk, by=world.seller_of(case))
    for days in range(10):
        clock.shift(DAY)
        reminders.send()
        if days == 8:
            assert [kind for kind, _due in written(case)] == ["half", "day"]
    assert sweep()["dispute.expire_return"] == 1


def test_the_seller_is_reminded_to_send_an_order(clock: Any) -> None:
    order = world.an_order()
    clock.shift(5 * DAY)
    assert reminders.send()["order.half"] == 1
    clock.shift(4 * DAY)
    assert reminders.send()["order.day"] == 1
    due = Order.objects.get(pk=order.pk).due_at
    assert written(order) == [("half", due), ("day", due)]


def test_it_takes_a_bounded_number_of_questions(clock: Any, django_assert_max_num_queries: Any) -> None:
    for _ in range(3):
        world.an_order()
    with django_assert_max_num_queries(len(registered) + 1):
        reminders.send()
    assert Order.objects.filter(remind_at__isnull=False).count() == 3


@pytest.mark.parametrize(("model", "table"), [(Order, OF_ORDERS), (Dispute, OF_DISPUTES)])
def test_every_phase_that_waits_for_a_side_has_its_words(model: Any, table: Any) -> None:
    deadlines: dict[str, Deadline] = model.DEADLINES
    for phase, deadline in deadlines.items():
        told = {message.to for message in table.get(phase, ())}
        if phase != "awaiting_payment":  # nothing is held, and no date is set
            assert told == deadline.parties, phase
