"""What each sanction forbids is refused at every door, in its reader's words: why, until when, and how to contest it (C-07, A-07).

Everything else works with it: of seven acts and ten sanctions each pair is tried. What no sanction takes stands in
test_rights.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from disputes.models import Dispute
from marketplace.core.errors import DomainError
from marketplace.messaging.models import Message
from marketplace.orders import services as orders
from marketplace.orders.models import Order, Review
from marketplace.sanctions.models import Kind, Sanction
from reports.models import Report
from tests import api, world
from tests.contracts.test_doors import browser, open_by_page
from tests.orders.sending import a_row, send, sender, sent
from tests.reports import scenes
from tests.sanctions.imposing import imposed
from tests.warranty import claims
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("C-07", "A-07")]
TEXT = "When will it come?"
WHY = "Because of rep_one."


@dataclass(frozen=True)
class Act:
    """What somebody starts, by each door; how many there are of what it makes; where refused, what its reader is told."""

    order: Order
    doors: dict[str, Callable[[], Any]]
    made: Callable[[], int]


def burdened(order: Order, kind: str) -> Sanction:
    """A sanction of that kind against the order's buyer, shop or listing, for ten days."""
    target: Any = order.buyer
    if kind in (Kind.REMOVED, Kind.DEMOTED):
        target = order.lines.get().listing
    elif kind in (Kind.STRIKE, Kind.ORDERS_HELD, Kind.SUSPENDED):
        target = order.store
    return imposed(target, kind, ends_at=timezone.now() + 10 * DAY)


def posts(user: Any, url: str, **data: Any) -> Callable[[], Any]:
    return lambda: browser(user).post(url, data)


def sends(user: Any, url: str, body: Any) -> Callable[[], Any]:
    return lambda: api.client_of(user).post(f"/api/v1/{url}", body, format="json")


# -- what can be started --------------------------------------------------------------------------------------------


def open_a_dispute(clock: Any) -> Act:
    order = world.shipped()
    clock.shift(11 * DAY)
    doors = {
        "page": lambda: open_by_page(order, order.buyer),
        "api": sends(order.buyer, "disputes/", api.claim(order)),
        "service": lambda: world.a_dispute(order),
    }
    return Act(order, doors, Dispute.objects.count)


def send_a_report(clock: Any) -> Act:
    order = world.shipped()
    listing = order.lines.select_related("listing").get().listing.public_id
    body = {
        "category": "prohibited_products",
        "target": {"type": "listing", "id": listing},
        "answers": scenes.ANSWERS["prohibited_products"],
        "description": scenes.WORDS,
    }
    doors = {
        "page": lambda: report_by_page(order.buyer, listing),
        "api": sends(order.buyer, "reports/", body),
        "service": lambda: scenes.about_listing(order, by=world.buyer_of(order)),
    }
    return Act(order, doors, Report.objects.count)


def report_by_page(user: Any, listing: str) -> Any:
    """The questions, one by one."""
    client = browser(user)
    answers: tuple[tuple[str, dict[str, str]], ...] = (
        ("target", {"type": "listing", "id": listing}),
        ("rule", {"answer": "weapons"}),
        ("country", {"answer": "DE"}),
        ("urgent", {"answer": "no"}),
        ("description", {"description": scenes.WORDS}),
        ("files", {}),
        ("contact", {"name": "Ann", "email": "ann@example.org"}),
        ("check", {}),
    )
    for step, data in answers:
        told = client.post(f"/reports/new/prohibited_products/{step}/", data)
    return told


def buy(clock: Any) -> Act:
    """The host marketplace sends an order that was placed after the sanction began. Nobody buys on a page of ours."""
    by = sender()
    order = sent(a_row(), by=by)
    clock.shift(DAY)

    def row() -> dict[str, Any]:
        now = timezone.now()
        clock.shift(2 * DAY / 86400)
        return a_row(reference="new", payments=[], placed_at=now.isoformat())

    doors = {
        "api": lambda: sends(order.integrator, "orders/", row())(),
        "service": lambda: send(row(), by=by)[0],
    }
    return Act(order, doors, Order.objects.count)


def rate(clock: Any) -> Act:
    order = claims.ended(clock)
    doors = {
        "page": posts(order.buyer, f"/orders/{order.public_id}/rate/", rating="4", text="Good."),
        "api": sends(order.buyer, f"orders/{order.public_id}/rate/", {"rating": 4, "text": "Good."}),
        "service": lambda: orders.rate(order.pk, rating=4, by=world.buyer_of(order)),
    }
    return Act(order, doors, Review.objects.count)


