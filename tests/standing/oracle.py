"""The figures and the flags of section 10, reckoned a second way: plain Python over the raw tables, one row at a time.

Nothing of `disputes.standing` is used here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil, sqrt
from typing import Any

from django.db import connection

Z = 1.96
ENOUGH, MANY = 5, 3


@dataclass
class Tally:
    """One buyer over one window."""

    orders: int = 0
    disputes: int = 0
    results: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    decided: int = 0
    against: int = 0
    stores: set[int] = field(default_factory=set)
    sums: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, currency: str, name: str, amount: int) -> None:
        row = self.sums.setdefault(currency, {"paid": 0, "asked": 0, "back": 0})
        row[name] += amount

    @property
    def rate(self) -> Fraction:
        return Fraction(min(self.disputes, self.orders), self.orders) if self.orders else Fraction(0)

    @property
    def range(self) -> tuple[float, float]:
        """Wilson's score interval, solved as the quadratic equation that it comes from."""
        if not self.orders:
            return 0.0, 1.0
        n, p = self.orders, min(self.disputes, self.orders) / self.orders
        a, b, c = 1 + Z**2 / n, -(2 * p + Z**2 / n), p**2
        root = sqrt(max(0.0, b * b - 4 * a * c))
        return (-b - root) / (2 * a), (-b + root) / (2 * a)


def table(name: str) -> list[dict[str, Any]]:
    """Every row of a table."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {name} ORDER BY id")
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def tallies(now: datetime, days: int) -> dict[int, Tally]:
    """Buyer → what they did in the last so many days."""
    since = now - timedelta(days=days)
    found: dict[int, Tally] = defaultdict(Tally)
    captured = {row["id"]: row["captured"] for row in table("payments_escrow")}
    for order in table("orders_order"):
        if order["paid_at"] and since < order["paid_at"] <= now and order["hold_failed_at"] is None:
            tally = found[order["buyer_id"]]
            tally.orders += 1
            tally.add(order["currency"], "paid", captured[order["escrow_id"]])
    claims = {row["id"]: row for row in table("disputes_claim")}
    with_decision = {row["dispute_id"] for row in table("disputes_decision")}
    overturned = {row["about"] for row in table("appeals_appeal") if row["state"] == "overturned"}
    wrong = {row["dispute_id"] for row in table("disputes_decision") if row["public_id"] in overturned}
    by_staff = {row["dispute_id"] for row in table("disputes_disputeevent") if row["verb"] == "staff_cancel"}
    for dispute in table("disputes_dispute"):
        if not since < dispute["opened_at"] <= now:
            continue
        tally = found[dispute["buyer_id"]]
        tally.disputes += 1
        tally.stores.add(dispute["store_id"])
        ended = dispute["state"] == "resolved"
        tally.add(dispute["currency"], "asked", claims[dispute["claim_id"]]["amount"])
        tally.add(dispute["currency"], "back", (dispute["settled_amount"] or 0) if ended else 0)
        result = result_of(dispute, dispute["id"] in with_decision, dispute["id"] in by_staff)
        if dispute["id"] in wrong and ended:
            result = "none"
        tally.results[result] += 1
        reached = dispute["reached_by"]
        if (ended and dispute["id"] not in wrong) and (
            reached in ("decision", "choice")
            or (reached == "buyer_silence" and dispute["id"] in with_decision)
        ):
            tally.decided += 1
            tally.against += result in ("lost", "fraud")
    return found


def result_of(dispute: dict[str, Any], was_decided: bool, by_staff: bool) -> str:
    """How it ended for the buyer; "none" for what a clock, a bank or staff did (B-06)."""
    if dispute["state"] == "cancelled":
        return "none" if by_staff else "cancelled"
    if dispute["state"] != "resolved":
        return "open"
    if dispute["outcome"] == "fraud":
        return "fraud"
    if dispute["reached_by"] in ("seller_silence", "bank"):
        return "none"
    if dispute["reached_by"] == "buyer_silence" and not was_decided:
        return "none"
    return {"no_refund": "lost", "partly_refunded": "partly"}.get(dispute["outcome"], "won")


def line(found: dict[int, Tally], percent: int = 95) -> Fraction | None:
    """The rate at that percentile, by nearest rank, of the buyers with enough orders."""
    rates = sorted(tally.rate for tally in found.values() if tally.orders >= ENOUGH)
    return rates[ceil(Fraction(percent * len(rates), 100)) - 1] if rates else None


def named(now: datetime) -> dict[str, set[int]]:
    """Ground → the buyers whom it names, of (a) and (b)."""
    month, half_a_year = tallies(now, 30), tallies(now, 180)
    p95 = line(half_a_year)
    return {
        "many_disputes": {pk for pk, tally in month.items() if tally.disputes >= MANY},
        "high_rate": {
            pk
            for pk, tally in half_a_year.items()
            if p95 is not None and tally.disputes and tally.orders >= ENOUGH and tally.range[0] > p95
        },
    }


def check_figures(now: datetime, kept: list[Any], days: int) -> None:
    """Each kept row says what the raw tables say."""
    found = tallies(now, days)
    rows = {row.user_id: row for row in kept}
    assert {pk for pk, tally in found.items() if tally.orders or tally.disputes} <= rows.keys()
    for pk, row in rows.items():
        tally = found[pk]
        said = (row.orders, row.disputes, row.decided, row.against, row.counterparties)
        assert said == (tally.orders, tally.disputes, tally.decided, tally.against, len(tally.stores)), pk
        for name in ("open", "won", "partly", "lost", "cancelled", "fraud"):
            assert getattr(row, name) == tally.results[name], (pk, name)
        assert row.sums == tally.sums, pk
        assert abs(row.rate - tally.rate) < 1e-12
        low, high = tally.range
        assert abs(row.low - low) < 1e-9, pk
        assert abs(row.high - high) < 1e-9, pk
