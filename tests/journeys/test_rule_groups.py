"""Two journeys a group of rules, from the order to where the money ends, in the words of the domain."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from disputes import services as disputes
from disputes.models import Dispute
from marketplace.core.clock import sweep
from marketplace.core.money import Money
from marketplace.evidence import services as evidence
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.payments import outbox
from marketplace.payments.models import Refund
from tests import api, invariants, world
from tests.evidence import pictures
from tests.world import DAY

pytestmark = pytest.mark.django_db
WHY = {"reason_code": "quality.poor_workmanship", "facts": "The seam is torn."}
BACK: dict[str, Any] = {"reason": "damaged.in_transit", "remedy": "return_and_refund"}
POST = {"carrier": "Post", "tracking_number": "RB1BR"}


class Tale:
    """One order of 31.73, the people around it, and time that goes by."""

    def __init__(self, clock: Any, **wishes: Any) -> None:
        self.clock = clock
        self.order = world.shipped(prices=(1173, 2000), **wishes)
        self.buyer, self.seller, self.host = (
            who(self.order) for who in (world.buyer_of, world.seller_of, world.sender_of)
        )
        self.mia, self.leo = (world.acting(world.staff("", role)) for role in ("mediator", "lead_mediator"))
        self.pk = 0

    def after(self, days: float) -> Tale:
        """Time goes by, and the clock does what is due."""
        self.clock.shift(days * DAY)
        sweep()
        return self

    def disputed(self, **claim: Any) -> Tale:
        self.after(11)
        self.pk = world.a_dispute(self.order, **claim).pk
        return self

    def refused(self) -> Tale:
        disputes.refuse_claim(self.pk, note="It was fine.", by=self.seller)
        return self

    def with_mia(self) -> Tale:
        self.refused().after(7)
        disputes.assign(self.pk, by=self.mia)
        return self

    def decided(self, outcome: str, minor: int | None = None) -> Tale:
        amount = Money(minor, "USD") if minor is not None else None
        disputes.adjudicate(self.pk, outcome=outcome, amount=amount, by=self.mia, **WHY)
        return self

    @property
    def dispute(self) -> Dispute:
        return Dispute.objects.get(pk=self.pk)

    def ends(self, *, buyer: int, seller: int) -> None:
        """Nobody acts any more: so much went back, so much was released, and nothing is left between them."""
        for _ in range(3):
            self.after(45)
            outbox.drain()
        escrow = Order.objects.select_related("escrow").get(pk=self.order.pk).escrow
        assert (escrow.refunded, escrow.released, escrow.held.minor) == (buyer, seller, 0)
        assert set(Refund.objects.values_list("status", flat=True)) <= {"confirmed"}
        invariants.check_all()


# -- orders -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("O-03", "O-04")
def test_a_parcel_comes_and_the_buyer_says_so(clock):
    tale = Tale(clock)
    orders.record_tracking(tale.order.pk, code="delivered", at=None, by=tale.host)
    tale.after(1)
    orders.confirm_receipt(tale.order.pk, by=tale.buyer)
    tale.after(14)
    assert Order.objects.get(pk=tale.order.pk).state == "delivered", "the buyer can still claim"
    tale.ends(buyer=0, seller=3173)


@pytest.mark.rule("O-06", "O-08")
def test_a_suspicious_order_is_held_and_silence_pays_it_back(clock):
    order = world.an_order(prices=(3173,))
    orders.hold(order.pk, reason="Who is this?", by=world.acting(world.staff("", "moderator")))
    clock.shift(7 * DAY)
    sweep()
    order = Order.objects.select_related("escrow").get(pk=order.pk)
    assert (order.state, order.escrow.refunded, order.escrow.held.minor) == ("closed", 3173, 0)
    invariants.check_all()


# -- opening ----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("D-01", "O-05")
def test_one_line_is_disputed_and_the_other_is_paid_out(clock):
    tale = Tale(clock)
    line = tale.order.lines.order_by("pk")[0].public_id
    tale.disputed(lines=[disputes.LineData(line, 1)])
    orders.confirm_receipt(tale.order.pk, by=tale.buyer)
    tale.after(4)
    disputes.accept_claim(tale.pk, by=tale.seller)
    tale.ends(buyer=1173, seller=2000)


@pytest.mark.rule("D-03", "N-01")
def test_a_parcel_that_did_not_come_and_a_silent_seller(clock):
    tale = Tale(clock).disputed(received=False, reason="not_received.no_tracking")
    tale.after(5)
    assert (tale.dispute.state, tale.dispute.reached_by) == ("resolved", "seller_silence")
    tale.ends(buyer=3173, seller=0)


# -- negotiation ------------------------------------------------------------------------------------------------------


@pytest.mark.rule("N-03", "N-04", "N-05")
def test_an_offer_a_smaller_claim_and_an_offer_that_fits(clock):
    tale = Tale(clock).disputed()
    disputes.make_offer(tale.pk, remedy="refund", amount=Money(500, "USD"), by=tale.seller)
    disputes.edit_claim(tale.pk, claim=world.claim_on(tale.order, amount=1500), by=tale.buyer)
    assert tale.dispute.offers.get().status == "stale"
    disputes.make_offer(tale.pk, remedy="refund", amount=Money(1200, "USD"), by=tale.seller)
    offer = tale.dispute.offers.get(status="open").public_id
    disputes.accept_offer(tale.pk, offer=offer, by=tale.buyer)
    tale.ends(buyer=1200, seller=1973)


@pytest.mark.rule("N-06", "N-09")
def test_the_buyer_waits_for_the_parcel_which_comes(clock):
    tale = Tale(clock).disputed(received=False, reason="not_received.no_tracking")
    disputes.cancel_conditionally(tale.pk, condition="parcel", by=tale.buyer)
    orders.record_tracking(tale.order.pk, code="delivered", at=None, by=tale.host)
    disputes.cancel(tale.pk, by=tale.buyer)
    assert tale.dispute.state == "cancelled"
    tale.ends(buyer=0, seller=3173)


# -- returns and replacements -----------------------------------------------------------------------------------------


@pytest.mark.rule("T-01", "T-02")
def test_the_goods_go_back_and_then_the_money(clock):
    tale = Tale(clock).disputed(**BACK)
    disputes.accept_claim(tale.pk, by=tale.seller)
    disputes.ship_return(tale.pk, by=tale.buyer, **POST)
    tale.after(9)
    disputes.record_return_tracking(tale.pk, code="delivered", at=None, by=tale.host)
    disputes.acknowledge_return(tale.pk, by=tale.seller)
    tale.ends(buyer=3173, seller=0)


@pytest.mark.rule("T-02", "T-03", "M-06")
def test_a_return_that_came_back_broken_is_decided_in_part(clock):
    tale = Tale(clock).disputed(**BACK)
    disputes.accept_claim(tale.pk, by=tale.seller)
    disputes.ship_return(tale.pk, by=tale.buyer, **POST)
    disputes.record_return_tracking(tale.pk, code="delivered", at=None, by=tale.host)
    disputes.contest_return(tale.pk, code="damaged", note="The glass is broken.", by=tale.seller)
    disputes.assign(tale.pk, by=tale.mia)
    tale.decided("partly_refunded", 2000).ends(buyer=2000, seller=1173)


# -- mediation --------------------------------------------------------------------------------------------------------


@pytest.mark.rule("M-03", "M-05")
def test_a_mediator_asks_proposes_and_the_buyers_silence_takes_the_first_result(clock):
    tale = Tale(clock).disputed().with_mia()
    disputes.require_evidence(tale.pk, sides=["buyer"], items=["A photo"], by=tale.mia)
    tale.after(3)
    platform = {"remedy": "refund", "amount": Money(1000, "USD"), **WHY}
    disputes.propose(tale.pk, platform=platform, by=tale.mia)
    tale.after(5)
    tale.ends(buyer=1000, seller=2173)


@pytest.mark.rule("M-07", "M-08")
def test_a_large_refund_is_sent_back_once_and_then_approved(clock):
    tale = Tale(clock)
    tale.order = world.shipped(prices=(60_000,))
    tale.buyer, tale.seller = world.buyer_of(tale.order), world.seller_of(tale.order)
    tale.disputed().with_mia().decided("refunded")
    disputes.reject_approval(tale.pk, note="Look at the photo.", by=tale.leo)
    disputes.assign(tale.pk, by=tale.mia) if tale.dispute.mediator_id is None else None
    tale.decided("partly_refunded", 55_000)
    disputes.approve(tale.pk, by=tale.leo)
    tale.ends(buyer=55_000, seller=5_000)


# -- carrying out -----------------------------------------------------------------------------------------------------


@pytest.mark.rule("X-01", "X-05")
def test_two_payments_get_back_their_share(clock):
    tale = (
        Tale(clock, payments=(1000, 2173)).disputed(amount=1000).with_mia().decided("partly_refunded", 1000)
    )
    shares = sorted(Refund.objects.values_list("amount", flat=True))
    assert sum(shares) == 1000 and len(shares) == 2
    tale.ends(buyer=1000, seller=2173)


@pytest.mark.rule("X-05")
def test_no_refund_lets_the_seller_have_it_all(clock):
    tale = Tale(clock).disputed().with_mia().decided("no_refund")
    assert not Refund.objects.exists()
    tale.ends(buyer=0, seller=3173)


# -- evidence ---------------------------------------------------------------------------------------------------------


def photo(by: Any, *, private: bool = False) -> str:
    file = BytesIO(pictures.jpeg())
    return evidence.take(
        file, name="seam.jpg", by=by, limits=evidence.limits_now(), private=private
    ).public_id


@pytest.mark.rule("E-01", "E-04")
def test_a_photo_is_shown_and_the_decision_names_it(clock):
    tale = Tale(clock)
    file = photo(tale.buyer)
    tale.disputed(evidence=(file,)).with_mia()
    disputes.adjudicate(
        tale.pk,
        outcome="refunded",
        evidence_cited=[{"evidence": file, "considered": True}],
        by=tale.mia,
        **WHY,
    )
    seen = api.client_of(api.seller(tale.dispute)).get(api.path(tale.dispute)).json()
    assert [each["id"] for each in seen["evidence"]] == [file]
    tale.ends(buyer=3173, seller=0)


@pytest.mark.rule("E-03")
def test_a_private_paper_is_the_mediators_alone(clock):
    tale = Tale(clock).disputed()
    disputes.provide_evidence(tale.pk, evidence=[photo(tale.buyer, private=True)], by=tale.buyer)
    address = api.path(tale.dispute)
    assert api.client_of(api.seller(tale.dispute)).get(address).json()["evidence"] == []
    assert len(api.client_of(world.staff("", "mediator")).get(address).json()["evidence"]) == 1
    disputes.accept_claim(tale.pk, by=tale.seller)
    tale.ends(buyer=3173, seller=0)
