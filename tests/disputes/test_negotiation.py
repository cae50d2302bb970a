"""Section 4, first storey: the seller accepts, refuses or stays silent; nobody moves and a mediator takes over."""

from datetime import timedelta

import pytest
from django.utils import timezone

from disputes import services as disputes
from disputes.models import Dispute
from marketplace.core.clock import sweep
from marketplace.core.errors import Forbidden, Invalid, TooLate, VersionChanged, WrongState
from marketplace.notifications.models import Notice
from marketplace.orders.models import Order
from marketplace.payments.models import Refund
from tests import invariants, world
from tests.disputes.conftest import START
from tests.world import DAY

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def dispute(clock):
    """Opened on 12 March for all of 31.73 that was paid."""
    order = world.shipped(prices=(1173, 2000))
    clock.shift(11 * DAY)
    return world.a_dispute(order)


def again(dispute: Dispute) -> Dispute:
    return Dispute.objects.select_related("order__escrow", "order__policy", "claim").get(pk=dispute.pk)


OPENED = START + 11 * DAY


@pytest.mark.rule("N-04", "X-05")
def test_accepting_refunds_what_was_asked_and_releases_the_rest(clock):
    order = world.shipped(prices=(1173, 2000))
    clock.shift(11 * DAY)
    dispute = world.a_dispute(order, amount=1000)
    disputes.accept_claim(dispute.pk, by=world.seller_of(dispute))
    dispute = again(dispute)
    assert (dispute.state, dispute.outcome, dispute.reached_by) == (
        "resolved",
        "partly_refunded",
        "agreement",
    )
    escrow = dispute.order.escrow
    assert (escrow.refunded, escrow.released, escrow.held.minor) == (1000, 2173, 0)
    assert dispute.order.state == "completed"
    invariants.check_all()


@pytest.mark.rule("N-04")
def test_accepting_twice_is_refused_and_moves_nothing(dispute):
    disputes.accept_claim(dispute.pk, by=world.seller_of(dispute))
    before = invariants.fingerprint()
    with pytest.raises(WrongState):
        disputes.accept_claim(dispute.pk, by=world.seller_of(dispute))
    assert invariants.fingerprint() == before


@pytest.mark.rule("N-01", "Z-05")
def test_silence_grants_the_claim_as_asked_at_the_very_second(dispute, clock):
    default = dispute.next_default
    assert (default.at, default.action, default.waiting_for) == (OPENED + 5 * DAY, "grant_claim", "seller")
    assert (default.outcome.buyer.minor, default.outcome.seller.minor) == (3173, 0)
    clock.shift(5 * DAY - SECOND)
    assert not sweep()
    clock.shift(SECOND)
    assert sweep() == {"dispute.grant_claim": 1}
    dispute = again(dispute)
    assert (dispute.state, dispute.outcome, dispute.reached_by) == ("resolved", "refunded", "seller_silence")
    assert dispute.order.state == "closed"
    assert Refund.objects.get().amount == 3173
    assert not sweep()
    invariants.check_all()


@pytest.mark.rule("N-01", "Z-03")
@pytest.mark.parametrize("late", [timedelta(0), 3 * DAY])
def test_an_answer_at_or_after_the_deadline_is_too_late_however_late_the_worker(dispute, clock, late):
    clock.shift(5 * DAY + late)
    before = invariants.fingerprint()
    for answer in (
        lambda: disputes.accept_claim(dispute.pk, by=world.seller_of(dispute)),
        lambda: disputes.refuse_claim(dispute.pk, note="No.", by=world.seller_of(dispute)),
        lambda: disputes.cancel(dispute.pk, by=world.buyer_of(dispute)),
    ):
        with pytest.raises(TooLate) as refusal:
            answer()
        assert refusal.value.possible_until == OPENED + 5 * DAY
    assert invariants.fingerprint() == before
    assert dispute.verbs_for(world.seller_of(dispute)) == ["send_message"]


