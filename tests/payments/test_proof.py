"""`check_ledger` finds each kind of wrong row, and nothing where all is right."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from marketplace.payments import outbox, proof
from marketplace.payments.models import Payment, Refund, SandboxRefund
from tests import world
from tests.payments import books
from tests.provider import Provider

pytestmark = pytest.mark.django_db


def sql(statement: str) -> None:
    """Somebody writes past every trigger."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET session_replication_role = DEFAULT")


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (
            "UPDATE payments_ledgerentry SET amount = amount + 1 WHERE amount > 0",
            "each movement adds up to zero",
        ),
        ("DELETE FROM payments_ledgerentry", "each movement adds up to zero"),
        (
            "UPDATE payments_ledgeraccount SET balance = balance + 1 WHERE kind = 'escrow'",
            "each balance is the sum",
        ),
        ("UPDATE payments_ledgerentry SET amount = -amount", "no account but clearing is below zero"),
        ("UPDATE payments_escrow SET captured = captured + 1", "each escrow holds what its account holds"),
        ("UPDATE payments_payment SET amount = amount + 1", "each escrow took in what was paid"),
        (
            "UPDATE payments_escrow SET refunded = refunded - 1, captured = captured - 1",
            "each escrow gave back",
        ),
        ("UPDATE payments_payment SET refunded = refunded - 1", "each payment gave back"),
        ("UPDATE payments_refund SET status = 'decided'", "each refund not paid waits in its account"),
        ("UPDATE payments_refund SET status = 'failed'", "each refund's movements fit its status"),
        ("UPDATE payments_sandboxrefund SET amount = amount + 1", "refunds are what the provider was told"),
        ("DELETE FROM payments_sandboxrefund", "refunds are what the provider was told"),
        ("UPDATE orders_order SET currency = 'EUR'", "each escrow belongs to an order"),
        ("UPDATE orders_order SET held_back = 1", "what is held back belongs to open disputes"),
        ("UPDATE orders_order SET held_back = 900", "no more is held back than is held"),
        ("UPDATE orders_order SET state = 'completed'", "an ended order holds nothing"),
    ],
)
def test_each_damage_is_found(damage: str, found: str):
    order = books.paid(None, 1000)
    books.refund(order, 300)
    outbox.drain()
    assert books.wrong() == []
    sql(damage)
    assert any(finding.proof.startswith(found) for finding in books.wrong())
    out = StringIO()
    with pytest.raises(CommandError, match="do not add up") as failure:
        call_command("check_ledger", stdout=out)
    assert failure.value.returncode == 1
    assert found in out.getvalue()


@pytest.mark.rule("O-02")
def test_all_is_right_after_paying_releasing_and_giving_back():
    out = StringIO()
    call_command("check_ledger", stdout=out)
    assert "0 movements" in out.getvalue()
    world.shipped()
    books.refund(books.paid(None, 2500, 500), 1000)
    books.refund(books.paid(None, 1000, currency="JPY"), 10)
    call_command("drain_outbox", stdout=out)
    call_command("check_ledger", stdout=out)
    text = out.getvalue()
    assert "refunds  3 sent" in text
    assert "All adds up: 10 movements" in text
    assert [line.split() for line in text.splitlines() if line[:3] in ("USD", "JPY")] == [
        ["JPY", "1000", "0", "10", "990"],
        ["USD", "41.73", "0.00", "10.00", "31.73"],
    ]
    assert Payment.objects.count() == 4


def test_a_provider_that_cannot_be_asked_cheaply_is_asked_on_demand(provider: Provider, settings):
    row = books.one(provider)
    outbox.drain()
    provider.refunds["re_000001"]["amount"] = 1
    assert list(proof.provider_agrees(ask_all=False)) == []
    assert len(list(proof.provider_agrees(ask_all=True))) == 1
    provider.down = True
    (finding,) = proof.provider_agrees(ask_all=True)
    assert finding.row == "stripe"
    Payment.objects.filter(pk=row.payment_id).update(provider="elsewhere")
    assert list(proof.provider_agrees(ask_all=True)) == []


def test_a_refund_of_the_provider_that_we_never_decided_is_found():
    row = books.one(None)
    outbox.drain()
    SandboxRefund.objects.create(
        idempotency_key="by hand",
        payment_reference=row.payment.provider_reference,
        amount=5,
        currency="USD",
        status="accepted",
    )
    (finding,) = books.wrong()
    assert finding.what == "provider 1178, ledger 1173 to 1173"
    assert Refund.objects.count() == 1
