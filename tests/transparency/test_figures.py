"""Figures for the public: what happened in a month, counted once it has ended, and never again (Z-08)."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from disputes import services as disputes
from marketplace.appeals import services as appeals
from marketplace.core.clock import sweep
from marketplace.sanctions import services as sanctions
from marketplace.transparency.models import MonthFigures
from marketplace.transparency.services import keep_ended_months
from marketplace.transparency.words import bars, groups_of, share_without_a_person
from reports import services as reports
from reports.models import Report
from reports.services import appealing
from tests import world
from tests.reports.scenes import about_listing, decided, taken
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("Z-08")]

SEPTEMBER = datetime(2026, 9, 1, 12, tzinfo=UTC)
#: a day after the month's end
COUNTED = datetime(2026, 10, 2, tzinfo=UTC)


@pytest.fixture
def september() -> Any:
    """Two disputes opened in September: one accepted, one granted because the seller said nothing. Now it is October."""
    with time_machine.travel(SEPTEMBER, tick=False) as clock:
        agreed, silent = world.shipped(), world.shipped()
        clock.shift(12 * DAY)
        case = world.a_dispute(agreed)
        world.a_dispute(silent)
        clock.shift(timedelta(hours=5))
        disputes.accept_claim(case.pk, by=world.seller_of(case))
        clock.shift(6 * DAY)
        sweep()
        clock.move_to(COUNTED)
        yield clock


def test_a_month_is_counted_a_day_after_it_has_ended(september: Any) -> None:
    second = timedelta(seconds=1)
    assert keep_ended_months(COUNTED - second) == 0
    assert keep_ended_months(COUNTED) == 1
    kept = MonthFigures.objects.get()
    assert kept.month == "2026-09"
    assert kept.figures["disputes.opened"] == 2
    assert kept.figures["disputes.resolved"] == 2
    assert kept.figures["disputes.without_a_person"] == 1
    assert (kept.figures["reached.agreement"], kept.figures["reached.seller_silence"]) == (1, 1)
    assert kept.figures["outcome.refunded"] == 2
    assert kept.figures["hours.to_answer"] == 5
    assert kept.figures["hours.to_end"] == (5 + 5 * 24) / 2
    assert share_without_a_person(kept.figures) == 50


def test_a_kept_month_is_never_counted_again(september: Any) -> None:
    keep_ended_months(COUNTED)
    before = MonthFigures.objects.values().get()
    assert keep_ended_months(COUNTED + 3 * DAY) == 0
    assert MonthFigures.objects.values().get() == before


def test_months_in_which_the_workers_were_down_are_made_up_for_in_order(september: Any) -> None:
    assert keep_ended_months(COUNTED + 65 * DAY) == 3
    assert list(MonthFigures.objects.values_list("month", flat=True)) == ["2026-11", "2026-10", "2026-09"]
    november = MonthFigures.objects.first()
    assert november is not None
    assert november.figures["disputes.opened"] == 0
    assert share_without_a_person(november.figures) is None


def test_a_marketplace_without_a_case_keeps_nothing() -> None:
    assert keep_ended_months(COUNTED) == 0
    assert not MonthFigures.objects.exists()


def test_everybody_reads_the_newest_month(client: Client, september: Any) -> None:
    keep_ended_months(COUNTED)
    page = client.get("/transparency/").content.decode()
    assert "Figures for September 2026" in page
    assert "50 of 100 results came without a person deciding" in page


@pytest.mark.parametrize("path", ["/transparency/", "/transparency/2026-08/", "/transparency/0000-01/"])
def test_a_month_without_figures_says_so(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert "No figures yet for this month" in response.content.decode()


@pytest.mark.parametrize("path", ["2026-13/", "2026-00/", "26-09/", "2026-09.csv", "last/"])
def test_what_is_no_kept_month_is_not_there(client: Client, path: str) -> None:
    assert client.get(f"/transparency/{path}").status_code == 404


def test_the_files_hold_what_the_pages_show(client: Client, september: Any) -> None:
    keep_ended_months(COUNTED + 35 * DAY)
    rows = list(csv.DictReader(io.StringIO(client.get("/transparency/2026-09.csv").content.decode())))
    figures = MonthFigures.objects.get(month="2026-09").figures
    assert {row["figure"]: float(row["value"]) for row in rows} == figures
    everything = list(csv.DictReader(io.StringIO(client.get("/transparency/figures.csv").content.decode())))
    assert {row["month"] for row in everything} == {"2026-09", "2026-10"}


def test_software_reads_the_same_without_a_token(client: Client, september: Any) -> None:
    keep_ended_months(COUNTED)
    answer = client.get("/api/v1/transparency/").json()
    assert [row["month"] for row in answer["results"]] == ["2026-09"]
    assert answer["results"][0]["figures"]["disputes.opened"] == 2


def test_a_page_counts_nothing(client: Client, django_assert_max_num_queries: Any, september: Any) -> None:
    """Kept figures: nothing is counted on a view, however many months and cases there are."""
    keep_ended_months(COUNTED + 300 * DAY)
    with django_assert_max_num_queries(1):
        client.get("/transparency/")


def test_bars_are_as_long_as_their_numbers() -> None:
    assert [(row.value, row.bar) for row in bars([("a", 4), ("b", 1), ("c", 0)])] == [
        (4, 100),
        (1, 25),
        (0, 0),
    ]
    assert [row.bar for row in bars([("a", 0)])] == [0]
    assert all(row.label for group in groups_of({"outcome.refunded": 3}) for row in group.rows)


def test_reviews_reports_and_sanctions_are_counted_where_they_happened(september: Any) -> None:
    by = world.acting(world.staff("", "moderator"))
    shop = world.shop()
    with time_machine.travel(SEPTEMBER + 3 * DAY, tick=False):
        sanctions.impose(
            target=shop,
            kind="strike",
            points=2,
            cause="by hand",
            statement="Twice the same photo.",
            rule="Listings",
            at=SEPTEMBER + 3 * DAY,
            by=by,
        )
    keep_ended_months(COUNTED)
    figures = MonthFigures.objects.get().figures
    assert (figures["sanctions.imposed"], figures["sanction.strike"]) == (1, 1)
    assert (figures["reports.sent"], figures["appeals.sent"], figures["appeals.overturned"]) == (0, 0, 0)
    rows = {row.label: row.value for group in groups_of(figures) for row in group.rows}
    assert rows["Strike"] == 1
    assert rows["Reviews asked for"] == 0


def test_a_report_is_answered_once_in_the_month_of_its_first_decision_and_never_by_taking_it_back() -> None:
    """What an appeal makes of it in October is October's reversal, and no second answer."""
    with time_machine.travel(SEPTEMBER, tick=False) as clock:
        order = world.shipped()
        report, back = about_listing(order), about_listing(order)
        clock.shift(timedelta(hours=1))
        reports.withdraw(back.pk, by=world.acting(back.reporter))
        taken(report)
        clock.move_to(SEPTEMBER + 4 * DAY)
        decided(report, "dismissed")
        clock.move_to(COUNTED)
        appeal = appealing.ask(report_now(report), text="Look again.", by=world.acting(report.reporter))
        reviewer = world.acting(world.staff("", "lead_mediator"))
        appeals.assign(appeal.pk, by=reviewer)
        appeals.decide(appeal.pk, outcome="overturned", facts="It is forbidden.", by=reviewer)
        assert report_now(report).ended_at == COUNTED
        keep_ended_months(COUNTED + 31 * DAY)
    september, october = [each.figures for each in MonthFigures.objects.order_by("month")]
    assert (september["reports.ended"], september["hours.to_decide_a_report"]) == (1, 4 * 24)
    assert (september["report_end.dismissed"], september["report_end.withdrawn"]) == (1, 1)
    assert (october["reports.ended"], october["appeals.overturned"]) == (0, 1)
    assert not {"report_end.upheld", "report_end.dismissed"} & october.keys()


def report_now(report: Report) -> Report:
    return Report.objects.get(pk=report.pk)


def test_everybody_finds_them_from_the_help(client: Client) -> None:
    """And need not know their address."""
    assert 'href="/transparency/"' in client.get("/help/").content.decode()
