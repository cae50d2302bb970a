"""Rival acts while goods travel: one wins, the other leaves nothing behind (Z-06)."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.utils import timezone

from disputes import services as disputes
from disputes.models import Dispute
from marketplace.core.clock import sweep
from tests import invariants, world
from tests.races.test_races import ROUNDS, one_winner, race
from tests.world import DAY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.rule("Z-06")]


def a_return(opened_ago: timedelta, agreed_ago: timedelta) -> Dispute:
    """The seller agreed to a return; so long ago."""
    with time_machine.travel(timezone.now() - opened_ago - 12 * DAY):
        order = world.shipped()
    with time_machine.travel(timezone.now() - agreed_ago):
        dispute = world.a_dispute(order, remedy="return_and_refund")
        disputes.accept_claim(dispute.pk, by=world.seller_of(dispute))
    return dispute


@pytest.mark.rule("T-02", "T-03")
def test_one_of_the_store_confirms_the_return_while_another_contests_it():
    for _ in range(ROUNDS):
        dispute = a_return(DAY, timedelta(0))
        disputes.ship_return(dispute.pk, carrier="", tracking_number="R", by=world.buyer_of(dispute))
        seller = world.seller_of(dispute)
        one_winner(
            race(
                partial(disputes.acknowledge_return, dispute.pk, by=seller),
                partial(disputes.contest_return, dispute.pk, code="damaged", note="", by=seller),
            )
        )
    invariants.check_all()


@pytest.mark.rule("T-01", "Z-03")
def test_the_buyer_sends_the_return_as_its_time_ends():
    for number in range(ROUNDS):
        offset = timedelta(milliseconds=(number % 11 - 5) * 10)
        dispute = a_return(12 * DAY, 10 * DAY - offset)
        buyer = world.buyer_of(dispute)
        race(partial(disputes.ship_return, dispute.pk, carrier="", tracking_number="R", by=buyer), sweep)
        while Dispute.objects.get(pk=dispute.pk).state == "awaiting_return":
            sweep()
        dispute = Dispute.objects.select_related("return_shipment").get(pk=dispute.pk)
        sent = dispute.events.filter(verb="ship_return").first()
        assert dispute.state == ("return_in_transit" if sent else "resolved")
        if sent:
            assert sent.at < dispute.return_shipment.send_by
    invariants.check_all()


@pytest.mark.rule("T-03")
def test_the_buyer_has_the_replacement_in_one_window_and_contests_it_in_another():
    for _ in range(ROUNDS):
        with time_machine.travel(timezone.now() - 12 * DAY):
            order = world.shipped()
        dispute = world.a_dispute(order)
        disputes.make_offer(
            dispute.pk, remedy="replacement", amount=dispute.money(500), by=world.seller_of(dispute)
        )
        offer = dispute.offers.get().public_id
        disputes.accept_offer(dispute.pk, offer=offer, by=world.buyer_of(dispute))
        disputes.ship_replacement(dispute.pk, carrier="", tracking_number="R", by=world.seller_of(dispute))
        buyer = world.buyer_of(dispute)
        one_winner(
            race(
                partial(disputes.acknowledge_replacement, dispute.pk, by=buyer),
                partial(disputes.contest_replacement, dispute.pk, note="It is torn.", by=buyer),
            )
        )
    invariants.check_all()
