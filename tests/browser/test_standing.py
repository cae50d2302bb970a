"""Contesting a flag, in a real browser: the person says their side on a phone, a moderator reads it and lets it go."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from disputes.standing.models import Flag
from tests import invariants, world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def flag():
    """Ana opened three disputes in a week."""
    ana, start = world.person("ana"), timezone.now()
    with time_machine.travel(start - timedelta(days=12), tick=False) as clock:
        orders = [world.shipped(buyer=ana) for _ in range(3)]
        clock.move_to(start - timedelta(hours=1))
        for order in orders:
            world.a_dispute(order)
    return Flag.objects.get(user=ana)


@pytest.mark.rule("B-03", "B-04")
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_flag_is_contested_and_dismissed(visitor, flag, scripts):
    ana = visitor(java_script_enabled=scripts)
    ana.sign_in("ana")
    ana.go("/me/")
    ana.click("See your numbers, flags and limits")
    assert ana.sees("You have 1 flag.") and ana.sees("3 disputes in 30 days.")
    assert ana.fits()
    ana.click("Ask us to look again")
    assert ana.fits()
    ana.click("Send")
    assert ana.sees("Tell us why we should look again.")
    ana.page.get_by_label("Why should we look again?").fill("All three came broken. Look at the photos.")
    ana.click("Send")
    assert ana.sees("All three came broken.")

    olga = world.staff("olga", "moderator")
    review = visitor(java_script_enabled=scripts)
    review.context.add_cookies([session_of(olga, review.base)])
    review.go("/admin/abuse/appeals/")
    review.page.get_by_role("link", name="ana").click()
    review.page.get_by_role("link", name="Look at it").click()
    assert "All three came broken." in review.page.inner_text("body")
    review.page.get_by_label("Nothing follows").check()
    review.page.get_by_label("Reasons").fill("The photos show the damage.")
    review.page.get_by_role("button", name="Check it").click()
    assert "The person reads this:" in review.page.inner_text("body")
    review.page.get_by_role("button", name="Send").click()
    review.page.wait_for_load_state()

    ana.go("/standing/")
    assert ana.sees("Good standing.") and ana.sees("The photos show the damage.")
    assert Flag.objects.get(pk=flag.pk).state == "dismissed"
    assert not ana.errors, ana.errors
    invariants.check_all()


def session_of(user, base):
    """A signed-in session: the code app of the staff's sign-in is another test's business."""
    from django.test import Client

    client = Client()
    client.force_login(user)
    return {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": base}
