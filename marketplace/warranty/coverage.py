"""What a warranty covers, and from when to when (O-10, O-14). Pure functions of the order's rows; `now` is passed in."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from marketplace.orders.models import Order, OrderLine, State
from marketplace.orders.protection import Window
from marketplace.orders.public import warranty_months


def ends_at(order: Order, line: OrderLine) -> datetime | None:
    """The end of the warranty of a line, counted from the day the buyer had it; None where there is no warranty."""
    months = warranty_months(line.listing, order.policy)
    known = [at for at in (order.delivered_at, order.confirmed_at) if at]
    start = min(known) if known else order.shipped_at
    return add_months(start, months) if start and months else None


def add_months(at: datetime, months: int) -> datetime:
    """The same day so many months later; the last of the month where it has no such day."""
    years, month = divmod(at.month - 1 + months, 12)
    year, month = at.year + years, month + 1
    return at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))


def window(order: Order, line: OrderLine, now: datetime) -> Window:
    """When a claim may be made for this line, and why not."""
    until = ends_at(order, line)
    if order.state != State.COMPLETED:
        return _not_ended(order, until)
    start = order.closed_at
    if line.paid == 0:
        return Window(False, None, None, "wrong_state", _("Free gifts are not covered."))
    if until is None:
        return Window(False, None, None, "wrong_state", _("The seller gives no warranty for this item."))
    if now >= until:
        return Window(False, start, until, "too_late", _("The warranty of this item has ended."))
    if left_of(line) == 0:
        return Window(False, None, None, "wrong_state", _("You got all you paid for this item back."))
    return Window(True, start, until)


def _not_ended(order: Order, until: datetime | None) -> Window:
    if order.state in (State.CANCELLED, State.CLOSED):
        return Window(False, None, None, "wrong_state", _("You got all you paid for this item back."))
    why = _("The money is still with us. If something is wrong, open a dispute.")
    return Window(False, order.window_ends_at, until, "too_early", why)


def left_of(line: Any) -> int:
    """What the buyer paid for the item and did not get back yet, in minor units: the most that a claim can bring."""
    return int(min(line.paid, max(line.paid + line.paid_shipping - line.refunded, 0)))
