"""The pages of orders: what each side sees and may do, refusals with their dates, and a fixed number of queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from marketplace.messaging.models import Message
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from tests import crowd, world
from tests.pages import client_of, seller_user, version_on, words
from tests.world import DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(clock: Any) -> Order:
    return world.shipped(prices=(2490,), shipping=(300,))


def fresh(order: Order) -> Order:
    return Order.objects.select_related("escrow").get(pk=order.pk)


# -- who sees what ----------------------------------------------------------------------------------------------


@pytest.mark.rule("F-02")
def test_others_do_not_find_it(order: Order) -> None:
    stranger, url = client_of(world.person()), f"/orders/{order.public_id}/"
    for path in (
        "",
        "send/",
        "tracking/",
        "parcel/",
        "extend/",
        "more-time/",
        "received/",
        "cancel/",
        "problem/",
    ):
        assert stranger.get(url + path).status_code == 404
        assert stranger.post(url + path).status_code == 404
    assert "/account/login/" in client_of(None).get(url)["Location"]


def test_the_buyer_sees_protection_and_buttons(order: Order) -> None:
    page = words(client_of(order.buyer).get(f"/orders/{order.public_id}/"))
    assert "You are protected" in page
    assert "31 March 2026" in page
    assert "Problem with this order" in page
    assert "I got it and it is fine" in page
    assert "US$27.90" in page
    assert "Give the buyer more time" not in page


def test_the_seller_sees_their_own_buttons(order: Order) -> None:
    page = words(client_of(seller_user(order)).get(f"/orders/{order.public_id}/"))
    assert "The buyer is protected" in page
    assert "Give the buyer more time" in page
    assert "Change the tracking number" in page
    assert "Problem with this order" not in page


def test_the_list_filters_and_searches(order: Order, clock: Any) -> None:
    other = world.an_order(buyer=order.buyer, paid=False)
    client = client_of(order.buyer)
    assert order.lines.get().title in words(client.get("/orders/"))
    protected = words(client.get("/orders/?show=protected"))
    assert order.reference in protected
    assert f"Order {other.reference} " not in protected
    found = words(client.get("/orders/", {"q": other.lines.get().title}))
    assert other.lines.get().title in found
    assert order.lines.get().title not in found
    assert "Nothing found" in words(client.get("/orders/?q=zzz"))
    assert order.lines.get().title not in words(client.get("/orders/?show=needs-you"))
    clock.shift(28 * DAY)
    assert order.lines.get().title in words(client_of(order.buyer).get("/orders/?show=needs-you"))


# -- acting -----------------------------------------------------------------------------------------------------


@pytest.mark.rule("O-04")
def test_confirming_receipt_warns_and_then_does_it(order: Order) -> None:
    client, url = client_of(order.buyer), f"/orders/{order.public_id}/received/"
    page = client.get(url)
    assert "Tracking does not say that it came" in words(page)
    assert fresh(order).confirmed_at is None  # GET changed nothing
    client.post(url, {"version": version_on(page)})
    assert fresh(order).confirmed_at is not None
    again = client.get(url)
    assert again.status_code == 409


@pytest.mark.rule("Z-06")
def test_whoever_read_an_old_page_is_told_and_nothing_moves(order: Order) -> None:
    client, url = client_of(order.buyer), f"/orders/{order.public_id}/received/"
    version = version_on(client.get(url))
    orders.extend_protection(order.pk, days=2, by=world.seller_of(order))
    refused = client.post(url, {"version": version})
    assert refused.status_code == 409
    assert "This changed while you were reading" in words(refused)
    assert fresh(order).confirmed_at is None


@pytest.mark.rule("O-03")
def test_the_seller_sends_and_protection_starts(clock: Any) -> None:
    order = world.an_order()
    client, url = client_of(seller_user(order)), f"/orders/{order.public_id}/send/"
    bad = client.post(url, {"carrier": "Post", "tracking_number": "RR1", "days": "61"})
    assert "60" in words(bad)
    assert 'value="RR1"' in bad.content.decode()  # what was typed is kept
    client.post(url, {"carrier": "Post", "tracking_number": "RR1", "days": "20"})
    sent = fresh(order)
    assert sent.state == "shipped"
    assert sent.protection_ends_at == sent.shipped_at + timedelta(days=20)


@pytest.mark.rule("O-03", "O-06")
def test_more_time_and_a_new_number(order: Order) -> None:
    buyer, seller, url = client_of(order.buyer), client_of(seller_user(order)), f"/orders/{order.public_id}/"
    buyer.post(url + "more-time/")
    assert "The buyer asked for more time" in words(seller.get(url))
    ends = order.protection_ends_at
    too_much = seller.post(url + "extend/", {"days": "31"})
    assert "You can add at most 30 days" in words(too_much)
    seller.post(url + "extend/", {"days": "5"})
    assert fresh(order).protection_ends_at == ends + 5 * DAY
    seller.post(url + "tracking/", {"tracking_number": "LV99"})
    page = words(buyer.get(url))
    assert "LV99" in page
    assert f"Earlier numbers: RR{order.pk}CN" in page
    assert buyer.get(url + "extend/").status_code == 403


def test_cancelling_too_early_says_from_when(clock: Any) -> None:
    order = world.an_order()
    client, url = client_of(order.buyer), f"/orders/{order.public_id}/cancel/"
    early = client.get(url)
    assert early.status_code == 409
    assert "Wednesday 11 March 2026, 10:00" in words(early)
    clock.shift(10 * DAY)
    assert "Cancel and get US$11.73 back" in words(client.get(url))
    client.post(url)
    assert fresh(order).state == "cancelled"


@pytest.mark.rule("O-09")
def test_messages_are_sent_once_and_kept_when_refused(order: Order) -> None:
    client, url = client_of(order.buyer), f"/orders/{order.public_id}/"
    for _twice in range(2):
        assert client.post(url, {"text": "Where is it? <b>"}).status_code == 302
    assert Message.objects.count() == 1
    assert "Where is it? <b>" in words(client_of(seller_user(order)).get(url))
    long = client.post(url, {"text": "word " * 500})
    assert long.status_code == 200
    assert "word word word" in words(long)


# -- queries ----------------------------------------------------------------------------------------------------


def test_pages_ask_the_same_number_of_questions(clock: Any, django_assert_num_queries: Any) -> None:
    """Lists and the order itself: as many queries with 200 rows as with 10."""
    big = world.shipped(prices=(100, 200))
    buyer = big.buyer
    orders.send_message(big.pk, text="Where is it?", by=world.acting(buyer))
    big = Order.objects.get(pk=big.pk)
    counts: dict[str, list[int]] = {}
    for number in (crowd.FEW, crowd.MANY):
        crowd.orders(big, number - Order.objects.count())
        crowd.history(big, number)
        crowd.messages(big.thread, number)
        for user, path in (
            (buyer, "/orders/"),
            (seller_user(big), "/orders/?side=sold"),
            (buyer, f"/orders/{big.public_id}/"),
        ):
            counts.setdefault(path, []).append(queries(client_of(user), path))
    assert all(first == last for first, last in counts.values()), counts
    assert max(max(each) for each in counts.values()) <= 19, counts


def queries(client: Any, path: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)
