"""Coupons of ours among an order's payments: whether they fit, and spending them (O-11).

A payment by the method `coupon` names one of ours by its public id. Any other coupon is the host marketplace's own: it stays
what it was, a record and no money.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.core.access import Actor
from marketplace.core.errors import DomainError, FieldError
from marketplace.coupons import money, services
from marketplace.coupons.models import Coupon
from marketplace.payments.models import Payment

from .models import Order, State
from .rows import OrderRow, RowRefused

_OURS = re.compile(r"cpn_[a-z2-7]{26}", re.ASCII)


class Named(Protocol):
    """A payment, as it was sent or as we keep it."""

    @property
    def method(self) -> str: ...
    @property
    def reference(self) -> str: ...
    @property
    def amount(self) -> int: ...


def is_ours(payment: Named) -> bool:
    """Does it name a coupon of ours? Nobody else's number looks like it."""
    return (
        payment.method == Payment.COUPON and payment.amount > 0 and bool(_OURS.fullmatch(payment.reference))
    )


def check(row: OrderRow, *, by: Actor, now: datetime) -> None:
    """Raises RowRefused with every coupon that cannot pay for this order, and why. Spending asks again, under the lock."""
    named = [(position, payment) for position, payment in enumerate(row.payments) if is_ours(payment)]
    if not named:
        return
    references = [payment.reference for _position, payment in named]
    found = {
        coupon.public_id: coupon
        for coupon in Coupon.objects.filter(public_id__in=references).select_related("offer__policy")
    }
    buyer_id = (
        User.objects.filter(integrator_id=by.user_id, reference=row.buyer.reference)
        .values_list("pk", flat=True)
        .first()
    )
    errors = []
    for position, payment in named:
        coupon = found.get(payment.reference)
        if coupon and _spent_here(coupon, row, by):
            continue
        why = _gone(coupon, now) or (
            services.misfit(coupon, buyer_id, row.currency, payment.amount, payment.paid_at)
            if coupon
            else None
        )
        if why:
            errors.append(FieldError(f"payments.{position}.reference", *why))
    if errors:
        raise RowRefused(errors)


def _gone(coupon: Coupon | None, now: datetime) -> tuple[str, str] | None:
    if coupon is None:
        return "unknown_coupon", _("There is no such coupon.")
    if coupon.state == Coupon.State.SPENT:
        return "coupon_spent", _("This coupon was used already.")
    if coupon.state == Coupon.State.EXPIRED or coupon.is_overdue(now):
        return "coupon_expired", _("This coupon has expired.")
    return None


def _spent_here(coupon: Coupon, row: OrderRow, by: Actor) -> bool:
    """Was it spent on this very order, whose row comes again?"""
    same = Order.objects.filter(integrator_id=by.user_id, reference=row.reference, escrow=coupon.escrow_id)
    return coupon.escrow_id is not None and same.exists()


def spend(paid: Iterable[tuple[Order, Payment]], *, by: Actor) -> None:
    """Spend each coupon of ours among these payments, in one order for everybody; whoever calls holds the transaction.

    Raises what coupons.services.spend() raises, and RowRefused for a coupon that there is not.
    """
    mine = [(order, payment) for order, payment in paid if is_ours(payment)]
    if not mine:
        return
    named = Coupon.objects.filter(public_id__in=[payment.reference for _order, payment in mine])
    ids = dict(named.values_list("public_id", "pk"))
    if any(payment.reference not in ids for _order, payment in mine):
        raise RowRefused([FieldError("payments", "unknown_coupon", _("There is no such coupon."))])
    for order, payment in sorted(mine, key=lambda each: ids[each[1].reference]):
        services.spend(
            ids[payment.reference],
            escrow=order.escrow,
            buyer_id=order.buyer_id,
            amount=payment.amount,
            paid_at=payment.paid_at,
            by=by,
        )


def spend_in_bulk(paid: Iterable[tuple[Order, Payment]], *, by: Actor) -> None:
    """The same for new orders; one whose whole life is behind it ends for its coupons too. Raises RowRefused."""
    paid = [(order, payment) for order, payment in paid if is_ours(payment)]
    try:
        spend(paid, by=by)
    except RowRefused:
        raise
    except DomainError as refusal:
        raise RowRefused([FieldError("payments", refusal.code, refusal.detail)]) from refusal
    for order in {order.pk: order for order, _payment in paid}.values():
        if order.state == State.CANCELLED:
            money.share_out(order.escrow, sold=False, at=order.closed_at or order.now)
