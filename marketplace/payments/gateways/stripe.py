"""Stripe. Refunds carry our key twice: as the idempotency key (which Stripe forgets after 24 h) and in their metadata.

The library never retries here: when and how to ask again is the outbox's decision.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import stripe
from django.utils import timezone

from .base import (
    Answer,
    BadEvent,
    Bank,
    ChargebackAnswer,
    NotNow,
    ProviderEventData,
    RefundRequest,
    Refused,
    Said,
    Unknown,
)

CONNECT_SECONDS, READ_SECONDS = 3.05, 8.0
PAGE = 100  # refunds a page: Stripe's maximum
#: the name under which our key stands in a refund's metadata
METADATA = "redress_refund"
#: a webhook older, or from further ahead, than this is not taken
FRESH_SECONDS = 300
_SAID = {
    "pending": Said.ACCEPTED,
    "requires_action": Said.ACCEPTED,
    "succeeded": Said.CONFIRMED,
    "failed": Said.FAILED,
    "canceled": Said.FAILED,
}
#: how a dispute of Stripe, which is a chargeback to us, stands. A warning is a question of the bank before it takes
#: anything: money moved meanwhile could be asked for again, so it freezes too.
_BANK = {
    "warning_needs_response": Bank.OPEN,
    "warning_under_review": Bank.OPEN,
    "needs_response": Bank.OPEN,
    "under_review": Bank.OPEN,
    "warning_closed": Bank.WON,
    "prevented": Bank.WON,
    "won": Bank.WON,
    "lost": Bank.LOST,
}
#: currencies without a minor unit that Stripe counts in hundredths all the same
_IN_HUNDREDTHS = frozenset({"ISK", "UGX"})
#: currencies of two digits that Stripe counts in whole units
_IN_WHOLE = frozenset({"MGA"})


class StripeGateway:
    """Stripe's refunds API. `api_base`: another server that speaks it; empty for Stripe itself."""

    has_quick_books = False

    def __init__(self, secret_key: str, webhook_secret: str, api_base: str = "") -> None:
        self._webhook_secret = webhook_secret
        api = stripe.StripeClient(
            secret_key,
            base_addresses={"api": api_base} if api_base else {},
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS)),
        ).v1
        self._refunds, self._disputes = api.refunds, api.disputes

    def refund(self, request: RefundRequest) -> Answer:
        params: Any = {
            **_payment(request.payment_reference),
            "amount": to_stripe(request.amount, request.currency),
            "metadata": {METADATA: request.key},
        }
        with _errors(sending=True):
            return _answer(self._refunds.create(params, {"idempotency_key": request.key}))

    def find(self, request: RefundRequest) -> Answer | None:
        with _errors(sending=False):
            for refund in self._of(request.payment_reference):
                if (refund.to_dict().get("metadata") or {}).get(METADATA) == request.key:
                    return _answer(refund)
        return None

    def status(self, provider_id: str) -> Answer:
        with _errors(sending=False):
            return _answer(self._refunds.retrieve(provider_id))

    def chargeback(self, provider_id: str) -> ChargebackAnswer:
        with _errors(sending=False):
            found = self._disputes.retrieve(provider_id).to_dict()
        status = _BANK.get(found.get("status") or "")
        if status is None:
            raise Unknown(f"Stripe says {found.get('status')!r}.")
        # What was withdrawn counts below zero, what came back above; in the currency of our account at Stripe.
        moved = sum(row.get("amount", 0) for row in found.get("balance_transactions") or ())
        amount = from_stripe(found["amount"], found["currency"])
        return ChargebackAnswer(status, amount, moved < 0, str(found.get("reason") or "")[:120])

    def event(self, headers: Mapping[str, str], body: bytes) -> ProviderEventData:
        check_signature(
            body, headers.get("Stripe-Signature", ""), self._webhook_secret, now=timezone.now().timestamp()
        )
        try:
            event = json.loads(body)
            found = _event(event["id"], event["data"]["object"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadEvent("This is no event.") from error
        texts = (found.event_id, found.provider_id, found.key, found.chargeback_id, *found.payment_references)
        if not all(isinstance(text, str) and "\x00" not in text and len(text) <= 120 for text in texts):
            raise BadEvent("This is no event.")
        return found

    def refunded(self, references: Iterable[str]) -> dict[str, int]:
        sums: dict[str, int] = {}
        with _errors(sending=False):
            for reference in references:
                standing = [r for r in self._of(reference) if _SAID.get(r.status or "") != Said.FAILED]
                sums[reference] = sum(from_stripe(r.amount, r.currency) for r in standing)
        return sums

    def _of(self, payment_reference: str) -> Iterator[stripe.Refund]:
        params: Any = {**_payment(payment_reference), "limit": PAGE}
        yield from self._refunds.list(params).auto_paging_iter()


def _event(event_id: str, about: dict[str, Any]) -> ProviderEventData:
    """What an event is about; one about anything but refunds and disputes only has its id."""
    if about.get("object") == "refund":
        return ProviderEventData(event_id, about["id"], (about.get("metadata") or {}).get(METADATA, ""))
    if about.get("object") == "dispute":
        names = tuple(name for name in (about.get("payment_intent"), about.get("charge")) if name)
        return ProviderEventData(event_id, chargeback_id=about["id"], payment_references=names)
    return ProviderEventData(event_id)


def _payment(reference: str) -> dict[str, str]:
    """Old payments of Stripe are charges, new ones payment intents; the name tells."""
    return {"charge" if reference.startswith(("ch_", "py_")) else "payment_intent": reference}


def to_stripe(amount: int, currency: str) -> int:
    """Our minor units in what Stripe counts in. Raises Refused for a part of a unit that Stripe does not have."""
    if currency in _IN_HUNDREDTHS:
        return amount * 100
    if currency in _IN_WHOLE:
        if amount % 100:
            raise Refused(f"Stripe pays {currency} in whole units only.")
        return amount // 100
    return amount


def from_stripe(amount: int, currency: str) -> int:
    """What Stripe counts in, as our minor units; rounded down where ours are larger."""
    if currency.upper() in _IN_HUNDREDTHS:
        return amount // 100
    return amount * 100 if currency.upper() in _IN_WHOLE else amount


def _answer(refund: stripe.Refund) -> Answer:
    said = _SAID.get(refund.status or "")
    if said is None:
        raise Unknown(f"Stripe says {refund.status!r}.")
    words = (getattr(refund, "failure_reason", None) or refund.status or "") if said == Said.FAILED else ""
    return Answer(said, refund.id, words, _bank_reference(refund))


def _bank_reference(refund: stripe.Refund) -> str:
    """The number by which the buyer's bank finds the refund; Stripe learns it some days after sending."""
    details = refund.to_dict().get("destination_details") or {}
    way = details.get(details.get("type") or "") or {}
    return str(way.get("reference") or "")[:120] if way.get("reference_status") == "available" else ""


@contextmanager
def _errors(*, sending: bool) -> Iterator[None]:
    """Stripe's errors in our words. Only a refund that was being sent can be refused or leave an error under its key."""
    try:
        yield
    except (stripe.RateLimitError, stripe.AuthenticationError, stripe.PermissionError) as error:
        raise NotNow(_words(error)) from error
    except stripe.IdempotencyError as error:
        raise Unknown(_words(error), look_up_only=True) from error
    except (stripe.InvalidRequestError, stripe.CardError) as error:
        raise (Refused if sending else Unknown)(_words(error)) from error
    except stripe.StripeError as error:
        if error.http_status == 409:  # the same key is being worked on at this moment
            raise NotNow(_words(error)) from error
        raise Unknown(_words(error), look_up_only=sending and (error.http_status or 0) >= 500) from error


def _words(error: stripe.StripeError) -> str:
    return str(error.user_message or type(error).__name__)[:500]


def check_signature(body: bytes, header: str, secret: str, *, now: float) -> None:
    """Stripe's scheme: an HMAC of "time.body", compared in constant time, at most FRESH_SECONDS old. Raises BadEvent.

    Our own, since the library takes times that lie ahead, and breaks on bytes that are no text.
    """
    parts = [part.partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name.strip() == "t" and value.isascii() and value.isdigit()]
    if not secret or not times or len(times[0]) > 12:
        raise BadEvent("No signature.")
    wanted = hmac.new(secret.encode(), times[0].encode() + b"." + body, sha256).hexdigest().encode()
    given = [value.encode("latin-1", "replace") for name, _, value in parts if name.strip() == "v1"]
    if not any([hmac.compare_digest(wanted, one) for one in given]):  # noqa: C419  (a list: no early end)
        raise BadEvent("Wrong signature.")
    if abs(now - int(times[0])) > FRESH_SECONDS:
        raise BadEvent("Too old.")
