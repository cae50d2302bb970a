"""A false report costs the right to report, another moderator gives it back, and what came from elsewhere stays (A-07, C-11)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from marketplace.accounts.models import Restriction
from marketplace.appeals.models import Appeal
from marketplace.sanctions.models import Sanction
from reports.models import Report
from tests import api, invariants, world
from tests.browser.test_reports import ASKED, answer, at
from tests.browser.test_standing import session_of
from tests.reports import scenes
from tests.sanctions.imposing import imposed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ASK = "/reports/new/search_manipulation/"


@pytest.fixture
def order() -> Any:
    """Ana's, eleven days old, so that she could dispute it."""
    with time_machine.travel(timezone.now() - timedelta(days=12), tick=False):
        return world.shipped(buyer=world.person("ana"))


def reports(ana: Any, order: Any) -> None:
    """Ana answers every question about the listing, and sends."""
    listing = order.lines.select_related("listing").get().listing.public_id
    ana.go(ASK)
    for asked in ASKED["search_manipulation"]:
        answer(ana, asked, listing)
    ana.click("Send")


def in_the_api(order: Any) -> Any:
    """The same report, sent by software for Ana."""
    body = {
        "category": "search_manipulation",
        "target": {"type": "listing", "id": order.lines.select_related("listing").get().listing.public_id},
        "answers": scenes.ANSWERS["search_manipulation"],
        "description": scenes.WORDS,
    }
    return api.client_of(order.buyer).post("/api/v1/reports/", body, format="json")


def staff(visitor: Any, user: Any) -> Any:
    person = visitor()
    person.context.add_cookies([session_of(user, person.base)])
    return person


def dismisses_as_false(olga: Any, report: Report) -> None:
    olga.go(f"/admin/reports/{report.public_id}/")
    olga.page.get_by_role("button", name="Take").click()
    olga.page.get_by_label("No action").check()
    olga.page.get_by_label("Which rule?").fill("reports.false")
    olga.page.get_by_label("What did you find, and why?").fill("The price is the same everywhere.")
    olga.page.get_by_label("The reporter gave false data").check()
    olga.page.locator("input[name=reporter_measures][value=no_reports]").check()
    olga.page.get_by_role("button", name="Check it").click()
    olga.page.get_by_role("button", name="Send it").click()
    olga.page.wait_for_load_state()


def says_it_was_wrong(nina: Any) -> None:
    nina.go("/admin/desk/appeals/")
    nina.page.get_by_role("link", name="A sanction").click()
    nina.page.get_by_role("button", name="Take this appeal").click()
    nina.page.get_by_role("radio", name="The decision was wrong").check()
    nina.page.get_by_label("Why (the people").fill("In the other list the price was 1.00.")
    nina.page.get_by_role("button", name="Check it").click()
    nina.page.get_by_role("button", name="Send: the decision was wrong").click()
    nina.page.wait_for_load_state()


@pytest.mark.rule("A-02", "A-07", "C-07", "C-11", "C-12")
def test_a_false_report_costs_the_right_to_report_until_another_moderator_gives_it_back(visitor, order):
    other = imposed(order.buyer, "no_disputes", "flg_other")
    ana, first = at(visitor, order.buyer, "/standing/"), world.staff("olga", "moderator")
    reports(ana, order)
    dismisses_as_false(staff(visitor, first), Report.objects.get())

    ana.go(ASK)
    assert ana.sees("You cannot send a report now.") and ana.sees("The price is the same everywhere.")
    assert ana.fits()
    api.refused(in_the_api(order), 403, "restricted")

    ana.click("Read why, or ask us to look again")
    assert ana.sees("No new reports") and ana.sees("A decision on a report") and ana.fits()
    ana.click("Ask us to look again")
    ana.page.get_by_label("What did we miss?").fill("Look at the other list.")
    ana.click("Check before you send")
    ana.click("Send it")
    assert ana.sees("In review")

    olga = staff(visitor, first)
    appeal = Appeal.objects.get()
    olga.go("/admin/desk/appeals/")
    assert not olga.page.get_by_role("link", name="A sanction").count()
    api.refused(api.client_of(first).post(f"/api/v1/appeals/{appeal.public_id}/assign/"), 403)
    says_it_was_wrong(staff(visitor, world.staff("nina", "moderator")))

    reports(ana, order)
    assert Report.objects.count() == 2
    assert in_the_api(order).status_code == 201
    ana.go("/standing/")
    assert ana.sees("No new disputes") and not ana.sees("No new reports") and ana.fits()
    assert [*Sanction.objects.in_force(timezone.now())] == [other]
    assert [*Restriction.objects.in_force(timezone.now()).values_list("cause", flat=True)] == [
        other.public_id
    ]
    ana.go(f"/orders/{order.public_id}/problem/")
    assert ana.sees("You cannot open a dispute now.")
    invariants.check_all()
