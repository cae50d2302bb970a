"""Help for the moderator (C-09): alike listings, odd prices, words for forbidden goods, and what came before."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marketplace.accounts.models import Store
from marketplace.core import daily
from marketplace.orders.models import Listing, Order
from marketplace.orders.titles import words_of
from marketplace.sanctions import services as sanctions
from reports.help import Help, alike, forbidden, help_for, prices
from reports.models import ForbiddenTerm, PriceRange, Report
from reports.services import ReportData, submit
from tests import api, world
from tests.reports.scenes import about_listing, about_order, about_person, decided, moderator, taken, upheld

pytestmark = [pytest.mark.django_db, pytest.mark.rule("C-09")]


def listed(title: str, *, store: Store | None = None, category: str = "lamps", **wishes: Any) -> Order:
    """An order of one listing with that title."""
    order = world.shipped(store=store, **wishes)
    line = order.lines.select_related("listing").get()
    line.listing.title, line.listing.category = title, category
    line.listing.save()
    return order


def a_market(*amounts: int, category: str = "lamps") -> None:
    """So many listings of a category, each sold once for its amount, and the day's figures counted."""
    order = world.shipped(prices=amounts)
    Listing.objects.filter(lines__order=order).update(category=category)
    PriceRange.objects.all().delete()
    daily.run()


def help_of(report: Report, by: Any = None) -> Help:
    return help_for(report, by or world.acting(moderator()))


# -- alike listings ------------------------------------------------------------------------------------------------


def alike_titles(order: Order) -> list[tuple[str, int]]:
    (found,) = help_of(about_listing(order)).alike or [None]
    return [(row.listing.title, row.points) for row in found.rows] if found else []


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Plug lamp with sensor, warm white", "WARM WHITE plug lamp with sensor"),
        ("Plug lamp with sensor, warm white", "Plug lamp with senzor, warm white"),
        ("Café au lait mug, large", "Cafe au lait mug large"),
        ("Лампа в розетку с датчиком", "лампа с датчиком в розетку!"),
        ("无线蓝牙耳机 降噪 头戴式", "无线蓝牙耳机 降噪头戴式 新款"),
        ("Folding knife", "Folding knive"),
        ("Lamp", "lamp"),
    ],
)
def test_titles_that_say_nearly_the_same_are_alike(clock, title, other):
    order = listed(title)
    listed(other)
    assert [found for found, _points in alike_titles(order)] == [other]


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Plug lamp with sensor, warm white", "Desk lamp with dimmer, cold white"),
        ("Folding knife", "Folding chair"),
        ("Lamp", "Lamb"),
        ("!!!", "???"),
    ],
)
def test_other_things_are_not_alike(clock, title, other):
    order = listed(title)
    listed(other)
    assert alike_titles(order) == []


def test_the_most_alike_come_first_and_of_each_is_said_whose_it_is(clock):
    order = listed("Plug lamp with sensor, warm white")
    listed("Plug lamp with sensor, warm white", store=order.store, prices=(700,))
    listed("Plug lamp with sensor, warm whyte")
    (found,) = help_of(about_listing(order)).alike
    assert [(row.points == 100, row.same_store) for row in found.rows] == [(True, True), (False, False)]
    assert str(found.rows[0].price) == "7.00 USD"
    assert (found.total, found.same_store, found.at_least) == (2, 1, False)


def test_the_words_follow_the_title_however_it_is_written(clock):
    store = world.shop()
    one = Listing.objects.create(store=store, reference="1", title="Lámp Plug")
    (two,) = Listing.objects.bulk_create([Listing(store=store, reference="2", title="蓝牙耳机 X5")])
    assert one.words == ["lamp", "plug"] and two.words == words_of("蓝牙耳机 X5") == [
        "x5",
        "牙耳",
        "耳机",
        "蓝牙",
    ]
    one.title = "Knife"
    one.save()
    assert Listing.objects.get(pk=one.pk).words == ["knife"]


def test_candidates_are_bounded_whatever_the_title_says(clock, monkeypatch):
    """A shop that lists one title a thousand times costs no more than the bound, and is still found out."""
    monkeypatch.setattr(alike, "MOST", 50)
    monkeypatch.setattr(alike, "COMMON", 50)
    order = listed("Phone case black")
    Listing.objects.bulk_create(
        Listing(store=order.store, reference=f"n-{n}", title="Phone case black") for n in range(120)
    )
    Listing.objects.bulk_create(
        Listing(store=order.store, reference=f"m-{n}", title=f"Phone case {n}") for n in range(60)
    )
    with CaptureQueriesContext(
        connection,
    ) as queries:
        (found,) = help_of(about_listing(order)).alike
    assert found.at_least and found.total == 50 and {row.points for row in found.rows} == {100}
    assert sum("@>" in query["sql"] for query in queries) <= 3


