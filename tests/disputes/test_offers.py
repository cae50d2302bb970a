"""Section 4, second storey: both sides make offers; asked and offered stand side by side; one is accepted, for good."""

from datetime import timedelta

import pytest

from disputes import services as disputes
from disputes.difference import compare, differs
from disputes.models import Dispute, Offer, Terms
from marketplace.core.errors import Forbidden, Invalid, StaleOffer, TooLate, WrongState
from marketplace.core.money import Money
from marketplace.notifications.models import Notice
from marketplace.payments.models import Refund
from tests import api, invariants, world
from tests.world import DAY

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def dispute(clock):
    """Opened on 12 March for all of the 31.73 that was paid; the item came."""
    order = world.shipped(prices=(1173, 2000))
    clock.shift(11 * DAY)
    return world.a_dispute(order)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def again(dispute: Dispute) -> Dispute:
    related = ("order__escrow", "order__policy", "claim", "return_shipment")
    return Dispute.objects.select_related(*related).get(pk=dispute.pk)


def counter(dispute: Dispute, minor: int = 1200, **wishes) -> Offer:
    """The seller offers a part of the money, unless the wishes say otherwise."""
    terms = {"remedy": "refund", "amount": usd(minor)} | wishes
    disputes.make_offer(dispute.pk, by=world.seller_of(dispute), **terms)
    return dispute.offers.get(by="seller", status="open")


def ask_less(dispute: Dispute, minor: int = 2000, **wishes) -> Offer:
    """The buyer would take less."""
    terms = {"remedy": "refund", "amount": usd(minor)} | wishes
    disputes.make_offer(dispute.pk, by=world.buyer_of(dispute), **terms)
    return dispute.offers.get(by="buyer", status="open")


# -- making one -----------------------------------------------------------------------------------------------------


@pytest.mark.rule("N-01", "N-03")
def test_the_sellers_offer_is_an_answer_to_the_claim(dispute, clock):
    clock.shift(DAY)
    counter(dispute)
    now = again(dispute)
    assert (now.state, now.answered_at - now.opened_at) == ("negotiation", DAY)
    assert (now.due_verb, now.due_at) == ("escalate", now.opened_at + 7 * DAY)


@pytest.mark.rule("N-01", "N-03")
def test_the_buyers_offer_leaves_the_claim_unanswered(dispute):
    ask_less(dispute)
    now = again(dispute)
    assert (now.state, now.answered_at, now.due_verb) == ("awaiting_seller", None, "grant_claim")
    assert now.next_default.outcome.buyer == usd(3173), "silence still grants what was claimed"


@pytest.mark.rule("N-03")
def test_the_newest_offer_replaces_the_sides_earlier_one_and_not_the_other_sides(dispute):
    first, own = counter(dispute, 1000), ask_less(dispute)
    second = counter(dispute, 1500)
    assert [Offer.objects.get(pk=each.pk).status for each in (first, own, second)] == [
        "replaced",
        "open",
        "open",
    ]
    assert Offer.objects.get(pk=first.pk).ended_at is not None


@pytest.mark.rule("N-03")
@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"amount": usd(0)}, "amount"),
        ({"amount": usd(3174)}, "amount"),
        ({"amount": Money(1000, "EUR")}, "amount"),
        ({"remedy": "repair"}, "remedy"),
        ({"remedy": "return_and_refund"}, "return_shipping_paid_by"),
        ({"remedy": "return_and_refund", "return_shipping_paid_by": "carrier"}, "return_shipping_paid_by"),
        ({"return_shipping_paid_by": "buyer"}, "return_shipping_paid_by"),
        ({"postage_cap": usd(100)}, "postage_cap"),
        (
            {"remedy": "return_and_refund", "return_shipping_paid_by": "buyer", "postage_cap": usd(1)},
            "postage_cap",
        ),
        (
            {"remedy": "return_and_refund", "return_shipping_paid_by": "seller", "postage_cap": usd(3174)},
            "postage_cap",
        ),
        ({"note": "x" * 2001}, "note"),
    ],
)
def test_terms_that_do_not_fit_are_refused_by_name_and_nothing_is_written(dispute, wish, field):
    before = invariants.fingerprint()
    with pytest.raises(Invalid) as refusal:
        counter(dispute, **wish)
    assert [error.field for error in refusal.value.errors] == [field]
    assert (invariants.fingerprint(), Offer.objects.count()) == (before, 0)


@pytest.mark.rule("N-03", "T-04")
def test_a_seller_who_pays_the_postage_may_cap_it_at_what_the_dispute_is_about(dispute):
    offer = counter(
        dispute, remedy="return_and_refund", return_shipping_paid_by="seller", postage_cap=usd(3173)
    )
    assert offer.terms == Terms("return_and_refund", 1200, "seller", 3173)


