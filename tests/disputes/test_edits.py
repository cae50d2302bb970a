"""N-05: the buyer edits the claim until a mediator takes over; every revision stays, and the rules of opening hold again."""

from datetime import timedelta

import pytest

from disputes import services as disputes
from disputes.models import Dispute, DisputeEvidence
from disputes.services import LineData
from marketplace.core.clock import sweep
from marketplace.core.errors import AlreadyDisputed, Forbidden, Invalid, TooEarly, TooLate, WrongState
from marketplace.notifications.models import Notice
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from tests import api, invariants, world
from tests.world import DAY

pytestmark = pytest.mark.django_db
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture
def dispute(clock):
    """Opened on 12 March for all of the 31.73 that was paid."""
    order = world.shipped(prices=(1173, 2000))
    clock.shift(11 * DAY)
    return world.a_dispute(order)


def again(dispute: Dispute) -> Dispute:
    return Dispute.objects.select_related("order__escrow", "order__policy", "claim").get(pk=dispute.pk)


def edit(dispute: Dispute, **wishes) -> Dispute:
    """The buyer edits: the same claim, but for the wishes."""
    disputes.edit_claim(dispute.pk, claim=world.claim_on(dispute.order, **wishes), by=world.buyer_of(dispute))
    return again(dispute)


@pytest.mark.rule("N-05")
def test_every_revision_is_kept_and_shown(dispute):
    edit(dispute, amount=2000)
    edit(dispute, amount=1500, reason="quality.fades")
    body = api.client_of(api.seller(dispute)).get(api.path(dispute)).json()
    asked = [
        (each["revision"], each["amount"]["amount"], each["reason"], len(each["lines"]))
        for each in body["claims"]
    ]
    assert asked == [
        (1, "31.73", "quality.poor_workmanship", 2),
        (2, "20.00", "quality.poor_workmanship", 2),
        (3, "15.00", "quality.fades", 2),
    ]
    assert (body["claim"]["revision"], body["claim"]["amount"]["amount"]) == (3, "15.00")


@pytest.mark.rule("N-05", "O-05")
def test_fewer_lines_release_the_rest_to_the_order_and_more_hold_it_again(dispute):
    first, second = dispute.order.lines.all()
    now = edit(dispute, lines=[LineData(first.public_id, 1)])
    assert (now.held, now.order.held_back, now.order.free_to_release) == (1173, 1173, 2000)
    invariants.check_all()
    now = edit(dispute, lines=[LineData(first.public_id, 1), LineData(second.public_id, 1)])
    assert (now.held, now.order.held_back) == (3173, 3173)
    invariants.check_all()


@pytest.mark.rule("N-05", "D-08")
def test_a_line_of_another_open_dispute_cannot_be_added(clock):
    order = world.shipped(prices=(1173, 2000))
    clock.shift(11 * DAY)
    first, second = order.lines.all()
    dispute = world.a_dispute(order, lines=[LineData(first.public_id, 1)])
    world.a_dispute(order, lines=[LineData(second.public_id, 1)])
    with pytest.raises(AlreadyDisputed):
        edit(dispute)
    assert again(dispute).claim.revision == 1


@pytest.mark.rule("N-05", "D-04", "D-06")
@pytest.mark.parametrize(
    "wish",
    [
        {"amount": 3174},
        {"amount": 31},
        {"description": "Too short."},
        {"received": False},
        {"reason": "no_fault.unwanted"},
        {"lines": []},
    ],
)
def test_the_rules_of_opening_hold_again(dispute, wish):
    before = invariants.fingerprint()
    with pytest.raises(Invalid):
        edit(dispute, **wish)
    assert (invariants.fingerprint(), again(dispute).claim.revision) == (before, 1)


@pytest.mark.rule("N-05", "D-03")
def test_not_received_has_its_own_time_whatever_the_dispute_was_opened_for(dispute):
    orders.record_tracking(
        dispute.order_id, code="in_destination_country", at=None, by=world.sender_of(dispute.order)
    )
    with pytest.raises(TooEarly):
        edit(dispute, received=False, reason="not_received.no_tracking")


@pytest.mark.rule("N-05")
def test_the_window_is_not_asked_again(clock):
    order = world.shipped()
    clock.shift(11 * DAY)
    orders.confirm_receipt(order.pk, by=world.buyer_of(order))
    clock.shift(15 * DAY - SECOND)
    dispute = world.a_dispute(order)
    clock.shift(DAY)
    assert edit(dispute, amount=500).claim.revision == 2


@pytest.mark.rule("N-05")
def test_an_edit_that_changes_nothing_is_refused(dispute):
    with pytest.raises(Invalid, match="Nothing is different"):
        edit(dispute)


