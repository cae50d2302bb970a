"""M-05: two results to choose from, the choice, and what holds without one."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.test import Client

from disputes import services as disputes
from disputes.models import Decision, Proposal
from marketplace.core.clock import sweep
from marketplace.core.errors import Forbidden, Invalid, TooLate, WrongState
from marketplace.core.money import Money
from marketplace.notifications.models import Notice
from tests import api, invariants, world
from tests.disputes.desk_cases import again, waiting
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("M-05")]
SECOND = timedelta(seconds=1)
WORDS = {"reason_code": "quality.poor_workmanship", "facts": "The seam is torn at one side."}


def held(clock, **wishes):
    """A case in a mediator's hands, and the mediator."""
    dispute = waiting(clock, **{"prices": (3000,), **wishes})
    by = world.acting(world.staff("", "mediator"))
    disputes.assign(dispute.pk, by=by)
    return again(dispute), by


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def put(dispute, by, platform=None, **more):
    ours = {"remedy": "refund", "amount": usd(2000), **WORDS, **(platform or {})}
    theirs = {"seller": {"remedy": "refund", "amount": usd(500)}, **more}
    disputes.propose(dispute.pk, platform=ours, by=by, **theirs)
    return again(dispute)


def of(dispute, by: str) -> Proposal:
    return Proposal.objects.get(dispute=dispute, by=by)


def test_both_stand_side_by_side_and_ours_holds_in_five_days(clock):
    dispute, by = held(clock)
    dispute = put(dispute, by)
    assert (dispute.state, dispute.due_verb) == ("awaiting_choice", "hold_proposal")
    assert dispute.due_at == dispute.entered_at + 5 * DAY
    outcome = dispute.next_default.outcome
    assert (outcome.buyer.minor, outcome.seller.minor) == (2000, 1000)
    assert of(dispute, "seller").facts.startswith("This is what the seller offers.")
    (told,) = Notice.objects.filter(needs_you=True, subject__startswith="Choose a result")
    assert told.recipient_id == dispute.buyer_id


@pytest.mark.rule("X-05", "M-07")
@pytest.mark.parametrize(("whose", "amount"), [("platform", 2000), ("seller", 500)])
def test_what_is_chosen_is_carried_out_to_the_cent(clock, whose, amount):
    dispute, by = held(clock)
    dispute = put(dispute, by)
    chosen = of(dispute, whose)
    disputes.choose_proposal(dispute.pk, proposal=chosen.public_id, by=world.buyer_of(dispute))
    dispute = again(dispute)
    assert (dispute.state, dispute.outcome, dispute.reached_by) == ("resolved", "partly_refunded", "choice")
    assert (dispute.order.escrow.refunded, dispute.order.escrow.released) == (amount, 3000 - amount)
    decision = Decision.objects.get()
    assert (decision.proposal, decision.mediator_id, decision.amount) == (chosen, by.user_id, amount)
    statuses = dict(Proposal.objects.values_list("by", "status"))
    other = "seller" if whose == "platform" else "platform"
    assert statuses == {whose: "chosen", other: "not_chosen"}
    invariants.check_all()


@pytest.mark.parametrize(
    ("late", "reached_by"), [(-SECOND, ""), (0 * SECOND, "buyer_silence"), (SECOND, "buyer_silence")]
)
def test_without_a_choice_ours_holds_at_the_second(clock, late, reached_by):
    dispute, by = held(clock)
    dispute = put(dispute, by)
    promised = dispute.next_default.outcome
    clock.move_to(dispute.due_at + late)
    sweep()
    dispute = again(dispute)
    assert dispute.reached_by == reached_by
    if reached_by:
        assert dispute.order.escrow.refunded == promised.buyer.minor
        assert of(dispute, "platform").status == "held"
    invariants.check_all()


@pytest.mark.parametrize("late", [-SECOND, 0 * SECOND, SECOND])
def test_a_choice_counts_until_the_second_before(clock, late):
    dispute, by = held(clock)
    dispute = put(dispute, by)
    theirs = of(dispute, "seller").public_id
    clock.move_to(dispute.due_at + late)
    if late < 0 * SECOND:
        disputes.choose_proposal(dispute.pk, proposal=theirs, by=world.buyer_of(dispute))
        assert again(dispute).reached_by == "choice"
        return
    with pytest.raises(TooLate):
        disputes.choose_proposal(dispute.pk, proposal=theirs, by=world.buyer_of(dispute))
    sweep()
    with pytest.raises(WrongState):
        disputes.choose_proposal(dispute.pk, proposal=theirs, by=world.buyer_of(dispute))


