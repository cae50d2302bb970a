"""How figures are kept: one statement counts a set of people over every window at once, from their own rows alone.

It runs for one buyer when a dispute of theirs opens or ends, and for everybody once a day, which also makes them fade.
Why it is SQL: counted row by row in Python, the daily run would read every order of a year. What stands between the words
of a statement are names of our own columns and tables; every value is a parameter.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from marketplace.core.policy import ProtectionPolicy

from .measures import PERCENTILE, Z
from .models import WINDOWS, BuyerFigures, StoreFigures

#: so many people a statement: the rows that it locks are free again soon
BATCH = 2000

_COUNT = """
WITH windows AS (SELECT days, %(now)s::timestamptz - make_interval(hours => 24 * days) AS since FROM unnest(%(windows)s::int[]) days),
who AS (SELECT unnest(%(who)s::bigint[]) AS id),
bought AS (
    SELECT o.{own} AS id, w.days, o.currency, count(*) AS n, sum(e.captured) AS paid
    FROM orders_order o JOIN payments_escrow e ON e.id = o.escrow_id JOIN windows w ON o.paid_at > w.since
    WHERE o.{own} = ANY(%(who)s) AND o.paid_at > %(since)s AND o.paid_at <= %(now)s AND o.hold_failed_at IS NULL
    GROUP BY 1, 2, 3
),
argued AS MATERIALIZED (
    SELECT d.{own} AS id, d.{other} AS other, d.opened_at, d.currency, c.amount AS asked, d.reached_by,
        CASE WHEN d.state = 'resolved' THEN coalesce(d.settled_amount, 0) ELSE 0 END AS back,
        d.state = 'resolved' AND NOT o.it AND (
            d.reached_by IN ('decision', 'choice') OR d.reached_by = 'buyer_silence' AND f.it) AS decided,
        CASE
            WHEN d.state = 'cancelled' THEN CASE WHEN s.it THEN 'by_itself' ELSE 'cancelled' END
            WHEN d.state <> 'resolved' THEN 'open'
            WHEN o.it THEN 'by_itself'
            WHEN d.outcome = 'fraud' THEN 'fraud'
            WHEN d.reached_by IN ('seller_silence', 'bank') OR d.reached_by = 'buyer_silence' AND NOT f.it THEN 'by_itself'
            WHEN d.outcome = 'no_refund' THEN 'lost'
            WHEN d.outcome = 'partly_refunded' THEN 'partly'
            ELSE 'won'
        END AS ending
    FROM disputes_dispute d JOIN disputes_claim c ON c.id = d.claim_id,
        LATERAL (SELECT d.reached_by = 'buyer_silence' AND EXISTS (SELECT FROM disputes_decision x WHERE x.dispute_id = d.id) AS it) f,
        LATERAL (SELECT d.state = 'cancelled' AND EXISTS (
            SELECT FROM disputes_disputeevent v WHERE v.dispute_id = d.id AND v.verb = 'staff_cancel') AS it) s,
        LATERAL (SELECT d.state = 'resolved' AND d.reached_by IN ('decision', 'choice', 'buyer_silence') AND EXISTS (
            SELECT FROM disputes_decision y
                JOIN appeals_appeal a ON a.kind IN ('decision', 'second_look') AND a.about IN (y.public_id, d.public_id)
            WHERE y.dispute_id = d.id AND (a.state = 'overturned' OR y.public_id = %(overturned)s)) AS it) o
    WHERE d.{own} = ANY(%(who)s) AND d.opened_at > %(since)s AND d.opened_at <= %(now)s
),
sums AS (
    SELECT id, days, jsonb_object_agg(currency, jsonb_build_object('paid', paid, 'asked', asked, 'back', back)) AS sums
    FROM (
        SELECT id, days, currency, sum(paid) AS paid, sum(asked) AS asked, sum(back) AS back
        FROM (
            SELECT id, days, currency, paid, 0 AS asked, 0 AS back FROM bought
            UNION ALL
            SELECT a.id, w.days, a.currency, 0, a.asked, a.back FROM argued a JOIN windows w ON a.opened_at > w.since
        ) each_sum GROUP BY 1, 2, 3
    ) by_currency GROUP BY 1, 2
),
orders AS (SELECT id, days, sum(n) AS n FROM bought GROUP BY 1, 2),
disputes AS (
    SELECT a.id, w.days, count(*) AS n, count(DISTINCT a.other) AS others,
        count(*) FILTER (WHERE ending = 'open') AS open,
        count(*) FILTER (WHERE ending = 'won') AS won,
        count(*) FILTER (WHERE ending = 'partly') AS partly,
        count(*) FILTER (WHERE ending = 'lost') AS lost,
        count(*) FILTER (WHERE ending = 'cancelled') AS cancelled,
        count(*) FILTER (WHERE ending = 'fraud') AS fraud,
        count(*) FILTER (WHERE decided) AS decided,
        count(*) FILTER (WHERE decided AND ending IN ('lost', 'fraud')) AS for_store,
        count(*) FILTER (WHERE decided AND ending NOT IN ('lost', 'fraud')) AS for_buyer,
        count(*) FILTER (WHERE reached_by = 'seller_silence') AS silent
    FROM argued a JOIN windows w ON a.opened_at > w.since GROUP BY 1, 2
),
counted AS (
    SELECT who.id, w.days, w.since, coalesce(o.n, 0) AS n, coalesce(d.n, 0) AS k, d.*, coalesce(sums.sums, '{{}}') AS in_money,
        least(coalesce(d.n, 0), coalesce(o.n, 0))::double precision / nullif(o.n, 0) AS p,
        nullif(o.n, 0)::double precision AS m
    FROM who CROSS JOIN windows w
        LEFT JOIN orders o ON o.id = who.id AND o.days = w.days
        LEFT JOIN disputes d ON d.id = who.id AND d.days = w.days
        LEFT JOIN sums ON sums.id = who.id AND sums.days = w.days
)
"""
_COUNT = _COUNT.replace("d.*", ", ".join(
    f"coalesce(d.{name}, 0) AS {name}"
    for name in (
        "others", "open", "won", "partly", "lost", "cancelled", "fraud", "decided", "for_store", "for_buyer", "silent",
    )
))  # fmt: skip
_Z2 = Z * Z
_RANGE = f"""coalesce(p, 0) AS rate,
    coalesce(greatest(0, (p + {_Z2} / (2 * m) - {Z} * sqrt(p * (1 - p) / m + {_Z2} / (4 * m * m))) / (1 + {_Z2} / m)), 0) AS low,
    coalesce(least(1, (p + {_Z2} / (2 * m) + {Z} * sqrt(p * (1 - p) / m + {_Z2} / (4 * m * m))) / (1 + {_Z2} / m)), 1) AS high"""

#: column → expression over `counted`, in this order
_BUYER = {
    "orders": "n", "disputes": "k", "open": "open", "won": "won", "partly": "partly", "lost": "lost",
    "cancelled": "cancelled", "fraud": "fraud", "decided": "decided", "against": "for_store", "counterparties": "others",
    "sums": "in_money",
}  # fmt: skip
#: seen from the other side: what buyers lost the store won
_STORE = _BUYER | {
    "won": "lost + fraud", "lost": "won", "against": "for_buyer", "silent": "silent",
    "false_tracking": "coalesce((SELECT n FROM doubtful x WHERE x.id = counted.id AND x.days = counted.days), 0)",
    "off_platform": "coalesce((SELECT n FROM outside x WHERE x.id = counted.id AND x.days = counted.days), 0)",
}  # fmt: skip
#: what only stores do: parcels whose tracking is doubtful, and messages that offer money outside the site
_OF_STORES = """, doubtful AS (
    SELECT o.store_id AS id, w.days, count(DISTINCT p.id) AS n
    FROM orders_shipment p JOIN orders_order o ON o.id = p.order_id JOIN windows w ON p.doubtful_at > w.since
    WHERE p.doubtful_at > %(since)s AND p.doubtful_at <= %(now)s AND o.store_id = ANY(%(who)s) GROUP BY 1, 2
),
outside AS (
    SELECT coalesce(d.store_id, o.store_id) AS id, w.days, count(DISTINCT m.id) AS n
    FROM messaging_messageflag g JOIN messaging_message m ON m.id = g.message_id JOIN windows w ON m.sent_at > w.since
        LEFT JOIN disputes_dispute d ON d.thread_id = m.thread_id LEFT JOIN orders_order o ON o.thread_id = m.thread_id
    WHERE g.category = 'outside_payment' AND g.state <> 'dismissed' AND m.role = 'seller' AND m.sent_at <= %(now)s
    GROUP BY 1, 2
)
"""


def windows_of(policy: ProtectionPolicy) -> list[int]:
    """The rulebook's windows, and those of the policy's flag, in days."""
    return sorted({*WINDOWS, policy.flag_days, policy.flag_rate_days})


@dataclass(frozen=True)
class Counted:
    """What a flag is judged by: one buyer's figures over one window, as just counted."""

    user_id: int
    days: int
    orders: int
    disputes: int
    rate: float
    low: float
    high: float


