"""Reading pages as a person does: signed in, and by their words."""

from __future__ import annotations

import html
import re
from typing import Any

from django.test import Client

from marketplace.accounts.models import User
from marketplace.orders.models import Order


def client_of(user: User | None) -> Client:
    """A browser, signed in as that person; None: as nobody."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def words(response: Any) -> str:
    """What stands on the page, without the markup."""
    inside = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    inside = re.sub(r"</?(bdi|time|strong|b|a|code)\b[^>]*>", "", inside)  # they stand inside a sentence
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", inside)))


def version_on(response: Any) -> str:
    """The version token of the page's form."""
    found = re.search(r'name="version" value="(\d+)"', response.content.decode())
    assert found, "the page has a form with a version"
    return found[1]


def seller_user(order: Any) -> User:
    member = order.store.members.first()
    assert member is not None
    return member


def answer(client: Client, order: Order, step: str, **data: Any) -> Any:
    """Post one page of the questions; the answer to it."""
    return client.post(f"/orders/{order.public_id}/problem/{step}/", data)