@pytest.mark.rule("M-08")
@pytest.mark.parametrize("chosen", [True, False])
def test_above_the_limit_a_second_mediator_looks_first(clock, chosen):
    dispute, by = held(clock, prices=(90_000,))
    dispute = put(dispute, by, {"amount": usd(60_000)})
    if chosen:
        proposal = of(dispute, "platform").public_id
        disputes.choose_proposal(dispute.pk, proposal=proposal, by=world.buyer_of(dispute))
    else:
        clock.shift(5 * DAY)
        sweep()
    dispute = again(dispute)
    assert (dispute.state, dispute.order.escrow.refunded) == ("awaiting_approval", 0)
    with pytest.raises(Forbidden):
        disputes.approve(dispute.pk, by=by)
    disputes.approve(dispute.pk, by=world.acting(world.staff("", "mediator")))
    dispute = again(dispute)
    assert dispute.reached_by == ("choice" if chosen else "buyer_silence")
    assert dispute.order.escrow.refunded == 60_000
    invariants.check_all()


def test_sent_back_by_the_second_mediator_nothing_is_settled(clock):
    dispute, by = held(clock, prices=(90_000,))
    dispute = put(dispute, by, {"amount": usd(60_000)})
    disputes.choose_proposal(
        dispute.pk, proposal=of(dispute, "platform").public_id, by=world.buyer_of(dispute)
    )
    disputes.reject_approval(dispute.pk, note="Too much.", by=world.acting(world.staff("", "mediator")))
    dispute = again(dispute)
    assert (dispute.state, dispute.settled_amount, dispute.settled_remedy) == ("mediation", None, "")
    assert put(dispute, by).state == "awaiting_choice"


def test_a_return_is_made_before_the_money(clock):
    dispute, by = held(clock)
    dispute = put(dispute, by, {"remedy": "return_and_refund", "amount": usd(3000)})
    clock.shift(5 * DAY)
    sweep()
    dispute = again(dispute)
    assert (dispute.state, dispute.settled_amount) == ("awaiting_return", 3000)


def test_a_replacement_can_be_chosen(clock):
    dispute, by = held(clock)
    dispute = put(dispute, by, {"remedy": "replacement", "amount": None})
    assert dispute.next_default.outcome is None
    disputes.choose_proposal(
        dispute.pk, proposal=of(dispute, "platform").public_id, by=world.buyer_of(dispute)
    )
    assert again(dispute).state == "awaiting_replacement"


@pytest.mark.rule("N-03")
def test_the_sellers_last_open_offer_stands_beside_ours_by_itself(clock):
    order = world.shipped(prices=(3000,))
    clock.shift(11 * DAY)
    dispute = world.a_dispute(order)
    disputes.make_offer(dispute.pk, remedy="refund", amount=usd(700), by=world.seller_of(dispute))
    clock.shift(7 * DAY)
    sweep()
    by = world.acting(world.staff("", "mediator"))
    disputes.assign(dispute.pk, by=by)
    disputes.propose(dispute.pk, platform={"remedy": "refund", "amount": usd(2000), **WORDS}, by=by)
    assert of(dispute, "seller").amount == 700


def test_without_an_offer_or_by_wish_ours_stands_alone(clock):
    dispute, by = held(clock)
    disputes.propose(dispute.pk, platform={"remedy": "", **WORDS}, by=by)
    assert [each.by for each in Proposal.objects.all()] == ["platform"]
    clock.shift(5 * DAY)
    sweep()
    assert (again(dispute).outcome, again(dispute).order.escrow.released) == ("no_refund", 3000)


@pytest.mark.parametrize(
    ("platform", "seller", "field"),
    [
        ({"amount": usd(3001)}, {"remedy": "refund", "amount": usd(500)}, "platform.amount"),
        ({"amount": usd(0)}, {"remedy": "refund", "amount": usd(500)}, "platform.amount"),
        ({"amount": Money(5, "EUR")}, {"remedy": "refund", "amount": usd(500)}, "platform.amount"),
        ({"remedy": "gift"}, {"remedy": "refund", "amount": usd(500)}, "platform.remedy"),
        ({"facts": " "}, {"remedy": "refund", "amount": usd(500)}, "platform.facts"),
        ({"return_shipping_paid_by": "buyer"}, None, "platform.return_shipping_paid_by"),
        ({}, {"remedy": "refund", "amount": usd(3001)}, "seller.amount"),
        ({}, {"remedy": "refund", "amount": usd(2000)}, "seller"),
    ],
)
def test_results_that_do_not_fit_are_refused_and_nothing_moves(clock, platform, seller, field):
    dispute, by = held(clock)
    before = invariants.fingerprint()
    with pytest.raises(Invalid) as refusal:
        put(dispute, by, platform, seller=seller)
    assert [each.field for each in refusal.value.errors] == [field]
    assert invariants.fingerprint() == before


