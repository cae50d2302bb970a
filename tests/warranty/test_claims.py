"""O-14: inside the warranty and after the money was released, the buyer claims from the seller."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.core.clock import sweep
from marketplace.core.errors import Forbidden, Invalid, TooEarly, TooLate, WrongState
from marketplace.core.money import Money
from marketplace.evidence import services as evidence
from marketplace.notifications.models import Notice
from marketplace.orders.models import Listing, Order, OrderLine
from marketplace.payments.models import LedgerAccount, Refund
from marketplace.payments.proof import prove
from marketplace.warranty import services as warranty
from marketplace.warranty.coverage import add_months, ends_at
from marketplace.warranty.models import State
from tests import invariants, world
from tests.warranty.claims import again, asked, ended, receipt
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("O-14")]
SECOND = timedelta(seconds=1)


def balance() -> int:
    return LedgerAccount.objects.get(kind="seller").balance


def sound() -> None:
    """The books are right after it."""
    invariants.check_all()
    assert list(prove()) == []


def told(user) -> str:
    return " | ".join(Notice.objects.filter(recipient=user).values_list("text", flat=True))


# -- who, when, what -----------------------------------------------------------------------------------------------


def test_before_the_money_was_released_a_dispute_is_the_way(clock):
    order = world.shipped()
    with pytest.raises(TooEarly) as refusal:
        asked(order)
    assert refusal.value.possible_from == Order.objects.get(pk=order.pk).window_ends_at


@pytest.mark.rule("O-10")
def test_the_warranty_lasts_for_the_policys_months_from_the_day_it_came(clock):
    order = ended(clock)
    until = ends_at(order, order.lines.get())
    assert until == add_months(order.delivered_at, 12)
    clock.move_to(until - SECOND)
    claim = asked(order)
    warranty.withdraw(claim.pk, by=world.buyer_of(order))
    clock.move_to(until)
    with pytest.raises(TooLate):
        asked(order)


@pytest.mark.rule("O-10")
@pytest.mark.parametrize(("months", "refused"), [(3, TooLate), (24, None), (0, WrongState)])
def test_the_listings_own_warranty_comes_first(clock, months, refused):
    order = ended(clock)
    Listing.objects.update(warranty_months=months)
    clock.shift(120 * DAY)
    if refused is None:
        assert asked(order).is_open
    else:
        with pytest.raises(refused):
            asked(order)


def test_months_end_on_the_same_day_or_the_last_of_the_month():
    day = timezone.now().replace(year=2027, month=1, day=31)
    assert (add_months(day, 1).month, add_months(day, 1).day) == (2, 28)
    assert (add_months(day, 12).year, add_months(day, 12).day) == (2028, 31)


def test_free_gifts_are_not_covered(clock):
    order = ended(clock, prices=(1000, 0))
    gift = order.lines.last()
    with pytest.raises(WrongState, match="gifts"):
        asked(order, line=gift.public_id)


def test_only_the_buyer_and_only_one_open_claim_an_item(clock):
    order = ended(clock)
    line = order.lines.get().public_id
    with pytest.raises(Forbidden):
        warranty.request_claim(
            order.pk,
            line=line,
            remedy="refund",
            description="It broke after a week.",
            by=world.seller_of(order),
        )
    asked(order)
    with pytest.raises(WrongState):
        asked(order)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"line": "lin_x"}, "line"),
        ({"remedy": "gold"}, "remedy"),
        ({"description": "short"}, "description"),
        ({"amount": 1174}, "amount"),
        ({"amount": 0}, "amount"),
        ({"evidence": ["evd_x"]}, "evidence"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_written(clock, wish, field):
    order = ended(clock)
    before = invariants.fingerprint()
    with pytest.raises(Invalid) as refusal:
        asked(order, **wish)
    assert [error.field for error in refusal.value.errors] == [field]
    assert invariants.fingerprint() == before


# -- the seller's answers ------------------------------------------------------------------------------------------


def test_a_refund_comes_from_the_sellers_balance_and_goes_to_where_the_buyer_paid(clock):
    order = ended(clock)
    assert balance() == 1173
    claim = asked(order, amount=500)
    warranty.accept(claim.pk, by=world.seller_of(order))
    claim = again(claim)
    assert (claim.state, claim.paid, balance()) == (State.DONE, 500, 673)
    refund = Refund.objects.get()
    assert (refund.amount, refund.payment.escrow_id) == (500, order.escrow_id)
    assert "The seller gives you" in told(order.buyer)
    sound()


def test_never_more_than_the_balance_holds(clock):
    order = ended(clock, store=world.shop(commission_bp=500))
    claim = asked(order)
    before = invariants.fingerprint()
    with pytest.raises(WrongState, match="balance"):
        warranty.accept(claim.pk, by=world.seller_of(order))
    assert (again(claim).state, invariants.fingerprint()) == (State.REQUESTED, before)
    sound()


def test_never_more_in_all_than_was_paid_for_the_item(clock):
    order = ended(clock)
    first = asked(order, amount=1000)
    warranty.accept(first.pk, by=world.seller_of(order))
    with pytest.raises(Invalid):
        asked(order, amount=174)
    second = asked(order)
    assert second.amount == 173
    warranty.accept(second.pk, by=world.seller_of(order))
    assert OrderLine.objects.get(order=order).refunded == 1173
    with pytest.raises(WrongState):
        asked(order)
    sound()


@pytest.mark.parametrize("remedy", ["spare_part", "replacement"])
def test_a_part_or_a_new_one_is_sent_free_and_the_buyer_says_that_it_came(clock, remedy):
    order = ended(clock)
    claim = asked(order, remedy)
    warranty.accept(claim.pk, by=world.seller_of(order))
    assert again(claim).state == State.AWAITING_PARCEL
    with pytest.raises(Invalid):
        warranty.ship(claim.pk, carrier="Post", tracking_number=" ", by=world.seller_of(order))
    warranty.ship(claim.pk, carrier="Post", tracking_number="RR5CN", by=world.seller_of(order))
    assert "RR5CN" in told(order.buyer)
    warranty.acknowledge(claim.pk, by=world.buyer_of(order))
    assert (again(claim).state, again(claim).paid, balance()) == (State.DONE, 0, 1173)
    sound()


@pytest.mark.parametrize(("on_the_receipt", "paid"), [(800, 800), (5000, 1173)])
def test_a_repair_is_paid_against_its_receipt_never_more_than_it_nor_than_was_paid(
    clock, on_the_receipt, paid
):
    order = ended(clock)
    # another order of the same store, so that the balance alone is not what stops it
    ended(clock, store=order.store)
    claim = asked(order, "repair")
    warranty.accept(claim.pk, by=world.seller_of(order))
    buyer = world.buyer_of(order)
    with pytest.raises(Invalid):
        warranty.send_receipt(claim.pk, amount=Money(on_the_receipt, "USD"), evidence=[], by=buyer)
    file = receipt(order.buyer)
    warranty.send_receipt(claim.pk, amount=Money(on_the_receipt, "USD"), evidence=[file], by=buyer)
    assert evidence.find(file, by=world.seller_of(order)).public_id == file
    with pytest.raises(evidence.NotFound):
        evidence.find(file, by=world.acting(world.person()))
    warranty.pay_receipt(claim.pk, by=world.seller_of(order))
    assert (again(claim).state, again(claim).paid, balance()) == (State.DONE, paid, 2 * 1173 - paid)
    sound()


def test_the_seller_may_refuse_with_a_reason_and_the_buyer_is_told_that_nobody_decides(clock):
    order = ended(clock)
    claim = asked(order)
    with pytest.raises(Invalid):
        warranty.decline(claim.pk, note=" ", by=world.seller_of(order))
    warranty.decline(claim.pk, note="You dropped it.", by=world.seller_of(order))
    assert again(claim).state == State.REFUSED
    assert "You dropped it." in told(order.buyer)
    assert "We do not decide about a warranty." in told(order.buyer)
    with pytest.raises(WrongState):
        warranty.accept(claim.pk, by=world.seller_of(order))


# -- silence -------------------------------------------------------------------------------------------------------


def test_the_sellers_silence_ends_the_claim_and_moves_no_money(clock):
    order = ended(clock)
    claim = asked(order)
    default = again(claim).next_default
    assert (default.action, default.at, default.outcome) == ("expire", timezone.now() + 5 * DAY, None)
    clock.shift(5 * DAY - SECOND)
    assert not sweep()
    clock.shift(SECOND)
    with pytest.raises(TooLate):
        warranty.accept(claim.pk, by=world.seller_of(order))
    assert sweep() == {"warrantyclaim.expire": 1}
    assert (again(claim).state, balance()) == (State.EXPIRED, 1173)
    assert asked(order).is_open


@pytest.mark.parametrize(
    ("remedy", "days", "ends"),
    [("spare_part", 10, State.EXPIRED), ("repair", 60, State.EXPIRED)],
)
def test_who_agreed_and_does_nothing_more_lets_the_claim_end(clock, remedy, days, ends):
    claim = asked(ended(clock), remedy)
    warranty.accept(claim.pk, by=world.seller_of(again(claim)))
    clock.shift(days * DAY - SECOND)
    assert not sweep()
    clock.shift(SECOND)
    assert sweep() == {"warrantyclaim.expire": 1}
    assert again(claim).state == ends
    sound()


def test_a_receipt_that_is_not_paid_in_time(clock):
    order = ended(clock)
    claim = asked(order, "repair")
    warranty.accept(claim.pk, by=world.seller_of(order))
    evidence_id = receipt(order.buyer)
    warranty.send_receipt(
        claim.pk, amount=Money(800, "USD"), evidence=[evidence_id], by=world.buyer_of(order)
    )
    clock.shift(5 * DAY)
    assert sweep() == {"warrantyclaim.expire": 1}
    assert (again(claim).state, balance()) == (State.EXPIRED, 1173)


def test_a_parcel_counts_as_received_after_the_longest_time_for_a_delivery(clock):
    order = ended(clock)
    claim = asked(order, "replacement")
    warranty.accept(claim.pk, by=world.seller_of(order))
    warranty.ship(claim.pk, carrier="", tracking_number="RR5CN", by=world.seller_of(order))
    clock.shift(60 * DAY - SECOND)
    assert not sweep()
    clock.shift(SECOND)
    assert sweep() == {"warrantyclaim.conclude": 1}
    assert again(claim).state == State.DONE


def test_a_claim_exists_for_its_two_sides_and_staff(clock):
    from marketplace.warranty.models import WarrantyClaim

    claim = asked(ended(clock))
    people = {
        "buyer": (claim.buyer, True),
        "seller": (claim.store.members.get(), True),
        "moderator": (world.staff("mo", "moderator"), True),
        "somebody": (world.person(), False),
    }
    for name, (person, sees) in people.items():
        assert WarrantyClaim.objects.visible_to(world.acting(person)).exists() is sees, name
