"""A review, in a real browser: the buyer asks for it on a phone, another mediator finds the decision wrong and gives money, and
the buyer splits it into four coupons (A-01, A-03, A-04, A-05)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from marketplace.appeals.models import Appeal
from marketplace.coupons.models import CouponOffer
from tests import invariants, world
from tests.appeals import cases
from tests.browser.test_standing import session_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def dispute():
    """Decided a moment ago: no refund."""
    with time_machine.travel(timezone.now() - timedelta(days=18, hours=1), tick=False) as clock:
        return cases.decided(clock, buyer=world.person("ana"), prices=(2490,))


@pytest.mark.rule("A-01", "A-03", "A-04", "A-05")
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_buyer_asks_for_a_review_and_splits_what_it_gives(visitor, dispute, scripts):
    ana = visitor(java_script_enabled=scripts)
    ana.sign_in("ana")
    room = f"/disputes/{dispute.public_id}/"
    ana.go(room)
    assert ana.sees("You can ask for a review until:") and ana.fits()
    ana.click("Ask for a review")
    ana.click("What was missed")
    text = ana.page.get_by_label("What did we miss?")
    assert text.input_value().startswith("What was missed:")
    text.fill("What was missed:\nThe second photo.")
    assert ana.fits()
    ana.click("Check before you send")
    assert ana.sees("The second photo.") and ana.fits()
    ana.click("Send it")
    assert ana.sees("In review") and ana.fits()
    ana.go(room)
    assert ana.sees("Appeal in progress") and ana.fits()

    desk = visitor(java_script_enabled=scripts)
    desk.context.add_cookies([session_of(world.staff("rosa", "mediator"), desk.base)])
    desk.go("/admin/desk/appeals/")
    desk.page.get_by_role("link", name="A decision in a dispute").click()
    desk.page.get_by_role("button", name="Take this appeal").click()
    desk.page.get_by_role("radio", name="The decision was wrong").check()
    desk.page.get_by_label("Why (the people").fill("The second photo shows the crack.")
    desk.page.get_by_label("Money from us").fill("20.00")
    desk.page.get_by_role("button", name="Check it").click()
    assert "We give US$20.00 to the buyer in coupons." in desk.page.inner_text("body")
    desk.page.get_by_role("button", name="Send: the decision was wrong").click()
    desk.page.wait_for_load_state()
    assert Appeal.objects.get().state == "overturned"

    ana.go(room)
    ana.click("View result")
    assert ana.sees("The decision was wrong.") and ana.sees("You get US$20.00 from us, in coupons.")
    assert ana.fits()
    ana.go("/coupons/")
    ana.click("Choose your coupons")
    ana.page.get_by_label("Other amounts").check()
    ana.page.get_by_label("Your own amounts").fill("5.00\n5.00\n5.00\n5.00")
    ana.click("Look at it once more")
    ana.click("Take 4 coupons, US$20.00 together")
    coupons = CouponOffer.objects.get().coupons
    assert list(coupons.values_list("amount", flat=True)) == [500] * 4
    assert not ana.errors, ana.errors
    invariants.check_all()
