"""What a seller pays back out of the balance, never below zero (T-04, O-14), and what the platform puts in (A-03).

The caller holds the lock of the escrow's owner, or of the case that decided it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from marketplace.accounts.models import Store
from marketplace.core.errors import Invalid, WrongState
from marketplace.core.money import Money
from marketplace.core.policy import ProtectionPolicy

from . import ledger
from .freezing import frozen_words
from .models import Escrow, LedgerAccount, LedgerTransaction
from .services import refund


def refund_from_balance(
    escrow: Escrow, amount: int, *, cause: str, at: datetime, policy: ProtectionPolicy
) -> None:
    """Take back from the seller what this very order paid them, and refund it to the buyer's payments (T-04, O-14).

    Our fee stays ours: the seller gives the whole of it. Raises WrongState, and nothing has moved, where the balance or the
    order has no room for all of it, or a chargeback freezes the money: more than was paid cannot go back the way it came.
    """
    if amount <= 0:
        raise Invalid.field("amount", "negative", _("The amount must be more than nothing."))
    source, target = ledger.seller_of(escrow.store.public_id), ledger.escrow_of(escrow.public_id)
    with transaction.atomic():
        row = Escrow.objects.select_for_update(of=("self",)).get(pk=escrow.pk)
        if row.freezes:
            raise WrongState(frozen_words())
        if row.released < amount:
            raise WrongState(_("There is not so much money left of this order."))
        if not _holds(escrow.store, escrow.currency, amount):
            raise WrongState(_("Your balance with us does not hold so much. Nothing has moved."))
        Escrow.objects.filter(pk=escrow.pk).update(released=F("released") - amount)
        ledger.post(
            ledger.move(
                source,
                target,
                amount,
                kind="taken_back",
                key=f"back:{cause}",
                at=at,
                currency=escrow.currency,
            )
        )
        escrow.released -= amount
        refund(escrow, amount, cause=cause, at=at, policy=policy)


def pay_postage(store: Store, currency: str, amount: int, *, key: str, at: datetime) -> bool:
    """Staff paid it past the provider; the seller's balance bears it. False where that does not hold so much."""
    if not _holds(store, currency, amount):
        return False
    source = ledger.seller_of(store.public_id)
    ledger.post(
        ledger.move(source, ledger.POSTAGE, amount, kind="postage", key=key, at=at, currency=currency)
    )
    return True


def credit_store(store: Store, amount: Money, *, cause: str, at: datetime) -> None:
    """Put the platform's own money on the seller's balance, once for a cause ("appeal:apl_…"); no fee is taken (A-03).

    Inside the step of the case that decided it. The same cause again moves nothing.
    """
    if amount.minor <= 0:
        raise Invalid.field("amount", "negative", _("The amount must be more than nothing."))
    key = f"credit:{cause}"
    if LedgerTransaction.objects.filter(key=key).exists():
        return
    target, currency = ledger.seller_of(store.public_id), amount.currency
    ledger.post(
        ledger.move(
            ledger.PLATFORM, target, amount.minor, kind="compensated", key=key, at=at, currency=currency
        )
    )


def _holds(store: Store, currency: str, amount: int) -> bool:
    """Is there so much on the seller's balance? The row stays locked, so that it still is when it is taken."""
    kind, owner = ledger.seller_of(store.public_id)
    account = LedgerAccount.objects.select_for_update().filter(kind=kind, owner=owner, currency=currency)
    found = account.first()
    return found is not None and found.balance >= amount
