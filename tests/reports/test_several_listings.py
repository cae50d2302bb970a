"""A report that names several listings: what is done to a listing is done to each that the moderator ticks (C-01, C-07, C-11)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from marketplace.appeals import services as appeals
from marketplace.core.errors import Invalid
from marketplace.orders.models import Listing, OrderLine
from marketplace.sanctions.models import Sanction
from reports.models import Decision, Report
from tests import api, invariants, world
from tests.pages import words
from tests.reports.scenes import (
    ANSWERS,
    COPIES,
    about_listing,
    again,
    decided,
    moderator,
    seller_of,
    taken,
    upheld,
)
from tests.reports.test_doors import browser
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("C-07", "C-11")]
DECISION = {"outcome": "upheld", "facts": "They are copies.", "reason_code": "ip.trade_mark"}


def about_three(**wishes: Any) -> tuple[Report, list[Listing], Listing]:
    """The first of a shop's three listings is reported; it is named with the second, and with another shop's."""
    order = world.shipped(prices=(1000, 1000, 1000))
    ours = [line.listing for line in order.lines.select_related("listing").order_by("pk")]
    foreign = world.shipped().lines.get().listing
    named = [ours[0].public_id, ours[1].public_id, foreign.public_id]
    report = about_listing(order, COPIES, answers=ANSWERS[COPIES] | {"listings": named}, **wishes)
    return report, ours, foreign


def removed(*listings: Listing) -> list[dict[str, str]]:
    return [{"kind": "removed", "listing": each.public_id} for each in listings]


def gone() -> set[Listing]:
    return {each.listing for each in Sanction.objects.filter(kind="removed", state="in_force")}


def test_each_that_is_named_is_removed_and_overturning_gives_all_of_them_back(clock: Any) -> None:
    report, (first, second, _third), _foreign = about_three()
    upheld(clock, report, sanctions=removed(first, second))
    assert gone() == {first, second}
    assert {each.cause for each in Sanction.objects.all()} == {Decision.objects.get().public_id}
    appeal = appeals.submit("report", report.public_id, text="They are ours.", by=seller_of(report))
    by = world.acting(moderator())
    appeals.assign(appeal.pk, by=by)
    appeals.decide(appeal.pk, outcome="overturned", facts="They are.", by=by)
    assert gone() == set()
    invariants.check_all()


def test_without_a_name_it_is_the_target(clock: Any) -> None:
    report, (first, *_others), _foreign = about_three()
    upheld(clock, report, sanctions=[{"kind": "removed"}])
    assert gone() == {first}


@pytest.mark.parametrize("which", ["third of the shop", "another shop's", "unknown"])
def test_what_was_not_reported_or_is_not_theirs_is_refused(clock: Any, which: str) -> None:
    report, (_first, _second, third), foreign = about_three()
    number = {"third of the shop": third.public_id, "another shop's": foreign.public_id}.get(
        which, "lst_none"
    )
    taken(report)
    clock.shift(3 * DAY)
    with pytest.raises(Invalid) as refusal:
        decided(report, sanctions=[{"kind": "removed", "listing": number}])
    assert [each.field for each in refusal.value.errors] == ["sanctions"]
    assert not Sanction.objects.exists()


@pytest.mark.rule("C-08")
def test_decided_together_each_reporter_reads_it_although_only_one_named_them(clock: Any) -> None:
    main, (first, second, _third), _foreign = about_three()
    other = about_listing(OrderLine.objects.select_related("order").get(listing=first).order)
    taken(main, also=[other.public_id])
    clock.shift(3 * DAY)
    decided(main, sanctions=removed(first, second), also=[other.public_id])
    assert gone() == {first, second}
    assert Sanction.objects.count() == 2
    for report in (main, other):
        page = words(browser(report.reporter).get(f"/reports/{report.public_id}/"))
        assert "We removed 2 listings." in page
        body = api.client_of(report.reporter).get(f"/api/v1/reports/{report.public_id}/").json()
        assert [each["listing"] for each in body["decision"]["sanctions"]] == [
            first.public_id,
            second.public_id,
        ]


def test_at_the_desk_all_are_ticked_and_the_moderator_says_which(clock: Any) -> None:
    report, (first, second, _third), _foreign = about_three()
    by = moderator()
    taken(report, by)
    clock.shift(3 * DAY)
    client, url = browser(by), f"/admin/reports/{report.public_id}/"
    page = client.get(url).content.decode()
    ticked = set(re.findall(r'name="listings" value="(\w+)"[^>]*\bchecked', page))
    assert ticked == {first.public_id, second.public_id}
    data = {**DECISION, "measures": ["removed"], "step": "preview"}
    nothing = client.post(f"{url}decide/", data)
    assert nothing.status_code == 422
    assert "Tick the listings that this is done to." in nothing.content.decode()
    data["listings"] = [second.public_id]
    preview = client.post(f"{url}decide/", data).content.decode()
    assert second.title in preview
    assert first.title not in preview
    assert gone() == set()
    assert client.post(f"{url}decide/", {**data, "step": "send"}).status_code == 302
    assert gone() == {second}
    assert again(report).state == "upheld"


def test_the_preview_says_how_many_points_a_strike_has(clock: Any) -> None:
    report, _ours, _foreign = about_three()
    by = moderator()
    taken(report, by)
    clock.shift(3 * DAY)
    data = {**DECISION, "measures": ["strike"], "points": 3, "step": "preview"}
    preview = browser(by).post(f"/admin/reports/{report.public_id}/decide/", data).content.decode()
    assert "3 points" in preview
