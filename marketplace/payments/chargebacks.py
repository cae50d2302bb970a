"""Chargebacks: a buyer's bank takes money back over our heads (X-06, threats.md M8 and row 12).

A signed webhook freezes the payment's escrow at once, whatever it says; how the chargeback stands is always asked of
the provider, outside of any transaction, and written down once. The ledger:

    withdrawn    clearing → the bank (`clearing:pay_…`, below zero: what it holds of ours)
    reinstated   the bank → clearing
    lost         refunds → the bank     as far as it stands for refunds that we could not pay yet
                 escrow → the bank      the rest, as far as the escrow holds it: it counts as refunded
                 what is left at the bank is uncovered: the marketplace's loss, for staff to see

Locks are taken in one order: the owner's case, the escrow, the chargeback, refunds.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from marketplace.core.money import split

from . import freezing, ledger
from .gateways import Bank, ChargebackAnswer, GatewayError, gateway_named
from .models import Chargeback, Escrow, Payment, Refund, RefundQuerySet

log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=12)
Status = Chargeback.Status


# -- a webhook came -----------------------------------------------------------------------------------------------


def heard(provider: str, provider_id: str, references: Iterable[str]) -> None:
    """Freeze what the bank asks for, and have the provider asked. Inside the transaction that remembers the event."""
    now = timezone.now()
    names = Q(provider=provider, provider_reference__in=list(references))
    payments = [payment for payment in Payment.objects.filter(names).order_by("pk") if payment.is_money]
    for payment in payments:
        escrow = _lock(payment.escrow_id)
        row, is_new = Chargeback.objects.get_or_create(
            provider_id=provider_id,
            payment=payment,
            defaults={"amount": payment.amount, "opened_at": now, "next_try_at": now},
        )
        if is_new:
            Escrow.objects.filter(pk=escrow.pk).update(freezes=F("freezes") + 1)
            log.error("chargeback %s: the bank asks for payment %s", row.public_id, payment.public_id)
            _tell(row)
        elif row.status == Status.OPEN:
            Chargeback.objects.filter(pk=row.pk).update(next_try_at=now)


def _lock(escrow_pk: int) -> Escrow:
    """The owner's row, then the escrow's: nothing of it moves until we are done."""
    for owner in freezing.owners():
        owner.lock(escrow_pk)
    return Escrow.objects.select_for_update().get(pk=escrow_pk)


def _tell(row: Chargeback) -> None:
    for owner in freezing.owners():
        owner.changed(row)


# -- ask the provider ---------------------------------------------------------------------------------------------


def drain(now: datetime | None = None) -> Counter[str]:
    """Ask how each chargeback stands whose time has come; how many came to which status. Safe beside others, and to kill."""
    now = now or timezone.now()
    due: dict[tuple[str, str], list[Chargeback]] = defaultdict(list)
    waiting = Chargeback.objects.filter(next_try_at__lte=now).order_by("payment")
    for row in waiting.select_related("payment"):
        due[row.payment.provider, row.provider_id].append(row)
    counts: Counter[str] = Counter()
    for (provider, provider_id), rows in due.items():
        try:
            answer = gateway_named(provider).chargeback(provider_id)
        except (LookupError, GatewayError) as error:
            log.warning("chargeback %s: no answer from %s: %s", provider_id, provider, error)
            for row in rows:
                _later(row, now)
            continue
        parts = split(answer.amount, [row.payment.amount for row in rows])
        for row, part in zip(rows, parts, strict=True):
            counts[write_down(row.pk, answer, part, now)] += 1
    return counts


def _later(row: Chargeback, now: datetime) -> None:
    """Ask again after a growing time; while the bank thinks, every so often, since a webhook may be lost."""
    wait = min(FIRST_WAIT * 2 ** min(row.tries, 20), LONGEST_WAIT)
    Chargeback.objects.filter(pk=row.pk).update(tries=F("tries") + 1, next_try_at=now + wait)


def write_down(pk: int, answer: ChargebackAnswer, part: int, now: datetime) -> str:
    """Apply what the provider said, once, whoever else wrote meanwhile; the status that it brought, or "waiting"."""
    with transaction.atomic():
        escrow = _lock(Chargeback.objects.values_list("payment__escrow", flat=True).get(pk=pk))
        row = Chargeback.objects.select_for_update(of=("self",)).select_related("payment").get(pk=pk)
        row.payment.escrow = escrow
        if row.status != Status.OPEN:
            return "waiting"
        # A part of nothing is no row: the smallest payment of several may have no share of a small chargeback.
        row.amount, row.reason = max(part, 1), answer.reason
        held = answer.withdrawn if answer.status == Bank.OPEN else answer.status == Bank.LOST
        _hand_over(row, row.amount if held else 0, now)
        if answer.status == Bank.OPEN:
            row.save()
            _later(row, now)
            return "waiting"
        row.status, row.decided_at, row.next_try_at = Status(answer.status), now, None
        if row.status == Status.LOST:
            _bear(row, now)
        row.save()
        Escrow.objects.filter(pk=escrow.pk).update(freezes=F("freezes") - 1)
        _tell(row)
    return str(row.status)


def _hand_over(row: Chargeback, target: int, now: datetime) -> None:
    """Let the ledger say what the bank holds: so much of ours, no more and no less."""
    change = target - row.withdrawn
    if change == 0:
        return
    row.moves, row.withdrawn = row.moves + 1, target
    clearing, bank = ledger.CLEARING, ledger.bank_of(row.payment.public_id)
    kind = "withdrawn" if change > 0 else "reinstated"
    source, goal = (bank, clearing) if change > 0 else (clearing, bank)
    ledger.post(
        ledger.move(
            source,
            goal,
            abs(change),
            kind=kind,
            key=f"chargeback:{row.public_id}:{row.moves}",
            at=now,
            currency=row.payment.escrow.currency,
        )
    )


# -- lost: who bears it ----------------------------------------------------------------------------------------------


def _bear(row: Chargeback, now: datetime) -> None:
    """The buyer has it from the bank: first in place of refunds that wait, then out of escrow; the rest is a loss."""
    row.uncovered = row.amount
    unpaid = Refund.objects.standing().filter(payment=row.payment, paid_by=Refund.PaidBy.PROVIDER)
    _never_resend(unpaid)
    waiting = unpaid.filter(
        Q(status=Refund.Status.DECIDED, first_tried_at=None) | Q(status=Refund.Status.FAILED)
    )
    for refund in waiting.select_for_update(of=("self",)).order_by("pk"):
        refund.payment = row.payment
        _stands_for(row, refund, now)
    _out_of_escrow(row, now)


def _never_resend(unpaid: RefundQuerySet) -> None:
    """What may have reached the provider is only looked for from now on: sent again it could be paid on top."""
    tried = Q(status=Refund.Status.DECIDED, first_tried_at__isnull=False)
    unpaid.filter(tried | Q(status=Refund.Status.UNKNOWN)).update(look_up_only=True)


def _stands_for(row: Chargeback, refund: Refund, now: datetime) -> None:
    """The bank's money takes the place of a refund, whole or in part; a part leaves the rest to staff (X-04)."""
    part = min(row.uncovered, refund.owed)
    if part == 0:
        return
    refund.from_bank += part
    row.of_refunds, row.uncovered = row.of_refunds + part, row.uncovered - part
    if refund.owed == 0:
        refund.status, refund.confirmed_at, refund.paid_by = Refund.Status.CONFIRMED, now, Refund.PaidBy.BANK
    elif refund.status != Refund.Status.FAILED:
        refund.status, refund.failed_at = Refund.Status.FAILED, now
        refund.provider_words = "The buyer's bank paid a part of it: the rest must be paid another way."
    refund.next_try_at = None
    refund.save()
    ours = ledger.refunds_of(row.payment.public_id)
    key = f"chargeback:{row.public_id}:{refund.public_id}"
    ledger.post(_lost(row, ours, part, key, now))