def test_words_that_are_everywhere_are_asked_for_together(clock, monkeypatch):
    """The rare mix of common words is found, though each of them alone stands in too many titles."""
    monkeypatch.setattr(alike, "MOST", 30)
    monkeypatch.setattr(alike, "COMMON", 30)
    store = world.shop()
    words = ("red", "big", "new", "hot")
    Listing.objects.bulk_create(
        Listing(store=store, reference=f"{word}-{n}", title=f"{word} thing {n}")
        for word in words
        for n in range(40)
    )
    order = listed("Red big new hot")
    listed("Hot new big red")
    assert alike_titles(order) == [("Hot new big red", 100)]


@pytest.mark.rule("C-01")
def test_listings_that_the_reporter_names_are_looked_at_too(clock):
    order, twin = listed("Plug lamp warm"), listed("Bread knife, long")
    listed("Long bread knife")
    line = twin.lines.select_related("listing").get()
    named = {"violation": "duplicate_listings", "listings": [f"https://x/listings/{line.listing.public_id}/"]}
    found = help_of(about_listing(order, "search_manipulation", answers=named))
    assert [each.listing.title for each in found.alike if each.listing] == ["Bread knife, long"]


def test_of_many_listings_the_first_are_compared_and_all_are_looked_at(clock):
    """So the page is quick whatever the report names; the target goes first."""
    order = listed("Plug lamp warm")
    others = [listed(f"Butterfly knife {n}") for n in range(4)]
    named = [other.lines.select_related("listing").get().listing.public_id for other in others]
    report = about_listing(order, "search_manipulation", answers={"violation": "spam", "listings": named})
    found = help_of(report)
    assert [each.title for each in found.things.compared] == [
        "Plug lamp warm",
        "Butterfly knife 0",
        "Butterfly knife 1",
    ]
    assert len(found.words) == 4 and len(found.prices) == 5
    client = Client()
    client.force_login(moderator())
    page = client.get(f"/admin/reports/{report.public_id}/").content.decode()
    assert "2 more listings are in the report" in page


def test_of_a_shop_what_it_lists_again_and_again(clock):
    order = listed("Plug lamp")
    for title in ("Lamp: plug!", "lamp PLUG"):
        listed(title, store=order.store)
    data = ReportData(
        "search_manipulation",
        "store",
        order.store.public_id,
        "The same lamp, many times.",
        {"violation": "spam"},
    )
    (group,) = help_of(submit(data, by=world.acting(world.person()))).alike
    assert (group.listing, group.total, len(group.rows)) == (None, 3, 3)


# -- prices --------------------------------------------------------------------------------------------------------


def side_of(amount: int, *, category: str = "lamps") -> str:
    (found,) = help_of(about_listing(listed("Odd one", prices=(amount,), category=category))).prices
    return found.side


def test_prices_far_from_those_of_the_category_are_named(clock):
    a_market(*range(1000, 3000, 80))
    assert side_of(100) == "below"
    assert side_of(30_000) == "above"
    assert side_of(2_000) == side_of(900) == side_of(4_000) == "usual"
    assert side_of(100, category="pillows") == side_of(100, category="") == "unknown"


def test_one_absurd_price_hides_no_other(clock):
    """Middle and quartiles hold where an average would not."""
    a_market(*range(1000, 3000, 80), 9_000_000, 9_000_000, 9_000_000)
    assert side_of(30_000) == "above" and side_of(100) == "below"


def test_where_all_cost_the_same_a_little_more_is_nothing(clock):
    a_market(*[1000] * 25)
    assert (side_of(1200), side_of(800), side_of(2000), side_of(500)) == ("usual", "usual", "above", "below")


def test_of_few_listings_nothing_is_said(clock):
    a_market(*[1000] * (prices.FEWEST - 1))
    assert side_of(5) == "unknown"


def test_currencies_are_not_mixed(clock):
    a_market(*range(1000, 3000, 80))
    (found,) = help_of(about_listing(listed("Odd one", prices=(100,), currency="BRL"))).prices
    assert found.side == "unknown"