def count_buyers(
    users: Sequence[int], *, at: datetime, policy: ProtectionPolicy, overturned: str = ""
) -> list[Counted]:
    """Count these buyers' figures anew, over every window, as of `at`; one statement.

    `overturned`: the decision that is being overturned in this very step, whose appeal is not saved yet.
    """
    returned = "RETURNING user_id, days, orders, disputes, rate, low, high"
    found = _keep("buyer_id", "user_id", _BUYER, users, at, policy, returned, overturned)
    return [Counted(*row) for row in found]


def count_stores(stores: Sequence[int], *, at: datetime, policy: ProtectionPolicy) -> None:
    """The same for stores, from their side (B-05)."""
    _keep("store_id", "store_id", _STORE, stores, at, policy, "")


def look_at_buyer(user_id: int, *, at: datetime, policy: ProtectionPolicy) -> list[BuyerFigures]:
    """One buyer's figures over every window, not kept."""
    names = ["days", *_BUYER, "rate", "low", "high"]
    sql = _COUNT.format(own="buyer_id", other="store_id") + (
        f"SELECT days, {', '.join(_BUYER.values())}, {_RANGE} FROM counted ORDER BY days"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, _values([user_id], at, policy))
        rows = cursor.fetchall()
    found = [dict(zip(names, row, strict=True)) for row in rows]
    for each in found:
        each["sums"] = json.loads(each["sums"]) if isinstance(each["sums"], str) else each["sums"]
    return [BuyerFigures(user_id=user_id, counted_at=at, **each) for each in found]