@pytest.mark.rule("N-03")
@pytest.mark.parametrize("remedy", ["return_and_refund", "replacement"])
def test_what_did_not_come_cannot_go_back(clock, remedy):
    order = world.shipped()
    clock.shift(11 * DAY)
    dispute = world.a_dispute(order, received=False, reason="not_received.no_tracking")
    with pytest.raises(Invalid):
        counter(dispute, 500, remedy=remedy, return_shipping_paid_by="seller")


@pytest.mark.rule("N-03")
def test_no_stranger_and_no_mediator_makes_offers(dispute):
    for person in (world.person(), world.person("", "mediator")):
        with pytest.raises(Forbidden):
            disputes.make_offer(dispute.pk, remedy="refund", by=world.acting(person))


# -- asked and offered ----------------------------------------------------------------------------------------------


@pytest.mark.rule("N-03")
def test_what_differs_is_named_and_stands_first():
    asked = Terms("refund", 3173)
    offered = Terms("return_and_refund", 3173, "buyer")
    assert differs(asked, offered) == ["remedy", "return_shipping_paid_by"]
    assert [row.field for row in compare(asked, offered)] == ["remedy", "return_shipping_paid_by", "amount"]
    assert differs(asked, asked) == []
    assert differs(offered, Terms("return_and_refund", 3173, "seller", 500)) == [
        "return_shipping_paid_by",
        "postage_cap",
    ]


@pytest.mark.rule("N-03")
def test_the_api_gives_each_offer_with_what_differs(dispute):
    counter(dispute, 3173, remedy="return_and_refund", return_shipping_paid_by="buyer", note="Send it back.")
    body = api.client_of(dispute.buyer).get(api.path(dispute)).json()
    (offer,) = body["offers"]
    assert offer | {"id": "", "made_at": ""} == {
        "id": "",
        "by": "seller",
        "remedy": "return_and_refund",
        "amount": {"amount": "31.73", "currency": "USD"},
        "return_shipping_paid_by": "buyer",
        "postage_cap": None,
        "note": "Send it back.",
        "status": "open",
        "claim_revision": 1,
        "differs": ["remedy", "return_shipping_paid_by"],
        "made_at": "",
        "ended_at": None,
        "denial_note": "",
    }
    assert {"accept-offer", "deny-offer", "make-offer"} <= {
        each["action"] for each in body["available_actions"]
    }


@pytest.mark.rule("N-03", "F-01")
def test_the_mail_says_what_was_asked_what_is_offered_and_what_happens_if_nobody_answers(dispute):
    counter(dispute, 1200, remedy="return_and_refund", return_shipping_paid_by="buyer")
    notice = Notice.objects.get(recipient=dispute.buyer, subject__startswith="Answer the seller")
    assert "You asked for US$31.73" in notice.text
    assert "US$12.00" in notice.text and "send the item back" in notice.text
    assert "a mediator" in notice.text
    assert (notice.needs_you, notice.due_at) == (True, again(dispute).due_at)


# -- accepting ------------------------------------------------------------------------------------------------------


@pytest.mark.rule("N-04", "X-05")
def test_accepting_a_refund_ends_the_dispute_and_moves_the_money_at_once(dispute):
    offer = counter(dispute, 1200)
    disputes.accept_offer(dispute.pk, offer=offer.public_id, by=world.buyer_of(dispute))
    now = again(dispute)
    assert (now.state, now.outcome, now.reached_by) == ("resolved", "partly_refunded", "agreement")
    escrow = now.order.escrow
    assert (escrow.refunded, escrow.released, escrow.held.minor) == (1200, 1973, 0)
    assert Offer.objects.get(pk=offer.pk).status == "accepted"
    invariants.check_all()


@pytest.mark.rule("N-04", "T-01")
def test_accepting_a_return_waits_for_the_goods(dispute):
    offer = counter(dispute, 3000, remedy="return_and_refund", return_shipping_paid_by="seller")
    disputes.accept_offer(dispute.pk, offer=offer.public_id, by=world.buyer_of(dispute))
    now = again(dispute)
    assert (now.state, now.settled_amount, now.return_shipping_paid_by) == (
        "awaiting_return",
        3000,
        "seller",
    )
    assert Refund.objects.count() == 0
    invariants.check_all()


@pytest.mark.rule("N-04", "T-03")
def test_accepting_a_replacement_waits_for_it(dispute):
    offer = counter(dispute, 3000, remedy="replacement")
    disputes.accept_offer(dispute.pk, offer=offer.public_id, by=world.buyer_of(dispute))
    assert again(dispute).state == "awaiting_replacement"


