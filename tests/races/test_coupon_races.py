"""Rival acts about one coupon at the same moment: it is spent once, or expires, never both (O-11, Z-06)."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.utils import timezone

from marketplace.core.clock import sweep
from marketplace.coupons import services as coupons
from marketplace.coupons.models import Coupon, CouponOffer
from marketplace.orders.models import Order
from tests import world
from tests.coupons.given import chosen, customer, offered, row, sent, sound
from tests.races.test_races import one_winner, race
from tests.world import DAY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.rule("Z-06", "O-11")]
ROUNDS = 10


def test_two_orders_with_one_coupon():
    host = world.person("", "integrator")
    buyer = customer(host)
    for _ in range(ROUNDS):
        coupon = chosen(offered(buyer, 500))[0]
        rows = [row(("c", "card", "15.00"), (coupon.public_id, "coupon", "5.00")) for _order in range(2)]
        answers = race(*(partial(sent, host, each) for each in rows))
        results = sorted(answer[0].result for answer in answers)
        assert results == ["refused", "taken"], answers
        assert Order.objects.filter(escrow__redeemed=500).count() == 1
        assert Coupon.objects.get(pk=coupon.pk).state == "spent"
        sound()
        _empty()


def _empty() -> None:
    """What the round left, out of the way of the next one's count."""
    from marketplace.orders import services as orders

    for order in Order.objects.filter(closed_at=None):
        orders.cancel(order.pk, by=world.sender_of(order))


def test_it_is_spent_as_it_expires():
    host = world.person("", "integrator")
    buyer = customer(host)
    for number in range(ROUNDS):
        offset = timedelta(milliseconds=(number % 11 - 5) * 10)
        with time_machine.travel(timezone.now() - 60 * DAY - offset):
            coupon = chosen(offered(buyer, 500))[0]
        race(partial(sent, host, row(("c", "card", "15.00"), (coupon.public_id, "coupon", "5.00"))), sweep)
        sweep()
        coupon = Coupon.objects.get(pk=coupon.pk)
        spent = Order.objects.filter(escrow=coupon.escrow_id).exists()
        assert (coupon.state == "spent") == spent
        assert coupon.state in ("spent", "expired")
        sound()


@pytest.mark.rule("A-04")
def test_two_choices_at_once():
    for _ in range(ROUNDS):
        offer = offered()
        by = world.acting(offer.user)
        choices = (["20.00"], ["5.00"] * 4)
        one_winner(
            race(*(partial(coupons.choose_pieces, offer.pk, pieces=pieces, by=by) for pieces in choices))
        )
        assert offer.coupons.count() in (1, 4)
        assert CouponOffer.objects.get(pk=offer.pk).state == "issued"
    sound()
