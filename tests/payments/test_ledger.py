"""What the database itself holds of the ledger, whoever writes."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from marketplace.core.errors import WrongState
from marketplace.payments import ledger
from marketplace.payments.models import LedgerAccount, LedgerEntry, LedgerTransaction
from tests.payments import books

pytestmark = pytest.mark.django_db


def moved(key: str = "test:1", amount: int = 500) -> None:
    at = timezone.now()
    ledger.post(
        ledger.move(
            ledger.CLEARING,
            ledger.escrow_of("esc_1"),
            amount,
            kind="captured",
            key=key,
            at=at,
            currency="USD",
        )
    )


@pytest.mark.rule("O-02")
@pytest.mark.parametrize("table", ["payments_ledgerentry", "payments_ledgertransaction"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_nothing_is_ever_changed_or_deleted(table: str, change: str):
    moved()
    with (
        pytest.raises(IntegrityError, match="never changed or deleted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format(table))
    for rows in (LedgerEntry.objects.all(), LedgerTransaction.objects.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows._raw_delete(rows.db)
    assert ledger.balance(ledger.escrow_of("esc_1"), "USD") == 500


def crooked(*lines: tuple[str, str, int]) -> None:
    """Write a movement of (kind, currency, amount) lines past ledger.post(), and let the database look at it."""
    row = LedgerTransaction.objects.create(key="crooked", kind="captured", at=timezone.now())
    for kind, currency, amount in lines:
        account, _new = LedgerAccount.objects.get_or_create(kind=kind, owner="", currency=currency)
        LedgerEntry.objects.create(transaction=row, account=account, amount=amount)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.rule("O-02")
@pytest.mark.parametrize(
    "lines",
    [
        (),
        (("escrow", "USD", 5),),
        (("escrow", "USD", 5), ("clearing", "USD", -4)),
        (("escrow", "USD", 5), ("clearing", "USD", 5)),
        (("escrow", "EUR", 5), ("clearing", "USD", -5)),
    ],
)
def test_a_movement_that_does_not_add_up_is_refused_at_commit(lines: tuple[tuple[str, str, int], ...]):
    with pytest.raises(IntegrityError, match="does not add up"), transaction.atomic():
        crooked(*lines)


@pytest.mark.rule("O-02")
def test_no_account_but_clearing_goes_below_zero():
    moved()
    assert ledger.balance(ledger.CLEARING, "USD") == -500
    for account in (ledger.escrow_of("esc_1"), ledger.refunds_of("pay_1"), ledger.seller_of("sto_1")):
        too_much = ledger.move(
            account, ledger.CLEARING, 501, kind="sent", key="greedy", at=timezone.now(), currency="USD"
        )
        with pytest.raises(IntegrityError, match="no_account_below_zero"), transaction.atomic():
            ledger.post(too_much)


@pytest.mark.rule("X-01")
def test_a_key_moves_money_once():
    moved()
    with pytest.raises(IntegrityError), transaction.atomic():
        moved()
    assert ledger.balance(ledger.escrow_of("esc_1"), "USD") == 500


@pytest.mark.rule("X-01")
def test_no_more_is_given_back_than_was_paid():
    order = books.paid(None, 1000)
    books.refund(order, 600)
    with pytest.raises(WrongState):
        books.refund(order, 401)
    books.refund(order, 400)
    with pytest.raises(WrongState):
        books.refund(order, 1)
    assert books.wrong() == []
