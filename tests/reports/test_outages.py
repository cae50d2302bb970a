"""Z-03: an outage takes nothing from whoever a report waits for: the respondent's time, and the seller's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from marketplace.core import outages, reminders
from marketplace.core.clock import sweep, tick
from marketplace.core.errors import TooEarly
from marketplace.core.reading import Reading
from marketplace.notifications.models import Notice
from marketplace.orders import services as orders
from reports import services
from tests import world
from tests.reports.scenes import about_listing, about_order, again, decided, taken, upheld
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("Z-03")]
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def nobody_reached_the_site(clock: Any, since: datetime, until: datetime) -> None:
    for moment in (since, until):
        clock.move_to(moment)
        now = timezone.now()
        reading = Reading(now, "first boot", int(now.timestamp()))
        outages.beat(reading)
        tick(reading)


@pytest.mark.rule("C-06")
@pytest.mark.parametrize(
    ("before_the_end", "result"), [(SECOND, "given"), (timedelta(0), "refunded")], ids=["before", "at"]
)
def test_a_number_in_the_time_that_an_outage_gave_back_is_valid(
    clock: Any, before_the_end: timedelta, result: str
) -> None:
    order = world.shipped()
    report = upheld(clock, about_order(order))
    due = report.tracking_due_at
    assert due
    nobody_reached_the_site(clock, due - 8 * HOUR, due - 2 * HOUR)
    longer = due - 2 * HOUR + DAY
    report = again(report)
    assert report.due_at == report.tracking_end == longer
    seller = order.store.members.get()
    assert Notice.objects.filter(recipient=seller, needs_you=True, due_at=longer).exists()
    clock.move_to(due)
    assert sweep()["report.enforce_tracking"] == 0
    clock.move_to(longer - before_the_end)
    orders.change_tracking(order.pk, carrier="Post", tracking_number="NEW1CN", by=world.seller_of(order))
    assert services.tracking_state(again(report)) is (result == "given")
    clock.move_to(longer)
    assert sweep()["report.enforce_tracking"] == 1
    assert again(report).tracking_result == result


@pytest.mark.rule("C-05")
def test_whoever_was_reported_is_heard_for_as_long_as_an_outage_took(clock: Any, client: Client) -> None:
    report = about_listing(world.shipped())
    clock.shift(HOUR)
    until = taken(report).heard_until
    assert until
    nobody_reached_the_site(clock, until - 8 * HOUR, until - 2 * HOUR)
    longer = until - 2 * HOUR + DAY
    for moment in (until, longer - SECOND):
        clock.move_to(moment)
        with pytest.raises(TooEarly) as refusal:
            decided(report)
        assert refusal.value.extra["possible_from"] == longer
    client.force_login(report.respondent_store.members.get())
    assert "5 March 2026, 09:00" in client.get(f"/reports/{report.public_id}/").content.decode()
    clock.move_to(longer)
    assert decided(report).state == "upheld"


@pytest.mark.rule("C-05", "F-01")
def test_the_reminder_to_say_their_side_names_the_later_end(clock: Any) -> None:
    report = about_listing(world.shipped())
    clock.shift(HOUR)
    until = taken(report).heard_until
    assert until
    nobody_reached_the_site(clock, until - 3 * DAY + HOUR, until - 3 * DAY + 7 * HOUR)
    clock.move_to(until + 6 * HOUR - DAY - SECOND)
    reminders.send()
    clock.shift(SECOND)
    assert reminders.send()["report.day"] == 1
    notice = Notice.objects.filter(key__startswith="reminder:day").get()
    assert notice.due_at == until + 6 * HOUR
