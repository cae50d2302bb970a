"""A store's record (O-13): rating, disputes, how many of them it lost, and how fast it answers.

It is made from the newest ended orders, ended disputes and ratings, at most RECENT of each, found by index: so it costs the
same for every store, is never out of date, and an old fault fades as new orders end. Under FEW of something the figure
is said to be one of few.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef

from marketplace.accounts.models import Store

from .models import HoldBack, Order, Review

RECENT = 200
FEW = 5


@dataclass(frozen=True)
class StoreRecord:
    """Counts; shares and the mean are derived from them in whole tenths, so that every door says the same."""

    ratings: int
    stars: int
    orders: int
    disputed: int
    disputes: int
    lost: int
    median_answer: timedelta | None
    answers: int

    @property
    def rating(self) -> str | None:
        """The mean of the ratings, as "4.6"."""
        return tenths(self.stars, self.ratings)

    @property
    def dispute_rate(self) -> str | None:
        """Of a hundred ended orders, so many had a dispute: "2.5"."""
        return tenths(self.disputed * 100, self.orders)

    @property
    def lost_share(self) -> str | None:
        """Of a hundred ended disputes, so many ended against the seller."""
        return tenths(self.lost * 100, self.disputes)

    @property
    def small_numbers(self) -> list[str]:
        """Which counts are too few to say much."""
        counts = {
            "ratings": self.ratings, "orders": self.orders, "disputes": self.disputes, "answers": self.answers,
        }  # fmt: skip
        return [name for name, count in counts.items() if count < FEW]


def tenths(part: int, whole: int) -> str | None:
    """part / whole with one digit after the point, rounded half up; None of nothing."""
    if not whole:
        return None
    units, rest = divmod((part * 20 + whole) // (2 * whole), 10)
    return f"{units}.{rest}"


def record_of(store: Store) -> StoreRecord:
    """Three questions by index, each for at most RECENT rows."""
    stars = list(
        Review.objects.filter(store=store)
        .order_by("-created_at", "-pk")
        .values_list("rating", flat=True)[:RECENT]
    )
    ended = Order.objects.filter(store=store, closed_at__isnull=False, paid_at__isnull=False)
    disputed = Exists(HoldBack.objects.filter(order=OuterRef("pk")))
    orders = list(
        ended.annotate(disputed=disputed).order_by("-closed_at").values_list("disputed", flat=True)[:RECENT]
    )
    over = HoldBack.objects.filter(store=store, ended_at__isnull=False).order_by("-ended_at")
    disputes = list(over.values_list("lost", "answered_in")[:RECENT])
    times = sorted(time for _lost, time in disputes if time is not None)
    return StoreRecord(
        ratings=len(stars),
        stars=sum(stars),
        orders=len(orders),
        disputed=sum(orders),
        disputes=len(disputes),
        lost=sum(bool(lost) for lost, _time in disputes),
        median_answer=times[len(times) // 2] if times else None,
        answers=len(times),
    )
