"""Feedback, in a real browser: the buyer says on a phone that the handling was bad, a lead opens a second look, another mediator
answers it, and the buyer reads it (A-06)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from disputes.feedback.models import Feedback
from marketplace.appeals.models import Appeal
from tests import invariants, world
from tests.appeals import cases
from tests.browser.test_standing import session_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def dispute():
    """Decided over seven days ago: no refund, and nobody appealed."""
    with time_machine.travel(timezone.now() - timedelta(days=26), tick=False) as clock:
        return cases.decided(clock, buyer=world.person("ana"), prices=(2490,))


@pytest.mark.rule("A-06")
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_buyer_was_treated_badly_and_the_case_is_looked_at_once_more(visitor, dispute, scripts):
    ana = visitor(java_script_enabled=scripts)
    ana.sign_in("ana")
    ana.go(f"/disputes/{dispute.public_id}/appeal/")
    assert ana.sees("The time for a review is over") and ana.fits()
    ana.click("Tell us how we handled it")
    assert ana.fits()
    ana.page.get_by_role("group", name="Did we listen to you?").get_by_label("Not at all").check()
    ana.page.get_by_label("What should we know?").fill("Nobody looked at my second photo.")
    ana.click("Send it")
    assert ana.sees("There is a problem") and ana.fits()
    assert ana.page.get_by_label("What should we know?").input_value() == "Nobody looked at my second photo."
    ana.page.get_by_label("1: very bad").check()
    ana.click("Send it")
    assert ana.sees("A lead mediator reads it") and ana.fits()
    feedback = Feedback.objects.get()
    assert (feedback.rating, feedback.heard, feedback.respected) == (1, 1, None)

    lead = visitor(java_script_enabled=scripts)
    lead.context.add_cookies([session_of(world.staff("leo", "mediator", "lead_mediator"), lead.base)])
    lead.go("/admin/desk/")
    lead.page.get_by_role("link", name="Feedback (1)").click()
    assert lead.fits()
    lead.page.locator("table.stack th a").first.click()
    assert lead.sees("Nobody looked at my second photo.") and lead.fits()
    lead.page.get_by_role("button", name="Open a second look").click()
    lead.page.wait_for_load_state()

    desk = visitor(java_script_enabled=scripts)
    desk.context.add_cookies([session_of(world.staff("rosa", "mediator"), desk.base)])
    desk.go("/admin/desk/appeals/")
    desk.page.get_by_role("link", name="A second look at a dispute").click()
    desk.page.get_by_role("button", name="Take this appeal").click()
    desk.page.get_by_role("radio", name="The decision was wrong").check()
    desk.page.get_by_label("Why (the people").fill("The second photo shows the crack.")
    desk.page.get_by_role("button", name="Check it").click()
    desk.page.get_by_role("button", name="Send: the decision was wrong").click()
    desk.page.wait_for_load_state()
    assert Appeal.objects.get().state == "overturned"

    ana.go(f"/disputes/{dispute.public_id}/feedback/")
    ana.click("See where it stands")
    assert ana.sees("The decision was wrong.") and ana.sees("There is no third look.") and ana.fits()
    assert not [each for each in ana.errors if "410" not in each and "409" not in each], ana.errors
    invariants.check_all()
