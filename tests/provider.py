"""A payment provider for tests: a strict server over real HTTP that speaks the part of Stripe's API that we use.

Strict: it honours idempotency keys (and forgets them after 24 h by its own clock), refuses the same key with another
body, refuses to give back more than was paid. Unkind, when told to be: it performs and loses the answer, loses the
question, stores a 500 under the key, answers late, fails a refund days later, and sends its webhooks twice and in any order.
"""

from __future__ import annotations

import hmac
import json
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

SECRET_KEY, WEBHOOK_SECRET = "sk_test_redress", "whsec_redress"
KEY_LIFE = 24 * 60 * 60  # seconds
Reply = tuple[int, dict[str, Any]]


@dataclass
class Call:
    method: str
    path: str
    key: str


@dataclass
class Provider:
    """The books and the moods. Amounts are minor units; moods are read at each call."""

    seed: int = 1
    #: share of POSTs that are performed and whose answer is lost; and of those lost on their way to us
    lose: float = 0.0
    drop: float = 0.0
    #: what the next POSTs do, one each, before the moods count: "lose", "drop", "store_500", "only_500", "busy",
    #: "pending", "garbage"
    script: deque[str] = field(default_factory=deque)
    delay: float = 0.0  # seconds between performing and answering
    starts: str = "succeeded"  # status of a new refund
    down: bool = False

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.payments: dict[str, tuple[int, str]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.disputes: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, tuple[float, str, Reply]] = {}
        self.in_work: set[str] = set()
        self.calls: list[Call] = []
        self.events: list[dict[str, Any]] = []
        self.shifted = 0.0
        self._lock = threading.RLock()
        self._numbers = count(1)
        self.url = ""

    # -- what a test says to it ---------------------------------------------------------------------------------

    def pay(self, reference: str, amount: int, currency: str = "usd") -> None:
        self.payments[reference] = (amount, currency.lower())

    def shift(self, by: timedelta) -> None:
        """Move the provider's own clock."""
        self.shifted += by.total_seconds()

    def now(self) -> float:
        return time.time() + self.shifted

    def change(self, refund_id: str, status: str, reason: str = "") -> dict[str, Any]:
        """Something happened to a refund; returns the event that tells it."""
        with self._lock:
            refund = self.refunds[refund_id]
            refund["status"] = status
            if reason:
                refund["failure_reason"] = reason
            return self._event("refund.failed" if status == "failed" else "refund.updated", refund)

    def charge_back(
        self, reference: str, amount: int = 0, *, status: str = "needs_response", by_charge: bool = False
    ) -> dict[str, Any]:
        """The buyer's bank asks for a payment back, and takes the money unless it only asks; the event that tells it."""
        with self._lock:
            paid, currency = self.payments[reference]
            dispute: dict[str, Any] = {
                "id": f"du_{next(self._numbers):06}",
                "object": "dispute",
                "amount": amount or paid,
                "currency": currency,
                "charge": reference if by_charge else f"ch_of_{reference}",
                "payment_intent": None if by_charge else reference,
                "reason": "product_not_received",
                "status": status,
                "balance_transactions": [],
            }
            self.disputes[dispute["id"]] = dispute
            if not status.startswith("warning"):
                dispute["balance_transactions"] = [
                    {"amount": -dispute["amount"], "currency": currency, "fee": 1500}
                ]
            return self._event("charge.dispute.created", dispute)

    def decide(self, dispute_id: str, status: str) -> dict[str, Any]:
        """The bank has decided: won, lost, warning_closed; the event that tells it."""
        with self._lock:
            dispute = self.disputes[dispute_id]
            dispute["status"] = status
            if status == "won":
                dispute["balance_transactions"].append(
                    {"amount": dispute["amount"], "currency": dispute["currency"]}
                )
            return self._event("charge.dispute.closed", dispute)

    def charged_back(self, reference: str) -> int:
        """What banks hold of a payment, or have kept."""
        of_payment = (d for d in self.disputes.values() if reference in (d["payment_intent"], d["charge"]))
        return -sum(row["amount"] for d in of_payment for row in d["balance_transactions"])

    def given_back(self, reference: str) -> int:
        gone = (r for r in self.refunds.values() if r["payment_intent"] == reference)
        return sum(r["amount"] for r in gone if r["status"] not in ("failed", "canceled"))

    def made(self, method: str = "POST") -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def refunds_per_key(self) -> Counter[str]:
        return Counter(r["metadata"]["redress_refund"] for r in self.refunds.values())

    def signed(
        self, event: dict[str, Any], *, secret: str = WEBHOOK_SECRET, age: float = 0.0
    ) -> tuple[bytes, str]:
        """The body and the Stripe-Signature header of an event, as it would be sent `age` seconds ago."""
        body = json.dumps(event).encode()
        at = int(time.time() - age)
        mac = hmac.new(secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()
        return body, f"t={at},v1={mac}"

    # -- its API ---------------------------------------------------------------------------------------------------

    def answer(
        self, method: str, path: str, form: dict[str, str], key: str, authorized: bool
    ) -> Reply | None:
        """The reply; None: the line breaks."""
        with self._lock:
            self.calls.append(Call(method, path, key))
            if self.down:
                return None
            if not authorized:
                return _error(401, "invalid_request_error", "Invalid API key.")
            if method == "GET":
                return self._read(path, form)
            mood = self._mood()
            if mood == "drop":
                return None
            if mood == "busy":
                return _error(429, "invalid_request_error", "Too many requests.")
            if key in self.in_work:
                return _error(409, "idempotency_error", "This key is in use right now.")
            reply = self._once(key, form, mood)
            self.in_work.add(key)
        try:
            time.sleep(self.delay)
        finally:
            self.in_work.discard(key)
        if mood == "garbage":
            return 200, {"object": "refund"}
        return None if mood == "lose" else reply

    def _mood(self) -> str:
        if self.script:
            return self.script.popleft()
        dice = self.random.random()
        return "lose" if dice < self.lose else "drop" if dice < self.lose + self.drop else ""

    def _once(self, key: str, form: dict[str, str], mood: str) -> Reply:
        self.keys = {k: row for k, row in self.keys.items() if self.now() - row[0] < KEY_LIFE}
        digest = sha256(json.dumps(sorted(form.items())).encode()).hexdigest()
        if not key:
            return _error(400, "invalid_request_error", "This server wants an idempotency key.")
        if key in self.keys:
            _at, known, reply = self.keys[key]
            if known != digest:
                return _error(400, "idempotency_error", "Keys can only be used with the same parameters.")
            return reply
        reply = (
            _error(500, "api_error", "Something broke.") if mood == "only_500" else self._create(form, mood)
        )
        if mood == "store_500":
            reply = _error(500, "api_error", "Something broke.")
        self.keys[key] = (self.now(), digest, reply)
        return reply

    def _create(self, form: dict[str, str], mood: str) -> Reply:
        reference, amount = form.get("payment_intent", ""), int(form.get("amount", "0"))
        if reference not in self.payments:
            return _error(404, "invalid_request_error", f"No such payment_intent: '{reference}'")
        paid, currency = self.payments[reference]
        if amount <= 0:
            return _error(400, "invalid_request_error", "Invalid positive integer")
        if self.charged_back(reference) and any(
            d["status"] in ("needs_response", "under_review") for d in self.disputes.values()
        ):
            return _error(
                400, "invalid_request_error", "Charge has been charged back; cannot issue a refund."
            )
        if self.given_back(reference) + self.charged_back(reference) + amount > paid:
            return _error(
                400, "invalid_request_error", "Refund amount is greater than unrefunded amount on charge."
            )
        refund: dict[str, Any] = {
            "id": f"re_{next(self._numbers):06}",
            "object": "refund",
            "amount": amount,
            "currency": currency,
            "payment_intent": reference,
            "status": mood if mood == "pending" else self.starts,
            "metadata": {k[9:-1]: v for k, v in form.items() if k.startswith("metadata[")},
        }
        self.refunds[refund["id"]] = refund
        self._event("refund.created", refund)
        return 200, dict(refund)

    def _read(self, path: str, form: dict[str, str]) -> Reply:
        if path.startswith("/v1/disputes/"):
            found = self.disputes.get(path.rpartition("/")[2])
            return (200, dict(found)) if found else _error(404, "invalid_request_error", "No such dispute")
        if path != "/v1/refunds":
            found = self.refunds.get(path.rpartition("/")[2])
            return (200, dict(found)) if found else _error(404, "invalid_request_error", "No such refund")
        rows = [r for r in reversed(self.refunds.values()) if r["payment_intent"] == form["payment_intent"]]
        ids = [r["id"] for r in rows]
        start = ids.index(form["starting_after"]) + 1 if "starting_after" in form else 0
        page = rows[start : start + int(form.get("limit", "10"))]
        return 200, {
            "object": "list",
            "url": path,
            "has_more": start + len(page) < len(rows),
            "data": [dict(r) for r in page],
        }

    def _event(self, kind: str, refund: dict[str, Any]) -> dict[str, Any]:
        event = {
            "id": f"evt_{len(self.events) + 1:06}",
            "object": "event",
            "type": kind,
            "data": {"object": dict(refund)},
        }
        self.events.append(event)
        return event


def _error(status: int, kind: str, message: str) -> Reply:
    return status, {"error": {"type": kind, "message": message}}


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 64 * 1024  # one packet an answer: two would wait 40 ms for each other
        disable_nagle_algorithm = True

        def handle(self) -> None:
            with suppress(ConnectionError):  # whoever asked was killed: nothing to answer, nothing to print
                super().handle()

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            if len(body) < length:
                # Whoever asked died between the headers and the body. Half a question is none: as any HTTP server, we
                # forget it. Answering it would store a refusal under a key whose real question has yet to come.
                self.close_connection = True
                return
            self._serve(body.decode())

        def do_GET(self) -> None:
            self._serve(urlsplit(self.path).query)

        def _serve(self, query: str) -> None:
            form = dict(parse_qsl(query, keep_blank_values=True))
            authorized = self.headers.get("Authorization") == f"Bearer {SECRET_KEY}"
            path = urlsplit(self.path).path
            reply = provider.answer(
                self.command, path, form, self.headers.get("Idempotency-Key") or "", authorized
            )
            if reply is None:
                self.close_connection = True
                return
            body = json.dumps(reply[1]).encode()
            self.send_response(reply[0])
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Quiet: tests read `calls`."""

    return Handler


@contextmanager
def running(**wishes: Any) -> Iterator[Provider]:
    """A provider on a free port of this computer, in threads of its own."""
    provider = Provider(**wishes)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    server.daemon_threads = True
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