def write_about_an_order(clock: Any) -> Act:
    order = world.shipped()
    doors = {
        "page": posts(order.buyer, f"/orders/{order.public_id}/", text=TEXT),
        "api": sends(order.buyer, f"orders/{order.public_id}/messages/", {"text": TEXT}),
        "service": lambda: orders.send_message(order.pk, text=TEXT, by=world.buyer_of(order)),
    }
    return Act(order, doors, Message.objects.count)


def send_a_paid_order(clock: Any) -> Act:
    order = world.an_order()
    seller, parcel = api.seller(order), {"carrier": "Post", "tracking_number": "RR7CN"}
    promised = timezone.now() + 20 * DAY
    doors = {
        "page": posts(seller, f"/orders/{order.public_id}/send/", **parcel, days=20),
        "api": sends(
            seller, f"orders/{order.public_id}/ship/", parcel | {"promised_by": promised.isoformat()}
        ),
        "service": lambda: orders.ship(order.pk, **parcel, promised_by=promised, by=world.acting(seller)),
    }
    return Act(order, doors, Order.objects.filter(state="shipped").count)


#: act → the sanctions that forbid it, and the word by which software knows the refusal
FORBIDDEN: dict[Any, tuple[set[str], str]] = {
    open_a_dispute: ({"no_disputes", "block"}, "restricted"),
    send_a_report: ({"no_reports", "block"}, "restricted"),
    rate: ({"block"}, "restricted"),
    write_about_an_order: ({"block"}, "restricted"),
    buy: ({"no_orders", "block", "removed", "suspended"}, ""),
    send_a_paid_order: ({"orders_held"}, "wrong_state"),
}
HOST_IS_TOLD = {
    "no_orders": "restricted",
    "block": "restricted",
    "removed": "listing_removed",
    "suspended": "store_suspended",
}
EACH = [pytest.param(act, kind, id=f"{kind}-{act.__name__}") for act in FORBIDDEN for kind in Kind.values]


@pytest.mark.rule("C-12", "Z-01")
@pytest.mark.parametrize(("act", "kind"), EACH)
def test_each_sanction_forbids_its_own_and_nothing_else(clock: Any, act: Any, kind: str) -> None:
    to_do = act(clock)
    kinds, code = FORBIDDEN[act]
    sanction = burdened(to_do.order, kind)
    for door, knock in to_do.doors.items():
        with transaction.atomic():
            before = to_do.made()
            told = knocked(knock)
            if kind in kinds:
                assert to_do.made() == before, f"{door}: it was done all the same"
                check_words(act, door, told, sanction, code or HOST_IS_TOLD[kind])
            else:
                assert to_do.made() > before, f"{door}: {told}"
            transaction.set_rollback(True)


def test_the_docs_have_a_row_for_each() -> None:
    page = (Path(settings.BASE_DIR) / "docs/standing.md").read_text(encoding="utf-8")
    for kind in Kind:
        assert f"| {kind.label} |" in page


def knocked(knock: Callable[[], Any]) -> Any:
    """The answer of a page or of the API, the refusal of a service, or what a service gave back."""
    try:
        with transaction.atomic():
            return knock()
    except DomainError as refusal:
        return refusal


def check_words(act: Any, door: str, told: Any, sanction: Sanction, code: str) -> None:
    if act is buy:
        errors = told.json()["errors"] if door == "api" else [vars(each) for each in told.errors]
        assert [error["code"] for error in errors] == [code]
        assert "contest" in errors[0]["message"], "what to do next"
        return
    if door == "page":
        text = told.content.decode()
        assert told.status_code == (409 if act is send_a_paid_order else 403)
    elif door == "api":
        body = api.refused(told, 409 if act is send_a_paid_order else 403, code)
        text = body["detail"]
        if code == "restricted":
            assert body["sanction"] == sanction.public_id
            assert body["until"] and body["contest_until"]
    else:
        text = told.detail
        assert told.code == code
    assert WHY in text
    if act is send_a_paid_order:
        assert "Show us that all is well" in text
        return
    assert "You can ask us to look at this again until" in text
    assert "This ends:" in text
    if door == "page":
        assert f'href="/sanctions/{sanction.public_id}/"' in text
