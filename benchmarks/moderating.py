"""The page of a report at the moderators' desk, in a marketplace of many listings: how long a moderator waits for it (C-09)."""

from __future__ import annotations

import gc
import random
import statistics
import time
from collections.abc import Iterator

from django.db import connection
from django.test import Client

from marketplace.accounts.models import Store, User
from marketplace.orders.models import Listing, OrderLine
from reports import services
from reports.help import prices
from reports.models import Report
from reports.services import ReportData
from reports.services.filing import MOST_A_DAY
from tests import world

RUNS, STORES, ORDERS, EARLIER = 15, 200, 100, 60
#: every so many-th listing is of the first shop, which lists the same titles again and again
BIG, TITLES_OF_BIG = 20, 400
KINDS = {
    "lamps": "lamp light lantern bulb nightlight",
    "audio": "headphones earbuds speaker microphone soundbar",
    "kitchen": "knife pan kettle mug grater blender",
    "phones": "case charger cable holder protector",
    "home": "pillow blanket curtain rug organizer",
}
WORDS = [
    "wireless",
    "bluetooth",
    "usb",
    "led",
    "rechargeable",
    "portable",
    "waterproof",
    "foldable",
    "magnetic",
    "silicone",
    "leather",
    "cotton",
    "steel",
    "bamboo",
    "glass",
    "mini",
    "large",
    "small",
    "set",
    "pack",
    "black",
    "white",
    "red",
    "blue",
    "green",
    "warm",
    "cold",
    "soft",
    "fast",
    "smart",
    "digital",
    "vintage",
    "modern",
    "outdoor",
    "travel",
    "kids",
    "office",
    "car",
    "garden",
    "bedroom",
    "with",
    "for",
    "and",
    "sensor",
    "timer",
    "remote",
    "stand",
    "cover",
    "handle",
    "lid",
    "strap",
    "dimmer",
    "plug",
    "filter",
    "gift",
    "box",
]


def measure(listings: int) -> dict[str, float]:
    """What it took, in milliseconds: the median for each kind of target, and what 19 of 20 of all runs stay under."""
    store = _market(listings)
    gc.collect()  # what making the market left behind is none of the page's
    moderator = world.staff("", "moderator")
    client = Client()
    client.force_login(moderator)
    found, everything = {}, []
    for name, report in _reports(store):
        client.get(f"/admin/reports/{report.public_id}/")  # the first one makes the lists of words ready
        times = [_once(client, report) for _run in range(RUNS)]
        found[f"report page, {name}: median"] = statistics.median(times)
        everything += times
    return {**found, "report page, p95 of all": statistics.quantiles(everything, n=20)[-1]}


def _once(client: Client, report: Report) -> float:
    began = time.perf_counter()
    response = client.get(f"/admin/reports/{report.public_id}/")
    assert response.status_code == 200
    return (time.perf_counter() - began) * 1000


def _market(listings: int) -> Store:
    """Listings of many shops, each sold once; the first shop is the big one."""
    chance = random.Random(1)
    owner, buyer, host = world.person(), world.person(), world.person("", "integrator")
    stores = [world.shop(owner) for _n in range(STORES)]
    orders = [world.an_order(buyer=buyer, store=store, integrator=host) for store in stores[:ORDERS]]
    again = [_title(chance) for _n in range(TITLES_OF_BIG)]
    for start in range(0, listings, 5000):
        made = Listing.objects.bulk_create(
            _listing(n, stores, again, chance) for n in range(start, min(start + 5000, listings))
        )
        OrderLine.objects.bulk_create(
            OrderLine(
                order=chance.choice(orders), listing=each, reference=each.reference, title=each.title, quantity=1,
                unit_price=round(chance.lognormvariate(7.5, 0.6)),
            )
            for each in made
        )  # fmt: skip
    prices.keep_ranges(orders[0].placed_at)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return stores[0]


def _title(chance: random.Random) -> tuple[str, str]:
    kind = chance.choice(list(KINDS))
    words = [chance.choice(KINDS[kind].split()), *chance.sample(WORDS, chance.randint(3, 9))]
    return " ".join(words).capitalize() + chance.choice(("", "", f" {chance.randint(1, 99)} cm")), kind


def _listing(n: int, stores: list[Store], again: list[tuple[str, str]], chance: random.Random) -> Listing:
    is_big = n % BIG == 0
    title, kind = chance.choice(again) if is_big else _title(chance)
    store = stores[0] if is_big else chance.choice(stores)
    return Listing(store=store, reference=f"m-{n}", title=title, category=kind)


def _reports(store: Store) -> Iterator[tuple[str, Report]]:
    """One about a listing, one about an order of five things, one about the big shop; after many others."""
    own = list(Listing.objects.filter(store=store, reference__startswith="m-").order_by("pk")[:EARLIER])
    reporters = [
        world.person() for _n in range(EARLIER // (MOST_A_DAY - 1) + 1)
    ]  # each has one more that day
    for n, listing in enumerate(own):
        _sent("listing", listing.public_id, reporters[n % len(reporters)])
    yield "a listing", _sent("listing", own[0].public_id, reporters[0])
    order = world.an_order(store=store, buyer=reporters[1], prices=(1000,) * 5)
    for line, listing in zip(order.lines.all(), own, strict=False):
        OrderLine.objects.filter(pk=line.pk).update(listing=listing)
    yield "an order of five things", _sent("order", order.public_id, reporters[1])
    yield "a shop", _sent("store", store.public_id, reporters[2])


def _sent(kind: str, public_id: str, reporter: User) -> Report:
    answers = {"violation": "duplicate_listings"}
    if kind == "order":
        answers = {
            "order_number": public_id,
            "order_completed": "no",
            "induced_confirmation": "yes",
            "goods_received": "no",
        }
    category = "trade_rules" if kind == "order" else "search_manipulation"
    data = ReportData(category, kind, public_id, "The same thing, many times.", answers)
    return services.submit(data, by=world.acting(reporter))
