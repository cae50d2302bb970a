"""The rival verbs of negotiation at the same moment: one wins, the other is refused and leaves nothing behind (Z-06)."""

from __future__ import annotations

from functools import partial

import pytest

from disputes import services as disputes
from disputes.models import Dispute, Offer
from disputes.services import rules
from marketplace.core.money import Money
from marketplace.payments.models import Refund
from tests import invariants, world
from tests.races.test_races import one_winner, open_case, race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.rule("Z-06")]
ROUNDS = 10


def countered(minor: int = 500) -> tuple[Dispute, str]:
    """An open case, and the seller's open offer in it."""
    dispute = open_case()
    disputes.make_offer(dispute.pk, remedy="refund", amount=Money(minor, "USD"), by=world.seller_of(dispute))
    return dispute, dispute.offers.get().public_id


def refunded(dispute: Dispute) -> list[int]:
    return list(Refund.objects.filter(cause=f"dispute:{dispute.public_id}").values_list("amount", flat=True))


@pytest.mark.rule("N-04", "X-01")
def test_two_acceptances_of_one_offer_move_the_money_once():
    for _ in range(ROUNDS):
        dispute, offer = countered()
        buyer = world.buyer_of(dispute)
        one_winner(race(*[partial(disputes.accept_offer, dispute.pk, offer=offer, by=buyer)] * 3))
        assert refunded(dispute) == [500]
    invariants.check_all()


@pytest.mark.rule("N-03", "N-04")
def test_the_buyer_accepts_as_the_seller_makes_a_newer_offer():
    """Either the buyer has the offer that they read, or is told of the newer one. Never the newer one unread."""
    for _ in range(ROUNDS):
        dispute, offer = countered()
        one_winner(
            race(
                partial(disputes.accept_offer, dispute.pk, offer=offer, by=world.buyer_of(dispute)),
                partial(
                    disputes.make_offer,
                    dispute.pk,
                    remedy="refund",
                    amount=Money(100, "USD"),
                    by=world.seller_of(dispute),
                ),
            )
        )
        assert refunded(dispute) in ([500], [])
        if refunded(dispute):
            assert Offer.objects.filter(dispute=dispute).count() == 1
    invariants.check_all()


@pytest.mark.rule("N-04", "N-05")
def test_the_seller_accepts_the_claim_as_the_buyer_edits_it():
    """The page that the seller accepted names a version; an edit that came first makes it stale."""
    for _ in range(ROUNDS):
        dispute = open_case()
        seller = world.seller_of(dispute).having_seen(dispute.version)
        edited = world.claim_on(dispute.order, amount=700)
        one_winner(
            race(
                partial(disputes.accept_claim, dispute.pk, by=seller),
                partial(disputes.edit_claim, dispute.pk, claim=edited, by=world.buyer_of(dispute)),
            )
        )
        assert refunded(dispute) in ([1173], [])
    invariants.check_all()


@pytest.mark.rule("N-04", "N-05")
def test_the_buyer_edits_as_the_seller_accepts_the_buyers_offer():
    for _ in range(ROUNDS):
        dispute = open_case()
        buyer = world.buyer_of(dispute)
        disputes.make_offer(dispute.pk, remedy="refund", amount=Money(900, "USD"), by=buyer)
        offer = dispute.offers.get().public_id
        one_winner(
            race(
                partial(disputes.accept_offer, dispute.pk, offer=offer, by=world.seller_of(dispute)),
                partial(
                    disputes.edit_claim,
                    dispute.pk,
                    claim=world.claim_on(dispute.order, amount=300),
                    by=buyer,
                ),
            )
        )
        assert refunded(dispute) in ([900], [])
    invariants.check_all()


@pytest.mark.rule("N-04", "N-06")
def test_the_buyer_cancels_as_the_seller_accepts_the_buyers_offer():
    for _ in range(ROUNDS):
        dispute = open_case()
        buyer = world.buyer_of(dispute)
        disputes.make_offer(dispute.pk, remedy="refund", amount=Money(900, "USD"), by=buyer)
        offer = dispute.offers.get().public_id
        one_winner(
            race(
                partial(disputes.accept_offer, dispute.pk, offer=offer, by=world.seller_of(dispute)),
                partial(disputes.cancel, dispute.pk, by=buyer),
            )
        )
        state = Dispute.objects.get(pk=dispute.pk).state
        assert (state, refunded(dispute)) in (("resolved", [900]), ("cancelled", []))
    invariants.check_all()


@pytest.mark.rule("N-03")
def test_two_offers_of_one_side_leave_one_open():
    for _ in range(ROUNDS):
        dispute = open_case()
        seller = world.seller_of(dispute)
        offer = partial(disputes.make_offer, dispute.pk, remedy="refund", by=seller)
        race(partial(offer, amount=Money(100, "USD")), partial(offer, amount=Money(200, "USD")))
        assert sorted(dispute.offers.values_list("status", flat=True)) == ["open", "replaced"]
    invariants.check_all()


@pytest.mark.rule("N-10")
def test_two_edits_at_once_are_accepted_by_a_rule_once():
    for _ in range(ROUNDS):
        dispute = open_case()
        by = world.seller_of(dispute)
        rule = rules.make_rule(dispute.store.public_id, up_to=Money(800, "USD"), by=by)
        rules.try_rule(rule.public_id, by=by)
        rules.switch_on(rule.public_id, by=by)
        edits = [world.claim_on(dispute.order, amount=amount) for amount in (700, 600)]
        buyer = world.buyer_of(dispute)
        one_winner(race(*(partial(disputes.edit_claim, dispute.pk, claim=each, by=buyer) for each in edits)))
        assert len(refunded(dispute)) == 1
    invariants.check_all()