@pytest.mark.rule("N-05", "D-07")
def test_files_are_added_and_none_is_taken_back(dispute, settings):
    from io import BytesIO

    from marketplace.evidence import services as evidence
    from tests.evidence import pictures

    by = world.buyer_of(dispute)
    assert dispute.no_evidence_yet
    photo = evidence.take(
        BytesIO(pictures.jpeg()), name="seam.jpg", by=by, limits=evidence.limits_now()
    ).public_id
    assert not edit(dispute, evidence=(photo,)).no_evidence_yet
    edit(dispute, amount=900)
    assert DisputeEvidence.objects.filter(dispute=dispute).count() == 1


# -- the seller's time ----------------------------------------------------------------------------------------------


@pytest.mark.rule("N-01", "N-05")
@pytest.mark.parametrize(
    ("edited_after", "due_after"),
    [
        (DAY, 5 * DAY),  # there is more than 48 hours left
        (3 * DAY, 5 * DAY),  # exactly 48 hours
        (3 * DAY + SECOND, 5 * DAY + SECOND),
        (5 * DAY - SECOND, 7 * DAY - SECOND),
    ],
)
def test_the_seller_keeps_at_least_48_hours_to_answer(dispute, clock, edited_after, due_after):
    clock.shift(edited_after)
    now = edit(dispute, amount=2000)
    assert (now.state, now.due_verb) == ("awaiting_seller", "grant_claim")
    assert now.due_at - now.opened_at == due_after
    clock.move_to(now.due_at - SECOND)
    assert not sweep()
    clock.move_to(now.due_at)
    assert sweep() == {"dispute.grant_claim": 1}
    assert again(dispute).settled_amount == 2000


@pytest.mark.rule("N-02", "N-05")
def test_an_edit_never_reaches_past_the_end_of_negotiation(dispute, clock):
    clock.shift(4 * DAY)
    edit(dispute, amount=2000)  # due on the 6th day
    clock.shift(DAY + 12 * HOUR)
    now = edit(dispute, amount=1900)
    assert (now.state, now.due_verb, now.due_at) == ("awaiting_seller", "escalate", now.opened_at + 7 * DAY)
    clock.move_to(now.due_at)
    assert sweep() == {"dispute.escalate": 1}


@pytest.mark.rule("N-01", "N-05")
def test_once_answered_an_edit_leaves_the_negotiation_as_it_is(dispute, clock):
    disputes.refuse_claim(dispute.pk, note="No.", by=world.seller_of(dispute))
    clock.shift(6 * DAY)
    now = edit(dispute, amount=100)
    assert (now.state, now.due_at) == ("negotiation", now.opened_at + 7 * DAY)


@pytest.mark.rule("M-01", "N-05")
@pytest.mark.parametrize("late", [timedelta(0), SECOND])
def test_from_the_mediator_on_nothing_is_edited(dispute, clock, late):
    disputes.refuse_claim(dispute.pk, note="No.", by=world.seller_of(dispute))
    clock.shift(7 * DAY + late)
    with pytest.raises(TooLate):
        edit(dispute, amount=100)
    sweep()
    with pytest.raises(WrongState):
        edit(dispute, amount=100)
    assert "edit_claim" not in again(dispute).verbs_for(world.buyer_of(dispute))


@pytest.mark.rule("N-05")
def test_only_the_buyer_edits(dispute):
    for actor in (world.seller_of(dispute), world.acting(world.person("", "mediator"))):
        with pytest.raises(Forbidden):
            disputes.edit_claim(dispute.pk, claim=world.claim_on(dispute.order, amount=100), by=actor)


# -- offers and notices ---------------------------------------------------------------------------------------------


@pytest.mark.rule("N-03", "N-05")
def test_an_edit_makes_open_offers_stale(dispute):
    disputes.make_offer(dispute.pk, remedy="refund", by=world.seller_of(dispute))
    disputes.make_offer(dispute.pk, remedy="refund", by=world.buyer_of(dispute))
    edit(dispute, amount=2000)
    assert set(dispute.offers.values_list("status", flat=True)) == {"stale"}


@pytest.mark.rule("N-05", "F-01")
def test_the_seller_is_told_what_is_asked_now_and_until_when(dispute):
    edit(dispute, amount=2000)
    notice = Notice.objects.filter(recipient=api.seller(dispute)).latest("pk")
    assert notice.subject.startswith("The buyer changed the request: answer by")
    assert "US$20.00" in notice.text and notice.needs_you
    assert notice.due_at == again(dispute).due_at


@pytest.mark.rule("X-06", "N-05")
def test_an_order_that_released_the_rest_meanwhile_cannot_be_held_for_more(clock):
    order = world.shipped(prices=(1173, 2000))
    clock.shift(11 * DAY)
    first = order.lines.first()
    orders.confirm_receipt(order.pk, by=world.buyer_of(order))
    clock.shift(12 * DAY)
    dispute = world.a_dispute(order, lines=[LineData(first.public_id, 1)])
    clock.shift(3 * DAY)
    sweep()
    assert Order.objects.get(pk=order.pk).free_to_release == 0
    with pytest.raises((WrongState, AlreadyDisputed)):
        edit(dispute)
    invariants.check_all()
