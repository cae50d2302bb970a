"""Each line's share of what was really paid (D-06): discounts, coupons and odd payments are spread over the lines."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.core.money import split

from .models import Order, OrderLine


def shares(lines: Sequence[OrderLine], paid: int) -> list[tuple[int, int]]:
    """(goods, shipping) of each line, in minor units: `paid` in proportion to what each should have cost."""
    weights = [weight for line in lines for weight in (max(line.price, 0), line.shipping)]
    parts = split(paid, weights)
    return list(zip(parts[::2], parts[1::2], strict=True))


def allocate(order: Order, paid: int) -> None:
    """Write the shares to the order's lines."""
    lines = list(order.lines.all())
    for line, (goods, shipping) in zip(lines, shares(lines, paid), strict=True):
        line.paid, line.paid_shipping = goods, shipping
    OrderLine.objects.bulk_update(lines, ["paid", "paid_shipping"])
