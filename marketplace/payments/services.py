"""Money in and out of an escrow. The caller holds the lock of whatever the escrow belongs to.

Each movement has one cause, which is its key: the same cause never moves money twice. Amounts are minor units.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from django.db.models import F
from django.utils.translation import gettext as _

from marketplace.core import batches
from marketplace.core.errors import Invalid, WrongState
from marketplace.core.money import share, split
from marketplace.core.policy import ProtectionPolicy
from marketplace.core.workdays import working_window

from . import ledger
from .freezing import frozen_words
from .models import Escrow, Payment, Refund


def capture(escrow: Escrow, payments: Sequence[Payment]) -> None:
    """Money arrived: unsaved payments are saved, real money is put in escrow; coupons are kept as a record only (O-11)."""
    Payment.objects.bulk_create(payments)
    money = [payment for payment in payments if payment.is_money]
    ledger.post(*(captured(escrow, payment) for payment in money))
    total = sum(payment.amount for payment in money)
    Escrow.objects.filter(pk=escrow.pk).update(captured=F("captured") + total)
    escrow.captured += total


def captured(escrow: Escrow, payment: Payment) -> ledger.Movement:
    """The ledger's movement for one payment of real money."""
    return ledger.move(
        ledger.CLEARING,
        ledger.escrow_of(escrow.public_id),
        payment.amount,
        kind="captured",
        key=f"capture:{payment.public_id}",
        at=payment.paid_at,
        currency=escrow.currency,
    )


def release(escrow: Escrow, amount: int, *, cause: str, at: datetime) -> None:
    """To the seller's balance, less commission (O-02). Raises WrongState where the escrow does not hold so much."""
    if amount == 0:
        return
    _take(escrow, amount, "released")
    commission = share(amount, escrow.store.commission_bp, 10_000)
    lines = [
        (ledger.escrow_of(escrow.public_id), -amount),
        (ledger.seller_of(escrow.store.public_id), amount - commission),
        (ledger.COMMISSION, commission),
    ]
    ledger.post(ledger.Movement("released", f"release:{cause}", at, escrow.currency, lines))


def refund(
    escrow: Escrow, amount: int, *, cause: str, at: datetime, policy: ProtectionPolicy
) -> list[Refund]:
    """Back to the buyer: one Refund row for each payment of real money, in proportion (X-01); the rows are the outbox (X-02).

    Raises WrongState where the escrow does not hold so much.
    """
    if amount == 0:
        return []
    payments = [payment for payment in escrow.payments.all() if payment.is_money]
    parts = split(amount, [payment.amount - payment.refunded for payment in payments])
    _take(escrow, amount, "refunded")
    low, high = expected_dates(at, policy)
    refunds = []
    for payment, part in zip(payments, parts, strict=True):
        if part:
            _reserve(payment, part)
            refunds.append(
                Refund(
                    payment=payment,
                    cause=cause,
                    amount=part,
                    decided_at=at,
                    next_try_at=at,
                    expected_from=low,
                    expected_to=high,
                )
            )
    batches.together(Refund.objects.bulk_create, *refunds)
    ledger.post(*(_decided(escrow, row) for row in refunds))
    return refunds


def expected_dates(at: datetime, policy: ProtectionPolicy) -> tuple[date, date]:
    """When a refund decided at that moment reaches the buyer: from, to (X-03)."""
    low, high = policy.refund_days_min, policy.refund_days_max
    if policy.refund_in_working_days:
        return working_window(at, low, high, policy.calendar)
    return (at + timedelta(days=low)).date(), (at + timedelta(days=high)).date()


def _decided(escrow: Escrow, row: Refund) -> ledger.Movement:
    return ledger.move(
        ledger.escrow_of(escrow.public_id),
        ledger.refunds_of(row.payment.public_id),
        row.amount,
        kind="decided",
        key=f"refund:{row.public_id}:decided",
        at=row.decided_at,
        currency=escrow.currency,
    )


def _take(escrow: Escrow, amount: int, column: str) -> None:
    """Count the amount out of the escrow. The guarded update and a CHECK refuse what it does not hold (threats.md M2), and
    whatever a chargeback has frozen: it is the row that a chargeback writes too, so that one of both waits (M8)."""
    if amount < 0:
        raise Invalid.field("amount", "negative", _("The amount must be more than nothing."))
    batches.together(_TAKE[column], (escrow.pk, amount))
    setattr(escrow, column, getattr(escrow, column) + amount)


def _take_all(column: str, takings: Sequence[tuple[int, int]]) -> None:
    held = "old.freezes = 0 AND old.captured - old.refunded - old.released >= new.amount"
    amounts = _sums(takings)
    if not batches.add(Escrow, column, amounts, room=held):
        if Escrow.objects.filter(pk__in=amounts, freezes__gt=0).exists():
            raise WrongState(frozen_words())
        raise WrongState(_("There is not so much money left in escrow."))


#: one writer a column, so that a batch's rows of each are added at once
_TAKE = {column: partial(_take_all, column) for column in ("refunded", "released")}


def _sums(rows: Iterable[tuple[int, int]]) -> dict[int, int]:
    """What comes together for each primary key."""
    found: Counter[int] = Counter()
    for pk, amount in rows:
        found[pk] += amount
    return found


def _reserve(payment: Payment, amount: int) -> None:
    batches.together(_reserve_all, (payment.pk, amount))
    payment.refunded += amount


def _reserve_all(parts: Sequence[tuple[int, int]]) -> None:
    if not batches.add(Payment, "refunded", _sums(parts), room="old.refunded + new.amount <= old.amount"):
        raise WrongState(_("This payment has been refunded already."))
