"""N-02, N-06, N-09: asking for a mediator by hand; giving up at once, or once the money or the parcel has come."""

from datetime import timedelta

import pytest

from disputes import services as disputes
from disputes.models import Dispute
from marketplace.core.clock import sweep
from marketplace.core.errors import Forbidden, Invalid, TooLate, WrongState
from marketplace.notifications.models import Notice
from tests import api, invariants, pages, world
from tests.world import DAY

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def dispute(clock):
    order = world.shipped()
    clock.shift(11 * DAY)
    return world.a_dispute(order)


def again(dispute: Dispute) -> Dispute:
    return Dispute.objects.select_related("order__escrow", "order__policy", "claim").get(pk=dispute.pk)


def wait_for(dispute: Dispute, condition: str = "money") -> Dispute:
    disputes.cancel_conditionally(dispute.pk, condition=condition, by=world.buyer_of(dispute))
    return again(dispute)


# -- on a condition -------------------------------------------------------------------------------------------------


@pytest.mark.rule("N-09")
def test_while_the_buyer_waits_the_escrow_stays_held_and_both_sides_see_until_when(dispute, clock):
    clock.shift(2 * DAY)
    now = wait_for(dispute)
    assert (now.state, now.phase, now.order.held_back) == ("awaiting_seller", "giving_up", 1173)
    assert (now.due_verb, now.due_at) == ("resume", now.opened_at + 9 * DAY)
    for person in (dispute.buyer, api.seller(dispute)):
        body = api.client_of(person).get(api.path(dispute)).json()
        assert body["cancel_on"] == {
            "condition": "money",
            "since": "2026-03-14T10:00:00Z",
            "until": "2026-03-21T10:00:00Z",
        }
        assert body["next_default"]["action"] == "resume"
        words = pages.words(pages.client_of(person).get(f"/disputes/{dispute.public_id}/"))
        assert "it goes on where it stood" in words and "21 March 2026" in words
    told = Notice.objects.filter(recipient=api.seller(dispute)).latest("pk")
    assert "21 March 2026" in told.text


@pytest.mark.rule("N-09")
def test_unless_the_buyer_confirms_it_goes_on_where_it_stood_with_all_deadlines_moved(dispute, clock):
    clock.shift(2 * DAY)
    wait_for(dispute)
    clock.shift(7 * DAY - SECOND)
    assert not sweep()
    clock.shift(SECOND)
    assert sweep() == {"dispute.resume": 1}
    now = again(dispute)
    assert (now.state, now.due_verb, now.due_at) == (
        "awaiting_seller",
        "grant_claim",
        now.opened_at + 12 * DAY,
    )
    assert now.negotiation_ends_at == now.opened_at + 14 * DAY
    clock.move_to(now.due_at)
    assert sweep() == {"dispute.grant_claim": 1}
    invariants.check_all()


@pytest.mark.rule("N-09")
def test_the_buyer_goes_on_earlier_and_only_the_time_that_rested_is_added(dispute, clock):
    clock.shift(2 * DAY)
    wait_for(dispute, "parcel")
    clock.shift(3 * DAY)
    disputes.resume(dispute.pk, by=world.buyer_of(dispute))
    assert again(dispute).due_at == again(dispute).opened_at + 8 * DAY


@pytest.mark.rule("N-09")
@pytest.mark.parametrize(("late", "possible"), [(-SECOND, True), (timedelta(0), False), (SECOND, False)])
def test_the_buyer_confirms_until_the_very_second(dispute, clock, late, possible):
    wait_for(dispute)
    clock.shift(7 * DAY + late)
    if possible:
        disputes.cancel(dispute.pk, by=world.buyer_of(dispute))
        assert again(dispute).state == "cancelled"
        invariants.check_all()
    else:
        with pytest.raises(TooLate):
            disputes.cancel(dispute.pk, by=world.buyer_of(dispute))


@pytest.mark.rule("N-09")
def test_once_in_a_dispute(dispute):
    wait_for(dispute)
    disputes.resume(dispute.pk, by=world.buyer_of(dispute))
    with pytest.raises(WrongState):
        wait_for(dispute)
    assert "cancel_conditionally" not in again(dispute).verbs_for(world.buyer_of(dispute))


@pytest.mark.rule("N-09")
def test_all_else_rests_but_the_seller_may_still_agree(dispute):
    disputes.make_offer(dispute.pk, remedy="refund", by=world.buyer_of(dispute))
    wait_for(dispute)
    seller, buyer = world.seller_of(dispute), world.buyer_of(dispute)
    for act in (
        lambda: disputes.refuse_claim(dispute.pk, note="No.", by=seller),
        lambda: disputes.make_offer(dispute.pk, remedy="refund", by=seller),
        lambda: disputes.edit_claim(dispute.pk, claim=world.claim_on(dispute.order, amount=500), by=buyer),
    ):
        with pytest.raises(WrongState, match="rests"):
            act()
    assert set(again(dispute).verbs_for(seller)) == {
        "accept_claim",
        "accept_offer",
        "send_message",
        "provide_evidence",
    }
    disputes.accept_claim(dispute.pk, by=seller)
    now = again(dispute)
    assert (now.state, now.is_open, now.cancel_by) == ("resolved", False, None)
    invariants.check_all()