@pytest.mark.rule("N-04")
def test_the_seller_accepts_the_buyers_offer_and_has_answered_by_it(dispute):
    offer = ask_less(dispute, 2000)
    disputes.accept_offer(dispute.pk, offer=offer.public_id, by=world.seller_of(dispute))
    now = again(dispute)
    assert (now.state, now.settled_amount, now.answered_at) == ("resolved", 2000, now.opened_at)


@pytest.mark.rule("N-04")
def test_accepting_twice_is_refused_with_a_clear_message_and_moves_nothing(dispute):
    offer = counter(dispute)
    disputes.accept_offer(dispute.pk, offer=offer.public_id, by=world.buyer_of(dispute))
    before = invariants.fingerprint()
    with pytest.raises(WrongState, match="accepted already"):
        disputes.accept_offer(dispute.pk, offer=offer.public_id, by=world.buyer_of(dispute))
    assert invariants.fingerprint() == before


@pytest.mark.rule("N-04")
def test_an_offer_that_was_replaced_meanwhile_is_refused_and_the_newer_one_named(dispute):
    old, new = counter(dispute, 1000), counter(dispute, 900)
    before = invariants.fingerprint()
    with pytest.raises(StaleOffer, match="newer") as refusal:
        disputes.accept_offer(dispute.pk, offer=old.public_id, by=world.buyer_of(dispute))
    assert refusal.value.extra["offer"] == new.public_id
    answer = api.client_of(dispute.buyer).post(api.path(dispute, "accept-offer"), {"offer": old.public_id})
    assert api.refused(answer, 409, "stale_offer")["offer"] == new.public_id
    assert invariants.fingerprint() == before


@pytest.mark.rule("N-04")
def test_nobody_accepts_their_own_offer_or_one_of_another_dispute(dispute, clock):
    offer = counter(dispute)
    with pytest.raises(Forbidden):
        disputes.accept_offer(dispute.pk, offer=offer.public_id, by=world.seller_of(dispute))
    order = world.shipped()
    clock.shift(11 * DAY)
    other = world.a_dispute(order)
    with pytest.raises(Invalid):
        disputes.accept_offer(other.pk, offer=offer.public_id, by=world.buyer_of(other))


@pytest.mark.rule("N-02", "N-04")
@pytest.mark.parametrize(("late", "possible"), [(-SECOND, True), (timedelta(0), False), (SECOND, False)])
def test_an_offer_can_be_accepted_until_the_very_second_of_the_mediator(dispute, clock, late, possible):
    offer = counter(dispute)
    clock.shift(7 * DAY + late)
    if possible:
        disputes.accept_offer(dispute.pk, offer=offer.public_id, by=world.buyer_of(dispute))
        assert again(dispute).state == "resolved"
    else:
        with pytest.raises(TooLate):
            disputes.accept_offer(dispute.pk, offer=offer.public_id, by=world.buyer_of(dispute))


@pytest.mark.rule("M-01", "N-02")
def test_a_mediator_makes_open_offers_stale(dispute, clock):
    from marketplace.core.clock import sweep

    offer, own = counter(dispute), ask_less(dispute)
    clock.shift(7 * DAY)
    assert sweep() == {"dispute.escalate": 1}
    assert {Offer.objects.get(pk=each.pk).status for each in (offer, own)} == {"stale"}
    with pytest.raises(StaleOffer, match="no longer open"):
        disputes.accept_offer(dispute.pk, offer=offer.public_id, by=world.buyer_of(dispute))


# -- not accepting --------------------------------------------------------------------------------------------------


@pytest.mark.rule("N-03")
def test_an_offer_that_is_not_accepted_is_closed_and_its_side_reads_why(dispute):
    offer = counter(dispute)
    disputes.deny_offer(
        dispute.pk, offer=offer.public_id, note="It cost me more.", by=world.buyer_of(dispute)
    )
    offer.refresh_from_db()
    assert (offer.status, offer.denial_note) == ("denied", "It cost me more.")
    assert again(dispute).state == "negotiation"
    told = Notice.objects.filter(recipient=api.seller(dispute)).latest("pk")
    assert "It cost me more." in told.text
    with pytest.raises(StaleOffer):
        disputes.accept_offer(dispute.pk, offer=offer.public_id, by=world.buyer_of(dispute))


@pytest.mark.rule("N-03")
def test_not_accepting_needs_a_reason(dispute):
    offer = counter(dispute)
    with pytest.raises(Invalid):
        disputes.deny_offer(dispute.pk, offer=offer.public_id, note="  ", by=world.buyer_of(dispute))
    offer.refresh_from_db()
    assert offer.status == "open"
