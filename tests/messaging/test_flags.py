"""Moderators see the flags, look, and say what they saw (N-07)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from marketplace.core.errors import Forbidden, Invalid, WrongState
from marketplace.messaging import services
from marketplace.messaging.models import MessageFlag
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from tests import pages, world

pytestmark = [pytest.mark.django_db, pytest.mark.rule("N-07")]
LIST = "/admin/messaging/messageflag/"


@pytest.fixture
def order(clock) -> Order:
    return world.shipped()


@pytest.fixture
def flag(order: Order) -> MessageFlag:
    return orders.send_message(order.pk, text="You idiot.", by=world.seller_of(order)).flags.get()


def handled(flag: MessageFlag, by: Any, **wishes: Any) -> MessageFlag:
    return services.handle_flag(
        flag.pk, **{"upheld": True, "note": "An insult.", "by": world.acting(by), **wishes}
    )


def test_a_moderator_finds_the_flag_with_the_words_and_the_case(
    client: Client, flag: MessageFlag, order: Order
) -> None:
    client.force_login(world.staff("", "moderator"))
    listed = client.get(LIST, {"state__exact": "open"})
    assert "Insult" in pages.words(listed)
    page = client.get(f"{LIST}{flag.pk}/change/")
    assert "You idiot." in pages.words(page)
    assert f"/admin/orders/order/{order.public_id}/change/" in page.content.decode()
    assert f"{LIST}{flag.pk}/handle/" in page.content.decode()


def test_looking_at_it_takes_a_word_and_a_note(client: Client, flag: MessageFlag) -> None:
    moderator = world.staff("", "moderator")
    client.force_login(moderator)
    url = f"{LIST}{flag.pk}/handle/"
    assert client.get(url).status_code == 200
    kept = client.post(url, {"outcome": "upheld", "note": ""})
    assert kept.status_code == 200 and "required" in pages.words(kept)
    assert client.post(url, {"outcome": "upheld", "note": "An insult."}).status_code == 302
    flag.refresh_from_db()
    assert (flag.state, flag.note, flag.handled_by, bool(flag.handled_at)) == (
        "upheld",
        "An insult.",
        moderator,
        True,
    )
    assert "handle/" not in client.get(f"{LIST}{flag.pk}/change/").content.decode()
    again = client.post(url, {"outcome": "dismissed", "note": "No."}, follow=True)
    assert "Somebody has looked at this already." in pages.words(again)
    flag.refresh_from_db()
    assert flag.state == "upheld"


@pytest.mark.parametrize("groups", [("mediator",), ()])
def test_others_do_not_see_or_handle_flags(
    client: Client, flag: MessageFlag, groups: tuple[str, ...]
) -> None:
    somebody = world.staff("", *groups)
    client.force_login(somebody)
    for url in (LIST, f"{LIST}{flag.pk}/change/", f"{LIST}{flag.pk}/handle/"):
        assert client.get(url).status_code == 403, url
    assert client.post(f"{LIST}{flag.pk}/handle/", {"outcome": "dismissed", "note": "x"}).status_code == 403
    with pytest.raises(Forbidden):
        handled(flag, somebody)


def test_nobody_handles_a_matter_of_their_own(flag: MessageFlag, order: Order) -> None:
    from django.contrib.auth.models import Group

    for user in (order.buyer, pages.seller_user(order)):
        user.groups.add(Group.objects.get(name="moderator"))
        with pytest.raises(Forbidden):
            handled(flag, user, upheld=False)
    flag.refresh_from_db()
    assert flag.state == "open"


def test_a_flag_is_handled_once_and_with_a_note(flag: MessageFlag) -> None:
    moderator = world.staff("", "moderator")
    for note in ("  ", "x" * 2001):
        with pytest.raises(Invalid):
            handled(flag, moderator, note=note)
    handled(flag, moderator)
    with pytest.raises(WrongState):
        handled(flag, world.staff("", "lead_mediator"), upheld=False)


def test_the_list_takes_as_many_queries_for_ten_flags_as_for_one(
    client: Client, order: Order, flag: MessageFlag
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(world.staff("", "moderator"))
    counts = []
    for more in (0, 9):
        for number in range(more):
            orders.send_message(order.pk, text=f"You idiot. {number}", by=world.seller_of(order))
        with CaptureQueriesContext(connection) as seen:
            client.get(LIST)
        counts.append(len(seen))
    assert counts[0] == counts[1]
