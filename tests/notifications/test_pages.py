"""Notices as a person reads them: what needs them on top, read only by a button, in their language and on their clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.notifications.models import Notice
from marketplace.orders import services as orders
from tests import crowd, world
from tests.pages import client_of, seller_user, words
from tests.world import DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(datetime(2026, 3, 1, 10, tzinfo=UTC), tick=False) as traveller:
        yield traveller


@pytest.mark.rule("F-01")
def test_needs_you_is_pinned_until_read_or_over(clock: Any) -> None:
    order = world.an_order()
    seller = seller_user(order)
    for number in range(25):
        clock.shift(timedelta(minutes=1))  # nobody may send so many at once
        orders.send_message(order.pk, text=f"Message {number}", by=world.buyer_of(order))
    page = client_of(seller).get("/notifications/")
    text = words(page)
    assert (
        text.index("Needs you")
        < text.index(f"New paid order: {order.reference}")
        < text.index("All other notices")
    )
    assert "Notices (26)" in text
    assert "Next page" in text
    assert Notice.objects.filter(read_at=None).count() == 26  # reading the page is not marking it read
    clock.shift(11 * DAY)
    assert "Needs you" not in words(client_of(seller).get("/notifications/"))


def test_marking_read_is_a_button_and_only_for_ones_own(clock: Any) -> None:
    order = world.an_order()
    notice, stranger = Notice.objects.get(), client_of(world.person())
    stranger.post("/notifications/read/", {"notice": notice.public_id})
    assert Notice.objects.get().read_at is None
    client = client_of(seller_user(order))
    assert client.get("/notifications/read/").status_code == 405
    client.post("/notifications/read/", {"notice": notice.public_id})
    assert Notice.objects.get().read_at is not None
    orders.send_message(order.pk, text="Hello there.", by=world.buyer_of(order))
    client.post("/notifications/read/")
    assert not Notice.objects.filter(read_at=None).exists()
    assert "Notices (" not in words(client.get("/notifications/"))


@pytest.mark.rule("F-03", "F-07")
def test_times_and_words_follow_the_reader(clock: Any) -> None:
    seller = world.person(time_zone="Europe/Moscow", language="pt-br")
    world.an_order(store=world.shop(seller))
    page = client_of(seller).get("/notifications/")
    assert 'lang="pt-br"' in page.content.decode()
    assert "UTC+3" in words(page)
    nonsense = world.person(time_zone="Mars/Olympus", language="xx")
    page = client_of(nonsense).get("/notifications/")
    assert 'lang="en"' in page.content.decode()
    assert "Times shown: UTC" in words(page)


def test_the_list_asks_the_same_number_of_questions(clock: Any) -> None:
    order = world.an_order()
    counts = []
    orders.send_message(order.pk, text="A message", by=world.buyer_of(order))
    for number in (crowd.FEW, crowd.MANY):
        crowd.notices(Notice.objects.filter(recipient=seller_user(order))[0], number)
        client = client_of(seller_user(order))
        with CaptureQueriesContext(connection) as seen:
            client.get("/notifications/")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 10
