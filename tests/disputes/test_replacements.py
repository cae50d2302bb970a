"""Section 5, instead of money: an identical product is sent, with a number, an acknowledgement and deadlines of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from disputes import services as disputes
from disputes.models import Dispute, Remedy, Terms
from marketplace.core.access import Actor
from marketplace.core.clock import sweep
from marketplace.core.errors import Forbidden, Invalid, TooLate, WrongState
from marketplace.notifications.models import Notice
from tests import api, invariants, world
from tests.pages import client_of, seller_user, version_on, words
from tests.world import DAY

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def again(dispute: Dispute) -> Dispute:
    related = ("order__escrow", "order__policy", "claim", "return_shipment", "replacement")
    return Dispute.objects.select_related(*related).get(pk=dispute.pk)


def replaced(clock: Any, *, with_return: bool = False, amount: int = 1000) -> Dispute:
    """Both agreed that the seller sends the same item, after a return or at once; so much back if it is never sent."""
    order = world.shipped(prices=(1173,))
    clock.shift(11 * DAY)
    dispute = world.a_dispute(order)
    payer = "seller" if with_return else ""
    disputes.make_offer(
        dispute.pk,
        remedy="replacement",
        amount=dispute.money(amount),
        return_shipping_paid_by=payer,
        by=world.seller_of(dispute),
    )
    offer = dispute.offers.get().public_id
    disputes.accept_offer(dispute.pk, offer=offer, by=world.buyer_of(dispute))
    return again(dispute)


@pytest.fixture
def dispute(clock: Any) -> Dispute:
    return replaced(clock)


def sent(dispute: Dispute) -> Dispute:
    disputes.ship_replacement(dispute.pk, carrier="Post", tracking_number="RP1", by=world.seller_of(dispute))
    return again(dispute)


def integrator(dispute: Dispute) -> Actor:
    by = world.sender_of(dispute.order)
    Dispute.objects.filter(pk=dispute.pk).update(integrator_id=by.user_id)
    return by


def arrived(dispute: Dispute, **report: Any) -> Dispute:
    report = {"code": "delivered", "at": None, **report}
    disputes.record_replacement_tracking(dispute.pk, by=integrator(dispute), **report)
    return again(dispute)


def what_happens(dispute: Dispute) -> tuple[str | None, str, int | None]:
    default = dispute.next_default
    assert default is not None
    return default.action, default.waiting_for, default.outcome.buyer.minor if default.outcome else None


@pytest.mark.rule("T-03", "Z-05")
def test_the_seller_has_ten_days_to_send_it_and_silence_refunds(dispute: Dispute, clock: Any) -> None:
    assert dispute.state == "awaiting_replacement"
    assert what_happens(dispute) == ("refund_missing_replacement", "seller", 1000)
    clock.shift(10 * DAY - SECOND)
    assert not sweep()
    clock.shift(SECOND)
    with pytest.raises(TooLate):
        sent(dispute)
    assert sweep() == {"dispute.refund_missing_replacement": 1}
    dispute = again(dispute)
    assert (dispute.outcome, dispute.reached_by) == ("partly_refunded", "seller_silence")
    assert (dispute.order.escrow.refunded, dispute.replacement.status) == (1000, "expired")
    invariants.check_all()


@pytest.mark.rule("T-03")
def test_it_can_be_sent_until_the_last_second(dispute: Dispute, clock: Any) -> None:
    clock.shift(10 * DAY - SECOND)
    assert sent(dispute).replacement.status == "in_transit"


@pytest.mark.rule("T-03")
def test_the_buyer_has_it_and_the_seller_is_paid(dispute: Dispute) -> None:
    with pytest.raises(WrongState):  # what was not sent cannot have come
        disputes.acknowledge_replacement(dispute.pk, by=world.buyer_of(dispute))
    dispute = arrived(sent(dispute))
    with pytest.raises(Forbidden):
        disputes.acknowledge_replacement(dispute.pk, by=world.seller_of(dispute))
    disputes.acknowledge_replacement(dispute.pk, by=world.buyer_of(dispute))
    dispute = again(dispute)
    assert (dispute.state, dispute.outcome, dispute.reached_by) == ("resolved", "replaced", "agreement")
    escrow = dispute.order.escrow
    assert (escrow.refunded, escrow.released, dispute.replacement.status) == (0, 1173, "acknowledged")
    invariants.check_all()


@pytest.mark.rule("T-03", "Z-05")
def test_fifteen_days_after_delivery_silence_of_the_buyer_means_done(dispute: Dispute, clock: Any) -> None:
    dispute = arrived(sent(dispute))
    assert what_happens(dispute) == ("confirm_replacement_by_silence", "buyer", 0)
    clock.shift(15 * DAY - SECOND)
    assert not sweep()
    clock.shift(SECOND)
    with pytest.raises(TooLate):
        disputes.contest_replacement(dispute.pk, note="It is torn.", by=world.buyer_of(dispute))
    assert sweep() == {"dispute.confirm_replacement_by_silence": 1}
    assert again(dispute).outcome == "replaced"
    invariants.check_all()


@pytest.mark.rule("T-03")
def test_a_contested_replacement_goes_to_a_mediator_and_both_are_told(dispute: Dispute) -> None:
    dispute = arrived(sent(dispute))
    buyer = world.buyer_of(dispute)
    with pytest.raises(Invalid):
        disputes.contest_replacement(dispute.pk, note=" ", by=buyer)
    disputes.contest_replacement(dispute.pk, note="It is torn, too.", by=buyer)
    dispute = again(dispute)
    assert (dispute.state, dispute.replacement.status) == ("mediation", "contested")
    assert dispute.order.escrow.held.minor == 1173
    assert Notice.objects.filter(
        recipient=seller_user(dispute.order), subject="The buyer says the replacement is not right"
    ).exists()
    invariants.check_all()


@pytest.mark.rule("T-03")
def test_a_replacement_on_its_way_for_sixty_days_goes_to_a_mediator(dispute: Dispute, clock: Any) -> None:
    dispute = sent(dispute)
    clock.shift(60 * DAY - SECOND)
    assert not sweep()["dispute.mediate_lost_replacement"]
    clock.shift(SECOND)
    assert sweep()["dispute.mediate_lost_replacement"] == 1
    assert again(dispute).state == "mediation"


@pytest.mark.rule("T-03")
def test_reports_of_the_carrier_count_once_and_never_move_a_time_back(dispute: Dispute, clock: Any) -> None:
    dispute = sent(dispute)
    clock.shift(3 * DAY)
    at = timezone.now() - DAY
    dispute = arrived(dispute, at=at)
    acknowledge_by, version = dispute.replacement.acknowledge_by, dispute.version
    assert acknowledge_by == at + 15 * DAY
    assert arrived(dispute, at=at).version == version
    dispute = arrived(dispute, at=at - DAY)
    assert (dispute.replacement.delivered_at, dispute.replacement.acknowledge_by) == (at, acknowledge_by)


@pytest.mark.rule("T-03")
def test_after_a_return_the_replacement_is_sent_or_the_money_goes_back(clock: Any) -> None:
    dispute = replaced(clock, with_return=True, amount=1173)
    assert (dispute.state, dispute.return_shipment.postage_cap) == ("awaiting_return", 586)
    disputes.ship_return(dispute.pk, carrier="Post", tracking_number="RB1", by=world.buyer_of(dispute))
    assert again(dispute).next_default.outcome is None  # type: ignore[union-attr]  # open
    disputes.acknowledge_return(dispute.pk, by=world.seller_of(dispute))
    dispute = again(dispute)
    assert (dispute.state, dispute.return_shipment.status) == ("awaiting_replacement", "confirmed")
    clock.shift(10 * DAY)
    assert sweep()["dispute.refund_missing_replacement"] == 1
    dispute = again(dispute)
    assert (dispute.outcome, dispute.order.escrow.refunded) == ("returned_and_refunded", 1173)
    invariants.check_all()


@pytest.mark.rule("T-03")
def test_terms_of_a_replacement_at_once_wait_for_no_return() -> None:
    assert Terms(Remedy.REPLACEMENT, 500).leads_to == "awaiting_replacement"
    assert Terms(Remedy.REPLACEMENT, 500, "seller").leads_to == "awaiting_return"


@pytest.mark.rule("T-03", "Z-01")
def test_pages_of_both_sides_say_who_does_what_by_when(dispute: Dispute) -> None:
    seller, buyer = client_of(seller_user(dispute.order)), client_of(dispute.buyer)
    room = f"/disputes/{dispute.public_id}/"
    assert "Your next step: send the replacement" in words(seller.get(room))
    assert "The seller sends you the same item by" in words(buyer.get(room))
    page = seller.get(f"{room}replacement/")
    form = {"carrier": "Post", "tracking_number": "RP7", "version": version_on(page)}
    assert seller.post(f"{room}replacement/", form).status_code == 302
    dispute = arrived(dispute)
    assert "Your next step: look at the replacement" in words(buyer.get(room))
    page = buyer.get(f"{room}replacement/wrong/")
    sent_back = buyer.post(f"{room}replacement/wrong/", {"note": "It is torn.", "version": version_on(page)})
    assert sent_back.status_code == 302
    assert "It is torn." in words(seller.get(room))


@pytest.mark.rule("T-03", "Z-01")
def test_the_api_shows_the_replacement_and_takes_its_verbs(dispute: Dispute) -> None:
    seller, buyer = api.client_of(api.seller(dispute)), api.client_of(dispute.buyer)
    body = {"carrier": "Post", "tracking_number": "RP9"}
    answer = seller.post(api.path(dispute, "ship-replacement"), body, format="json")
    assert answer.status_code == 200, answer.content
    shown = answer.json()["replacement"]
    assert (shown["status"], shown["tracking_number"]) == ("in_transit", "RP9")
    integrator(dispute)
    by = again(dispute).order.integrator
    report = {"code": "delivered", "city": "Recife", "country": "BR"}
    events = api.client_of(by).post(api.path(dispute, "replacement-events"), report, format="json")
    assert events.status_code == 200, events.content
    assert events.json()["replacement"]["status"] == "delivered"
    done = buyer.post(api.path(dispute, "acknowledge-replacement"), {}, format="json")
    assert (done.status_code, done.json()["outcome"]) == (200, "replaced")
    api.refused(buyer.post(api.path(dispute, "contest-replacement"), {"note": "x"}, format="json"), 409)
