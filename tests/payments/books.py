"""Small helpers for tests of money: paid orders, refunds, and comparing our books with the provider's."""

from __future__ import annotations

from itertools import count
from typing import Any

from django.db import transaction
from django.utils import timezone

from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.payments import ledger, proof, services
from marketplace.payments.models import Payment, Refund
from tests import world
from tests.provider import Provider

_number = count(1)


def paid(provider: Provider | None, *amounts: int, currency: str = "USD", coupon: int = 0) -> Order:
    """An order paid in so many payments at the provider, or at the sandbox where there is none."""
    order = world.an_order(prices=(sum(amounts) + coupon,), currency=currency, paid=False)
    rows = []
    for amount in amounts:
        reference = f"pi_{next(_number)}"
        name = "stripe" if provider else "sandbox"
        rows.append(_payment(order, reference, amount, provider=name))
        if provider:
            provider.pay(reference, amount, currency)
    if coupon:
        rows.append(_payment(order, f"coupon-{next(_number)}", coupon, method=Payment.COUPON))
    return orders.pay(order.pk, received=rows, by=world.sender_of(order))


def _payment(order: Order, reference: str, amount: int, **wishes: Any) -> Payment:
    values: dict[str, Any] = {"method": "card", "provider": "sandbox", **wishes}
    now = timezone.now()
    return Payment(
        escrow=order.escrow,
        reference=reference,
        amount=amount,
        paid_at=now,
        provider_reference=reference,
        **values,
    )


def refund(order: Order, amount: int) -> list[Refund]:
    """Decide a refund now: the rows wait in the outbox."""
    order = Order.objects.select_related("escrow", "policy").get(pk=order.pk)
    cause = f"test:{next(_number)}"
    with transaction.atomic():
        return services.refund(order.escrow, amount, cause=cause, at=timezone.now(), policy=order.policy)


def one(provider: Provider | None, amount: int = 1173) -> Refund:
    """One order, refunded in full to its one payment."""
    (row,) = refund(paid(provider, amount), amount)
    return row


def again(row: Refund) -> Refund:
    return Refund.objects.select_related("payment__escrow").get(pk=row.pk)


def on_the_way(row: Refund) -> int:
    """What the refunds account of the row's payment holds."""
    return ledger.balance(ledger.refunds_of(row.payment.public_id), row.payment.escrow.currency)


def wrong() -> list[proof.Finding]:
    """Everything that `check_ledger --ask-provider` would complain of."""
    return [*proof.prove(), *proof.provider_agrees(ask_all=True)]
