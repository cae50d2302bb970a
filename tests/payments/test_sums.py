"""Splits of money are exact, whatever the amounts, the quantities and the digits of the currency (X-01, threats.md M6)."""

from __future__ import annotations

from fractions import Fraction

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from disputes.amounts import by_line, ceilings
from disputes.reasons import REASONS
from marketplace.core.errors import WrongState
from marketplace.core.money import share
from marketplace.orders.models import Order, OrderLine
from marketplace.payments import ledger, services
from marketplace.payments.models import Escrow, Payment, Refund
from tests import invariants
from tests.payments import books

pytestmark = [pytest.mark.django_db, pytest.mark.rule("X-01")]
CURRENCIES = st.sampled_from(["JPY", "KRW", "USD", "EUR", "KWD", "BHD"])
AMOUNT = st.integers(1, 10**7)
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@QUICK
@given(
    CURRENCIES,
    st.lists(AMOUNT, min_size=1, max_size=4),
    st.lists(st.integers(0, 10**7), min_size=1, max_size=5),
)
def test_several_payments_get_back_their_share_to_the_unit(currency: str, paid: list[int], wishes: list[int]):
    """One refund after the other, down to the last unit: each payment gets its exact share of what is left, within one."""
    with transaction.atomic():
        order = books.paid(None, *paid, currency=currency, coupon=50)
        for number, wish in enumerate([*wishes, sum(paid)]):
            escrow = Escrow.objects.get(pk=order.escrow_id)
            amount = min(wish, escrow.held.minor)
            room = {each.pk: each.amount - each.refunded for each in escrow.payments.all() if each.is_money}
            rows = services.refund(
                escrow, amount, cause=f"t:{number}", at=timezone.now(), policy=order.policy
            )
            assert sum(row.amount for row in rows) == amount
            assert {row.payment.is_money for row in rows} <= {True}
            for row in rows:
                exact = Fraction(amount * room[row.payment_id], sum(room.values()))
                assert abs(row.amount - exact) < 1
                assert row.amount <= room[row.payment_id]
        assert all(each.refunded == each.amount for each in Payment.objects.exclude(method="coupon"))
        assert books.wrong() == []
        transaction.set_rollback(True)


@QUICK
@given(
    CURRENCIES,
    AMOUNT,
    st.integers(0, 10_000),
    st.lists(st.tuples(st.booleans(), st.integers(0, 100)), max_size=6),
)
def test_commission_is_taken_of_what_is_released_and_of_nothing_else(
    currency: str, paid: int, points: int, steps: list[tuple[bool, int]]
):
    with transaction.atomic():
        order = books.paid(None, paid, currency=currency)
        order.store.commission_bp = points
        order.store.save()
        due = 0
        for number, (to_buyer, per_cent) in enumerate([*steps, (False, 100)]):
            escrow = Escrow.objects.select_related("store").get(pk=order.escrow_id)
            amount = escrow.held.minor * per_cent // 100
            if to_buyer:
                services.refund(escrow, amount, cause=f"t:{number}", at=timezone.now(), policy=order.policy)
            else:
                services.release(escrow, amount, cause=f"t:{number}", at=timezone.now())
                due += share(amount, points, 10_000)
        escrow = Escrow.objects.get(pk=order.escrow_id)
        assert ledger.balance(ledger.COMMISSION, currency) == due
        seller = ledger.balance(ledger.seller_of(order.store.public_id), currency)
        assert seller + due == escrow.released
        assert escrow.refunded + escrow.released == paid
        invariants.ledger_adds_up()
        transaction.set_rollback(True)


LINES = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(0, 10**4), st.integers(1, 30)), min_size=1, max_size=5
)


@pytest.mark.rule("D-06")
@QUICK
@given(LINES, st.data())
def test_parts_of_lines_add_up_and_never_pass_what_was_paid(
    lines: list[tuple[int, int, int]], data: st.DataObject
):
    """Quantities of several lines, with shipping and without: no ceiling is above what was paid; refunds sum exactly."""
    rows = [
        OrderLine(pk=n, quantity=quantity, paid=paid, paid_shipping=shipping)
        for n, (paid, shipping, quantity) in enumerate(lines)
    ]
    chosen = [(row, data.draw(st.integers(1, row.quantity))) for row in rows]
    received = data.draw(st.booleans())
    reason = REASONS["quality.poor_workmanship" if received else "not_received.no_tracking"]
    found = ceilings(chosen, rows, received=received, reason=reason, remedy="refund")
    for each in found:
        goods = Fraction(each.line.paid * each.quantity, each.line.quantity)
        sent = (
            Fraction(each.line.paid_shipping * each.quantity, each.line.quantity)
            if not received
            else Fraction(0)
        )
        assert abs(each.amount - goods - sent) < 2
        assert 0 <= each.amount <= each.line.paid + each.line.paid_shipping
    most = sum(each.amount for each in found)
    amount = data.draw(st.integers(0, most))
    parts = by_line(amount, {each.line.pk: each.amount for each in found})
    assert sum(parts.values()) == amount
    assert all(0 <= parts[each.line.pk] <= each.amount for each in found)


def test_not_one_unit_more_than_is_held_leaves():
    order = books.paid(None, 100, 1)
    order = Order.objects.select_related("escrow", "policy").get(pk=order.pk)
    with pytest.raises(WrongState), transaction.atomic():
        services.refund(order.escrow, 102, cause="t", at=timezone.now(), policy=order.policy)
    assert not Refund.objects.exists()