@pytest.mark.rule("N-01", "N-02")
def test_once_refused_silence_grants_nothing_and_a_mediator_takes_over_after_seven_days(dispute, clock):
    disputes.refuse_claim(dispute.pk, note="It was fine when we sent it.", by=world.seller_of(dispute))
    dispute = again(dispute)
    assert (dispute.state, dispute.due_at) == ("negotiation", OPENED + 7 * DAY)
    assert dispute.next_default.outcome is None
    clock.shift(7 * DAY - SECOND)
    assert not sweep()
    clock.shift(SECOND)
    assert sweep() == {"dispute.escalate": 1}
    dispute = again(dispute)
    assert (dispute.state, dispute.due_verb) == ("mediation", "")
    assert dispute.due_at == OPENED + 22 * DAY
    assert dispute.next_default.waiting_for == "mediator" and dispute.next_default.action is None
    assert Refund.objects.count() == 0


@pytest.mark.rule("N-02", "P-02")
def test_under_the_classic_policy_a_mediator_takes_over_after_fifteen_days(clock):
    order = world.shipped(policy="classic")
    clock.shift(11 * DAY)
    dispute = world.a_dispute(order)
    disputes.refuse_claim(dispute.pk, note="No.", by=world.seller_of(dispute))
    assert again(dispute).due_at == OPENED + 15 * DAY


@pytest.mark.rule("N-02")
def test_at_a_tie_the_mediator_wins(clock):
    from marketplace.core.policy import ProtectionPolicy

    ProtectionPolicy.objects.create(
        name="tight", status="published", published_at=START, seller_response_days=7
    )
    order = world.shipped(policy="tight")
    clock.shift(11 * DAY)
    dispute = world.a_dispute(order)
    clock.shift(7 * DAY)
    assert sweep() == {"dispute.escalate": 1}
    assert again(dispute).state == "mediation"


@pytest.mark.rule("N-02", "Z-03")
def test_after_an_outage_the_mediators_target_counts_from_the_deadline_not_from_the_run(dispute, clock):
    disputes.refuse_claim(dispute.pk, note="No.", by=world.seller_of(dispute))
    clock.shift(20 * DAY)
    sweep()
    dispute = again(dispute)
    assert dispute.escalated_at == dispute.entered_at == OPENED + 7 * DAY
    assert dispute.due_at == OPENED + 22 * DAY


@pytest.mark.rule("N-01")
def test_the_seller_may_still_accept_after_refusing(dispute):
    disputes.refuse_claim(dispute.pk, note="No.", by=world.seller_of(dispute))
    disputes.accept_claim(dispute.pk, by=world.seller_of(dispute))
    assert again(dispute).outcome == "refunded"


@pytest.mark.rule("N-01")
@pytest.mark.parametrize("note", ["", "   ", "x" * 2001])
def test_refusing_needs_a_reason_that_the_buyer_can_read(dispute, note):
    before = invariants.fingerprint()
    with pytest.raises(Invalid) as refusal:
        disputes.refuse_claim(dispute.pk, note=note, by=world.seller_of(dispute))
    assert refusal.value.errors[0].field == "note"
    assert invariants.fingerprint() == before


@pytest.mark.rule("N-06")
def test_the_buyer_may_cancel_and_the_money_is_the_orders_again(dispute):
    disputes.cancel(dispute.pk, by=world.buyer_of(dispute))
    order = Order.objects.select_related("escrow").get(pk=dispute.order_id)
    assert (again(dispute).state, order.held_back, order.escrow.held.minor) == ("cancelled", 0, 3173)
    invariants.check_all()


@pytest.mark.rule("N-06")
def test_a_buyer_who_cancels_after_the_window_gives_the_money_to_the_seller(dispute, clock):
    disputes.refuse_claim(dispute.pk, note="No.", by=world.seller_of(dispute))
    clock.shift(60 * DAY)
    sweep()
    disputes.cancel(dispute.pk, by=world.buyer_of(dispute))
    assert sweep() == {"order.release": 1}
    order = Order.objects.select_related("escrow").get(pk=dispute.order_id)
    assert (order.state, order.escrow.released) == ("completed", 3173)
    invariants.check_all()


@pytest.mark.rule("N-06", "Z-01")
def test_the_seller_never_cancels_and_staff_need_a_reason(dispute):
    with pytest.raises(Forbidden):
        disputes.cancel(dispute.pk, by=world.seller_of(dispute))
    mediator = world.acting(world.person("", "mediator"))
    with pytest.raises(Invalid):
        disputes.staff_cancel(dispute.pk, reason=" ", by=mediator)
    disputes.staff_cancel(dispute.pk, reason="Opened by mistake by our help desk.", by=mediator)
    assert again(dispute).state == "cancelled"