def test_the_price_is_the_one_that_it_was_last_sold_for(clock):
    a_market(*range(1000, 3000, 80))
    order = listed("Bait", prices=(100,))
    line = order.lines.get()
    later = world.shipped(store=order.store, prices=(2000,))
    later.lines.update(listing=line.listing)
    world.an_order(store=order.store, prices=(5,), paid=False).lines.update(listing=line.listing)
    (found,) = help_of(about_listing(order)).prices
    assert (str(found.price), found.side) == ("20.00 USD", "usual")


def test_figures_are_counted_once_a_day(clock):
    a_market(*[1000] * 25)
    assert daily.run()["what things cost"] == 0
    clock.shift(world.DAY)
    assert daily.run()["what things cost"] == PriceRange.objects.count() == 1


# -- words for forbidden goods -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "country", "goods"),
    [
        ("Carved IVORY elephant", "", "animals"),
        ("Butterfly-Knife, 12 cm", "DE", "weapons"),
        ("Schönes Butterflymesser", "DE", "weapons"),
        ("Cigarro eletrônico descartável", "BR", "unsafe"),
        ("Ручка со скрытой камерой", "RU", "other"),
        ("天然象牙手镯", "", "animals"),
        ("c a r v e d ivory", "", "animals"),
    ],
)
def test_words_of_many_languages_are_found_on_their_borders(clock, title, country, goods):
    hits = help_of(about_listing(listed(title))).words
    assert (country, goods) in {(hit.country, hit.goods) for hit in hits}
    assert {hit.text for hit in hits} == {title}


@pytest.mark.parametrize(
    "title",
    ["Sofa cover, ivory white", "Butterfly brooch", "Toy gun for children", "Snuschka doll", "Knife block"],
)
def test_harmless_titles_are_left_alone(clock, title):
    assert help_of(about_listing(listed(title))).words == []


def test_the_reported_country_comes_first(clock):
    order = listed("Carved ivory handle, butterfly knife")
    report = about_listing(order, answers={"rule": "weapons", "country": "de"})
    assert [(hit.country, hit.is_reported) for hit in help_of(report).words] == [("DE", True), ("", False)]


def test_staff_edit_the_words_and_what_they_turned_off_stays_off(clock):
    order = listed("Florbish deluxe")
    report = about_listing(order)
    assert help_of(report).words == []
    row = ForbiddenTerm.objects.create(country="DE", goods="other", language="en", term="florbish")
    assert [hit.words for hit in help_of(report).words] == ["florbish"]
    row.is_on = False
    row.save()
    assert help_of(report).words == []
    before = ForbiddenTerm.objects.count()
    ForbiddenTerm.objects.filter(country="BR").first().delete()
    forbidden.ensure_terms()
    assert ForbiddenTerm.objects.count() == before and not ForbiddenTerm.objects.get(pk=row.pk).is_on


def test_a_word_that_would_be_found_everywhere_is_refused():
    with pytest.raises(ValidationError):
        ForbiddenTerm(country="DE", goods="other", language="en", term="a").full_clean()
    row = ForbiddenTerm(country="de", goods="other", language="EN", term="florbish")
    row.clean()
    assert (row.country, row.language) == ("DE", "en")


# -- earlier reports and decisions ---------------------------------------------------------------------------------


@pytest.mark.rule("C-08")
def test_what_was_reported_and_decided_before_about_the_shop(clock):
    order = world.shipped()
    acted = about_listing(order)
    upheld(clock, acted, reason_code="goods.weapons", sanctions=[{"kind": "demoted"}])
    other = world.shipped(store=order.store)
    dismissed = taken(about_listing(other))
    decided(dismissed, "dismissed", false_data=True)
    about_listing(world.shipped())  # of another shop
    report = about_listing(order)
    earlier = help_of(report).earlier
    tally = earlier.tally
    assert (tally.total, tally.upheld, tally.dismissed, tally.open, tally.false) == (2, 1, 1, 0, 1)
    assert earlier.on_same_thing == 1
    assert [(each.report.pk, each.same_thing) for each in earlier.reports] == [
        (acted.pk, True),
        (dismissed.pk, False),
    ]
    assert earlier.reports[0].decision and earlier.reports[0].decision.reason_code == "goods.weapons"
    assert [each.kind for each in earlier.sanctions] == ["demoted"]