def _keep(
    own: str,
    key: str,
    columns: dict[str, str],
    who: Sequence[int],
    at: datetime,
    policy: ProtectionPolicy,
    returned: str,
    overturned: str = "",
) -> list[Any]:
    """Rows are written in one order, so that two who count at the same moment wait for each other and do not lock up."""
    buyers = own == "buyer_id"
    table = (BuyerFigures if buyers else StoreFigures)._meta.db_table
    names = [*columns, "rate", "low", "high", "counted_at"]
    sql = (
        _COUNT.format(own=own, other="store_id" if buyers else "buyer_id")
        + ("" if buyers else _OF_STORES)
        + f"INSERT INTO {table} ({key}, days, {', '.join(names)}) "
        + f"SELECT id, days, {', '.join(columns.values())}, {_RANGE}, %(now)s FROM counted ORDER BY id, days "
        + f"ON CONFLICT ({key}, days) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in names)} "
        + returned
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, _values(who, at, policy, overturned))
        return cursor.fetchall() if returned else []


def _values(
    who: Sequence[int], at: datetime, policy: ProtectionPolicy, overturned: str = ""
) -> dict[str, Any]:
    days = windows_of(policy)
    since = at - timedelta(hours=24 * max(days))
    return {"who": list(who), "now": at, "windows": days, "since": since, "overturned": overturned}


# -- once a day ----------------------------------------------------------------------------------------------------


def active(own: str, *, at: datetime, policy: ProtectionPolicy) -> list[int]:
    """Whoever bought or disputed in the longest window, and whoever has figures, which have to fade."""
    model = BuyerFigures if own == "buyer_id" else StoreFigures
    key = "user_id" if own == "buyer_id" else "store_id"
    sql = f"""
        SELECT {own} FROM orders_order WHERE paid_at > %(since)s AND paid_at <= %(now)s
        UNION SELECT {own} FROM disputes_dispute WHERE opened_at > %(since)s AND opened_at <= %(now)s
        UNION SELECT {key} FROM {model._meta.db_table} WHERE orders > 0 OR disputes > 0 ORDER BY 1"""
    with connection.cursor() as cursor:
        cursor.execute(sql, {"since": at - timedelta(hours=24 * max(windows_of(policy))), "now": at})
        return [pk for (pk,) in cursor.fetchall()]


def count_everybody(*, at: datetime, policy: ProtectionPolicy) -> int:
    """Every buyer's and store's figures, then the marketplace's own distribution; how many people and stores there were."""
    buyers, stores = (active(own, at=at, policy=policy) for own in ("buyer_id", "store_id"))
    for start in range(0, len(buyers), BATCH):
        count_buyers(buyers[start : start + BATCH], at=at, policy=policy)
    for start in range(0, len(stores), BATCH):
        count_stores(stores[start : start + BATCH], at=at, policy=policy)
    count_peers(at=at, policy=policy)
    return len(buyers) + len(stores)


def count_peers(*, at: datetime, policy: ProtectionPolicy) -> None:
    """Median and 95th percentile by nearest rank, in whole numbers, of buyers with enough orders in the window."""
    sql = """
        INSERT INTO standing_peers (days, population, median, p95, counted_at)
        SELECT w.days, count(r.rate), max(r.rate) FILTER (WHERE r.rank = (50 * r.n + 99) / 100),
            max(r.rate) FILTER (WHERE r.rank = (%(percentile)s * r.n + 99) / 100), %(now)s
        FROM unnest(%(windows)s::int[]) AS w(days) LEFT JOIN (
            SELECT days, rate, row_number() OVER (PARTITION BY days ORDER BY rate) AS rank, count(*) OVER (PARTITION BY days) AS n
            FROM standing_buyerfigures WHERE orders >= %(enough)s
        ) r ON r.days = w.days
        GROUP BY w.days
        ON CONFLICT (days) DO UPDATE SET population = excluded.population, median = excluded.median, p95 = excluded.p95,
            counted_at = excluded.counted_at"""
    values: dict[str, Any] = {
        "windows": windows_of(policy),
        "percentile": PERCENTILE,
        "enough": policy.flag_rate_orders,
        "now": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
