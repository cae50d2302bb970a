"""Words for goods that a country forbids, in what a report is about (C-09). The lists are staff's to edit; how a term is
written, and how it is found through disguises, is messaging/screening.py's."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from marketplace.accounts.models import Store
from marketplace.messaging.screening import Screen
from marketplace.messaging.terms import Ready
from marketplace.orders.models import Listing

from ..kinds import GOODS
from ..models import ForbiddenTerm
from .things import Things

DATA = Path(__file__).parent.parent / "data"
EVERYWHERE = "everywhere"
SHOWN = 20


@dataclass(frozen=True)
class Hit:
    """Words for forbidden goods, and where they stand. `country` "": forbidden everywhere."""

    thing: Listing | Store
    text: str
    country: str
    goods: str
    words: str
    is_reported: bool

    @property
    def goods_label(self) -> str:
        return str(dict(GOODS).get(self.goods, self.goods))

    @property
    def is_listing(self) -> bool:
        return isinstance(self.thing, Listing)


def shipped() -> Iterator[tuple[str, str, str, str]]:
    """(country, goods, language, term) of every term that comes with the product."""
    for file in sorted((DATA / "forbidden").glob("*.toml")):
        country = "" if file.stem == EVERYWHERE else file.stem.upper()
        for goods, languages in tomllib.loads(file.read_text(encoding="utf-8")).items():
            for language, terms in languages.items():
                for term in terms:
                    yield country, goods, language, term


def ensure_terms(**_kwargs: object) -> None:
    """Add what is missing. What staff changed or turned off stays as they left it. Safe to call again."""
    rows = [
        ForbiddenTerm(country=country, goods=goods, language=language, term=term)
        for country, goods, language, term in shipped()
    ]
    ForbiddenTerm.objects.bulk_create(rows, ignore_conflicts=True)


def _made_ready() -> Screen:
    rows = ForbiddenTerm.objects.filter(is_on=True).values_list("country", "goods", "term")
    return Screen.of((f"{country}.{goods}", term) for country, goods, term in rows)


_terms = Ready(ForbiddenTerm, _made_ready)


def hits_in(things: Things, reported: str) -> list[Hit]:
    """What the titles and names hold; first what the country that the report names forbids, then what we forbid everywhere."""
    screen, reported = _terms.now(), reported.strip().upper()
    listings = {listing.pk: listing for listing in [*things.listings, *things.sold]}
    texts: list[tuple[Listing | Store, str]] = [(each, each.title) for each in listings.values()]
    texts += [(store, store.name) for store in things.shops]
    found = []
    for thing, text in texts:
        for hit in screen.hits(text):
            country, _dot, goods = hit.category.partition(".")
            found.append(Hit(thing, text, country, goods, hit.words, country == reported != ""))
    return sorted(found, key=lambda hit: (not hit.is_reported, hit.country))[:SHOWN]
