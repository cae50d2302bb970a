"""What `check_ledger` proves about orders: each escrow belongs to one, and open disputes hold no more than there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from marketplace.payments.proof import Finding, rows_of

QUERIES: Mapping[str, str] = {
    "each escrow belongs to an order": """
        SELECT e.public_id, coalesce(format('order in %s, escrow in %s', o.currency, e.currency), 'no order')
        FROM payments_escrow e LEFT JOIN orders_order o ON o.escrow_id = e.id
        WHERE o.id IS NULL OR o.currency <> e.currency
    """,
    "what is held back belongs to open disputes": """
        SELECT o.public_id, format('held back %s, disputes %s', o.held_back, coalesce(h.total, 0))
        FROM orders_order o
        LEFT JOIN (SELECT order_id, sum(amount) total FROM orders_holdback WHERE ended_at IS NULL GROUP BY order_id) h
            ON h.order_id = o.id
        WHERE o.held_back <> coalesce(h.total, 0)
    """,
    "no more is held back than is held": """
        SELECT o.public_id, format('held back %s, held %s', o.held_back, e.captured - e.refunded - e.released)
        FROM orders_order o JOIN payments_escrow e ON e.id = o.escrow_id
        WHERE o.held_back > e.captured - e.refunded - e.released
    """,
    "an ended order holds nothing": """
        SELECT o.public_id, format('%s, held %s, coupons %s', o.state, e.captured - e.refunded - e.released, e.redeemed)
        FROM orders_order o JOIN payments_escrow e ON e.id = o.escrow_id
        WHERE o.state IN ('completed', 'cancelled', 'closed') AND (e.captured <> e.refunded + e.released OR e.redeemed <> 0)
    """,
}


def orders_hold_what_they_say() -> Iterator[Finding]:
    """M2 and O-05, over orders."""
    for name, query in QUERIES.items():
        yield from rows_of(name, query)
