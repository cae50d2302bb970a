"""What compensation does to the ledger: a debt of the platform that ends in a seller's balance or comes back (O-02, O-11).

    offered     platform −   coupons +            (the platform's own money; one account for each offer)
    spent       coupons −    redeemed +           (kept apart until the order has ended; it is no money of the buyer's)
    unused      coupons −    platform +           (expired, or worth more than the order took)
    redeemed    redeemed −   seller +, commission +, platform +

The caller holds the lock of whatever moves.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F

from marketplace.core.money import share
from marketplace.payments import ledger
from marketplace.payments.models import Escrow

from .models import Coupon, CouponOffer


def promise(offer: CouponOffer, at: datetime) -> None:
    """From now on the platform owes the sum."""
    target = ledger.coupons_of(offer.public_id)
    key = f"coupons:{offer.public_id}:offered"
    _move(ledger.PLATFORM, target, offer.amount, kind="offered", key=key, at=at, currency=offer.currency)


def redeem(coupon: Coupon, escrow: Escrow, at: datetime) -> None:
    """So much of the coupon pays for the order; what the order did not take is the platform's again."""
    source, key = ledger.coupons_of(coupon.offer.public_id), f"coupon:{coupon.public_id}"
    how: dict[str, Any] = {"at": at, "currency": coupon.currency}
    _move(source, ledger.redeemed_in(escrow.public_id), coupon.spent, kind="spent", key=f"{key}:spent", **how)
    _move(source, ledger.PLATFORM, coupon.amount - coupon.spent, kind="unused", key=f"{key}:unused", **how)
    Escrow.objects.filter(pk=escrow.pk).update(redeemed=F("redeemed") + coupon.spent)
    escrow.redeemed += coupon.spent


def take_back(coupon: Coupon, at: datetime) -> None:
    """It expired: nothing is owed any more."""
    source, key = ledger.coupons_of(coupon.offer.public_id), f"coupon:{coupon.public_id}:unused"
    _move(source, ledger.PLATFORM, coupon.amount, kind="unused", key=key, at=at, currency=coupon.currency)


def share_out(escrow: Escrow, *, sold: bool, at: datetime) -> None:
    """The order has ended: the seller gets the same share of the coupons' worth as of the money, less commission; the rest is
    the platform's again. Never the buyer's (O-11). Without any money it is all the seller's if the order was `sold`."""
    worth = escrow.redeemed
    if not worth:
        return
    to_seller = share(worth, escrow.released, escrow.captured) if escrow.captured else worth * sold
    commission = share(to_seller, escrow.store.commission_bp, 10_000)
    lines = [
        (ledger.redeemed_in(escrow.public_id), -worth),
        (ledger.seller_of(escrow.store.public_id), to_seller - commission),
        (ledger.COMMISSION, commission),
        (ledger.PLATFORM, worth - to_seller),
    ]
    key = f"redeemed:{escrow.public_id}"
    ledger.post(ledger.Movement("redeemed", key, at, escrow.currency, lines))
    Escrow.objects.filter(pk=escrow.pk).update(redeemed=0)
    escrow.redeemed = 0


def _move(source: ledger.Account, target: ledger.Account, amount: int, **how: Any) -> None:
    if amount:
        ledger.post(ledger.move(source, target, amount, **how))
