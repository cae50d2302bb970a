"""Two runs at once, and runs that are killed: on real transactions, threads and processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection, connections, transaction
from django.utils import timezone

from marketplace.payments import outbox
from marketplace.payments.gateways import ProviderEventData
from marketplace.payments.models import Refund
from tests.payments import books
from tests.provider import SECRET_KEY, Provider

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def drains_at_once(number: int) -> Counter[str]:
    """So many runs begin at the same moment; what they did in all."""
    counts: Counter[str] = Counter()
    gate = threading.Barrier(number)

    def run() -> None:
        try:
            gate.wait()
            counts.update(outbox.drain())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return counts


@pytest.mark.rule("X-01", "X-02")
def test_runs_at_the_same_moment_make_one_refund_each(provider: Provider):
    provider.delay = 0.05
    rows = [books.one(provider) for _ in range(8)]
    assert drains_at_once(4) == {"confirmed": 8}
    assert provider.refunds_per_key() == {row.idempotency_key: 1 for row in rows}
    assert len(provider.calls) == 8
    assert books.wrong() == []


def test_a_webhook_that_comes_while_we_ask_is_not_forgotten(provider: Provider):
    provider.delay, provider.starts = 0.6, "pending"
    row = books.one(provider)
    thread = threading.Thread(target=drains_at_once, args=[1])
    thread.start()
    wait_until(lambda: bool(provider.refunds))
    event = provider.change("re_000001", "succeeded")
    outbox.heard("stripe", ProviderEventData(event["id"], "re_000001", row.idempotency_key))
    thread.join()
    assert books.again(row).status == "confirmed" or outbox.drain() == {"confirmed": 1}
    assert len(provider.refunds) == 1


def test_nothing_is_sent_inside_somebody_elses_transaction(provider: Provider):
    books.one(provider)
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        outbox.drain()
    assert provider.calls == []


@pytest.mark.rule("X-01", "X-02")
def test_a_run_killed_between_the_provider_and_our_books(provider: Provider):
    rounds = 3
    rows = [books.one(provider) for _ in range(rounds)]
    provider.delay = 30.0
    for done in range(rounds):
        process = subprocess.Popen(
            [sys.executable, "manage.py", "drain_outbox"],
            cwd=settings.BASE_DIR,
            env=os.environ
            | {
                "REDRESS_DATABASE": str(connection.settings_dict["NAME"]),
                "REDRESS_ENV": "test",
                "STRIPE_SECRET_KEY": SECRET_KEY,
                "STRIPE_API_BASE": provider.url,
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        wait_until(lambda wanted=done + 1: len(provider.refunds) >= wanted, process)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stderr.close()
    assert set(Refund.objects.values_list("status", flat=True)) == {"decided"}, "nothing was written down"
    assert books.wrong() == [], "the provider has more than we know, but no more than we reserved"
    provider.delay = 0.0
    provider.in_work.clear()
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        assert outbox.drain() == {"confirmed": rounds}
    assert provider.refunds_per_key() == {row.idempotency_key: 1 for row in rows}
    assert books.wrong() == []


def wait_until(reached, process: subprocess.Popen[bytes] | None = None, seconds: float = 60.0) -> None:
    ends = time.monotonic() + seconds
    while not reached():
        if process is not None and process.poll() is not None:
            pytest.fail(f"the run ended by itself: {process.stderr.read().decode()[-2000:]}")
        assert time.monotonic() < ends, "it never came so far"
        time.sleep(0.01)
