"""Prices far from what the same kind of thing usually costs (C-09): by the quartiles of the category in that currency.

Prices multiply rather than add, so the fences are drawn on their logarithms: as far from the middle half as one and a half
times its own width, as Tukey has it. One absurd price moves neither the quartiles nor the fences.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from marketplace.core.money import Money
from marketplace.orders.models import Listing

from ..models import PriceRange
from .things import Things

#: of fewer listings nothing is said; and so many findings are shown
FEWEST, SHOWN = 20, 10
#: Tukey's fences, and the least width of the middle half: where all cost nearly the same, a tenth more is nothing
FENCES, LEAST_WIDTH = 1.5, 1.2

_COUNT = """
WITH newest AS (
    SELECT DISTINCT ON (line.listing_id) line.listing_id, line.unit_price, o.currency
    FROM orders_orderline line JOIN orders_order o ON o.id = line.order_id
    WHERE o.paid_at IS NOT NULL
    ORDER BY line.listing_id, line.id DESC
),
counted AS (
    SELECT listing.category, newest.currency, count(*) AS n,
        percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY newest.unit_price) AS quarters
    FROM newest JOIN orders_listing listing ON listing.id = newest.listing_id
    WHERE newest.unit_price > 0
    GROUP BY 1, 2
)
INSERT INTO reports_pricerange (category, currency, listings, low, middle, high, counted_at)
SELECT category, currency, n, round(quarters[1]), round(quarters[2]), round(quarters[3]), %(now)s FROM counted
"""


@dataclass(frozen=True)
class PriceFinding:
    """The price of one listing beside those of its category. `side`: "below", "above", "usual", or "unknown".

    `times`: how many times less, or more, than the middle one. `usual` None: there are too few to compare with.
    """

    listing: Listing
    price: Money
    side: str
    times: float = 1
    usual: PriceRange | None = None

    @property
    def low(self) -> Money | None:
        return self._money("low")

    @property
    def middle(self) -> Money | None:
        return self._money("middle")

    @property
    def high(self) -> Money | None:
        return self._money("high")

    def _money(self, name: str) -> Money | None:
        return Money(getattr(self.usual, name), self.price.currency) if self.usual else None


def keep_ranges(now: datetime) -> int:
    """Once a day, by UTC: what things cost, counted anew. How many categories there are."""
    last = PriceRange.objects.order_by("-counted_at").first()
    if last and last.counted_at.date() >= now.date():
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        PriceRange.objects.all().delete()
        cursor.execute(_COUNT, {"now": now})
        return int(cursor.rowcount)


def looked_at(things: Things) -> list[PriceFinding]:
    """The listings of the report that were ever sold, those with an odd price first."""
    sold = [listing for listing in things.listings if listing.pk in things.prices]
    categories = {listing.category for listing in sold}
    kept = {(row.category, row.currency): row for row in PriceRange.objects.filter(category__in=categories)}
    found = []
    for listing in sold:
        price = things.prices[listing.pk]
        found.append(_finding(listing, price, kept.get((listing.category, price.currency))))
    return sorted(found, key=lambda each: each.side not in ("below", "above"))[:SHOWN]


def _finding(listing: Listing, price: Money, usual: PriceRange | None) -> PriceFinding:
    if usual is None or not listing.category or usual.listings < FEWEST:
        return PriceFinding(listing, price, "unknown")
    reach = max(usual.high / usual.low, LEAST_WIDTH) ** FENCES
    if price.minor * reach < usual.low:
        return PriceFinding(listing, price, "below", usual.middle / max(price.minor, 1), usual)
    if price.minor > usual.high * reach:
        return PriceFinding(listing, price, "above", price.minor / usual.middle, usual)
    return PriceFinding(listing, price, "usual", usual=usual)