def test_strikes_that_count_today_and_what_the_reporter_sent_before(clock):
    order = world.shipped()
    sender = world.acting(world.person())
    first = taken(about_listing(world.shipped(), by=sender))
    decided(first, "dismissed", false_data=True)
    by = world.acting(moderator())
    words = {"statement": "We saw it.", "rule": "shop.rules"}
    sanctions.impose_by_hand(target=order.store, kind="strike", points=3, **words, by=by)
    earlier = help_of(about_listing(order, by=sender)).earlier
    assert (earlier.points, earlier.by_reporter.total, earlier.by_reporter.false) == (3, 1, 1)


def test_a_buyer_is_looked_up_too(clock):
    order = world.shipped()
    first, second = about_person(order), about_person(order)
    earlier = help_of(second).earlier
    assert [each.report.pk for each in earlier.reports] == [first.pk] and earlier.points is None


@pytest.mark.rule("C-05")
def test_a_moderator_reads_nothing_of_their_own_there(clock):
    order, own = world.shipped(), moderator()
    about_listing(order, by=world.acting(own))
    report = about_listing(order)
    assert help_of(report, world.acting(own)).earlier.tally.total == 0
    assert help_of(report).earlier.tally.total == 1


# -- the doors -----------------------------------------------------------------------------------------------------


def everything(clock: Any) -> Report:
    """A report whose help has something to say in each part."""
    a_market(*range(1000, 3000, 80))
    order = listed("Carved ivory elephant, small", prices=(100,))
    listed("Small carved ivory elephant", store=order.store)
    upheld(clock, about_listing(order), sanctions=[{"kind": "demoted"}])
    return about_listing(order)


def test_the_desk_shows_every_part_with_its_figures(clock):
    report, client = everything(clock), Client()
    client.force_login(moderator())
    page = client.get(f"/admin/reports/{report.public_id}/").content.decode()
    assert "1 listing has nearly the same title. In the same shop: 1." in page
    assert "It costs US$1.00" in page or "It costs $1.00" in page
    assert "times less than the middle one." in page
    assert "Animals or parts of them, forbidden everywhere" in page
    assert "1 other report: we acted on 1. On this very thing: 1." in page
    assert "It decides nothing" in page


@pytest.mark.rule("Z-01")
def test_moderators_read_it_through_the_api_and_nobody_else(clock):
    report = everything(clock)
    path = f"/api/v1/reports/{report.public_id}/help/"
    body = api.client_of(moderator()).get(path).json()
    assert body["alike"][0]["rows"][0]["listing"]["title"] == "Small carved ivory elephant"
    assert (body["prices"][0]["side"], body["prices"][0]["price"]) == (
        "below",
        {"amount": "1.00", "currency": "USD"},
    )
    assert body["words"][0]["words"] == "carved ivory"
    assert body["earlier"]["tally"]["upheld"] == 1 and body["earlier"]["on_same_thing"] == 1
    assert api.client_of(report.reporter).get(path).status_code == 403
    assert api.client_of(world.person()).get(path).status_code == 404


@pytest.mark.parametrize("target", ["order", "person"])
def test_other_targets_have_their_help_too(clock, target):
    order = listed("Carved ivory elephant, small")
    report = about_order(order) if target == "order" else about_person(order)
    client = Client()
    client.force_login(moderator())
    assert client.get(f"/admin/reports/{report.public_id}/").status_code == 200
    assert [each.title for each in help_of(report).things.listings] == ["Carved ivory elephant, small"]


def test_it_takes_a_bounded_number_of_queries(clock):
    report, by = everything(clock), world.acting(moderator())
    with CaptureQueriesContext(connection) as few:
        help_of(report, by)
    for _n in range(4):
        about_listing(Order.objects.get(pk=report.target_listing.lines.get().order_id))
    with CaptureQueriesContext(connection) as more:
        help_of(report, by)
    assert len(more) == len(few) <= 30


@pytest.mark.parametrize(("chosen", "countries"), [("", None), ("everywhere", {""}), ("DE", {"DE"})])
def test_moderators_look_through_the_words_by_country(chosen, countries):
    client = Client()
    client.force_login(moderator())
    page = client.get("/admin/reports/forbiddenterm/", {"where": chosen} if chosen else {})
    assert page.status_code == 200
    shown = {row.country for row in page.context["cl"].queryset}
    assert shown == countries if countries is not None else len(shown) > 4
