"""The report centre in a real browser: each of the four categories is sent from a phone, and a message in three clicks."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from marketplace.accounts.models import User
from marketplace.orders import services as orders
from reports.models import Report
from tests import world
from tests.evidence import pictures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: what is tapped and typed after the category was chosen; a dict is typed by label, an empty one goes on with what stands there
ASKED: dict[str, tuple[Any, ...]] = {
    "intellectual_property": (
        "target", "I own the right", "A trade mark", {"Who owns the right?": "Acme"}, {"What is its number?": "DE 1"},
        {}, "No", "description", "proof", "true", "contact",
    ),
    "prohibited_products": (
        "target", "Weapons", {"In which country is it forbidden?": "DE"}, "No", "description", "files", "contact",
    ),
    "trade_rules": (
        "order", "No", "Yes", "No", "Send the goods and give a valid tracking number", "description", "files", "contact",
    ),
    "search_manipulation": (
        "target", "The price is not real", {"Which listings are it?": ""}, "description", "files", "contact",
    ),
}  # fmt: skip


def at(visitor: Any, user: User, path: str) -> Any:
    client, person = Client(), visitor()
    client.force_login(user)
    cookie = client.cookies["sessionid"].value
    person.context.add_cookies([{"name": "sessionid", "value": cookie, "url": person.base}])
    person.page.set_default_timeout(8000)
    person.go(path)
    return person


def answer(person: Any, asked: Any, listing: str) -> None:
    """One page of questions."""
    main = person.page.get_by_role("main")
    if isinstance(asked, dict):
        for label, words in asked.items():
            main.get_by_label(label).fill(words)
        person.click("Continue")
    elif asked == "order":
        main.locator("button.pick").first.click()
    elif asked == "target":
        main.get_by_label("A listing").check()
        main.get_by_label("Its number").fill(listing)
        person.click("Continue")
    elif asked == "description":
        main.get_by_label("What happened?").fill("I saw it in the list on Monday morning.")
        person.click("Continue")
    elif asked == "proof":
        photo = {"name": "certificate.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg()}
        main.get_by_label("A photo of the certificate").set_input_files([photo])
        person.click("Continue")
    elif asked == "true":
        main.get_by_label("All that I say here is true").check()
        person.click("Continue")
    elif asked in ("files", "contact"):
        person.click("Continue")
    else:
        main.get_by_role("button", name=asked, exact=True).click()
    person.page.wait_for_load_state()


@pytest.mark.rule("C-01", "C-02")
@pytest.mark.parametrize("category", ASKED)
def test_each_category_is_sent(visitor, category):
    order = world.shipped()
    listing = order.lines.select_related("listing").get().listing.public_id
    person = at(visitor, order.buyer, f"/reports/new/{category}/")
    for asked in ASKED[category]:
        assert person.fits()
        answer(person, asked, listing)
    assert person.fits()
    person.click("Send")
    assert Report.objects.exists(), person.page.inner_text("main")
    report = Report.objects.get()
    assert (report.category, report.description) == (category, "I saw it in the list on Monday morning.")
    assert person.page.url.endswith(f"/reports/{report.public_id}/")
    assert person.sees("Thank you. We have your report.") or "Thank you" in person.page.inner_text("body")


@pytest.mark.rule("C-01")
def test_a_message_is_reported_in_three_clicks_with_nothing_typed(visitor):
    order = world.shipped()
    orders.send_message(order.pk, text="Pay me outside, it is cheaper.", by=world.seller_of(order))
    person = at(visitor, order.buyer, f"/orders/{order.public_id}/")
    person.click("Report this message")
    person.click("Send my report")
    assert Report.objects.get().message.text == "Pay me outside, it is cheaper."
    assert person.clicks <= 3
    assert person.typed == 0
