"""The provider's webhooks: only signed, only fresh, each once, in any order, before our own answer too."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from marketplace.payments import outbox
from marketplace.payments.models import ProviderEvent, Refund
from tests.payments import books
from tests.provider import WEBHOOK_SECRET, Provider

pytestmark = pytest.mark.django_db
URL = "/payments/webhooks/stripe/"


@pytest.fixture
def knock(client: Client, provider: Provider) -> Any:
    """Send an event as the provider would; the answer's status."""

    def send(event: dict[str, Any], **wishes: Any) -> int:
        body, signature = provider.signed(event, **wishes)
        return post(client, body, signature)

    return send


def post(client: Client, body: bytes, signature: str) -> int:
    headers = {"Stripe-Signature": signature} if signature else {}
    return client.post(URL, body, content_type="application/json", headers=headers).status_code


@pytest.mark.rule("X-03")
def test_a_webhook_has_its_refund_asked_about(provider: Provider, knock):
    provider.starts = "pending"
    row = books.one(provider)
    outbox.drain()
    outbox.drain()
    assert outbox.drain() == {}, "the next question would wait"
    assert knock(provider.change("re_000001", "succeeded")) == 200
    assert outbox.drain() == {"confirmed": 1}
    assert books.again(row).status == "confirmed"


@pytest.mark.rule("X-02")
def test_a_webhook_before_our_own_answer(provider: Provider, knock):
    row = books.one(provider)
    provider.script.append("lose")
    outbox.drain()
    assert books.again(row).provider_id == ""
    assert knock(provider.events[-1]) == 200
    assert outbox.drain() == {"confirmed": 1}
    assert len(provider.refunds) == 1


@pytest.mark.rule("X-01")
def test_events_five_times_each_in_any_order_have_one_effect(provider: Provider, knock):
    provider.starts = "pending"
    rows = [books.one(provider) for _ in range(4)]
    outbox.drain()
    for refund_id in list(provider.refunds):
        provider.change(refund_id, "succeeded")
    provider.change("re_000002", "failed", "lost_or_stolen_card")
    letters = provider.events * 5
    random.Random(7).shuffle(letters)
    for number, event in enumerate(letters):
        assert knock(event) == 200
        if number % 10 == 0:
            outbox.drain()
    outbox.drain()
    assert ProviderEvent.objects.count() == len(provider.events)
    assert sorted(books.again(row).status for row in rows) == [
        "confirmed",
        "confirmed",
        "confirmed",
        "failed",
    ]
    assert books.wrong() == []


def test_the_body_is_not_believed(provider: Provider, knock):
    provider.starts = "pending"
    row = books.one(provider)
    outbox.drain()
    lie = {
        "id": "evt_lie",
        "type": "refund.failed",
        "data": {"object": {**provider.refunds["re_000001"], "status": "failed"}},
    }
    assert knock(lie) == 200
    outbox.drain()
    assert books.again(row).status == "sent"


def test_a_thousand_forgeries(client: Client, provider: Provider):
    dice = random.Random(3)
    books.one(provider)
    outbox.drain()
    event = provider.events[0]
    for number in range(1000):
        body, signature = provider.signed(event, secret=f"whsec_{number}")
        good, fine = provider.signed(event)
        forged = [
            (body, signature),
            (good.replace(b"1173", b"1174"), fine),
            (good, fine[: -dice.randint(1, 60)]),
            (good, fine.replace("t=", f"t={dice.randint(0, 9)}")),
            (good, ""),
            (good, dice.choice(["t=,v1=", "v1=é", "t=1", "garbage", "t=-1,v1=x", f"t={'9' * 40},v1=0"])),
        ][number % 6]
        assert post(client, *forged) == 400
    assert ProviderEvent.objects.count() == 0
    assert not Refund.objects.exclude(next_try_at=None).exists()


@pytest.mark.parametrize(("age", "status"), [(299, 200), (301, 400), (-299, 200), (-301, 400)])
def test_an_old_event_is_a_replay(provider: Provider, knock, age: int, status: int):
    with time_machine.travel("2026-03-02T10:00:00+00:00", tick=False):
        assert knock({"id": "evt_1", "data": {"object": {"object": "charge"}}}, age=age) == status


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '"x"', '{"id": 1, "data": {"object": {}}}', '{"id": "e", "data": {"object": []}}', "\x00",
             '{"id": "e", "data": {"object": {"object": "refund"}}}', '{"id": "e\\u0000", "data": {"object": {}}}']
)  # fmt: skip
def test_a_signed_body_that_is_no_event(client: Client, provider: Provider, body: str):
    import hmac
    import time

    at = int(time.time())
    mac = hmac.new(WEBHOOK_SECRET.encode(), f"{at}.{body}".encode(), "sha256").hexdigest()
    assert post(client, body.encode(), f"t={at},v1={mac}") == 400


def test_an_event_about_something_else_is_taken_and_changes_nothing(provider: Provider, knock):
    row = books.one(provider)
    outbox.drain()
    assert knock({"id": "evt_x", "data": {"object": {"object": "charge", "id": "ch_1"}}}) == 200
    assert (
        knock({"id": "evt_y", "data": {"object": {"object": "refund", "id": "re_other", "metadata": None}}})
        == 200
    )
    assert books.again(row).next_try_at is None


def test_the_door(client: Client, provider: Provider, settings):
    checking = Client(enforce_csrf_checks=True)
    body, signature = provider.signed({"id": "evt_1", "data": {"object": {"object": "charge"}}})
    assert (
        checking.post(
            URL, body, content_type="application/json", headers={"Stripe-Signature": signature}
        ).status_code
        == 200
    )
    assert client.get(URL).status_code == 405
    assert client.post("/payments/webhooks/abacus/").status_code == 404
    assert client.post("/payments/webhooks/sandbox/").status_code == 400
    assert post(client, b"x" * (512 * 1024 + 1), signature) == 413
    settings.STRIPE_WEBHOOK_SECRET = ""
    body, signature = provider.signed(json.loads(body), secret="")
    assert post(client, body, signature) == 400, "without a secret nothing is believed"


def test_a_webhook_of_another_provider_moves_no_refund_of_ours(provider: Provider):
    row = books.one(None)
    before = books.again(row).next_try_at
    with time_machine.travel(before + timedelta(hours=1)):
        assert outbox.heard("stripe", outbox.ProviderEventData("evt_1", "", row.idempotency_key))
    assert books.again(row).next_try_at == before
    assert not outbox.heard("stripe", outbox.ProviderEventData("evt_1"))
