"""The proofs of `check_ledger`: each looks for rows that must not be, and finds none while the books are right.

They ask the database for the offenders only, so a large marketplace is proved in a few queries. Other rooms register
proofs of their own. All of them read one snapshot, so that what happens meanwhile is no false alarm.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection, transaction

from .gateways import GatewayError, gateway_named
from .models import Refund


class Finding(NamedTuple):
    """One row where something does not add up: which proof, which row, and what was found, in words for staff."""

    proof: str
    row: str
    what: str


Proof = Callable[[], Iterable[Finding]]
_proofs: list[Proof] = []


def register_proof(proof: Proof) -> Proof:
    """Add a proof; called once by an AppConfig.ready(). May be used as a decorator."""
    if proof not in _proofs:
        _proofs.append(proof)
    return proof


def prove() -> Iterator[Finding]:
    """Everything that is wrong, over one snapshot of the database."""
    with transaction.atomic():
        if len(connection.atomic_blocks) == 1:  # only the first word of a transaction may say this
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for proof in _proofs:
            yield from proof()


def rows_of(proof: str, query: str) -> Iterator[Finding]:
    """The findings of a query whose columns are the row's name and what is wrong with it."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        for row, what in cursor.fetchall():
            yield Finding(proof, row, what)


#: refunds but those in whose place another was made: their amounts count once
STANDING = """
    SELECT r.* FROM payments_refund r WHERE NOT EXISTS (SELECT 1 FROM payments_refund n WHERE n.replaces_id = r.id)
"""
#: what went back of each payment: refunds, and what its bank took when we lost
GAVE_BACK = """
    SELECT payment_id, amount FROM (STANDING) s
    UNION ALL SELECT payment_id, of_escrow FROM payments_chargeback WHERE of_escrow > 0
"""
#: name → query for the rows that break it: (row, what)
QUERIES: Mapping[str, str] = {
    "each movement adds up to zero": """
        SELECT t.key, format('%s entries, sum %s %s', count(e.id), coalesce(sum(e.amount), 0), a.currency)
        FROM payments_ledgertransaction t
        LEFT JOIN payments_ledgerentry e ON e.transaction_id = t.id
        LEFT JOIN payments_ledgeraccount a ON a.id = e.account_id
        GROUP BY t.id, t.key, a.currency HAVING coalesce(sum(e.amount), 0) <> 0 OR count(e.id) < 2
    """,
    "each balance is the sum of its entries": """
        SELECT format('%s %s %s', a.kind, a.owner, a.currency), format('balance %s, entries %s', a.balance, coalesce(s.total, 0))
        FROM payments_ledgeraccount a
        LEFT JOIN (SELECT account_id, sum(amount) total FROM payments_ledgerentry GROUP BY account_id) s ON s.account_id = a.id
        WHERE a.kind NOT IN ('clearing', 'commission') AND a.balance <> coalesce(s.total, 0)
    """,
    "no account but clearing is below zero": """
        SELECT format('%s %s %s', a.kind, a.owner, a.currency), format('%s', sum(e.amount))
        FROM payments_ledgeraccount a JOIN payments_ledgerentry e ON e.account_id = a.id
        WHERE a.kind <> 'clearing' GROUP BY a.id, a.kind, a.owner, a.currency HAVING sum(e.amount) < 0
    """,
    "each escrow holds what its account holds": """
        SELECT coalesce(e.public_id, a.owner),
            format('row %s, ledger %s %s', e.captured - e.refunded - e.released, a.balance, coalesce(a.currency, e.currency))
        FROM payments_escrow e
        FULL JOIN (SELECT * FROM payments_ledgeraccount WHERE kind = 'escrow') a ON a.owner = e.public_id AND a.currency = e.currency
        WHERE coalesce(e.captured - e.refunded - e.released, 0) <> coalesce(a.balance, 0)
    """,
    "each escrow took in what was paid": """
        SELECT e.public_id, format('captured %s, paid %s %s', e.captured, coalesce(p.total, 0), e.currency)
        FROM payments_escrow e
        LEFT JOIN (SELECT escrow_id, sum(amount) total FROM payments_payment WHERE method <> 'coupon' GROUP BY escrow_id) p
            ON p.escrow_id = e.id
        WHERE e.captured <> coalesce(p.total, 0)
    """,
    "each escrow gave back what its refunds are": """
        SELECT e.public_id, format('refunded %s, refunds %s %s', e.refunded, coalesce(r.total, 0), e.currency)
        FROM payments_escrow e
        LEFT JOIN (
            SELECT p.escrow_id, sum(g.amount) total FROM (GAVE_BACK) g JOIN payments_payment p ON p.id = g.payment_id
            GROUP BY p.escrow_id
        ) r ON r.escrow_id = e.id
        WHERE e.refunded <> coalesce(r.total, 0)
    """,
    "each payment gave back what its refunds are": """
        SELECT p.public_id, format('refunded %s, refunds %s of %s', p.refunded, coalesce(r.total, 0), p.amount)
        FROM payments_payment p
        LEFT JOIN (SELECT payment_id, sum(amount) total FROM (GAVE_BACK) g GROUP BY payment_id) r ON r.payment_id = p.id
        WHERE p.refunded <> coalesce(r.total, 0) OR p.refunded > p.amount
    """,
    "each refund not paid waits in its account": """
        SELECT p.public_id, format('refunds %s, ledger %s', coalesce(r.total, 0), coalesce(a.balance, 0))
        FROM payments_payment p
        LEFT JOIN (
            SELECT payment_id, sum(amount - from_bank) total FROM (STANDING) s WHERE status NOT IN ('sent', 'confirmed')
            GROUP BY payment_id
        ) r ON r.payment_id = p.id
        LEFT JOIN (SELECT owner, sum(balance) balance FROM payments_ledgeraccount WHERE kind = 'refunds' GROUP BY owner) a
            ON a.owner = p.public_id
        WHERE coalesce(r.total, 0) <> coalesce(a.balance, 0)
    """,
    "each refund's movements fit its status": """
        SELECT r.public_id, format('%s, amount %s, cleared %s', r.status, r.amount, coalesce(c.total, 0))
        FROM payments_refund r
        LEFT JOIN (
            SELECT split_part(t.key, ':', 2) refund, sum(e.amount) total
            FROM payments_ledgertransaction t
            JOIN payments_ledgerentry e ON e.transaction_id = t.id
            JOIN payments_ledgeraccount a ON a.id = e.account_id AND a.kind = 'clearing'
            WHERE t.kind IN ('sent', 'failed') GROUP BY 1
        ) c ON c.refund = r.public_id
        WHERE coalesce(c.total, 0) <> CASE WHEN r.status IN ('sent', 'confirmed') AND r.paid_by = 'provider' THEN r.amount ELSE 0 END
    """,
    "what staff paid is what left for them": """
        SELECT coalesce(a.currency, r.currency), format('paid by hand %s, ledger %s', coalesce(r.total, 0), coalesce(a.balance, 0))
        FROM (
            SELECT e.currency, sum(r.amount - r.from_bank) total FROM payments_refund r
            JOIN payments_payment p ON p.id = r.payment_id JOIN payments_escrow e ON e.id = p.escrow_id
            WHERE r.paid_by = 'hand' GROUP BY e.currency
        ) r
        FULL JOIN (SELECT currency, balance FROM payments_ledgeraccount WHERE kind = 'outside') a ON a.currency = r.currency
        WHERE coalesce(r.total, 0) <> coalesce(a.balance, 0)
    """,
    "the bank holds what chargebacks say": """
        SELECT p.public_id, format('at the bank %s, ledger %s', coalesce(c.total, 0), -coalesce(b.balance, 0))
        FROM payments_payment p
        LEFT JOIN (
            SELECT payment_id, sum(withdrawn - of_refunds - of_escrow) total FROM payments_chargeback GROUP BY payment_id
        ) c ON c.payment_id = p.id
        LEFT JOIN (
            SELECT a.owner, sum(e.amount) balance FROM payments_ledgeraccount a JOIN payments_ledgerentry e ON e.account_id = a.id
            WHERE a.kind = 'clearing' AND a.owner <> '' GROUP BY a.owner
        ) b ON b.owner = p.public_id
        WHERE coalesce(c.total, 0) <> -coalesce(b.balance, 0)
    """,
    "what coupons paid waits in its account": """
        SELECT coalesce(e.public_id, a.owner), format('row %s, ledger %s', coalesce(e.redeemed, 0), coalesce(a.balance, 0))
        FROM (SELECT * FROM payments_escrow WHERE redeemed <> 0) e
        FULL JOIN (SELECT * FROM payments_ledgeraccount WHERE kind = 'redeemed') a ON a.owner = e.public_id AND a.currency = e.currency
        WHERE coalesce(e.redeemed, 0) <> coalesce(a.balance, 0)
    """,
    "money is frozen while a chargeback is open": """
        SELECT e.public_id, format('frozen by %s, open %s', e.freezes, coalesce(c.total, 0))
        FROM payments_escrow e
        LEFT JOIN (
            SELECT p.escrow_id, count(*) total FROM payments_chargeback c JOIN payments_payment p ON p.id = c.payment_id
            WHERE c.status = 'open' GROUP BY p.escrow_id
        ) c ON c.escrow_id = e.id
        WHERE e.freezes <> coalesce(c.total, 0)
    """,
}


