"""Sections 6 and 7: a mediator takes a case and decides it; the money moves once, exactly as shown."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from disputes import services as disputes
from disputes.models import Decision, Dispute
from marketplace.core.clock import sweep
from marketplace.core.errors import Forbidden, Invalid, WrongState
from marketplace.core.money import Money
from marketplace.notifications.models import Notice
from marketplace.payments.models import Refund
from tests import invariants, world
from tests.disputes.conftest import START
from tests.world import DAY

pytestmark = pytest.mark.django_db
FACTS = "The photos show a torn seam. The seller sent no proof that it was fine."


def mediator(*groups: str):
    return world.acting(world.person("", *(groups or ("mediator",))))


def again(dispute: Dispute) -> Dispute:
    return Dispute.objects.select_related("order__escrow", "order__policy", "claim").get(pk=dispute.pk)


def in_mediation(clock, **wishes) -> Dispute:
    order = world.shipped(**wishes)
    clock.shift(11 * DAY)
    dispute = world.a_dispute(order)
    disputes.refuse_claim(dispute.pk, note="It was fine.", by=world.seller_of(dispute))
    clock.shift(7 * DAY)
    sweep()
    return again(dispute)


def decide(dispute: Dispute, outcome: str, by, amount: int | None = None, **more) -> Dispute:
    asked = None if amount is None else Money(amount, dispute.currency)
    reasons = {"reason_code": "quality.poor_workmanship", "facts": FACTS, **more}
    return disputes.adjudicate(dispute.pk, outcome=outcome, amount=asked, by=by, **reasons)


@pytest.fixture
def dispute(clock):
    return in_mediation(clock, prices=(1173, 2000))


@pytest.mark.rule("M-06", "X-05")
@pytest.mark.parametrize(
    ("outcome", "amount", "refunded", "released", "order_state"),
    [
        ("refunded", None, 3173, 0, "closed"),
        ("refunded", 3173, 3173, 0, "closed"),
        ("partly_refunded", 1, 1, 3172, "completed"),
        ("partly_refunded", 1587, 1587, 1586, "completed"),
        ("partly_refunded", 3172, 3172, 1, "completed"),
        ("no_refund", None, 0, 3173, "completed"),
        ("no_refund", 0, 0, 3173, "completed"),
    ],
)
def test_a_decision_moves_what_it_says_to_the_cent(dispute, outcome, amount, refunded, released, order_state):
    by = mediator()
    disputes.assign(dispute.pk, by=by)
    decide(dispute, outcome, by, amount)
    dispute = again(dispute)
    assert (dispute.state, dispute.outcome, dispute.reached_by) == ("resolved", outcome, "decision")
    escrow = dispute.order.escrow
    assert (escrow.refunded, escrow.released, dispute.order.state) == (refunded, released, order_state)
    assert sum(refund.amount for refund in Refund.objects.all()) == refunded
    invariants.check_all()


@pytest.mark.rule("M-06")
@pytest.mark.parametrize(
    ("outcome", "amount", "more", "field"),
    [
        ("partly_refunded", None, {}, "amount"),
        ("partly_refunded", 0, {}, "amount"),
        ("partly_refunded", -1, {}, "amount"),
        ("partly_refunded", 3173, {}, "amount"),
        ("refunded", 3172, {}, "amount"),
        ("no_refund", 5, {}, "amount"),
        ("returned_and_refunded", 3174, {}, "amount"),
        ("everything", None, {}, "outcome"),
        ("refunded", None, {"facts": "  "}, "facts"),
        ("refunded", None, {"reason_code": "because"}, "reason_code"),
        ("refunded", None, {"return_shipping_paid_by": "the moon"}, "return_shipping_paid_by"),
        (
            "refunded",
            None,
            {"evidence_cited": [{"evidence": "evd_other", "considered": True}]},
            "evidence_cited",
        ),
    ],
)
def test_a_decision_that_does_not_fit_is_refused_and_moves_nothing(dispute, outcome, amount, more, field):
    by = mediator()
    disputes.assign(dispute.pk, by=by)
    before = invariants.fingerprint()
    with pytest.raises(Invalid) as refusal:
        decide(dispute, outcome, by, amount, **more)
    assert [error.field for error in refusal.value.errors] == [field]
    assert invariants.fingerprint() == before


@pytest.mark.rule("M-06")
def test_an_amount_in_another_currency_is_refused(dispute):
    by = mediator()
    disputes.assign(dispute.pk, by=by)
    with pytest.raises(Invalid, match="USD"):
        disputes.adjudicate(
            dispute.pk,
            outcome="partly_refunded",
            amount=Money(100, "EUR"),
            reason_code="counterfeit.brand",
            facts=FACTS,
            by=by,
        )


@pytest.mark.rule("M-02")
def test_two_mediators_never_hold_one_case(dispute):
    first, second = mediator(), mediator()
    disputes.assign(dispute.pk, by=first)
    with pytest.raises(WrongState):
        disputes.assign(dispute.pk, by=second)
    with pytest.raises(Forbidden):
        decide(dispute, "refunded", second)
    disputes.release(dispute.pk, by=first)
    disputes.assign(dispute.pk, by=second)
    assert again(dispute).mediator_id == second.user_id


@pytest.mark.rule("M-02")
def test_the_queue_gives_the_earliest_deadline_first_and_never_an_own_case(clock):
    own = world.person("", "mediator")
    bought, sold = in_mediation(clock, buyer=own), in_mediation(clock, store=world.shop(own))
    first, second = in_mediation(clock), in_mediation(clock)
    taken = [disputes.take_next(by=world.acting(own)) for _ in range(3)]
    assert [case and case.pk for case in taken] == [first.pk, second.pk, None]
    for case in (bought, sold):
        with pytest.raises(Forbidden):
            disputes.assign(case.pk, by=world.acting(own))


@pytest.mark.rule("M-02", "Z-01")
def test_only_mediators_take_and_decide(dispute):
    for somebody in (
        world.buyer_of(dispute),
        world.seller_of(dispute),
        world.acting(world.person("", "moderator")),
        world.acting(world.person()),
    ):
        with pytest.raises(Forbidden):
            disputes.assign(dispute.pk, by=somebody)
        with pytest.raises(Forbidden):
            decide(dispute, "refunded", somebody)


@pytest.mark.rule("M-07")
def test_a_decision_keeps_its_reasons_and_is_never_changed(dispute):
    by = mediator()
    disputes.assign(dispute.pk, by=by)
    decide(dispute, "partly_refunded", by, 1000)
    decision = Decision.objects.get(dispute=dispute)
    assert (decision.facts, decision.amount, decision.mediator_id) == (FACTS, 1000, by.user_id)
    for tamper in (lambda: Decision.objects.update(amount=3000), decision.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            tamper()
    told = set(Notice.objects.filter(subject="The mediator decided").values_list("recipient", flat=True))
    assert told == {dispute.buyer_id, dispute.store.members.get().pk}


@pytest.mark.rule("M-08")
@pytest.mark.parametrize(("price", "waits"), [(50000, False), (50001, True)])
def test_above_the_limit_the_money_waits_for_a_second_mediator(clock, price, waits):
    dispute = in_mediation(clock, prices=(price,))
    first, second = mediator(), mediator()
    disputes.assign(dispute.pk, by=first)
    decide(dispute, "refunded", first)
    dispute = again(dispute)
    assert dispute.state == ("awaiting_approval" if waits else "resolved")
    assert Refund.objects.exists() is not waits
    if not waits:
        return
    assert not Notice.objects.filter(subject="The mediator decided").exists()
    with pytest.raises(Forbidden):
        disputes.approve(dispute.pk, by=first)
    disputes.approve(dispute.pk, by=second)
    dispute = again(dispute)
    assert (dispute.state, dispute.order.escrow.refunded) == ("resolved", price)
    invariants.check_all()


@pytest.mark.rule("M-08")
def test_a_second_mediator_may_send_it_back_and_no_money_has_moved(clock):
    dispute = in_mediation(clock, prices=(60000,))
    first, second = mediator(), mediator("lead_mediator")
    disputes.assign(dispute.pk, by=first)
    decide(dispute, "refunded", first)
    with pytest.raises(Invalid):
        disputes.reject_approval(dispute.pk, note=" ", by=second)
    disputes.reject_approval(dispute.pk, note="The video was not looked at.", by=second)
    dispute = again(dispute)
    assert (dispute.state, dispute.mediator_id, dispute.order.escrow.held.minor) == (
        "mediation",
        first.user_id,
        60000,
    )
    decide(dispute, "partly_refunded", first, 40000)
    assert again(dispute).state == "resolved"
    invariants.check_all()


@pytest.mark.rule("M-08")
@pytest.mark.parametrize(
    ("currency", "minor", "rates", "waits"),
    [
        ("BRL", 100, {}, True),
        ("BRL", 250000, {"BRL": "0.2"}, False),
        ("BRL", 250001, {"BRL": "0.2"}, True),
        ("JPY", 71000, {"JPY": "0.007"}, False),
        ("JPY", 72000, {"JPY": "0.007"}, True),
    ],
)
def test_other_currencies_are_measured_by_the_policys_rates(clock, currency, minor, rates, waits):
    from marketplace.core.policy import ProtectionPolicy

    policy = ProtectionPolicy(approval_rates=rates)
    assert policy.needs_approval(Money(minor, currency)) is waits


@pytest.mark.rule("M-09")
def test_nothing_is_decided_by_a_clock_in_mediation(dispute, clock):
    assert dispute.due_at == START + 11 * DAY + 7 * DAY + 15 * DAY
    clock.shift(100 * DAY)
    sweep()
    assert again(dispute).state == "mediation"
    by = mediator()
    disputes.assign(dispute.pk, by=by)
    assert decide(dispute, "no_refund", by).state == "resolved"


@pytest.mark.rule("X-01", "X-05")
def test_a_refund_goes_back_to_each_payment_in_proportion(clock):
    order = world.an_order(prices=(1000,), payments=(333, 667))
    world.shipped(order)
    clock.shift(11 * DAY)
    dispute = world.a_dispute(order, amount=500)
    disputes.accept_claim(dispute.pk, by=world.seller_of(dispute))
    refunds = Refund.objects.filter(cause=f"dispute:{dispute.public_id}").order_by("pk")
    assert [refund.amount for refund in refunds] == [167, 333]
    invariants.check_all()


@pytest.mark.rule("X-03")
def test_the_buyer_is_told_between_which_dates_the_money_comes(dispute):
    by = mediator()
    disputes.assign(dispute.pk, by=by)
    decide(dispute, "refunded", by)
    refund = Refund.objects.get()
    assert refund.status == "decided"
    assert refund.expected_from > refund.decided_at.date() + timedelta(days=2)
    assert refund.expected_to > refund.expected_from + timedelta(days=20)
