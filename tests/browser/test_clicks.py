"""Clicks and typed fields, counted in a real browser: each row of the table of experience.md section 3 that is ours here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from disputes import services as disputes
from disputes.models import Dispute
from marketplace.accounts.models import User
from marketplace.core.clock import sweep
from tests import world
from tests.pages import seller_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FACTS = {"reason_code": "quality.poor_workmanship", "facts": "The seam is torn."}


def ago(days: float) -> Any:
    return time_machine.travel(timezone.now() - timedelta(days=days))


def opened(days: float, **wishes: Any) -> Dispute:
    """A dispute opened so many days ago."""
    with ago(days + 12):
        order = world.shipped(prices=(2490,))
    with ago(days):
        return world.a_dispute(order, **wishes)


def with_a_mediator() -> Dispute:
    dispute = opened(8)
    with ago(7.9):
        disputes.refuse_claim(dispute.pk, note="It was fine.", by=world.seller_of(dispute))
    with ago(1):
        sweep()
    return Dispute.objects.get(pk=dispute.pk)


def at(visitor: Any, user: User, path: str) -> Any:
    """Somebody who is signed in already, on that page, with nothing counted yet."""
    client, person = Client(), visitor()
    client.force_login(user)
    person.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": person.base}]
    )
    person.go(path)
    return person


def tick(person: Any, words: str) -> None:
    """A radio button counts one."""
    person.page.get_by_role("radio", name=words).first.check()
    person.clicks += 1


@pytest.mark.rule("N-02")
def test_the_seller_accepts_in_two(visitor):
    dispute = opened(1)
    sam = at(visitor, seller_user(dispute.order), "/sell/")
    sam.click("Accept US$24.90")
    sam.click("Accept and refund US$24.90")
    assert Dispute.objects.get().state == "resolved"
    assert (sam.clicks, sam.typed) <= (2, 0)


@pytest.mark.rule("N-03")
def test_the_seller_offers_a_usual_thing_in_three(visitor):
    dispute = opened(1)
    sam = at(visitor, seller_user(dispute.order), "/sell/")
    sam.click("Offer something else")
    tick(sam, "US$12.45")
    sam.click("Send this offer")
    offer = Dispute.objects.get().offers.get()
    assert (offer.by, offer.amount) == ("seller", 1245)
    assert sam.clicks <= 3 and not sam.typed


@pytest.mark.rule("M-05")
def test_the_buyer_chooses_a_result_in_three(visitor):
    dispute = with_a_mediator()
    mia = world.acting(world.staff("", "mediator"))
    disputes.assign(dispute.pk, by=mia)
    disputes.propose(
        dispute.pk,
        platform={"remedy": "refund", **FACTS},
        seller={"remedy": "return_and_refund", "return_shipping_paid_by": "seller"},
        by=mia,
    )
    ana = at(visitor, dispute.buyer, "/disputes/")
    ana.page.locator(f'main a[href*="{dispute.public_id}"]').first.click()
    ana.clicks += 1
    ana.click("Choose")
    ana.click("Choose result 1")
    assert Dispute.objects.get().outcome == "refunded"
    assert ana.clicks <= 3 and not ana.typed


@pytest.mark.rule("T-01")
def test_the_number_of_a_return_takes_three_and_one_field(visitor):
    dispute = opened(2, reason="damaged.in_transit", remedy="return_and_refund")
    disputes.accept_claim(dispute.pk, by=world.seller_of(dispute))
    ana = at(visitor, dispute.buyer, "/disputes/")
    ana.page.locator(f'main a[href*="{dispute.public_id}"]').first.click()
    ana.clicks += 1
    ana.click("I sent it back")
    ana.page.get_by_label("Tracking number").fill("RB1BR")
    ana.typed += 1
    ana.click("Save the number")
    assert Dispute.objects.get().state == "return_in_transit"
    assert ana.clicks <= 3 and ana.typed <= 1


@pytest.mark.rule("M-02", "M-06")
def test_the_mediator_decides_in_four(visitor):
    with_a_mediator()
    mia = at(visitor, world.staff("", "mediator"), "/admin/desk/")
    mia.click("Take the next case")
    tick(mia, "Full refund")
    mia.click("Preview")
    mia.click("Send")
    dispute = Dispute.objects.get()
    assert (dispute.state, dispute.outcome) == ("resolved", "refunded")
    assert mia.clicks <= 4 and not mia.typed
