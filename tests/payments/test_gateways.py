"""The gateways by themselves: strictness of the sandbox, Stripe's way of counting, and what does not start."""

from __future__ import annotations

import socket

import pytest
from django.core.checks import run_checks

from marketplace.payments.gateways import NAMES, NotNow, RefundRequest, Refused, Said, Unknown, gateway_named
from marketplace.payments.gateways.stripe import from_stripe, to_stripe
from tests.payments import books
from tests.provider import SECRET_KEY, Provider

pytestmark = pytest.mark.django_db


def test_the_sandbox_is_strict():
    reference = books.paid(None, 1000).escrow.payments.get().provider_reference
    sandbox = gateway_named("sandbox")
    first = sandbox.refund(RefundRequest("k1", reference, 600, "USD"))
    assert first.said == Said.ACCEPTED
    assert sandbox.refund(RefundRequest("k1", reference, 600, "USD")) == first
    with pytest.raises(Refused):
        sandbox.refund(RefundRequest("k2", reference, 401, "USD"))
    with pytest.raises(Unknown) as conflict:
        sandbox.refund(RefundRequest("k1", reference, 599, "USD"))
    assert conflict.value.look_up_only
    with pytest.raises(Refused):
        sandbox.refund(RefundRequest("k3", "pi_nobody", 1, "USD"))
    assert sandbox.find(RefundRequest("k2", reference, 401, "USD")) is None
    assert sandbox.find(RefundRequest("k1", reference, 600, "USD")) == first, "looking changes nothing"
    assert sandbox.status(first.provider_id).said == Said.CONFIRMED
    with pytest.raises(Unknown):
        sandbox.status("sandbox_0")


def test_the_fake_provider_is_strict_too(provider: Provider, settings):
    provider.pay("pi_1", 1000)
    stripe = gateway_named("stripe")
    first = stripe.refund(RefundRequest("k1", "pi_1", 600, "USD"))
    assert stripe.refund(RefundRequest("k1", "pi_1", 600, "USD")) == first
    with pytest.raises(Unknown) as conflict:
        stripe.refund(RefundRequest("k1", "pi_1", 599, "USD"))
    assert conflict.value.look_up_only
    with pytest.raises(Refused, match="greater"):
        stripe.refund(RefundRequest("k2", "pi_1", 401, "USD"))
    with pytest.raises(Refused, match="No such payment_intent"):
        stripe.refund(RefundRequest("k3", "pi_2", 1, "USD"))
    with pytest.raises(Unknown):
        stripe.status("re_none")
    settings.STRIPE_SECRET_KEY = "sk_other"
    with pytest.raises(NotNow):
        gateway_named("stripe").find(RefundRequest("k1", "pi_1", 600, "USD"))


def test_half_a_question_is_none(provider: Provider):
    """A worker killed between the headers and the body has asked nothing: its key is free for whoever comes next."""
    provider.pay("pi_1", 1000)
    host, _, port = provider.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as dying:
        headers = f"Authorization: Bearer {SECRET_KEY}\r\nIdempotency-Key: k1\r\nContent-Length: 30\r\n"
        dying.sendall(
            f"POST /v1/refunds HTTP/1.1\r\nHost: {host}\r\n{headers}\r\npayment_intent=pi_1".encode()
        )
        dying.shutdown(socket.SHUT_WR)
        assert dying.recv(1) == b"", "the line is closed, and nothing is answered"
    assert (provider.made(), provider.keys) == ([], {})
    assert gateway_named("stripe").refund(RefundRequest("k1", "pi_1", 600, "USD")).said == Said.CONFIRMED


def test_looking_turns_every_page(provider: Provider):
    provider.pay("pi_1", 1000)
    stripe = gateway_named("stripe")
    answers = [stripe.refund(RefundRequest(f"k{n}", "pi_1", 1, "USD")) for n in range(250)]
    assert stripe.find(RefundRequest("k0", "pi_1", 1, "USD")) == answers[0]
    assert stripe.find(RefundRequest("k999", "pi_1", 1, "USD")) is None
    assert stripe.refunded(["pi_1"]) == {"pi_1": 250}


def test_the_library_never_tries_again_on_its_own(provider: Provider):
    provider.pay("pi_1", 1000)
    for mood in ("lose", "drop", "only_500"):
        provider.script.append(mood)
        before = len(provider.calls)
        with pytest.raises(Unknown):
            gateway_named("stripe").refund(RefundRequest(f"key-{mood}", "pi_1", 1, "USD"))
        assert len(provider.calls) == before + 1


@pytest.mark.parametrize(
    ("currency", "ours", "theirs"), [("USD", 1173, 1173), ("JPY", 500, 500), ("KWD", 1250, 1250), ("ISK", 5, 500), ("UGX", 7, 700), ("MGA", 300, 3)]
)  # fmt: skip
def test_stripe_counts_some_money_in_its_own_way(currency: str, ours: int, theirs: int):
    assert to_stripe(ours, currency) == theirs
    assert from_stripe(theirs, currency.lower()) == ours


def test_a_part_of_a_unit_that_stripe_does_not_have():
    with pytest.raises(Refused):
        to_stripe(301, "MGA")


def test_a_provider_that_does_not_exist_does_not_start(settings):
    assert set(NAMES) == {"sandbox", "stripe"}

    def said() -> set[str | None]:
        return {
            message.id
            for message in run_checks(include_deployment_checks=True)
            if (message.id or "").startswith("payments.")
        }

    assert said() == {"payments.W001"}
    settings.PAYMENT_GATEWAY = "abacus"
    assert said() == {"payments.E001"}
    settings.PAYMENT_GATEWAY, settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = "stripe", "sk", ""
    assert said() == {"payments.E002"}
    settings.STRIPE_WEBHOOK_SECRET = "whsec"
    assert said() == set()
