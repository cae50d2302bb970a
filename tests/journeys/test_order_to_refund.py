"""The whole main job as other software sees it: an order comes in, goes wrong, is disputed, and the money goes back once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from marketplace.accounts.models import StoreMember, User
from marketplace.orders.models import Order
from tests import invariants, world
from tests.api import client_of
from tests.payments.conftest import provider  # noqa: F401  (the strict provider over HTTP)
from tests.world import DAY

pytestmark = pytest.mark.django_db(transaction=True)
START = datetime(2026, 3, 1, 10, tzinfo=UTC)
ROW = {
    "reference": "A-1001",
    "currency": "USD",
    "placed_at": "2026-03-01T09:00:00Z",
    "buyer": {"reference": "u-17", "name": "Ana", "country": "RU", "city": "Kazan", "language": "ru"},
    "store": {"reference": "s-3", "name": "GadgetHome", "owner": {"reference": "u-9"}, "country": "CN"},
    "lines": [
        {
            "reference": "1",
            "quantity": 1,
            "unit_price": "12.41",
            "discount": "0.68",
            "shipping": "0.00",
            "listing": {"reference": "p-9", "title": "Wireless mouse", "category": "computers"},
        }
    ],
    "payments": [
        {"reference": "pi_1", "method": "card", "amount": "11.73", "paid_at": "2026-03-01T09:05:00Z"}
    ],
    "shipments": [],
}


def run(command: str) -> str:
    out = StringIO()
    call_command(command, stdout=out)
    return out.getvalue()


def post(client, path: str, body: dict | None = None):
    response = client.post(f"/api/v1/{path}", body or {}, format="json")
    assert response.status_code in (200, 201), response.content
    return response.json()


@pytest.mark.rule("O-01", "D-06", "N-01", "X-01", "X-02", "X-03", "Z-05")
@pytest.mark.parametrize("answer", ["silence", "accept", "refuse and decide"])
def test_from_order_to_refund_through_the_api(provider, settings, answer):  # noqa: F811
    settings.PAYMENT_GATEWAY = "stripe"
    provider.pay("pi_1", 1173, "usd")
    with time_machine.travel(START, tick=False) as clock:
        host = client_of(world.person("host", "integrator"))
        order = post(host, "orders/", ROW)
        promised = (START + 30 * DAY).isoformat()
        shipped = {"carrier": "Post", "tracking_number": "RR1", "promised_by": promised}
        post(host, f"orders/{order['id']}/ship/", shipped)
        row = Order.objects.get()
        buyer, seller = client_of(row.buyer), client_of(StoreMember.objects.get(store=row.store).user)

        clock.shift(11 * DAY)
        claim = {
            "order": order["id"],
            "lines": [{"line": order["lines"][0]["id"], "quantity": 1}],
            "received": True,
            "reason": "quality.not_working",
            "remedy": "refund",
            "description": "It does not turn on at all.",
            "evidence": [],
        }
        case = post(buyer, "disputes/", claim)
        assert case["refundable"] == {"amount": "11.73", "currency": "USD"}
        assert case["next_default"]["outcome"]["buyer"]["amount"] == "11.73"
        if answer == "silence":
            clock.shift(5 * DAY)
        elif answer == "accept":
            post(seller, f"disputes/{case['id']}/accept-claim/")
        else:
            post(seller, f"disputes/{case['id']}/refuse-claim/", {"note": "It worked here."})
            clock.shift(7 * DAY)
        run("run_deadlines")
        if answer == "refuse and decide":
            mediator = client_of(world.person("mia", "mediator"))
            taken = post(mediator, "disputes/next/")
            assert taken["id"] == case["id"]
            decision = {
                "outcome": "refunded",
                "reason_code": "quality.not_working",
                "facts": "The video shows it.",
            }
            post(mediator, f"disputes/{case['id']}/adjudicate/", decision)

        run("drain_outbox")
        clock.shift(timedelta(days=1))
        run("drain_outbox")
        end = buyer.get(f"/api/v1/disputes/{case['id']}/").json()
        assert (end["status"], end["outcome"]) == ("resolved", "refunded")
        assert [(r["status"], r["amount"]["amount"]) for r in end["refunds"]] == [("confirmed", "11.73")]
        assert provider.given_back("pi_1") == 1173
        assert "All adds up" in run("check_ledger")
        assert User.objects.get(pk=row.buyer_id).language == "ru"
        invariants.check_all()
