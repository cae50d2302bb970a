"""Section 3: who may open a dispute, when, about what, and for how much."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from disputes import services as disputes
from disputes.models import Dispute, DisputeLine, Draft
from disputes.reasons import REASONS
from disputes.services import LineData
from marketplace.core.clock import sweep
from marketplace.core.errors import AlreadyDisputed, DomainError, Forbidden, Invalid, TooEarly, TooLate
from marketplace.core.money import Money
from marketplace.core.policy import ProtectionPolicy
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.sanctions import services as sanctions
from tests import invariants, world
from tests.disputes.conftest import START
from tests.sanctions.imposing import imposed
from tests.world import DAY

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
NOT_RECEIVED = {"received": False, "reason": "not_received.no_tracking"}


def refused(order: Order, error: type[DomainError], **wishes):
    """Opening is refused with that error, and leaves no row behind."""
    before = invariants.fingerprint()
    with pytest.raises(error) as refusal, transaction.atomic():
        world.a_dispute(order, **wishes)
    assert invariants.fingerprint() == before
    return refusal.value


@pytest.fixture
def order(clock):
    """Shipped on 1 March, promised for 31 March, and eleven days later."""
    found = world.shipped(prices=(1173, 2000), quantities=(1, 4), shipping=(300, 100))
    clock.shift(11 * DAY)
    return found


@pytest.mark.rule("D-01")
def test_the_buyer_disputes_some_lines_with_quantities(order):
    second = order.lines.last()
    dispute = world.a_dispute(order, lines=[LineData(second.public_id, 3)])
    assert [(line.order_line, line.quantity) for line in dispute.lines.all()] == [(second, 3)]
    assert (dispute.state, dispute.held, dispute.version) == ("awaiting_seller", 1500, 1)
    invariants.check_all()


@pytest.mark.rule("D-01", "Z-01")
def test_nobody_but_the_buyer_opens_one(order):
    for somebody in (
        world.seller_of(order),
        world.acting(world.person()),
        world.acting(world.person("", "mediator")),
    ):
        with pytest.raises(Forbidden):
            disputes.open_dispute(order.pk, claim=world.claim_on(order), by=somebody)


@pytest.mark.rule("D-02")
def test_from_the_eleventh_day_after_shipment_to_the_second(clock):
    order = world.shipped()
    clock.shift(10 * DAY - SECOND)
    assert refused(order, TooEarly).possible_from == START + 10 * DAY
    clock.shift(SECOND)
    assert world.a_dispute(order).state == "awaiting_seller"


@pytest.mark.rule("D-02")
@pytest.mark.parametrize("by_hand", [True, False])
def test_until_fifteen_days_after_receipt_was_confirmed_to_the_second(clock, by_hand):
    order = world.shipped(promised_in=30 * DAY)
    other = world.shipped(promised_in=30 * DAY)
    if by_hand:
        clock.shift(12 * DAY)
        for each in (order, other):
            orders.confirm_receipt(each.pk, by=world.buyer_of(each))
    ends = (START + 12 * DAY if by_hand else START + 30 * DAY) + 15 * DAY
    clock.move_to(ends - SECOND)
    assert world.a_dispute(order).state == "awaiting_seller"
    clock.shift(SECOND)
    assert refused(other, TooLate).possible_until == ends


@pytest.mark.rule("D-02", "Z-03")
def test_the_window_does_not_depend_on_a_worker_having_run(clock):
    order, swept = world.shipped(), world.shipped()
    clock.shift(44 * DAY)
    sweep()
    assert Order.objects.get(pk=swept.pk).confirmed_at
    Order.objects.filter(pk=order.pk).update(confirmed_at=None)
    assert world.a_dispute(order).order_id == order.pk
    assert world.a_dispute(swept).order_id == swept.pk


@pytest.mark.rule("D-02")
def test_the_wait_may_apply_to_not_received_only(clock):
    ProtectionPolicy.objects.create(
        name="patient", status="published", published_at=START, dispute_wait_applies_to="not_received"
    )
    order = world.shipped(policy="patient", prices=(100, 200))
    first, second = order.lines.all()
    clock.shift(2 * DAY)
    refused(order, TooEarly, lines=[LineData(first.public_id, 1)], **NOT_RECEIVED)
    assert world.a_dispute(order, lines=[LineData(second.public_id, 1)])


@pytest.mark.rule("D-02")
def test_payment_problems_at_once_after_payment(clock):
    order = world.an_order(paid=False)
    refused(order, TooEarly, reason="payment.charged_twice")
    world.pay(order, 1173)
    dispute = world.a_dispute(order, reason="payment.charged_twice", amount=600)
    disputes.accept_claim(dispute.pk, by=world.seller_of(dispute))
    order = Order.objects.select_related("escrow").get(pk=order.pk)
    # not shipped yet: the rest stays in escrow, the seller has not earned it
    assert (order.state, order.escrow.refunded, order.escrow.released, order.escrow.held.minor) == (
        "paid",
        600,
        0,
        573,
    )
    invariants.check_all()


@pytest.mark.rule("D-02", "D-05")
def test_never_sent_may_be_claimed_once_the_sellers_time_to_ship_has_passed(clock):
    order = world.an_order()
    never = {"received": False, "reason": "not_received.never_sent"}
    clock.shift(10 * DAY - SECOND)
    assert refused(order, TooEarly, **never).possible_from == START + 10 * DAY
    clock.shift(SECOND)
    dispute = world.a_dispute(order, **never)
    disputes.accept_claim(dispute.pk, by=world.seller_of(dispute))
    assert Order.objects.get(pk=order.pk).state == "closed"
    invariants.check_all()


@pytest.mark.rule("D-02", "D-05")
def test_before_payment_nobody_can_say_when_never_sent_becomes_possible(clock):
    order = world.an_order(paid=False)
    assert refused(order, TooEarly, received=False, reason="not_received.never_sent").possible_from is None


@pytest.mark.rule("D-03")
@pytest.mark.parametrize("code", ["in_destination_country", "out_for_delivery", "delivered"])
def test_not_received_waits_while_the_parcel_is_in_the_country(clock, code):
    order, other = world.shipped(), world.shipped()
    clock.shift(12 * DAY)
    for each in (order, other):
        orders.record_tracking(each.pk, code=code, at=None, by=world.sender_of(each))
    near_end = order.protection_ends_at - 3 * DAY
    assert refused(order, TooEarly, **NOT_RECEIVED).possible_from == near_end
    assert world.a_dispute(other, received=True)  # what came may be disputed now
    clock.move_to(near_end - SECOND)
    refused(order, TooEarly, **NOT_RECEIVED)
    clock.shift(SECOND)
    assert world.a_dispute(order, **NOT_RECEIVED)


@pytest.mark.rule("D-03")
def test_a_parcel_on_its_way_or_sent_back_is_not_in_the_country(clock):
    order, back = world.shipped(), world.shipped()
    clock.shift(12 * DAY)
    orders.record_tracking(order.pk, code="in_transit", at=None, by=world.sender_of(order))
    orders.record_tracking(back.pk, code="in_destination_country", at=None, by=world.sender_of(back))
    clock.shift(DAY)
    orders.record_tracking(back.pk, code="returned", at=None, by=world.sender_of(back))
    assert world.a_dispute(order, **NOT_RECEIVED)
    assert world.a_dispute(back, received=False, reason="not_received.returned_by_carrier")


@pytest.mark.rule("D-04")
@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({"received": False, "reason": "not_received.customs", "remedy": "return_and_refund"}, "remedy"),
        ({"reason": "no_fault.unwanted", "remedy": "refund"}, "remedy"),
        ({"remedy": "repair"}, "remedy"),
        ({"remedy": "replacement"}, "remedy"),
        ({"reason": "not_received.customs"}, "reason"),
        ({"received": False}, "reason"),
        ({"reason": "nonsense"}, "reason"),
        ({"description": "x" * 19}, "description"),
        ({"description": " " * 30 + "short"}, "description"),
        ({"description": "x" * 2001}, "description"),
        ({"lines": []}, "lines"),
        ({"lines": [LineData("lin_nothing", 1)]}, "lines"),
        ({"amount": Money(100, "EUR")}, "amount"),
        ({"amount": -5}, "amount"),
        ({"amount": 0}, "amount"),
        ({"amount": 3174}, "amount"),
        ({"amount": 31}, "amount"),
        ({"evidence": ["evd_nothing"]}, "evidence"),
    ],
)
def test_a_claim_that_does_not_fit_is_refused_with_its_field(order, wishes, field):
    refusal = refused(order, Invalid, **wishes)
    assert [error.field for error in refusal.errors] == [field]
    assert all(error.message.endswith(".") for error in refusal.errors)


@pytest.mark.rule("D-04")
def test_all_that_does_not_fit_is_said_at_once(order):
    refusal = refused(order, Invalid, lines=[], reason="", remedy="", description="")
    assert {error.field for error in refusal.errors} == {"lines", "reason", "remedy", "description"}


@pytest.mark.rule("D-04")
@pytest.mark.parametrize("quantity", [0, 5, -1])
def test_quantities_are_those_bought(order, quantity):
    refused(order, Invalid, lines=[LineData(order.lines.last().public_id, quantity)])


@pytest.mark.rule("D-04")
def test_the_same_line_named_twice_is_refused(order):
    line = LineData(order.lines.first().public_id, 1)
    refused(order, Invalid, lines=[line, line])


@pytest.mark.rule("D-04", "D-06")
@pytest.mark.parametrize("amount", [32, 3173])
def test_a_claim_is_one_to_a_hundred_percent(order, amount):
    assert world.a_dispute(order, amount=amount).claim.amount == amount


@pytest.mark.rule("D-05")
def test_every_reason_has_words_a_guide_and_a_side_at_fault():
    assert len(REASONS) == 27
    for reason in REASONS.values():
        assert str(reason.label) and reason.guide and reason.fault in {"seller", "buyer", "carrier", "nobody"}
    assert REASONS["not_received.customs"].fault == "buyer"


@pytest.mark.rule("D-06")
def test_at_most_what_was_really_paid_after_the_discount(clock):
    order = world.an_order(prices=(1173,))
    line = order.lines.get()
    line.unit_price, line.discount = 1241, 68
    line.save()
    world.shipped(order)
    clock.shift(11 * DAY)
    assert world.a_dispute(order).claim.ceiling == 1173


@pytest.mark.rule("D-06")
@pytest.mark.parametrize(
    ("wishes", "ceiling"),
    [
        ({"received": True}, 3173),
        (NOT_RECEIVED, 3573),
        ({"reason": "damaged.in_transit", "remedy": "return_and_refund"}, 3573),
        ({"reason": "no_fault.unwanted", "remedy": "return_and_refund"}, 3173),
    ],
)
def test_shipping_counts_when_nothing_came_or_all_goes_back_through_the_sellers_fault(order, wishes, ceiling):
    assert world.a_dispute(order, **wishes).held == ceiling


@pytest.mark.rule("D-06")
def test_not_received_for_part_of_an_order_counts_the_shipping_of_those_lines(order):
    second = order.lines.last()
    assert world.a_dispute(order, lines=[LineData(second.public_id, 4)], **NOT_RECEIVED).held == 2100


@pytest.mark.rule("D-06")
def test_some_lines_sent_back_do_not_count_shipping(order):
    second = order.lines.last()
    wishes = {"reason": "damaged.in_transit", "remedy": "return_and_refund"}
    assert world.a_dispute(order, lines=[LineData(second.public_id, 4)], **wishes).held == 2000


@pytest.mark.rule("D-06", "O-11")
def test_what_a_coupon_paid_cannot_be_claimed(clock):
    from marketplace.orders.allocation import allocate
    from marketplace.payments.models import Payment
    from marketplace.payments.services import capture

    order = world.an_order(prices=(1000, 1000), paid=False)
    rows = [
        Payment(
            escrow=order.escrow,
            reference=r,
            method=m,
            amount=a,
            paid_at=START,
            provider="sandbox",
            provider_reference=r,
        )
        for r, m, a in (("a", "card", 1500), ("b", "coupon", 500))
    ]
    orders.pay(order.pk, received=rows, by=world.sender_of(order))
    order = Order.objects.get(pk=order.pk)
    world.shipped(order)
    clock.shift(11 * DAY)
    assert order.escrow.captured == 1500
    assert [line.paid for line in order.lines.all()] == [750, 750]
    assert world.a_dispute(order).held == 1500
    assert allocate and capture
    invariants.check_all()


@pytest.mark.rule("D-07")
def test_opening_without_the_evidence_a_reason_needs_is_allowed_and_marked(order):
    first, second = order.lines.all()
    assert world.a_dispute(order, lines=[LineData(first.public_id, 1)]).no_evidence_yet
    assert not world.a_dispute(order, lines=[LineData(second.public_id, 1)], **NOT_RECEIVED).no_evidence_yet


@pytest.mark.rule("D-08")
def test_one_open_dispute_a_line(order):
    first, second = order.lines.all()
    dispute = world.a_dispute(order, lines=[LineData(first.public_id, 1)])
    refusal = refused(order, AlreadyDisputed)
    assert refusal.extra["dispute"] == dispute.public_id
    assert world.a_dispute(order, lines=[LineData(second.public_id, 2)])
    with pytest.raises(IntegrityError), transaction.atomic():
        DisputeLine.objects.create(dispute=dispute, order_line=second, quantity=1)


@pytest.mark.rule("D-08")
def test_a_cancelled_disputes_lines_may_be_disputed_again_once_inside_the_window(order):
    for _ in range(2):
        dispute = world.a_dispute(order)
        disputes.cancel(dispute.pk, by=world.buyer_of(dispute))
    refused(order, AlreadyDisputed)
    invariants.check_all()


@pytest.mark.rule("D-08", "P-02")
def test_under_the_classic_policy_never_again(clock):
    order = world.shipped(policy="classic")
    clock.shift(11 * DAY)
    dispute = world.a_dispute(order)
    disputes.cancel(dispute.pk, by=world.buyer_of(dispute))
    refused(order, AlreadyDisputed)


@pytest.mark.rule("D-08")
def test_an_agreed_one_never_again(order):
    line = order.lines.first()
    dispute = world.a_dispute(order, lines=[LineData(line.public_id, 1)], amount=20)
    disputes.accept_claim(dispute.pk, by=world.seller_of(dispute))
    refused(order, AlreadyDisputed, lines=[LineData(line.public_id, 1)])


@pytest.mark.rule("D-09")
def test_a_restricted_buyer_is_refused_and_told_why(order):
    sanction = imposed(order.buyer, "no_disputes", why="Two of your disputes were not true.")
    refusal = refused(order, Forbidden)
    assert refusal.code == "restricted" and "not true" in refusal.detail
    sanctions.undo(sanction.cause, by=world.acting(sanction.imposed_by), at=timezone.now())
    assert world.a_dispute(order)


@pytest.mark.rule("D-10")
def test_a_draft_is_kept_and_gone_once_it_is_sent(order):
    disputes.save_draft(order, {"received": "no"}, by=world.buyer_of(order))
    disputes.save_draft(order, {"received": "yes"}, by=world.buyer_of(order))
    assert Draft.objects.get(order=order).answers == {"received": "yes"}
    with pytest.raises(Forbidden):
        disputes.save_draft(order, {}, by=world.seller_of(order))
    world.a_dispute(order)
    assert not Draft.objects.filter(order=order).exists()


@pytest.mark.rule("O-05", "X-06")
def test_the_disputed_part_is_held_and_the_rest_released_as_usual(order, clock):
    first = order.lines.first()
    dispute = world.a_dispute(order, lines=[LineData(first.public_id, 1)])
    disputes.refuse_claim(dispute.pk, note="It was fine when we sent it.", by=world.seller_of(dispute))
    clock.shift(60 * DAY)
    sweep()
    order = Order.objects.select_related("escrow").get(pk=order.pk)
    assert (order.state, order.escrow.released, order.held_back) == ("delivered", 2400, 1173)
    assert Dispute.objects.get(pk=dispute.pk).state == "mediation"
    invariants.check_all()


@pytest.mark.rule("Z-04")
def test_ids_are_not_guessable_and_not_in_sequence(order):
    ids = [line.public_id for line in order.lines.all()] + [world.an_order().public_id for _ in range(3)]
    assert len({public_id[4:12] for public_id in ids}) == len(ids)
    assert all(len(public_id) >= 30 for public_id in ids)