def test_only_the_buyer_chooses_and_only_what_is_there(clock):
    dispute, by = held(clock)
    dispute = put(dispute, by)
    ours = of(dispute, "platform").public_id
    for somebody in (world.seller_of(dispute), by):
        with pytest.raises(Forbidden):
            disputes.choose_proposal(dispute.pk, proposal=ours, by=somebody)
    with pytest.raises(Invalid):
        disputes.choose_proposal(dispute.pk, proposal="prp_other", by=world.buyer_of(dispute))


def test_a_cancelled_dispute_has_nothing_to_choose(clock):
    dispute, by = held(clock)
    dispute = put(dispute, by)
    disputes.cancel(dispute.pk, by=world.buyer_of(dispute))
    dispute = again(dispute)
    assert (dispute.settled_amount, dispute.settled_remedy) == (None, "")
    assert set(Proposal.objects.values_list("status", flat=True)) == {"not_chosen"}


# -- the doors --------------------------------------------------------------------------------------------------------


@pytest.mark.rule("Z-01")
def test_the_same_through_the_api(clock):
    dispute, _by = held(clock)
    body = {
        "platform": {"remedy": "refund", "amount": {"amount": "20.00", "currency": "USD"}, **WORDS},
        "seller": {"remedy": "refund", "amount": {"amount": "5.00", "currency": "USD"}},
    }
    answer = api.client_of(dispute.mediator).post(api.path(dispute, "propose"), body, format="json")
    assert answer.status_code == 200, answer.content
    ours, theirs = answer.json()["proposals"]
    assert (ours["by"], ours["holds"], theirs["by"], theirs["amount"]["amount"]) == (
        "platform",
        True,
        "seller",
        "5.00",
    )
    buyer = api.client_of(dispute.buyer)
    answer = buyer.post(api.path(dispute, "choose-proposal"), {"proposal": theirs["id"]}, format="json")
    assert (answer.status_code, answer.json()["outcome"], answer.json()["reached_by"]) == (
        200, "partly_refunded", "choice",
    )  # fmt: skip
    assert answer.json()["decision"]["proposal"] == theirs["id"]


@pytest.mark.rule("Z-05")
def test_the_buyer_chooses_in_three_clicks(client: Client, clock):
    """See the dispute, see the results, choose one: and what was shown is what moved."""
    dispute, by = held(clock)
    put(dispute, by)
    client.force_login(dispute.buyer)
    room = client.get(f"/disputes/{dispute.public_id}/").content.decode()  # 1
    assert "See the results and choose" in room
    assert "If you do nothing, result 1 holds: you get" in re.sub(r"<[^>]+>", "", html.unescape(room))
    page = client.get(f"/disputes/{dispute.public_id}/results/")  # 2
    text = html.unescape(page.content.decode())
    assert "Choose result 1: The buyer gets US$20.00 back." in text and "The seam is torn" in text
    second = page.context["results"][1].proposal.public_id
    sent = {"proposal": second, "version": again(dispute).version}
    assert client.post(f"/disputes/{dispute.public_id}/results/", sent).status_code == 302  # 3
    assert again(dispute).settled_amount == 500
    assert "You chose this result." in client.get(f"/disputes/{dispute.public_id}/").content.decode()


def test_the_desk_previews_and_sends(client: Client, clock):
    dispute, _by = held(clock)
    client.force_login(dispute.mediator)
    address = f"/admin/desk/{dispute.public_id}/propose/"
    form = client.get(address).context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    sent |= {
        "amount": "20",
        "beside": "other",
        "seller_remedy": "refund",
        "seller_amount": "5",
        "version": dispute.version,
    }
    bad = client.post(address, sent | {"amount": "99999", "step": "send"})
    assert bad.status_code == 422 and "amount" in bad.context["form"].errors
    preview = client.post(address, sent)
    assert "US$20.00" in preview.content.decode() and again(dispute).state == "mediation"
    assert "20" in client.post(address, sent | {"step": "change"}).content.decode()
    assert client.post(address, sent | {"step": "send"})["Location"] == "/admin/desk/"
    assert dict(Proposal.objects.values_list("by", "amount")) == {"platform": 2000, "seller": 500}
