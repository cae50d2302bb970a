"""F-01: whoever a report waits for is reminded at half of the time and 24 h before its end, each once; staff are told that it is late."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from marketplace.core import outages, reminders
from marketplace.core.clock import sweep, tick
from marketplace.core.reading import Reading
from marketplace.notifications.models import Notice
from reports import services
from reports.models import Report
from tests import world
from tests.reports.scenes import (
    about_listing,
    about_order,
    again,
    by_holder,
    moderator,
    seller_of,
    taken,
    upheld,
)
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("F-01")]
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def reminded(report: Report) -> list[tuple[str, int, datetime | None]]:
    """(kind, who, until when) of every reminder about this report."""
    found = Notice.objects.filter(case_id=report.public_id, key__startswith="reminder:").order_by("pk")
    return [(notice.key.split(":")[1], notice.recipient_id, notice.due_at) for notice in found]


@pytest.fixture
def heard(clock: Any) -> Report:
    """Sent an hour ago and taken now: the shop has three days to say its side."""
    report = about_listing(world.shipped())
    clock.shift(HOUR)
    return taken(report)


@pytest.mark.rule("C-05")
def test_the_other_side_is_reminded_at_half_of_its_time_and_a_day_before(heard: Report, clock: Any) -> None:
    seller = heard.respondent_store.members.get()
    clock.shift(1.5 * DAY - SECOND)
    reminders.send()
    assert reminded(heard) == []
    clock.shift(SECOND)
    assert reminders.send()["report.half"] == 1
    clock.shift(0.5 * DAY - SECOND)
    reminders.send()
    clock.shift(SECOND)
    assert reminders.send()["report.day"] == 1
    assert reminded(heard) == [("half", seller.pk, heard.heard_until), ("day", seller.pk, heard.heard_until)]
    notice = Notice.objects.filter(key__startswith="reminder:day").latest("pk")
    assert notice.subject.startswith("Tell us your side before Wednesday 4 March 2026, 11:00 (UTC)")
    assert (notice.url, notice.needs_you, notice.mail) == (f"/reports/{heard.public_id}/", True, "waiting")


def test_whoever_has_answered_is_left_alone(heard: Report, clock: Any) -> None:
    services.respond(heard.pk, text="It is allowed.", by=seller_of(heard))
    clock.shift(2.5 * DAY)
    reminders.send()
    assert reminded(heard) == []


def test_a_phishing_report_reminds_nobody(clock: Any) -> None:
    report = about_listing(world.shipped(), "search_manipulation", answers={"violation": "phishing"})
    taken(report)
    clock.shift(2.5 * DAY)
    reminders.send()
    assert reminded(report) == []


def test_however_often_the_clock_ticks_each_is_written_once(heard: Report, clock: Any) -> None:
    for _hour in range(60):
        clock.shift(HOUR)
        reminders.send()
    assert [kind for kind, *_rest in reminded(heard)] == ["half", "day"]


@pytest.mark.rule("C-03")
def test_the_reporter_is_reminded_of_what_we_asked_and_the_other_side_beside(
    heard: Report, clock: Any
) -> None:
    """Two windows at once: each has its own moments and its own date."""
    clock.shift(HOUR)
    services.request_info(heard.pk, text="Which side?", by=by_holder(heard))
    asked = again(heard)
    seller = heard.respondent_store.members.get()
    clock.shift(1.5 * DAY)
    reminders.send()
    assert sorted(reminded(heard)) == sorted(
        [("half", heard.reporter_id, asked.due_at), ("half", seller.pk, heard.heard_until)]
    )
    services.add_info(heard.pk, text="The left one.", by=world.acting(heard.reporter))
    clock.shift(0.75 * DAY)
    reminders.send()
    assert reminded(heard)[2:] == [("day", seller.pk, heard.heard_until)]


def test_the_reporter_without_an_account_is_led_to_the_secret_page(heard: Report, clock: Any) -> None:
    Report.objects.filter(pk=heard.pk).update(secret="s" * 43)
    services.request_info(heard.pk, text="Which side?", by=by_holder(heard))
    clock.shift(1.5 * DAY)
    reminders.send()
    notice = Notice.objects.get(key__startswith="reminder:", recipient=heard.reporter)
    assert notice.url == f"/reports/open/{'s' * 43}/"


@pytest.mark.rule("C-06")
def test_the_seller_is_reminded_of_the_tracking_that_is_owed(clock: Any) -> None:
    report = about_order(world.shipped())
    upheld(clock, report)
    due, seller = again(report).tracking_due_at, report.order.store.members.get()
    clock.shift(3.5 * DAY)
    reminders.send()
    clock.shift(2.5 * DAY)
    reminders.send()
    owed = [each for each in reminded(report) if each[2] == due]
    assert owed == [("half", seller.pk, due), ("day", seller.pk, due)]
    clock.shift(DAY)
    assert sweep()["report.enforce_tracking"] == 1
    reminders.send()
    assert len([each for each in reminded(report) if each[2] == due]) == 2


def test_where_taking_it_changes_no_deadline_the_reminders_are_planned_all_the_same(clock: Any) -> None:
    report = taken(about_listing(world.shipped()))
    assert report.heard_until == report.answer_by, "taken at the very moment it was sent"
    clock.shift(1.5 * DAY)
    reminders.send()
    assert [kind for kind, *_rest in reminded(report)] == ["half"]


@pytest.mark.rule("Z-03")
def test_whoever_is_asked_has_longer_after_an_outage_and_is_told(heard: Report, clock: Any) -> None:
    services.request_info(heard.pk, text="Which side?", by=by_holder(heard))
    due = again(heard).due_at
    for moment in (due - 8 * HOUR, due - 2 * HOUR):  # nobody could reach the site between them
        clock.move_to(moment)
        now = timezone.now()
        reading = Reading(now, "first boot", int(now.timestamp()))
        outages.beat(reading)
        tick(reading)
    assert again(heard).due_at == due - 2 * HOUR + DAY
    notice = Notice.objects.filter(recipient=heard.reporter, subject__startswith="You have more time").get()
    assert (notice.due_at, notice.needs_you) == (due - 2 * HOUR + DAY, True)
    clock.move_to(due)
    assert sweep()["report.resume_review"] == 0
    clock.move_to(due - 2 * HOUR + DAY)
    assert sweep()["report.resume_review"] == 1


def test_staff_are_told_once_that_a_report_is_past_its_target_date(clock: Any) -> None:
    free, own = moderator(), moderator()
    order = world.shipped()
    order.store.members.add(own)
    report = about_listing(order)
    clock.shift(3 * DAY - SECOND)
    reminders.send()
    assert reminded(report) == []
    clock.shift(SECOND)
    for _tick in range(3):
        reminders.send()
        clock.shift(HOUR)
    assert [(kind, who) for kind, who, _due in reminded(report)] == [("late", free.pk)], (
        "not who is of the shop"
    )
    notice = Notice.objects.get(key__startswith="reminder:late")
    assert notice.url == f"/admin/reports/{report.public_id}/"


def test_whoever_has_a_late_report_is_told_alone(heard: Report, clock: Any) -> None:
    moderator()
    clock.shift(3 * DAY)
    reminders.send()
    assert [(kind, who) for kind, who, _due in reminded(heard)] == [("late", heard.moderator_id)]


@pytest.mark.parametrize("end", ["withdraw", "decide"])
def test_nobody_is_reminded_of_what_has_ended(heard: Report, clock: Any, end: str) -> None:
    if end == "withdraw":
        services.withdraw(heard.pk, by=world.acting(heard.reporter))
    else:
        services.decide(
            heard.pk, outcome="dismissed", facts="Nothing.", reason_code="none", by=by_holder(heard)
        )
    clock.shift(2.5 * DAY)
    reminders.send()
    assert reminded(heard) == [] and again(heard).remind_at is None