@pytest.mark.rule("Z-01")
@pytest.mark.parametrize("verb", ["accept_claim", "refuse_claim"])
def test_only_the_seller_of_this_order_answers(dispute, verb):
    act = {
        "accept_claim": disputes.accept_claim,
        "refuse_claim": lambda pk, by: disputes.refuse_claim(pk, note="No", by=by),
    }[verb]
    another_seller = world.acting(world.shop().members.get())
    for somebody in (world.buyer_of(dispute), another_seller, world.acting(world.person("", "mediator"))):
        before = invariants.fingerprint()
        with pytest.raises(Forbidden):
            act(dispute.pk, by=somebody)
        assert invariants.fingerprint() == before


@pytest.mark.rule("Z-01")
def test_somebody_who_sells_here_and_bought_there_has_the_role_of_each_case(dispute, clock):
    """A3: the role comes from the case's row, never from the person."""
    store = dispute.store
    member = store.members.get()
    other = world.shipped(buyer=member)
    clock.shift(11 * DAY)
    own = world.a_dispute(other)
    with pytest.raises(Forbidden):
        disputes.accept_claim(own.pk, by=world.acting(member))
    disputes.cancel(own.pk, by=world.acting(member))
    with pytest.raises(Forbidden):
        disputes.cancel(dispute.pk, by=world.acting(member))


@pytest.mark.rule("Z-06")
def test_acting_on_what_has_changed_meanwhile_is_refused(dispute):
    seen = world.seller_of(dispute).having_seen(dispute.version)
    disputes.refuse_claim(dispute.pk, note="No.", by=world.seller_of(dispute))
    with pytest.raises(VersionChanged):
        disputes.accept_claim(dispute.pk, by=seen)


@pytest.mark.rule("Z-02")
def test_every_change_writes_one_line_of_the_timeline(dispute, clock):
    disputes.refuse_claim(dispute.pk, note="No.", by=world.seller_of(dispute))
    clock.shift(7 * DAY)
    sweep()
    lines = [(e.verb, e.role, e.from_state, e.to_state) for e in dispute.events.all()]
    assert lines == [
        ("open", "buyer", "", "awaiting_seller"),
        ("refuse_claim", "seller", "awaiting_seller", "negotiation"),
        ("escalate", "system", "negotiation", "mediation"),
    ]


@pytest.mark.rule("Z-02")
def test_the_timeline_cannot_be_edited_or_deleted(dispute):
    from django.db import IntegrityError, transaction

    event = dispute.events.get()
    for tamper in (lambda: dispute.events.update(verb="nothing"), event.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            tamper()


@pytest.mark.rule("F-07")
def test_the_notice_is_written_with_what_it_tells_and_says_until_when(dispute):
    notice = Notice.objects.get(recipient=dispute.store.members.get(), case_id=dispute.public_id)
    assert notice.due_at == dispute.due_at and notice.needs_you
    assert "17 March 2026, 10:00 (UTC)" in notice.text
    assert not Notice.objects.filter(recipient=dispute.buyer, case_id=dispute.public_id).exists()


@pytest.mark.rule("F-02")
def test_nobody_but_its_parties_is_told(dispute):
    world.person("", "mediator")
    disputes.refuse_claim(dispute.pk, note="No.", by=world.seller_of(dispute))
    parties = {dispute.buyer_id, dispute.store.members.get().pk}
    assert set(Notice.objects.values_list("recipient", flat=True)) <= parties


@pytest.mark.rule("N-08")
def test_messages_stand_beside_the_evidence_never_in_it(dispute):
    disputes.send_message(dispute.pk, text="Can you show a photo?", by=world.seller_of(dispute))
    assert dispute.thread.messages.get().role == "seller"
    assert dispute.exhibits.count() == 0
    assert timezone.now() == dispute.thread.messages.get().sent_at


@pytest.mark.rule("F-07")
def test_a_notice_asks_for_nothing_once_the_person_has_acted(dispute):
    seller = dispute.store.members.get()
    notices = Notice.objects.filter(recipient=seller, case_id=dispute.public_id)
    assert notices.filter(needs_you=True).count() == 1
    disputes.refuse_claim(dispute.pk, note="No.", by=world.seller_of(dispute))
    assert notices.filter(needs_you=True).count() == 0
