"""What can be refunded at most, and how a refund is shared over lines (D-06). Pure arithmetic, minor units, exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from marketplace.core.money import split
from marketplace.orders.models import OrderLine

from .models import Remedy
from .reasons import Reason

SELLERS_FAULT = "seller"


@dataclass(frozen=True)
class LineShare:
    """What one disputed line can give back at most."""

    line: OrderLine
    quantity: int
    amount: int


def ceilings(
    chosen: Sequence[tuple[OrderLine, int]],
    all_lines: Sequence[OrderLine],
    *,
    received: bool,
    reason: Reason,
    remedy: str,
) -> list[LineShare]:
    """What was really paid for those quantities, less earlier refunds; shipping besides when nothing was received, or
    when all lines go back through the seller's fault (D-06)."""
    everything = {line.pk: line.quantity for line in all_lines} == {
        line.pk: quantity for line, quantity in chosen
    }
    goes_back = remedy == Remedy.RETURN_AND_REFUND and everything and reason.fault == SELLERS_FAULT
    with_shipping = not received or goes_back
    return [LineShare(line, quantity, _ceiling(line, quantity, with_shipping)) for line, quantity in chosen]


def _ceiling(line: OrderLine, quantity: int, with_shipping: bool) -> int:
    rest = line.quantity - quantity
    goods = split(line.paid, [quantity, rest])[0]
    shipping = split(line.paid_shipping, [quantity, rest])[0] if with_shipping else 0
    return max(min(goods + shipping, line.paid + line.paid_shipping - line.refunded), 0)


def smallest_claim(ceiling: int, percent: int) -> int:
    """The least that may be claimed: that percent of the ceiling, rounded up, at least one unit."""
    return max(1, -(-ceiling * percent // 100))


def by_line(amount: int, shares: Mapping[int, int]) -> dict[int, int]:
    """A refund shared over lines in proportion to what each can give back."""
    return dict(zip(shares, split(amount, list(shares.values())), strict=True))