@register_proof
def books_add_up() -> Iterator[Finding]:
    """M1, M2, M7 and O-02, over the rows of this room."""
    for name, query in QUERIES.items():
        yield from rows_of(name, query.replace("GAVE_BACK", GAVE_BACK).replace("STANDING", STANDING))


@dataclass
class _Expected:
    """What the provider must have refunded of one payment reference: at least what is certain, at most what may be."""

    certain: int = 0
    possible: int = 0


def provider_agrees(*, ask_all: bool) -> Iterator[Finding]:
    """M4: the provider's books against ours. Of a payment without a question open both are equal; else its books lie
    between what is certain and what was reserved. Providers whose books are slow are asked only with `ask_all`.
    """
    for provider, expected in sorted(_expected().items()):
        try:
            gateway = gateway_named(provider)
        except LookupError:
            continue
        if not (gateway.has_quick_books or ask_all):
            continue
        try:
            theirs = gateway.refunded(expected)
        except GatewayError as error:
            yield Finding("the provider's books are read", provider, error.words or type(error).__name__)
            continue
        for reference, ours in expected.items():
            told = theirs.get(reference, 0)
            if not ours.certain <= told <= ours.possible:
                what = f"provider {told}, ledger {ours.certain} to {ours.possible}"
                yield Finding("refunds are what the provider was told", f"{provider} {reference}", what)