def _out_of_escrow(row: Chargeback, now: datetime) -> None:
    """What the escrow still holds of this payment goes to the bank's account, and counts as refunded (M2)."""
    payment, escrow = row.payment, row.payment.escrow
    part = min(row.uncovered, escrow.held.minor, payment.amount - payment.refunded)
    if part <= 0:
        return
    Escrow.objects.filter(pk=escrow.pk).update(refunded=F("refunded") + part)
    Payment.objects.filter(pk=payment.pk).update(refunded=F("refunded") + part)
    row.of_escrow, row.uncovered = part, row.uncovered - part
    key = f"chargeback:{row.public_id}:lost"
    ledger.post(_lost(row, ledger.escrow_of(escrow.public_id), part, key, now))


def _lost(row: Chargeback, source: ledger.Account, part: int, key: str, now: datetime) -> ledger.Movement:
    target, currency = ledger.bank_of(row.payment.public_id), row.payment.escrow.currency
    return ledger.move(source, target, part, kind="lost", key=key, at=now, currency=currency)


def stand_for(refund: Refund, now: datetime) -> bool:
    """A refund failed after its payment's chargeback was lost: what nobody bore of that stands for it now.

    The caller holds the refund's row. True where the buyer has all of it from the bank.
    """
    lost = Chargeback.objects.select_for_update().filter(
        payment=refund.payment, status=Status.LOST, uncovered__gt=0
    )
    for row in lost:
        row.payment = refund.payment
        _stands_for(row, refund, now)
        row.save()
    return refund.owed == 0


def is_borne_by_bank(refund: Refund) -> bool:
    """Is there a lost chargeback of its payment that nobody bore yet? Then the buyer has the money, and nobody pays it again."""
    lost = Chargeback.objects.filter(payment=refund.payment_id, status=Status.LOST, uncovered__gt=0)
    return lost.exists()
