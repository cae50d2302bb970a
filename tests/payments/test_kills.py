"""Fifty kills: a worker dies at any point between the ledger and the provider, and nothing is lost, nothing twice (X-02).

The worker is a child of this process that drains the outbox through real connections, and is sent SIGKILL after a random
time. Forked from the test, it has nothing to import, so that a kill costs milliseconds.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connections
from django.utils import timezone

from marketplace.payments import outbox
from marketplace.payments.models import Refund
from tests import invariants
from tests.payments import books
from tests.provider import Provider

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

KILLS, ORDERS = 50, 30
#: the longest that a worker lives, in seconds; one refund takes some milliseconds
LONGEST = 0.12


def worker() -> int:
    """The number of a new process that drains the outbox until it is killed. Its leases are over each time it looks."""
    child = os.fork()
    if child:
        return child
    try:
        for inherited in connections.all(initialized_only=True):
            # It belongs to the parent, who may keep it where we cannot close it: Django stores a thread's connections
            # elsewhere while a browser's event loop runs. A transaction left open on it would block the test for ever.
            inherited.connection = None
        ahead = timedelta(0)
        while True:
            ahead += 2 * outbox.LEASE
            outbox.drain(timezone.now() + ahead)
    finally:
        os._exit(1)  # whatever happens, a child never runs the rest of the tests


def kill_after(child: int, seconds: float) -> None:
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the worker ended by itself"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="killing needs a fork")
@pytest.mark.rule("X-01", "X-02")
def test_fifty_kills_between_the_ledger_and_the_provider(provider: Provider, caplog: Any):
    dice = random.Random(11)
    provider.delay, provider.starts = 0.004, "pending"
    rows = [row for _ in range(ORDERS) for row in books.refund(books.paid(provider, 700, 300), 999)]
    decided = {row.idempotency_key: row.amount for row in rows}
    started, in_the_middle = time.monotonic(), 0
    for number in range(KILLS):
        kill_after(worker(), dice.random() * LONGEST)
        provider.in_work.clear()
        in_the_middle += Refund.objects.filter(status="decided", leased_until__isnull=False).exists()
        if number % 10 == 0:
            assert books.wrong() == [], "at any instant the provider has no more than was reserved"
    took = time.monotonic() - started
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        provider.delay = 0.0
        outbox.drain()
    for refund_id in list(provider.refunds):
        provider.change(refund_id, "succeeded")
    with time_machine.travel(timezone.now() + timedelta(hours=20)):
        outbox.drain()
    assert dict.fromkeys(decided, 1) == provider.refunds_per_key()
    assert {r["metadata"]["redress_refund"]: r["amount"] for r in provider.refunds.values()} == decided
    assert set(Refund.objects.values_list("status", flat=True)) == {"confirmed"}
    assert books.wrong() == []
    invariants.ledger_adds_up()
    invariants.escrows_hold_what_they_say()
    assert in_the_middle, "no kill fell between the claim and the answer: the times are wrong"
    assert took < 60
    print(f"{KILLS} kills in {took:.1f} s, {in_the_middle} left a claim behind", file=sys.stderr)
