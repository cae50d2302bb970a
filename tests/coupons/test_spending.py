"""O-11: a coupon pays a part of an order, once; what it paid is the seller's, and never the buyer's again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.core.clock import sweep
from marketplace.core.errors import Forbidden
from marketplace.coupons import services as coupons
from marketplace.coupons.models import Coupon
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.payments import ledger
from marketplace.payments.models import Escrow, Payment, Refund
from tests import world
from tests.coupons.given import chosen, customer, offered, order_of, owed, platform, row, sent, sound
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("O-11")]
SECOND = timedelta(seconds=1)


@pytest.fixture
def host(clock):
    return world.person("host", "integrator")


@pytest.fixture
def coupon(host) -> Coupon:
    """US$5.00 of the buyer b-1."""
    return chosen(offered(customer(host), 500))[0]


def paid_with(coupon, *, money="15.00", amount="", reference="", **wishes):
    name = reference or coupon.public_id
    cash = [("card-1", "card", money)] if money else []
    return row(*cash, (name, "coupon", amount or coupon.money.text), **wishes)


def refused(taken, code):
    """Refused with that code; no order came of it, and no coupon moved."""
    assert (taken.result, [error.code for error in taken.errors]) == ("refused", [code]), taken
    assert not Order.objects.exists()
    assert not Escrow.objects.exists()


def of_seller(order: Order) -> int:
    return ledger.balance(ledger.seller_of(order.store.public_id), order.currency)


def delivered(order: Order, clock) -> Order:
    """Sent, received, and its window over."""
    orders.ship(order.pk, carrier="Post", tracking_number="C1", promised_by=None, by=world.seller_of(order))
    orders.confirm_receipt(order.pk, by=world.buyer_of(order))
    clock.shift(16 * DAY)
    sweep()
    return Order.objects.select_related("escrow", "store").get(pk=order.pk)


# -- spending ----------------------------------------------------------------------------------------------------------


def test_a_coupon_pays_a_part_of_an_order_and_is_no_money(host, coupon):
    (taken,) = sent(host, paid_with(coupon))
    order, coupon = order_of(taken), Coupon.objects.get(pk=coupon.pk)
    assert (coupon.state, coupon.spent, coupon.escrow) == ("spent", 500, order.escrow)
    assert (order.escrow.captured, order.escrow.redeemed, order.escrow.held.minor) == (1500, 500, 1500)
    assert (owed(coupon.offer), platform()) == (0, -500)
    line = order.lines.get()
    assert line.paid == 1500  # what can be refunded at most (D-06)
    assert order.doubts == []
    sound()


def test_the_same_row_again_changes_nothing(host, coupon):
    sent_row = paid_with(coupon)
    sent(host, sent_row)
    (again,) = sent(host, sent_row)
    (moved_on,) = sent(host, {**sent_row, "reviews": []})
    assert (again.result, moved_on.result) == ("unchanged", "unchanged")
    assert Coupon.objects.get(pk=coupon.pk).events.count() == 2
    sound()


def test_an_order_that_was_not_paid_yet_is_paid_with_it_later(host, coupon):
    first = row()
    sent(host, first)
    payments = paid_with(coupon)["payments"]
    (taken,) = sent(host, {**first, "payments": payments})
    assert taken.result == "updated", taken
    assert order_of(taken).escrow.redeemed == 500
    assert Coupon.objects.get(pk=coupon.pk).state == "spent"
    sound()


def test_money_for_an_order_that_is_paid_takes_no_coupon(host, coupon):
    first = row(("card-1", "card", "20.00"))
    sent(host, first)
    extra = paid_with(coupon, money="")["payments"]
    (taken,) = sent(host, {**first, "payments": [*first["payments"], *extra]})
    assert "contradicts_history" in taken.doubts
    assert Coupon.objects.get(pk=coupon.pk).state == "issued"
    sound()


def test_a_coupon_of_the_host_stays_what_it_was(host):
    (taken,) = sent(host, row(("card-1", "card", "15.00"), ("SPRING", "coupon", "5.00")))
    assert order_of(taken).escrow.redeemed == 0
    sound()


def test_what_the_order_does_not_need_is_lost(host, coupon):
    (taken,) = sent(host, paid_with(coupon, money="", amount="3.00", lines=row(price="3.00")["lines"]))
    assert order_of(taken).escrow.redeemed == 300
    assert (owed(coupon.offer), platform()) == (0, -300)
    sound()


# -- refused -----------------------------------------------------------------------------------------------------------


def test_somebody_elses_is_refused(host, clock):
    theirs = chosen(offered(customer(host, "b-2"), 500))[0]
    refused(sent(host, paid_with(theirs))[0], "not_theirs")
    assert Coupon.objects.get(pk=theirs.pk).state == "issued"


def test_another_hosts_buyer_of_the_same_name_is_somebody_else(host, coupon):
    refused(sent(world.person("", "integrator"), paid_with(coupon))[0], "not_theirs")


def test_one_that_does_not_exist_is_refused(host, coupon):
    refused(sent(host, paid_with(coupon, reference="cpn_" + "a" * 26))[0], "unknown_coupon")


def test_another_currency_is_refused(host, coupon):
    refused(sent(host, paid_with(coupon, currency="EUR"))[0], "currency")


def test_more_than_it_is_worth_is_refused(host, coupon):
    refused(sent(host, paid_with(coupon, amount="5.01"))[0], "above_worth")


def test_a_payment_before_it_was_issued_is_refused(host, coupon):
    early = paid_with(coupon)
    for payment in early["payments"]:
        payment["paid_at"] = (timezone.now() - SECOND).isoformat()
    refused(sent(host, {**early, "placed_at": early["payments"][0]["paid_at"]})[0], "not_valid_then")


def test_it_can_be_spent_until_its_last_second(host, coupon, clock):
    clock.move_to(coupon.due_at - SECOND)
    assert sent(host, paid_with(coupon))[0].result == "taken"
    sound()


@pytest.mark.parametrize("late", [timedelta(), SECOND])
@pytest.mark.parametrize("has_run", [False, True])
def test_from_its_end_on_it_is_refused_whether_the_worker_has_run_or_not(host, coupon, clock, late, has_run):
    clock.move_to(coupon.due_at + late)
    if has_run:
        sweep()
    refused(sent(host, paid_with(coupon))[0], "coupon_expired")


def test_a_second_order_with_it_is_refused(host, coupon):
    first, second = sent(host, paid_with(coupon)), sent(host, paid_with(coupon))
    assert (first[0].result, second[0].result) == ("taken", "refused")
    assert second[0].errors[0].code == "coupon_spent"
    assert Order.objects.count() == 1
    sound()


def test_of_two_orders_in_one_file_one_gets_it_and_the_others_are_not_harmed(host, coupon):
    others = [row(("card-1", "card", "20.00")) for _n in range(2)]
    taken = sent(host, others[0], paid_with(coupon), paid_with(coupon), others[1])
    assert sorted(each.result for each in taken) == ["refused", "taken", "taken", "taken"]
    assert next(each for each in taken if each.result == "refused").errors[0].code == "coupon_spent"
    sound()


def test_only_a_host_marketplace_spends(host, coupon):
    order = world.an_order(buyer=coupon.user)
    how = {"escrow": order.escrow, "buyer_id": coupon.user_id, "amount": 500, "paid_at": timezone.now()}
    for person in (coupon.user, world.person(), world.staff("", "lead_mediator")):
        with pytest.raises(Forbidden):
            coupons.spend(coupon.pk, by=world.acting(person), **how)
    assert Coupon.objects.get(pk=coupon.pk).state == "issued"


# -- how it ends -------------------------------------------------------------------------------------------------------


@pytest.mark.rule("O-04")
def test_a_finished_order_gives_the_seller_the_coupons_worth_too(host, coupon, clock):
    order = delivered(order_of(sent(host, paid_with(coupon))[0]), clock)
    assert (order.state, order.escrow.redeemed, of_seller(order)) == ("completed", 0, 2000)
    assert platform() == -500
    sound()


def test_our_fee_is_of_the_coupon_too(host, coupon, clock):
    order = order_of(sent(host, paid_with(coupon))[0])
    type(order.store).objects.filter(pk=order.store_id).update(commission_bp=1000)
    order = delivered(order, clock)
    assert (of_seller(order), ledger.balance(ledger.COMMISSION, "USD")) == (1800, 200)
    sound()


def test_an_order_paid_with_coupons_alone_gives_the_seller_their_worth(host, clock):
    coupon = chosen(offered(customer(host), 2000))[0]
    order = order_of(sent(host, paid_with(coupon, money=""))[0])
    assert order.doubts == ["coupons_only"]
    order = delivered(order, clock)
    assert (order.state, of_seller(order)) == ("completed", 2000)
    sound()


def test_an_order_called_off_gives_money_back_and_no_coupon(host, coupon):
    order = order_of(sent(host, paid_with(coupon))[0])
    orders.cancel(order.pk, by=world.acting(host))
    assert [refund.amount for refund in Refund.objects.all()] == [1500]
    assert Payment.objects.get(method="coupon").refunded == 0
    assert Coupon.objects.get(pk=coupon.pk).state == "spent"
    assert (of_seller(order), platform()) == (0, 0)
    sound()


def test_an_order_that_was_called_off_before_we_heard_of_it_too(host, coupon):
    now = timezone.now().isoformat()
    order = order_of(sent(host, paid_with(coupon, cancelled_at=now))[0])
    assert (order.state, order.escrow.redeemed) == ("cancelled", 0)
    assert (Coupon.objects.get(pk=coupon.pk).state, platform()) == ("spent", 0)
    sound()


@pytest.mark.rule("X-05")
@pytest.mark.parametrize(("back", "seller"), [(1500, 0), (500, 1333), (750, 1000)])
def test_after_a_dispute_the_seller_gets_the_same_share_of_the_coupon_as_of_the_money(
    host, coupon, clock, back, seller
):
    from disputes import services as disputes

    order = order_of(sent(host, paid_with(coupon))[0])
    orders.ship(order.pk, carrier="Post", tracking_number="C2", promised_by=None, by=world.seller_of(order))
    clock.shift(11 * DAY)
    order = Order.objects.get(pk=order.pk)
    dispute = world.a_dispute(order, amount=back)
    disputes.accept_claim(dispute.pk, by=world.seller_of(order))
    order = order_of(type("T", (), {"order": order.public_id}))
    assert sum(refund.amount for refund in Refund.objects.all()) == back
    assert of_seller(order) == seller
    assert platform() == -(seller - (1500 - back))
    sound()


def test_the_proof_sees_a_coupon_without_its_payment(host, coupon):
    from marketplace.payments.proof import prove

    sent(host, paid_with(coupon))
    Payment.objects.filter(method="coupon").update(reference="other")
    assert [finding.proof for finding in prove()] == ["each coupon spent is a payment of its order"]


def test_the_proof_sees_a_worth_that_is_not_in_the_ledger(host, coupon):
    from marketplace.payments.proof import prove

    sent(host, paid_with(coupon))
    Escrow.objects.update(redeemed=400)
    assert [finding.proof for finding in prove()] == ["what coupons paid waits in its account"]


@pytest.mark.rule("Z-03")
def test_many_orders_that_end_in_one_sweep_each_get_their_own_share(host, clock):
    coupons_of = chosen(offered(customer(host), 1500), "5.00", "10.00")
    ends = []
    for coupon, money in zip((*coupons_of, None), ("15.00", "10.00", "20.00"), strict=True):
        paid = [("card-1", "card", money)] + (
            [(coupon.public_id, "coupon", coupon.money.text)] if coupon else []
        )
        order = order_of(sent(host, row(*paid))[0])
        orders.ship(
            order.pk, carrier="Post", tracking_number=money, promised_by=None, by=world.seller_of(order)
        )
        orders.confirm_receipt(order.pk, by=world.buyer_of(order))
        ends.append(order)
    clock.shift(16 * DAY)
    sweep()
    assert {Order.objects.get(pk=order.pk).state for order in ends} == {"completed"}
    assert of_seller(ends[0]) == 6000
    sound()
