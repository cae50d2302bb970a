"""The ledger: the only place that writes entries.

Double entry, in minor units. An account's balance is what we owe its owner, so only the gateway's clearing account (what the
provider holds for us, counted negative) may be below zero. Entries add up to zero, are never changed, and every movement
has a key that makes it happen once; triggers in the database hold all of this whoever writes.

    captured    clearing −   escrow +
    released    escrow −     seller +, commission +
    returned    seller −     escrow +           (the seller gives it back, to be refunded)
    decided     escrow −     refunds +          (reserved for the buyer)
    sent        refunds −    clearing +         (the provider took it)
    failed      clearing −   refunds +          (the provider gave it back: still the buyer's)
    elsewhere   refunds −    refunds +          (to another payment of the same buyer)
    by hand     refunds −    outside +          (staff paid it past the provider)
    taken back  seller −     escrow +           (of what this order paid the seller, to refund it)
    postage     seller −     postage +          (staff paid a buyer's return postage past the provider)
    withdrawn   bank −       clearing +         (a chargeback; `reinstated` is the way back)
    lost        escrow or refunds −   bank +    (the buyer has it from the bank)
    compensated platform −   seller +           (credit for a wrong decision)
    offered     platform −   coupons +          (compensation of a buyer; the rest of its way: coupons/money.py)

The bank's account is a part of clearing, one for each payment: what it holds of ours, counted negative. So is the platform's:
what it paid in of its own money, counted negative.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q, Sum

from marketplace.core import batches

from .models import LedgerAccount, LedgerEntry, LedgerTransaction

Kind = LedgerAccount.Kind
Account = tuple[str, str]  # kind, owner's public id

#: one for the whole marketplace and currency; their balance is summed when asked for, never kept in one hot row
CLEARING: Account = (Kind.CLEARING, "")
COMMISSION: Account = (Kind.COMMISSION, "")
OUTSIDE: Account = (Kind.OUTSIDE, "")
POSTAGE: Account = (Kind.POSTAGE, "")
#: the platform's own money at the provider; below zero by what it gave to buyers and sellers, like all of clearing
PLATFORM: Account = (Kind.CLEARING, "platform")


def escrow_of(public_id: str) -> Account:
    return (Kind.ESCROW, public_id)


def refunds_of(payment_public_id: str) -> Account:
    return (Kind.REFUNDS, payment_public_id)


def bank_of(payment_public_id: str) -> Account:
    """What the buyer's bank took of one payment by chargebacks; below zero or nothing."""
    return (Kind.CLEARING, payment_public_id)


def seller_of(store_public_id: str) -> Account:
    return (Kind.SELLER, store_public_id)


def coupons_of(offer_public_id: str) -> Account:
    """What we owe of one offer of coupons."""
    return (Kind.COUPONS, offer_public_id)


def redeemed_in(escrow_public_id: str) -> Account:
    """What coupons of ours paid for one order, until it ends."""
    return (Kind.REDEEMED, escrow_public_id)


@dataclass(frozen=True)
class Movement:
    """One movement of money: `lines` are (account, amount in minor units), and add up to zero."""

    kind: str
    key: str
    at: datetime
    currency: str
    lines: Sequence[tuple[Account, int]]


def move(
    source: Account, target: Account, amount: int, *, kind: str, key: str, at: datetime, currency: str
) -> Movement:
    """The common movement: one amount from one account to another."""
    return Movement(kind, key, at, currency, ((source, -amount), (target, amount)))


def post(*movements: Movement) -> None:
    """Write the movements, all or none. A key that was posted before raises IntegrityError: nothing moves twice."""
    batches.together(_write, *movements)


def _write(movements: Sequence[Movement]) -> None:
    """Accounts are always written in one order, so that two who write to the same ones wait for each other, not crosswise."""
    wanted = {(account, m.currency) for m in movements for account, _amount in m.lines}
    accounts = _accounts(wanted)
    rows = LedgerTransaction.objects.bulk_create(
        LedgerTransaction(key=m.key, kind=m.kind, at=m.at) for m in movements
    )
    entries = [
        LedgerEntry(transaction=row, account_id=accounts[account, m.currency], amount=amount)
        for row, m in zip(rows, movements, strict=True)
        for account, amount in m.lines
        if amount
    ]
    LedgerEntry.objects.bulk_create(sorted(entries, key=lambda entry: entry.account_id))


def _accounts(wanted: set[tuple[Account, str]]) -> dict[tuple[Account, str], int]:
    """The accounts' ids, made where they are missing."""
    found = _find(wanted)
    missing = wanted - found.keys()
    if missing:
        new = (
            LedgerAccount(kind=kind, owner=owner, currency=currency)
            for (kind, owner), currency in sorted(missing)
        )
        LedgerAccount.objects.bulk_create(new, ignore_conflicts=True)
        found |= _find(missing)
    return found


def _find(wanted: Iterable[tuple[Account, str]]) -> dict[tuple[Account, str], int]:
    owners = {account[1] for account, _currency in wanted}
    rows = LedgerAccount.objects.filter(owner__in=owners).values_list("kind", "owner", "currency", "pk")
    return {((kind, owner), currency): pk for kind, owner, currency, pk in rows}


def balance(account: Account, currency: str) -> int:
    """What the entries of an account add up to."""
    of_account = Q(account__kind=account[0], account__owner=account[1], account__currency=currency)
    total: int | None = LedgerEntry.objects.filter(of_account).aggregate(total=Sum("amount"))["total"]
    return total or 0


def unbalanced() -> models.QuerySet[LedgerEntry, Any]:
    """Movements whose entries do not add up to zero in each currency: must always be empty."""
    sums = LedgerEntry.objects.values("transaction__key", "account__currency").annotate(total=Sum("amount"))
    return sums.exclude(total=0)
