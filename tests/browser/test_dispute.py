"""The main job, in a real browser on a small phone: a broken mouse, a photo, a request, a refund."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from PIL import Image

from disputes.models import Dispute
from marketplace.payments import outbox
from marketplace.payments.models import Refund
from tests import invariants, world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def mouse():
    """Ana's order of a mouse, sent twelve days ago by Sam."""
    with time_machine.travel(timezone.now() - timedelta(days=12)):
        ana, sam = world.person("ana"), world.person("sam")
        order = world.shipped(buyer=ana, store=world.shop(sam, name="GadgetHome"), prices=(2490,))
    line = order.lines.get()
    line.title = "Wireless mouse"
    line.save()
    return order


@pytest.fixture
def photo(tmp_path):
    file = tmp_path / "crack.jpg"
    Image.effect_noise((640, 480), 60).convert("RGB").save(file)
    return str(file)


@pytest.mark.rule("D-01", "D-04", "D-05", "D-07", "X-03", "Z-01")
def test_a_broken_mouse_is_disputed_with_a_photo_and_refunded(visitor, mouse, photo):
    ana = visitor()
    ana.sign_in("ana")
    ana.go(f"/orders/{mouse.public_id}/")
    ana.clicks = 0
    ana.click("Problem with this order")
    ana.click("Yes")
    ana.click("It arrived broken")
    ana.add_file(photo)
    ana.click("Continue")
    ana.click("All my money")
    assert ana.fits()
    assert ana.sees("Wireless mouse") and ana.sees("US$24.90")
    ana.click("Send my request")
    assert ana.clicks <= 7, "experience.md section 3: 7 clicks, nothing typed, one file"
    dispute = Dispute.objects.get()
    assert dispute.exhibits.count() == 1 and not dispute.no_evidence_yet
    assert ana.sees("answer by") or ana.sees("must answer")

    sam = visitor()
    sam.sign_in("sam")
    sam.go("/sell/")
    sam.clicks = 0
    sam.click("Accept US$24.90")
    sam.click("Accept and refund US$24.90")
    assert sam.clicks == 2, "experience.md section 3: 2 clicks from /sell/"
    dispute = Dispute.objects.get()
    assert (dispute.state, dispute.outcome, dispute.reached_by) == ("resolved", "refunded", "agreement")

    outbox.drain()
    outbox.drain(timezone.now() + timedelta(days=1))
    assert Refund.objects.get().status == "confirmed"
    ana.go(f"/disputes/{dispute.public_id}/")
    assert ana.sees("You get US$24.90 back")
    assert ana.sees("In your account")
    assert not ana.errors and not sam.errors, ana.errors + sam.errors
    invariants.check_all()


@pytest.mark.rule("D-03", "D-04", "Z-01")
def test_a_parcel_that_did_not_come_is_claimed_in_four_clicks_without_typing_and_without_javascript(
    visitor, mouse
):
    ana = visitor(java_script_enabled=False)
    ana.sign_in("ana")
    ana.go(f"/orders/{mouse.public_id}/")
    ana.clicks = 0
    ana.click("Problem with this order")
    ana.click("No")
    ana.click("No tracking")
    ana.click("Send my request")
    assert ana.clicks == 4
    dispute = Dispute.objects.select_related("claim").get()
    assert (dispute.claim.reason, dispute.claim.amount) == ("not_received.no_tracking", 2490)
    assert len(dispute.claim.description) >= 20
