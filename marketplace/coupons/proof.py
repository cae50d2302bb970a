"""What `check_ledger` proves about coupons: what is owed is what can still be spent, and no coupon is spent twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from marketplace.payments.proof import Finding, rows_of

QUERIES: Mapping[str, str] = {
    "coupons add up to what was offered": """
        SELECT o.public_id, format('%s, offered %s, coupons %s %s', o.state, o.amount, coalesce(c.total, 0), o.currency)
        FROM coupons_couponoffer o
        LEFT JOIN (SELECT offer_id, sum(amount) total FROM coupons_coupon GROUP BY offer_id) c ON c.offer_id = o.id
        WHERE coalesce(c.total, 0) <> CASE WHEN o.state = 'offered' THEN 0 ELSE o.amount END
    """,
    "what is owed in coupons can still be spent": """
        SELECT coalesce(o.public_id, a.owner), format('open %s, ledger %s', coalesce(o.total, 0), coalesce(a.balance, 0))
        FROM (
            SELECT o.public_id, o.currency, CASE WHEN o.state = 'offered' THEN o.amount ELSE coalesce(sum(c.amount), 0) END total
            FROM coupons_couponoffer o LEFT JOIN coupons_coupon c ON c.offer_id = o.id AND c.state = 'issued'
            GROUP BY o.id
        ) o
        FULL JOIN (SELECT * FROM payments_ledgeraccount WHERE kind = 'coupons') a
            ON a.owner = o.public_id AND a.currency = o.currency
        WHERE coalesce(o.total, 0) <> coalesce(a.balance, 0)
    """,
    "what coupons paid for orders is what orders took": """
        SELECT c.public_id, format('spent %s, ledger %s', c.spent, coalesce(e.amount, 0))
        FROM coupons_coupon c
        LEFT JOIN payments_ledgertransaction t ON t.key = format('coupon:%s:spent', c.public_id)
        LEFT JOIN payments_escrow s ON s.id = c.escrow_id
        LEFT JOIN payments_ledgeraccount a ON a.kind = 'redeemed' AND a.owner = s.public_id AND a.currency = c.currency
        LEFT JOIN payments_ledgerentry e ON e.transaction_id = t.id AND e.account_id = a.id
        WHERE c.spent <> coalesce(e.amount, 0)
    """,
    "each payment with a coupon of ours spent it": """
        SELECT p.public_id, format('coupon %s is %s', c.public_id, c.state)
        FROM coupons_coupon c JOIN payments_payment p ON p.method = 'coupon' AND p.reference = c.public_id
        WHERE c.escrow_id IS DISTINCT FROM p.escrow_id
    """,
    "each coupon spent is a payment of its order": """
        SELECT c.public_id, format('spent %s, payments %s', c.spent, coalesce(p.total, 0))
        FROM coupons_coupon c
        LEFT JOIN (
            SELECT escrow_id, reference, sum(amount) total FROM payments_payment WHERE method = 'coupon' GROUP BY 1, 2
        ) p ON p.escrow_id = c.escrow_id AND p.reference = c.public_id
        WHERE c.state = 'spent' AND c.spent <> coalesce(p.total, 0)
    """,
}


def coupons_add_up() -> Iterator[Finding]:
    """A-04 and O-11, over coupons."""
    for name, query in QUERIES.items():
        yield from rows_of(name, query)
