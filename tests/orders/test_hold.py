"""O-08: orders of a suspicious seller are put on hold; the seller proves them, or the buyer gets the money back."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.core.clock import sweep
from marketplace.core.errors import Forbidden, Invalid, TooEarly, TooLate, WrongState
from marketplace.evidence import services as evidence
from marketplace.notifications.models import Notice
from marketplace.orders import services as orders
from marketplace.orders.models import Order, State
from marketplace.payments.models import Refund
from tests import invariants, world
from tests.evidence import pictures
from tests.orders.sending import PARCEL, a_row, send, sent
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("O-08")]
SECOND = timedelta(seconds=1)
WHY = "Many new orders in one day."


@pytest.fixture(autouse=True)
def _here(settings, tmp_path, clock):
    local = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path), "base_url": None},
    }
    settings.STORAGES = settings.STORAGES | {"evidence": local}


@pytest.fixture
def moderator():
    return world.acting(world.staff("mo", "moderator"))


def again(order: Order) -> Order:
    return Order.objects.select_related("escrow", "policy", "store", "buyer").get(pk=order.pk)


def on_hold(moderator, **wishes) -> Order:
    order = world.an_order(**wishes)
    orders.hold(order.pk, reason=WHY, by=moderator)
    return again(order)


def proved(moderator) -> Order:
    order = on_hold(moderator)
    orders.prove(order.pk, text="Here is the bill of the factory.", by=world.seller_of(order))
    return again(order)


def told(user) -> str:
    return " | ".join(Notice.objects.filter(recipient=user).values_list("text", flat=True))


def test_a_moderator_puts_a_paid_order_on_hold_and_both_sides_are_told(clock, moderator):
    order = on_hold(moderator)
    default = order.next_default
    assert order.state == State.ON_HOLD
    assert (default.action, default.at) == ("close_on_silence", timezone.now() + 7 * DAY)
    assert (default.outcome.buyer.minor, default.outcome.seller.minor) == (1173, 0)
    assert WHY in told(order.store.members.get())
    assert "Your money is safe" in told(order.buyer)
    assert WHY not in told(order.buyer)


def test_only_paid_orders_that_were_not_sent(clock, moderator):
    for order in (world.an_order(paid=False), world.shipped(), on_hold(moderator)):
        with pytest.raises(WrongState):
            orders.hold(order.pk, reason=WHY, by=moderator)


def test_nothing_is_sent_or_called_off_behind_it(clock, moderator):
    order = on_hold(moderator)
    before = invariants.fingerprint()
    with pytest.raises(WrongState):
        orders.ship(
            order.pk, carrier="Post", tracking_number="1", promised_by=None, by=world.seller_of(order)
        )
    clock.shift(6 * DAY)
    with pytest.raises(WrongState):
        orders.cancel(order.pk, by=world.sender_of(order))
    with pytest.raises(WrongState):
        orders.cancel(order.pk, by=world.buyer_of(order))
    assert invariants.fingerprint() == before


def test_only_moderators_decide_and_never_about_their_own(clock, moderator):
    order = world.an_order(buyer=world.staff("both", "moderator"))
    for by in (world.acting(world.staff("mia", "mediator")), world.seller_of(order), world.buyer_of(order)):
        with pytest.raises(Forbidden):
            orders.hold(order.pk, reason=WHY, by=by)


def test_the_reason_is_needed(clock, moderator):
    order = world.an_order()
    with pytest.raises(Invalid):
        orders.hold(order.pk, reason="  ", by=moderator)
    assert again(order).state == State.PAID


def test_silence_for_seven_days_closes_it_and_all_goes_back(clock, moderator):
    order = on_hold(moderator)
    clock.shift(7 * DAY - SECOND)
    assert not sweep()
    clock.shift(SECOND)
    with pytest.raises(TooLate):
        orders.prove(order.pk, text="Wait!", by=world.seller_of(order))
    assert sweep() == {"order.close_on_silence": 1}
    assert not sweep()
    order = again(order)
    assert (order.state, order.escrow.refunded, order.closed_at) == (State.CLOSED, 1173, timezone.now())
    invariants.check_all()


def test_the_buyer_is_told_why_and_that_the_money_comes_within_fourteen_days(clock, moderator):
    order = proved(moderator)
    orders.refuse_proof(order.pk, note="The bill is of another shop.", by=moderator)
    refund = Refund.objects.get()
    latest = (timezone.now() + 14 * DAY).date()
    assert refund.expected_to == latest
    assert refund.expected_from <= refund.expected_to
    words = told(order.buyer)
    assert "The bill is of another shop." in words
    assert "US$11.73" in words
    assert "15 March 2026" in words
    assert again(order).state == State.CLOSED
    invariants.check_all()


def test_a_proof_stops_the_clock_and_the_moderator_is_waited_for(clock, moderator):
    order = proved(moderator)
    assert order.next_default.action is None
    assert order.next_default.waiting_for == "moderator"
    clock.shift(30 * DAY)
    assert not sweep()
    orders.prove(order.pk, text="One more paper.", by=world.seller_of(order))
    assert again(order).proved_at == order.proved_at
    assert "The seller sent a proof." in told(world.User.objects.get(username="mo"))


def test_accepted_the_order_goes_on_and_the_time_on_hold_does_not_count(clock, moderator):
    order = world.an_order()
    clock.shift(4 * DAY)
    orders.hold(order.pk, reason=WHY, by=moderator)
    clock.shift(3 * DAY)
    orders.prove(order.pk, text="Here it is.", by=world.seller_of(order))
    clock.shift(2 * DAY)
    orders.accept_proof(order.pk, by=moderator)
    order = again(order)
    assert order.state == State.PAID
    assert order.due_at == order.send_by == order.paid_at + 10 * DAY + 5 * DAY
    clock.shift(6 * DAY - SECOND)
    with pytest.raises(TooEarly):
        orders.cancel(order.pk, by=world.buyer_of(order))
    world.shipped(order)
    assert again(order).state == State.SHIPPED


def test_held_twice_the_clock_stands_still_twice(clock, moderator):
    order = world.an_order()
    for _time in range(2):
        orders.hold(order.pk, reason=WHY, by=moderator)
        clock.shift(DAY)
        orders.prove(order.pk, text="Here it is.", by=world.seller_of(order))
        orders.accept_proof(order.pk, by=moderator)
    assert again(order).hold_time == 2 * DAY
    orders.hold(order.pk, reason=WHY, by=moderator)
    assert again(order).next_default.action == "close_on_silence"


def test_a_refusal_needs_a_proof_to_refuse(clock, moderator):
    order = on_hold(moderator)
    with pytest.raises(WrongState):
        orders.refuse_proof(order.pk, note="No.", by=moderator)


@pytest.mark.rule("E-03")
def test_the_sellers_files_are_seen_by_moderators_and_not_by_the_buyer(clock, moderator):
    order = on_hold(moderator)
    seller = world.seller_of(order)
    file = evidence.take(
        io.BytesIO(pictures.jpeg()), name="bill.jpg", by=seller, limits=evidence.limits_now()
    )
    with pytest.raises(Invalid):
        orders.prove(order.pk, evidence=["evd_x"], by=seller)
    with pytest.raises(Invalid):
        orders.prove(order.pk, by=seller)
    orders.prove(order.pk, evidence=[file.public_id], by=seller)
    assert evidence.find(file.public_id, by=moderator) == file
    for by in (world.buyer_of(order), world.acting(world.staff("mia", "mediator"))):
        with pytest.raises(evidence.NotFound):
            evidence.find(file.public_id, by=by)


def test_all_paid_orders_of_a_store_at_once(clock, moderator):
    store = world.shop()
    paid = [world.an_order(store=store) for _n in range(3)]
    others = [world.shipped(store=store), world.an_order(store=store, paid=False), world.an_order()]
    assert orders.hold_store(store.pk, reason=WHY, by=moderator) == 3
    assert {again(order).state for order in paid} == {State.ON_HOLD}
    assert State.ON_HOLD not in {again(order).state for order in others}
    assert orders.hold_store(store.pk, reason=WHY, by=moderator) == 0
    with pytest.raises(Forbidden):
        orders.hold_store(store.pk, reason=WHY, by=world.acting(world.person()))


def charged_twice(order: Order, amount: int = 1173):
    wishes = {"reason": "payment.charged_twice", "amount": amount}
    return world.a_dispute(order, **wishes)


@pytest.mark.rule("X-06")
@pytest.mark.parametrize("how", ["granted", "partly", "cancelled"])
def test_an_open_dispute_owns_its_money_and_the_order_closes_when_it_ends(clock, moderator, how):
    from disputes import services as disputes

    order = world.an_order(prices=(1000, 500))
    line = order.lines.first()
    lines = [world.LineData(line.public_id, 1)]
    wishes = {"lines": lines, "amount": 400} if how == "partly" else {"lines": lines}
    dispute = world.a_dispute(order, reason="payment.charged_twice", **wishes)
    orders.hold(order.pk, reason=WHY, by=moderator)
    assert again(order).next_default.outcome.buyer.minor == 500
    orders.prove(order.pk, text="Here it is.", by=world.seller_of(order))
    orders.refuse_proof(order.pk, note="It is false.", by=moderator)
    order = again(order)
    assert (order.state, order.escrow.refunded, order.escrow.held.minor) == (State.ON_HOLD, 500, 1000)
    assert order.next_default.action is None
    assert order.verbs_for(moderator) == order.verbs_for(world.seller_of(order))[:0]
    invariants.check_all()
    if how == "cancelled":
        disputes.cancel(dispute.pk, by=world.buyer_of(order))
    else:
        disputes.accept_claim(dispute.pk, by=world.seller_of(order))
    order = again(order)
    assert (order.state, order.escrow.refunded, order.escrow.released) == (State.CLOSED, 1500, 0)
    invariants.check_all()


def test_what_the_import_could_not_do_meanwhile_it_does_later(clock, moderator):
    order = sent(a_row())
    orders.hold(order.pk, reason=WHY, by=moderator)
    shipped = a_row(shipments=[PARCEL])
    send(shipped)
    assert again(order).state == State.ON_HOLD
    orders.accept_proof(order.pk, by=moderator)
    send(shipped)
    assert again(order).state == State.SHIPPED