@pytest.mark.rule("N-05", "N-09")
def test_the_48_hours_after_an_edit_rest_too(dispute, clock):
    clock.shift(4 * DAY)
    disputes.edit_claim(
        dispute.pk, claim=world.claim_on(dispute.order, amount=500), by=world.buyer_of(dispute)
    )
    wait_for(dispute)
    clock.shift(DAY)
    disputes.resume(dispute.pk, by=world.buyer_of(dispute))
    assert again(dispute).due_at == again(dispute).opened_at + 7 * DAY


@pytest.mark.rule("N-09")
def test_only_the_buyer_and_only_for_the_money_or_the_parcel(dispute):
    with pytest.raises(Forbidden):
        disputes.cancel_conditionally(dispute.pk, condition="money", by=world.seller_of(dispute))
    with pytest.raises(Invalid):
        wait_for(dispute, "coupon")
    with pytest.raises(WrongState):
        disputes.resume(dispute.pk, by=world.buyer_of(dispute))


@pytest.mark.rule("N-06", "N-09")
def test_one_address_of_the_api_for_both_ways_of_giving_up(dispute):
    client = api.client_of(dispute.buyer)
    answer = client.post(api.path(dispute, "cancel"), {"condition": "parcel"})
    assert (answer.status_code, answer.json()["status"]) == (200, "awaiting_seller")
    assert client.post(api.path(dispute, "cancel")).json()["status"] == "cancelled"


# -- at once --------------------------------------------------------------------------------------------------------


@pytest.mark.rule("N-06", "D-08")
@pytest.mark.parametrize(
    ("policy", "words"),
    [("default", "once more until"), ("classic", "You cannot open a dispute about this again.")],
)
def test_cancelling_warns_what_is_lost(clock, policy, words):
    order = world.shipped(policy=policy)
    clock.shift(11 * DAY)
    dispute = world.a_dispute(order)
    page = pages.client_of(dispute.buyer).get(f"/disputes/{dispute.public_id}/cancel/")
    said = pages.words(page)
    assert "you give up US$11.73" in said and words in said
    assert "Close it only when it has" in said


@pytest.mark.rule("N-06")
def test_cancelling_closes_open_offers(dispute):
    disputes.make_offer(dispute.pk, remedy="refund", by=world.seller_of(dispute))
    disputes.cancel(dispute.pk, by=world.buyer_of(dispute))
    assert dispute.offers.get().status == "stale"


# -- a mediator by hand ---------------------------------------------------------------------------------------------


@pytest.fixture
def classic(clock):
    order = world.shipped(policy="classic")
    clock.shift(11 * DAY)
    return world.a_dispute(order)


@pytest.mark.rule("N-02")
@pytest.mark.parametrize("answer", ["refused", "countered"])
def test_under_classic_the_buyer_asks_for_a_mediator_once_the_seller_refused_or_countered(classic, answer):
    buyer, seller = world.buyer_of(classic), world.seller_of(classic)
    with pytest.raises(Forbidden):
        disputes.escalate(classic.pk, by=buyer)
    if answer == "refused":
        disputes.refuse_claim(classic.pk, note="No.", by=seller)
    else:
        disputes.make_offer(classic.pk, remedy="refund", by=seller)
    page = pages.client_of(classic.buyer).get(f"/disputes/{classic.public_id}/")
    assert "Ask a mediator" in pages.words(page)
    disputes.escalate(classic.pk, by=buyer)
    now = again(classic)
    assert (now.state, now.escalated_at) == ("mediation", now.opened_at)
    assert not classic.offers.filter(status="open").exists()


@pytest.mark.rule("N-02")
def test_by_default_nobody_asks_by_hand(dispute):
    disputes.refuse_claim(dispute.pk, note="No.", by=world.seller_of(dispute))
    with pytest.raises(Forbidden):
        disputes.escalate(dispute.pk, by=world.buyer_of(dispute))


@pytest.mark.rule("N-02")
def test_under_classic_too_the_seller_never_does(classic):
    disputes.refuse_claim(classic.pk, note="No.", by=world.seller_of(classic))
    with pytest.raises(Forbidden):
        disputes.escalate(classic.pk, by=world.seller_of(classic))


@pytest.mark.rule("M-09", "N-09")
def test_a_pause_in_mediation_moves_the_mediators_dates_and_one_before_it_does_not(clock):
    before, during = (world.shipped() for _ in range(2))
    clock.shift(11 * DAY)
    before, during = world.a_dispute(before), world.a_dispute(during)
    wait_for(before)
    clock.shift(2 * DAY)
    disputes.resume(before.pk, by=world.buyer_of(before))
    for each in (before, during):
        disputes.refuse_claim(each.pk, note="It was fine.", by=world.seller_of(each))
    clock.shift(7 * DAY)
    sweep()
    wait_for(during)
    clock.shift(3 * DAY + SECOND)
    disputes.resume(during.pk, by=world.buyer_of(during))
    before, during = again(before), again(during)
    assert before.state == during.state == "mediation"
    assert (before.paused_for, during.paused_for) == (2 * DAY, 3 * DAY + SECOND)
    assert before.due_at == before.target_at == before.escalated_at + 15 * DAY
    assert before.latest_at == before.escalated_at + 60 * DAY
    assert during.due_at == during.target_at == during.escalated_at + 18 * DAY + SECOND
    assert during.latest_at == during.escalated_at + 63 * DAY + SECOND
