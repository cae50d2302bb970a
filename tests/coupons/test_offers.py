"""A-04: compensation is offered, chosen in one or several pieces, and issued in five working days all the same."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.accounts.models import Store
from marketplace.core.clock import sweep
from marketplace.core.errors import Forbidden, Invalid, TooLate, WrongState
from marketplace.core.money import Money
from marketplace.coupons import services as coupons
from marketplace.coupons.models import Coupon, CouponOffer
from marketplace.notifications.models import Notice
from marketplace.payments import balances, ledger
from marketplace.payments.models import LedgerAccount, LedgerTransaction
from tests import world
from tests.coupons.given import chosen, offered, owed, platform, sound
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A-04")]
SECOND = timedelta(seconds=1)


def told(user) -> str:
    return " | ".join(Notice.objects.filter(recipient=user).values_list("text", flat=True))


def refuse(offer, pieces, code, error=Invalid, by=None):
    """Refused with that code, and nothing has moved."""
    before = (owed(offer), Coupon.objects.count(), offer.events.count())
    with pytest.raises(error) as refusal:
        coupons.choose_pieces(offer.pk, pieces=pieces, by=by or world.acting(offer.user))
    if isinstance(refusal.value, Invalid):
        assert refusal.value.errors[0].code == code
    assert (owed(offer), Coupon.objects.count(), offer.events.count()) == before
    offer = CouponOffer.objects.get(pk=offer.pk)
    assert (offer.state, offer.issued_at) == ("offered", None)


# -- offering ----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("O-02")
def test_what_is_offered_is_owed_and_comes_from_the_platforms_own_money(clock):
    offer = offered()
    assert (owed(offer), platform()) == (2000, -2000)
    assert offer.state == "offered"
    assert "US$20.00" in told(offer.user)
    assert Notice.objects.get(recipient=offer.user).needs_you
    assert not LedgerAccount.objects.exclude(kind="clearing").filter(balance__lt=0).exists()
    sound()


def test_the_same_cause_is_offered_once(clock):
    first = offered(cause="appeal:apl_1")
    again = offered(first.user, 9900, cause="appeal:apl_1")
    assert again == first
    assert again.amount == 2000
    assert (CouponOffer.objects.count(), owed(first), platform()) == (1, 2000, -2000)
    sound()


@pytest.mark.parametrize("minor", [0, -1])
def test_nothing_is_not_offered(clock, minor):
    with pytest.raises(Invalid):
        offered(minor=minor)
    assert not CouponOffer.objects.exists()
    assert not LedgerTransaction.objects.exists()


# -- choosing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("currency", "minor", "pieces"),
    [
        ("USD", 2000, ["20.00"]),
        ("USD", 2000, ["5.00"] * 4),
        ("USD", 2000, ["0.01", "19.99"]),
        ("USD", 2000, ["2"] * 10),
        ("JPY", 500, ["125", "125", "250"]),
        ("KWD", 1001, ["0.500", "0.501"]),
    ],
)
def test_one_or_several_pieces_that_add_up(clock, currency, minor, pieces):
    offer = offered(minor=minor, currency=currency)
    clock.shift(DAY)
    issued = chosen(offer, *pieces)
    assert [coupon.money for coupon in issued] == [Money.parse(text, currency) for text in pieces]
    assert sum(coupon.amount for coupon in issued) == minor == owed(offer)
    assert {coupon.due_at for coupon in issued} == {timezone.now() + 60 * DAY}
    assert {coupon.state for coupon in issued} == {"issued"}
    assert CouponOffer.objects.get(pk=offer.pk).state == "issued"
    assert not Notice.objects.filter(recipient=offer.user, needs_you=True).exists()
    sound()


@pytest.mark.parametrize(
    ("pieces", "code"),
    [
        ([], "required"),
        (["2.00"] * 11, "too_many"),
        (["5.00"] * 3, "sum"),
        (["5.00"] * 5, "sum"),
        (["19.99"], "sum"),
        (["20.00", "0.00"], "zero"),
        (["25.00", "-5.00"], "negative"),
        (["10.001", "9.999"], "too_precise"),
        (["ten", "10.00"], "invalid"),
        (["1e1", "10.00"], "invalid"),
        (["99999999999999999999", "1.00"], "too_large"),
    ],
)
def test_pieces_that_do_not_fit_are_refused(clock, pieces, code):
    refuse(offered(), pieces, code)
    sound()


def test_a_currency_without_cents_has_none(clock):
    refuse(offered(minor=500, currency="JPY"), ["250.5", "249.5"], "too_precise")


def test_only_its_owner_chooses(clock):
    offer = offered()
    for person in (world.person(), world.staff("", "lead_mediator"), world.staff("", "moderator")):
        refuse(offer, ["20.00"], "", Forbidden, by=world.acting(person))


def test_a_choice_cannot_be_undone(clock):
    offer = offered()
    chosen(offer, "20.00")
    with pytest.raises(WrongState):
        coupons.choose_pieces(offer.pk, pieces=["10.00", "10.00"], by=world.acting(offer.user))
    assert [coupon.amount for coupon in Coupon.objects.all()] == [2000]
    sound()


# -- the clock ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (datetime(2026, 3, 2, 10, tzinfo=UTC), datetime(2026, 3, 9, 10, tzinfo=UTC)),  # Monday to Monday
        (datetime(2026, 7, 1, 10, tzinfo=UTC), datetime(2026, 7, 9, 10, tzinfo=UTC)),  # over a free 3 July
        (datetime(2026, 3, 7, 10, tzinfo=UTC), datetime(2026, 3, 13, 10, tzinfo=UTC)),  # from a Saturday
    ],
)
def test_who_did_not_choose_by_the_fifth_working_day_gets_one_coupon(clock, start, end):
    clock.move_to(start)
    offer = offered()
    assert offer.due_at == end
    clock.move_to(end - SECOND)
    sweep()
    assert not Coupon.objects.exists()
    clock.move_to(end)
    refuse(offer, ["20.00"], "", TooLate)
    sweep()
    coupon = Coupon.objects.get()
    assert (coupon.amount, coupon.issued_at, coupon.due_at) == (2000, end, end + 60 * DAY)
    assert owed(offer) == 2000
    assert "You did not choose in time" in told(offer.user)
    sweep()
    assert Coupon.objects.count() == 1
    sound()


def test_the_choice_is_open_until_the_last_second(clock):
    offer = offered()
    clock.move_to(offer.due_at - SECOND)
    assert len(chosen(offer, "10.00", "10.00")) == 2


def test_a_late_worker_costs_nobody_a_day_and_gives_nobody_one(clock):
    offer = offered()
    clock.move_to(offer.due_at + 3 * DAY)
    sweep()
    assert Coupon.objects.get().due_at == offer.due_at + 60 * DAY


@pytest.mark.rule("O-11")
def test_a_coupon_ends_after_sixty_days_and_is_owed_no_more(clock):
    offer = offered()
    five, fifteen = chosen(offer, "5.00", "15.00")
    clock.move_to(five.due_at - SECOND)
    sweep()
    assert {each.state for each in Coupon.objects.all()} == {"issued"}
    clock.move_to(five.due_at)
    sweep()
    sweep()
    assert {(each.state, each.ended_at) for each in Coupon.objects.all()} == {("expired", fifteen.due_at)}
    assert (owed(offer), platform()) == (0, 0)
    assert told(offer.user).count("you did not use it") == 2
    sound()


@pytest.mark.rule("F-01")
def test_people_are_reminded_before_a_coupon_ends(clock):
    from marketplace.core import reminders

    offer = offered()
    (coupon,) = chosen(offer)
    clock.move_to(coupon.due_at - DAY)
    reminders.send()
    reminders.send()
    subjects = Notice.objects.filter(recipient=offer.user).values_list("subject", flat=True)
    assert sum("Use your coupon of US$20.00 before" in subject for subject in subjects) == 1


def test_only_the_clock_does_what_the_clock_does(clock):
    offer = offered()
    for verb, pk in ((coupons.issue_whole, offer.pk), (coupons.expire, chosen(offered())[0].pk)):
        with pytest.raises(Forbidden):
            verb(pk, by=world.acting(offer.user))


# -- the database ------------------------------------------------------------------------------------------------------


def test_the_database_holds_a_coupon_to_its_worth(clock):
    coupon = chosen(offered())[0]
    for wrong in ({"amount": 0}, {"spent": 1}, {"state": "spent"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Coupon.objects.filter(pk=coupon.pk).update(**wrong)


@pytest.mark.rule("O-02")
def test_the_proof_sees_coupons_that_do_not_add_up(clock):
    from marketplace.payments.proof import prove

    coupon = chosen(offered(), "5.00", "15.00")[0]
    Coupon.objects.filter(pk=coupon.pk).update(amount=600)
    assert {finding.proof for finding in prove()} == {
        "coupons add up to what was offered",
        "what is owed in coupons can still be spent",
    }


# -- a seller's compensation -------------------------------------------------------------------------------------------


@pytest.mark.rule("A-03")
def test_a_store_is_credited_once_a_cause_without_a_fee(clock):
    store: Store = world.shop(commission_bp=1000)
    for _time in range(2):
        balances.credit_store(store, Money(1500, "USD"), cause="appeal:apl_9", at=timezone.now())
    assert ledger.balance(ledger.seller_of(store.public_id), "USD") == 1500
    assert platform() == -1500
    sound()


@pytest.mark.parametrize("minor", [0, -5])
def test_a_store_is_not_credited_nothing(clock, minor):
    with pytest.raises(Invalid):
        balances.credit_store(world.shop(), Money(minor, "USD"), cause="appeal:apl_9", at=timezone.now())
    assert not LedgerTransaction.objects.exists()