def _expected() -> dict[str, dict[str, _Expected]]:
    """provider → payment reference → what its books must say."""
    expected: dict[str, dict[str, _Expected]] = defaultdict(lambda: defaultdict(_Expected))
    fields = (
        "paid_by",
        "payment__provider",
        "payment__provider_reference",
        "status",
        "amount",
        "first_tried_at",
        "leased_until",
    )
    rows = Refund.objects.values_list(*fields).iterator()
    for paid_by, provider, reference, status, amount, tried, leased in rows:
        of_payment = expected[provider][reference]
        if paid_by != Refund.PaidBy.PROVIDER:
            continue  # the provider has none of it, or gave it back before it was paid another way
        settled = status in (Refund.Status.SENT, Refund.Status.CONFIRMED)
        in_doubt = status in (Refund.Status.UNKNOWN, Refund.Status.DECIDED) and (
            tried is not None or leased is not None
        )
        of_payment.certain += amount if settled else 0
        of_payment.possible += amount if settled or in_doubt else 0
    return expected


def totals() -> list[tuple[str, int, int, int, int]]:
    """currency, captured, released, refunded, held: all escrows together, in minor units."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT currency, sum(captured), sum(released), sum(refunded), sum(captured - released - refunded)"
            " FROM payments_escrow GROUP BY currency ORDER BY currency"
        )
        return [(row[0], *(int(amount) for amount in row[1:])) for row in cursor.fetchall()]
