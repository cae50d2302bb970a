"""The seller's workspace: what waits for the seller comes first, and leads to an answer in two clicks."""

from __future__ import annotations

from typing import Any

import pytest

from disputes import services
from disputes.models import Dispute
from marketplace.core.access import Actor
from tests import world
from tests.pages import client_of, seller_user, words
from tests.world import DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def dispute(clock: Any) -> Dispute:
    order = world.shipped(prices=(2490,))
    clock.shift(11 * DAY)
    return world.a_dispute(order)


def room(dispute: Dispute, path: str = "") -> str:
    return f"/disputes/{dispute.public_id}/{path}"


def test_the_workspace_leads_to_accepting_in_two_clicks(dispute: Dispute) -> None:
    client = client_of(seller_user(dispute))
    page = client.get("/sell/")
    assert "Accept US$24.90" in words(page)
    assert room(dispute, "accept/") in page.content.decode()
    client.post(room(dispute, "accept/"))
    assert "No cases wait for you" in words(client.get("/sell/"))


def test_what_a_mediator_has_comes_after_what_waits_for_the_seller(dispute: Dispute, clock: Any) -> None:
    services.refuse_claim(dispute.pk, note="No.", by=world.seller_of(dispute))
    clock.shift(7 * DAY)
    services.escalate(dispute.pk, by=Actor.system())
    clock.shift(20 * DAY)  # the mediators are late: their target is no date of the seller's
    order = world.shipped(store=dispute.store)
    clock.shift(11 * DAY)
    waiting = world.a_dispute(order)
    page = client_of(seller_user(dispute)).get("/sell/")
    html = page.content.decode()
    assert html.index(waiting.public_id) < html.index(dispute.public_id)
    assert words(page).count("Until:") == 1


@pytest.mark.rule("M-03")
def test_what_a_mediator_asks_of_the_seller_stands_there_with_its_date(dispute: Dispute, clock: Any) -> None:
    services.refuse_claim(dispute.pk, note="No.", by=world.seller_of(dispute))
    clock.shift(7 * DAY)
    services.escalate(dispute.pk, by=Actor.system())
    mediator = world.acting(world.staff("mia", "mediator"))
    services.assign(dispute.pk, by=mediator)
    services.require_evidence(dispute.pk, sides=("seller",), items=("The bill",), by=mediator)
    page = client_of(seller_user(dispute)).get("/sell/")
    assert "Waiting for you Until:" in words(page)
    assert room(dispute) in page.content.decode()
