"""What each side reads: nothing of what goes on between the reporter and us, and all that was done (C-05, C-10)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from marketplace.notifications.models import Notice
from reports import services
from reports.models import Report
from tests import api, world
from tests.pages import client_of, words
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

pytestmark = pytest.mark.django_db
ASKED = "info_requested"


def seller(report: Report) -> Any:
    store = again(report).respondent_store
    assert store is not None
    return store.members.get()


def asked(report: Report) -> Report:
    """Taken, answered by nobody, and the reporter is asked for something."""
    taken(report)
    services.request_info(report.pk, text="Which photo do you mean?", by=by_holder(report))
    return again(report)


# -- between the reporter and us -----------------------------------------------------------------------------------


@pytest.mark.rule("C-05")
def test_the_other_side_never_learns_that_the_reporter_was_asked(clock: Any) -> None:
    report = asked(about_order(world.shipped()))
    theirs, own = api.client_of(seller(report)), api.client_of(report.reporter)
    path = f"/api/v1/reports/{report.public_id}/"
    shown = theirs.get(path).json()
    assert own.get(path).json()["status"] == ASKED
    assert shown["status"] == "under_review"
    assert shown["due_at"] == shown["next_default"]["at"] == own.get(path).json()["heard_until"]
    assert (shown["next_default"]["action"], shown["next_default"]["waiting_for"]) == (None, "moderator")
    assert [each["until"] for each in shown["available_actions"]] == [None, None]
    services.respond(report.pk, text="It was sent on Monday.", by=seller_of(report))
    assert ASKED not in theirs.get(path).content.decode()


@pytest.mark.rule("C-05", "C-04")
def test_nor_do_the_filters_tell_them(clock: Any) -> None:
    report = asked(about_order(world.shipped()))

    def listed(client: Any, path: str, status: str) -> bool:
        return report.public_id in client.get(path, {"status": status}).content.decode()

    theirs, own = seller(report), report.reporter
    for client, path in ((api.client_of(theirs), "/api/v1/reports/"), (client_of(theirs), "/sell/reports/")):
        assert not listed(client, path, ASKED)
        assert listed(client, path, "under_review")
    for client, path in ((api.client_of(own), "/api/v1/reports/"), (client_of(own), "/reports/mine/")):
        assert listed(client, path, ASKED)
        assert not listed(client, path, "under_review")


@pytest.mark.rule("C-05")
def test_their_page_speaks_of_their_own_time_alone(clock: Any) -> None:
    report = asked(about_order(world.shipped()))
    clock.shift(DAY)
    page = words(client_of(seller(report)).get(f"/reports/{report.public_id}/"))
    assert "Being checked" in page
    assert "Until:" not in page
    assert "Your time to answer ends:" in page


def test_what_was_taken_back_asks_nothing_of_them(clock: Any) -> None:
    report = taken(about_order(world.shipped()))
    services.withdraw(report.pk, by=world.acting(report.reporter))
    page = words(client_of(seller(report)).get(f"/reports/{report.public_id}/"))
    assert "It was taken back. You do not have to do anything." in page


# -- what was done -------------------------------------------------------------------------------------------------


def read_by(report: Report, user: Any) -> tuple[str, list[str], str]:
    """The page, the kinds in the API, and the mail about the decision."""
    client: Client = client_of(user)
    body = api.client_of(user).get(f"/api/v1/reports/{report.public_id}/").json()
    told = Notice.objects.filter(recipient=user, subject__startswith="We acted on your report").last()
    kinds = [each["kind"] for each in body["decision"]["sanctions"]]
    return words(client.get(f"/reports/{report.public_id}/")), kinds, told.text if told else ""


@pytest.mark.rule("C-10")
def test_the_reporter_reads_what_was_done_with_what_they_reported(clock: Any) -> None:
    report = upheld(clock, about_listing(world.shipped()), sanctions=[{"kind": "removed"}])
    page, kinds, mail = read_by(report, report.reporter)
    assert "We removed the listing." in page
    assert "We removed the listing." in mail
    assert "measures against the account" not in page
    assert kinds == ["removed"]


@pytest.mark.rule("C-10", "C-07")
def test_what_the_account_lost_is_between_us_and_the_account(clock: Any) -> None:
    measures = [{"kind": "demoted"}, {"kind": "strike", "points": 3}]
    report = upheld(clock, about_listing(world.shipped()), sanctions=measures)
    page, kinds, mail = read_by(report, report.reporter)
    for text in (page, mail):
        assert "We show the listing lower in search." in text
        assert "We took measures against the account that was reported." in text
        assert "points" not in text
    assert kinds == ["demoted"]
    burdened = api.client_of(seller(report)).get(f"/api/v1/reports/{report.public_id}/").json()
    assert [each["kind"] for each in burdened["decision"]["sanctions"]] == ["demoted", "strike"]


@pytest.mark.rule("C-08", "C-10")
def test_whoever_was_answered_together_reads_the_same_and_it_is_imposed_once(clock: Any) -> None:
    order, by = world.shipped(), moderator()
    first, second = about_listing(order), about_listing(order)
    taken(second, by=by, also=[first.public_id])
    clock.shift(3 * DAY)
    services.decide(
        second.pk,
        outcome="upheld",
        facts="It is forbidden.",
        reason_code="goods",
        sanctions=[{"kind": "removed"}],
        also=[first.public_id],
        by=by_holder(second),
    )
    for report in (first, second):
        page, kinds, mail = read_by(report, report.reporter)
        assert "We removed the listing." in page
        assert "We removed the listing." in mail
        assert kinds == ["removed"]
    assert order.lines.get().listing.measures.count() == 1
