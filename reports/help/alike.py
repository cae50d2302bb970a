"""Listings that are alike by their titles (C-09). The index finds candidates, rapidfuzz compares; never each with each.

Of two titles that differ in at most `d` words, one holds at least one of the other's `d + 1` rarest words, two of its `d + 2`
rarest, three of its `d + 3` rarest. So only those are asked for: by one word, or where that are too many, by three at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from operator import or_

from django.db import connection
from django.db.models import Count, F, Func, Q, TextField, Value, Window
from django.db.models.functions import RowNumber
from rapidfuzz import fuzz, process

from marketplace.accounts.models import Store
from marketplace.core.money import Money
from marketplace.orders.models import Listing
from marketplace.orders.public import last_prices

from .things import Things

#: alike are titles with so many of 100 points, whatever the order of their words
ALIKE = 85
#: so many of ten words may be others, or misspelt; of two words one, of many at most so many
OTHERS_OF_TEN, MOST_OTHERS = 3, 5
#: by so many words at once candidates are asked for, where by one there are too many
AT_ONCE = 3
#: so many candidates are compared in one go, and at most so many of one title
BATCH, MOST = 1000, 2000
#: a word is counted up to here: beyond it is common
COMMON = 1000
#: so many alike ones, and groups of a shop, are shown; and so many of each group
SHOWN, SHOWN_OF_SHOP = 10, 3

#: the words in one text, as they are compared
_SAID = Func(F("words"), Value(" "), function="array_to_string", output_field=TextField())
_HOW_MANY = """
SELECT word, (SELECT count(*) FROM (SELECT FROM orders_listing WHERE words @> ARRAY[word] LIMIT %(most)s) AS few)
FROM unnest(%(words)s::text[]) AS word
"""


@dataclass(frozen=True)
class Alike:
    """One listing with a title like it. `points`: of 100."""

    listing: Listing
    points: int
    same_store: bool
    price: Money | None


@dataclass(frozen=True)
class Alikes:
    """What is like one listing, the most alike first. `total`: how many there are; `at_least`: and maybe more.

    `listing` None: `rows` are listings of the shop itself whose titles have the same words.
    """

    listing: Listing | None
    rows: list[Alike]
    total: int
    same_store: int
    at_least: bool = False
    store: Store | None = None


def alike_to(things: Things) -> list[Alikes]:
    """For each listing of the report those that are like it; for a shop, its own that are the same words again and again."""
    how_many = _how_many({word for listing in things.compared for word in listing.words})
    found = [(listing, *_points(listing, how_many)) for listing in things.compared]
    best = {
        listing.pk: sorted(points, key=lambda pk: (-points[pk], pk))[:SHOWN]
        for listing, points, _own, _more in found
    }
    load = _Loaded({pk for pks in best.values() for pk in pks})
    return [
        Alikes(listing, load.rows(best[listing.pk], points, listing.store_id), len(points), own, at_least)
        for listing, points, own, at_least in found
        if points
    ] + [group for store in things.shops for group in _again_and_again(store)]


def _points(listing: Listing, how_many: dict[str, int]) -> tuple[dict[int, int], int, bool]:
    """(pk → points of those that are alike; how many of them are the same shop's; may there be more)."""
    candidates, at_least = _candidates(listing, how_many)
    pks = list(candidates)
    points: dict[int, int] = {}
    for start in range(0, len(pks), BATCH):
        choices = {pk: candidates[pk][0] for pk in pks[start : start + BATCH]}
        best = process.extract(
            " ".join(listing.words), choices, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=None
        )
        points |= {pk: round(score) for _words, score, pk in best}
    return points, sum(candidates[pk][1] == listing.store_id for pk in points), at_least


def _candidates(listing: Listing, how_many: dict[str, int]) -> tuple[dict[int, tuple[str, int]], bool]:
    """(pk → (words in the order of the alphabet, shop) of what may be alike; are there more than that)."""
    words = sorted(listing.words, key=lambda word: (how_many[word], word))
    found: list[tuple[int, str, int]] = []
    others = min(MOST_OTHERS, max(1, len(words) * OTHERS_OF_TEN // 10))
    few = len(words) == 1 or sum(how_many[word] for word in words[: others + 1]) <= MOST
    # as many at once as lose nothing; where those are too many as well, one more
    lossless = 1 if few else max(1, min(AT_ONCE, len(words) - others))
    for at_once in dict.fromkeys((lossless, min(AT_ONCE, len(words)))):
        found = _holding(list(combinations(words[: others + at_once], at_once)), listing)
        if len(found) <= MOST:
            break
    return {pk: (said, store) for pk, said, store in found[:MOST]}, len(found) > MOST


def _holding(sets: Sequence[Sequence[str]], listing: Listing) -> list[tuple[int, str, int]]:
    """(pk, words, shop) of other listings whose titles hold all words of one of the sets; one more than MOST at most."""
    if not sets:
        return []
    which = reduce(or_, (Q(words__contains=list(each)) for each in sets))
    rows = Listing.objects.filter(which).exclude(pk=listing.pk).annotate(said=_SAID)
    return list(rows.values_list("pk", "said", "store_id")[: MOST + 1])


def _how_many(words: Collection[str]) -> dict[str, int]:
    """Word → in how many titles it stands; beyond a bound they are not counted."""
    with connection.cursor() as cursor:
        cursor.execute(_HOW_MANY, {"words": list(words), "most": COMMON + 1})
        return dict(cursor.fetchall())


class _Loaded:
    """The listings that are shown, with their shops and prices: read once for all findings."""

    def __init__(self, pks: Collection[int]) -> None:
        self.listings = Listing.objects.filter(pk__in=pks).select_related("store").in_bulk()
        self.prices = last_prices(self.listings.values())

    def rows(self, pks: Sequence[int], points: dict[int, int], store_id: int) -> list[Alike]:
        listings = [self.listings[pk] for pk in pks]
        return [
            Alike(each, points[each.pk], each.store_id == store_id, self.prices.get(each.pk))
            for each in listings
        ]


def _again_and_again(store: Store) -> list[Alikes]:
    """What the shop lists many times: the same words, in whatever order; the most often first, the newest of each."""
    own = Listing.objects.filter(store=store).exclude(words=[])
    counted = own.values("words").annotate(n=Count("pk")).filter(n__gt=1).order_by("-n", "words")
    groups = [(tuple(words), n) for words, n in counted.values_list("words", "n")[:SHOWN]]
    place = Window(RowNumber(), partition_by="words", order_by="-pk")
    newest = own.filter(words__in=[list(words) for words, _n in groups]).annotate(place=place)
    pks: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for pk, words in newest.filter(place__lte=SHOWN_OF_SHOP).order_by("-pk").values_list("pk", "words"):
        pks[tuple(words)].append(pk)
    load = _Loaded({pk for each in pks.values() for pk in each})
    points = dict.fromkeys(load.listings, 100)
    return [Alikes(None, load.rows(pks[words], points, store.pk), n, n, store=store) for words, n in groups]
