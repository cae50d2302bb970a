"""An order whose money a buyer's bank asks for: frozen until the bank has decided, then shared as if it were refunded (X-06).

No verbs of anybody: payments calls these inside its own transaction, with the order locked first, as always.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F

from marketplace.core import batches
from marketplace.core.access import Actor
from marketplace.core.money import split
from marketplace.payments.freezing import Owner
from marketplace.payments.models import Chargeback

from ..models import HoldBack, Order, OrderLine, State

ENDED = (State.COMPLETED, State.CANCELLED, State.CLOSED)


def lock(escrow_pk: int) -> None:
    """The order's row, before the escrow's."""
    _order_of(escrow_pk)


def _order_of(escrow_pk: int) -> Order | None:
    pk = Order.objects.filter(escrow=escrow_pk).values_list("pk", flat=True).first()
    return Order.lock(pk) if pk else None


def is_party(escrow_pk: int, by: Actor) -> bool:
    """Is this the order's buyer, or one of the store's people?"""
    order = Order.objects.filter(escrow=escrow_pk).only("buyer", "store").first()
    return order is not None and (order.buyer_id == by.user_id or order.store_id in by.store_ids)


def changed(chargeback: Chargeback) -> None:
    """The bank asked, or decided: one line in the order's timeline, and its clock stops or goes on."""
    order = _order_of(chargeback.payment.escrow_id)
    if order is None:
        return
    before = order.state
    order.say(amount=order.money(chargeback.amount).as_json(), chargeback=chargeback.public_id)
    if chargeback.status == Chargeback.Status.OPEN:
        order.frozen_at = order.frozen_at or order.now
        order.finish("freeze", Actor.system(), before)
        return
    if not order.escrow.freezes:
        order.frozen_at, order.thawed_at = None, order.now
    if chargeback.status == Chargeback.Status.LOST:
        _absorb(order, chargeback.of_escrow)
        order.finish("bank_paid", Actor.system(), before)
    elif not order.escrow.freezes:
        order.finish("thaw", Actor.system(), before)


def _absorb(order: Order, amount: int) -> None:
    """The bank gave the buyer so much of what the order held. It counts first against what disputes are about: they ask
    for the same money; the rest is the order's. With nothing left, the order ends."""
    holds = list(order.hold_backs.filter(ended_at=None).order_by("pk"))
    of_holds = min(amount, order.held_back)
    for hold, part in zip(holds, split(of_holds, [hold.amount for hold in holds]), strict=True):
        HoldBack.objects.filter(pk=hold.pk).update(amount=F("amount") - part, from_bank=F("from_bank") + part)
    order.held_back -= of_holds
    lines = list(order.lines.all())
    rests = [line.paid + line.paid_shipping - line.refunded for line in lines]
    for line, part in zip(lines, split(amount, rests), strict=True):
        add_to_line(line.pk, part)
    if order.state not in ENDED and not holds and not order.escrow.held.minor:
        order.settle()
        order.closed_at = order.at


def add_to_line(line_pk: int, part: int) -> None:
    """Count a part of a refund on its line; never more than was paid for it, whoever gave it back."""
    batches.together(_add_to_lines, (line_pk, part))


def _add_to_lines(parts: Sequence[tuple[int, int]]) -> None:
    batches.add(OrderLine, "refunded", dict(parts), most="old.paid + old.paid_shipping")


OWNER = Owner(floor=1, lock=lock, changed=changed, is_party=is_party)
