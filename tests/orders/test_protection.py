"""Sections 2 and 3: how long a buyer is protected, and when the money moves by itself."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from marketplace.core.clock import sweep
from marketplace.core.errors import Forbidden, Invalid, TooEarly, TooLate, WrongState
from marketplace.orders import services as orders
from marketplace.orders.models import Order, OrderEvent, State
from marketplace.orders.protection import protection
from marketplace.payments.models import LedgerAccount, Refund
from tests import invariants, world
from tests.world import DAY

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
START = datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def again(order: Order) -> Order:
    return Order.objects.select_related("escrow", "policy", "store").get(pk=order.pk)


@pytest.mark.rule("O-01", "O-04")
def test_an_order_runs_from_payment_to_completion_when_nobody_does_anything(clock):
    order = world.an_order(paid=False)
    assert order.state == State.AWAITING_PAYMENT
    world.pay(order, 1173)
    assert again(order).state == State.PAID
    world.shipped(order, promised_in=30 * DAY)
    clock.shift(30 * DAY - SECOND)
    assert not sweep()
    clock.shift(SECOND)
    assert sweep() == {"order.confirm_automatically": 1}
    assert again(order).state == State.DELIVERED
    clock.shift(15 * DAY - SECOND)
    assert not sweep()
    clock.shift(SECOND)
    assert sweep() == {"order.release": 1}
    order = again(order)
    assert (order.state, order.escrow.released, order.escrow.held.minor) == (State.COMPLETED, 1173, 0)
    assert not sweep()
    invariants.check_all()


@pytest.mark.rule("O-02")
def test_the_seller_gets_the_money_less_commission(clock):
    order = world.shipped(store=world.shop(commission_bp=500), prices=(1000,))
    orders.confirm_receipt(order.pk, by=world.buyer_of(order))
    clock.shift(15 * DAY)
    sweep()
    seller = LedgerAccount.objects.get(kind="seller")
    assert seller.balance == 950
    invariants.check_all()


@pytest.mark.rule("O-04")
def test_the_buyer_confirms_receipt_and_the_money_stays_for_fifteen_days(clock):
    order = world.shipped()
    clock.shift(4 * DAY)
    orders.confirm_receipt(order.pk, by=world.buyer_of(order))
    order = again(order)
    assert order.state == State.DELIVERED
    assert order.due_at == timezone.now() + 15 * DAY
    assert protection(order, timezone.now()).status == "confirmed"
    assert order.escrow.held.minor == 1173


@pytest.mark.rule("O-04", "Z-03")
def test_after_an_outage_automatic_confirmation_counts_from_the_end_of_protection_not_from_the_run(clock):
    order = world.shipped(promised_in=20 * DAY)
    clock.shift(60 * DAY)
    assert sweep() == {"order.confirm_automatically": 1, "order.release": 1}
    order = again(order)
    assert order.confirmed_at == START + 20 * DAY
    assert order.closed_at == START + 35 * DAY
    assert list(OrderEvent.objects.filter(order=order).values_list("at", flat=True))[-1] == START + 35 * DAY


@pytest.mark.rule("O-04", "Z-03")
def test_confirming_at_the_end_of_protection_is_too_late_however_late_the_worker(clock):
    order = world.shipped(promised_in=20 * DAY)
    clock.shift(20 * DAY)
    before = invariants.fingerprint()
    with pytest.raises(TooLate):
        orders.confirm_receipt(order.pk, by=world.buyer_of(order))
    assert invariants.fingerprint() == before


@pytest.mark.rule("O-03")
@pytest.mark.parametrize(
    ("promised", "protected"), [(30 * DAY, 30 * DAY), (90 * DAY, 60 * DAY), (-3 * DAY, 0 * DAY)]
)
def test_protection_ends_as_promised_at_most_after_sixty_days_and_never_before_shipment(
    clock, promised, protected
):
    order = world.shipped(promised_in=promised)
    assert order.protection_ends_at == START + protected


@pytest.mark.rule("O-03")
def test_the_seller_gives_more_time_but_never_past_the_maximum_in_all(clock):
    order = world.shipped(promised_in=50 * DAY)
    orders.request_extension(order.pk, by=world.buyer_of(order))
    assert again(order).extension_asked_at == START
    with pytest.raises(Invalid, match="at most 10 days"):
        orders.extend_protection(order.pk, days=11, by=world.seller_of(order))
    with pytest.raises(Invalid):
        orders.extend_protection(order.pk, days=-1, by=world.seller_of(order))
    orders.extend_protection(order.pk, days=10, by=world.seller_of(order))
    order = again(order)
    assert order.protection_ends_at == order.due_at == START + 60 * DAY
    assert order.extension_asked_at is None


@pytest.mark.rule("O-03", "Z-01")
def test_a_buyer_cannot_extend_and_a_seller_cannot_confirm(clock):
    order = world.shipped()
    before = invariants.fingerprint()
    with pytest.raises(Forbidden):
        orders.extend_protection(order.pk, days=1, by=world.buyer_of(order))
    with pytest.raises(Forbidden):
        orders.confirm_receipt(order.pk, by=world.seller_of(order))
    with pytest.raises(Forbidden):
        orders.release(order.pk, by=world.seller_of(order))
    assert invariants.fingerprint() == before


@pytest.mark.rule("O-06")
def test_a_tracking_number_may_be_replaced_and_its_history_stays(clock):
    order = world.shipped()
    old = order.shipments.get().tracking_number
    orders.change_tracking(order.pk, carrier="", tracking_number="XX99", by=world.seller_of(order))
    parcel = order.shipments.get()
    assert parcel.tracking_number == "XX99"
    assert [number.number for number in parcel.numbers.all()] == [old, "XX99"]


@pytest.mark.rule("O-01", "O-06")
def test_the_last_parcel_delivered_delivers_the_order_but_confirms_nothing(clock):
    order = world.shipped()
    world.shipped(order)
    first, second = order.shipments.all()
    for parcel in (first, second):
        assert again(order).state == State.SHIPPED
        orders.record_tracking(
            order.pk, code="delivered", at=None, shipment=parcel.public_id, by=world.sender_of(order)
        )
    order = again(order)
    assert (order.state, order.confirmed_at) == (State.DELIVERED, None)
    assert order.due_at == order.protection_ends_at


@pytest.mark.rule("O-06")
def test_the_same_tracking_report_twice_is_one(clock):
    order = world.shipped()
    for _ in range(2):
        orders.record_tracking(order.pk, code="in_transit", at=START, by=world.sender_of(order))
    assert order.shipments.get().tracking_events.count() == 1


@pytest.mark.rule("O-02")
def test_the_buyer_may_cancel_a_parcel_that_was_not_sent_once_the_sellers_time_has_passed(clock):
    order = world.an_order(prices=(1173, 500))
    clock.shift(10 * DAY - SECOND)
    assert "cancel" not in order.verbs_for(world.buyer_of(order))
    with pytest.raises(TooEarly) as refusal:
        orders.cancel(order.pk, by=world.buyer_of(order))
    assert refusal.value.possible_from == START + 10 * DAY
    clock.shift(SECOND)
    assert "cancel" in order.verbs_for(world.buyer_of(order))
    orders.cancel(order.pk, by=world.buyer_of(order))
    order = again(order)
    assert (order.state, order.escrow.refunded, order.escrow.held.minor) == (State.CANCELLED, 1673, 0)
    assert Refund.objects.get().amount == 1673
    invariants.check_all()


@pytest.mark.rule("O-01")
def test_a_shipped_order_cannot_be_cancelled(clock):
    order = world.shipped()
    with pytest.raises(WrongState):
        orders.cancel(order.pk, by=world.sender_of(order))


@pytest.mark.rule("O-09")
def test_buyer_and_seller_write_to_each_other_before_any_dispute(clock):
    order = world.an_order()
    orders.send_message(order.pk, text="Which colour is it?", by=world.buyer_of(order))
    orders.send_message(order.pk, text="Blue.", by=world.seller_of(order))
    thread = again(order).thread
    assert [(m.role, m.text) for m in thread.messages.all()] == [
        ("buyer", "Which colour is it?"),
        ("seller", "Blue."),
    ]
    with pytest.raises(Forbidden):
        orders.send_message(order.pk, text="Hello", by=world.acting(world.person()))
    with pytest.raises(Invalid):
        orders.send_message(order.pk, text="   ", by=world.buyer_of(order))


@pytest.mark.rule("P-01")
def test_an_order_keeps_the_policy_of_when_it_was_paid(clock):
    from marketplace.core.access import Actor
    from marketplace.core.policy import ProtectionPolicy
    from marketplace.core.publishing import draft_from, publish

    first = world.an_order()
    draft = draft_from(first.policy)
    draft.post_receipt_days = 30
    draft.save()
    clock.shift(DAY)
    publish(draft.pk, by=Actor.system())
    waiting = world.an_order(paid=False)
    second = world.an_order()
    assert (first.policy.version, second.policy.version) == (1, 2)
    assert again(first).policy.post_receipt_days == 15
    clock.shift(DAY)
    draft = draft_from(ProtectionPolicy.objects.in_force("default", timezone.now()))
    publish(draft.pk, by=Actor.system())
    world.pay(waiting, 1173)
    assert again(waiting).policy.version == 3
