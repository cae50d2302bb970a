"""Refunds to the provider: exactly once, whatever gets lost."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from marketplace.notifications.models import Notice
from marketplace.payments import ledger, outbox
from marketplace.payments.gateways.sandbox import SandboxGateway
from marketplace.payments.models import Refund, SandboxRefund
from tests.payments import books
from tests.provider import Provider

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel("2026-03-02T10:00:00+00:00", tick=False) as traveller:
        yield traveller


def keep_draining(clock: Any, *, hours: int = 20) -> int:
    """Drain each quarter of an hour until nothing is due any more; how many runs it took."""
    for run in range(hours * 4):
        if not Refund.objects.exclude(next_try_at=None).exists():
            return run
        outbox.drain()
        clock.shift(timedelta(minutes=15))
    return hours * 4


# -- the sandbox ------------------------------------------------------------------------------------------------


@pytest.mark.rule("X-02", "X-03")
def test_the_sandbox_accepts_at_the_first_run_and_confirms_at_the_next(clock):
    row = books.one(None)
    assert books.on_the_way(row) == 1173
    assert outbox.drain() == {"sent": 1}
    row = books.again(row)
    assert (row.status, row.sent_at, row.confirmed_at) == ("sent", row.decided_at, None)
    assert books.on_the_way(row) == 0
    assert outbox.drain() == {"confirmed": 1}
    assert outbox.drain() == {}
    assert books.again(row).confirmed_at == row.decided_at
    assert SandboxRefund.objects.count() == 1
    assert books.wrong() == []


def test_limit_takes_the_oldest_and_no_more(clock):
    rows = [books.one(None) for _ in range(3)]
    assert outbox.drain(limit=2) == {"sent": 2}
    assert [books.again(row).status for row in rows] == ["sent", "sent", "decided"]
    assert outbox.drain(seconds=-1) == {}


@pytest.mark.rule("X-01", "O-11")
def test_a_refund_goes_to_the_payments_in_proportion_and_never_to_a_coupon(clock, provider: Provider):
    order = books.paid(provider, 1000, 501, coupon=300)
    rows = books.refund(order, 750)
    assert [row.amount for row in rows] == [500, 250]
    outbox.drain()
    assert [provider.given_back(row.payment.provider_reference) for row in rows] == [500, 250]
    assert books.wrong() == []


# -- answers ----------------------------------------------------------------------------------------------------


def test_a_refund_that_the_provider_pays_at_once_is_confirmed_at_once(clock, provider: Provider):
    row = books.one(provider)
    assert outbox.drain() == {"confirmed": 1}
    assert outbox.drain() == {}
    row = books.again(row)
    assert (row.tries, row.provider_id, row.leased_until, row.next_try_at) == (1, "re_000001", None, None)
    assert row.sent_at == row.confirmed_at == row.decided_at
    assert len(provider.calls) == 1


@pytest.mark.rule("X-03")
def test_a_pending_refund_is_sent_and_asked_about_until_it_is_confirmed(clock, provider: Provider):
    provider.starts = "pending"
    row = books.one(provider)
    assert outbox.drain() == {"sent": 1}
    assert outbox.drain() == {"waiting": 1}
    assert outbox.drain() == {}, "the next question waits"
    provider.change("re_000001", "succeeded")
    clock.shift(timedelta(hours=6))
    assert outbox.drain() == {"confirmed": 1}
    assert [call.method for call in provider.calls] == ["POST", "GET", "GET"]
    assert books.again(row).confirmed_at


@pytest.mark.rule("X-02")
@pytest.mark.parametrize("mood", ["lose", "drop"])
def test_a_lost_answer_is_asked_about_with_the_same_key(clock, provider: Provider, mood: str):
    row = books.one(provider)
    provider.script.append(mood)
    assert outbox.drain() == {"unknown": 1}
    assert books.on_the_way(row) == 1173, "nobody knows yet, so nothing has left"
    assert outbox.drain() == {}
    clock.shift(timedelta(minutes=1))
    assert outbox.drain() == {"confirmed": 1}
    assert {call.key for call in provider.calls} == {row.idempotency_key}
    assert len(provider.refunds) == 1
    assert books.wrong() == []


@pytest.mark.rule("X-01", "X-02")
def test_a_hundred_refunds_with_a_third_of_the_answers_lost(clock, provider: Provider):
    provider.lose, provider.drop = 0.3, 0.05
    orders = [books.paid(provider, 600, 401) for _ in range(25)]
    rows = [row for order in orders for amount in (333, 100) for row in books.refund(order, amount)]
    assert len(rows) == 100
    keep_draining(clock)
    assert set(Refund.objects.values_list("status", flat=True)) == {"confirmed"}
    assert sum(refund["amount"] for refund in provider.refunds.values()) == 25 * 433
    assert set(provider.refunds_per_key().values()) == {1}
    assert len(provider.made("POST")) > 100, "answers were lost"
    assert books.wrong() == []


@pytest.mark.rule("X-02")
def test_an_error_stored_under_the_key_is_solved_by_looking(clock, provider: Provider):
    row = books.one(provider)
    provider.script.append("store_500")
    outbox.drain()
    assert books.again(row).look_up_only
    runs = keep_draining(clock)
    assert runs <= 3
    assert books.again(row).status == "confirmed"
    assert (len(provider.made("POST")), len(provider.refunds)) == (1, 1)
    assert books.wrong() == []


@pytest.mark.rule("X-02", "X-04")
def test_an_error_behind_which_nothing_happened_is_left_to_staff(clock, provider: Provider, caplog):
    row = books.one(provider)
    provider.script.append("only_500")
    with caplog.at_level(logging.ERROR, "marketplace.payments.outbox"):
        keep_draining(clock, hours=48)
    assert (len(provider.made("POST")), len(provider.refunds)) == (1, 0)
    assert books.again(row).status == "unknown"
    assert list(Refund.objects.with_staff(row.decided_at)) == [row]
    assert row.public_id in caplog.text
    assert books.wrong() == []


@pytest.mark.rule("X-02")
@pytest.mark.parametrize(
    ("after", "method"),
    [(timedelta(hours=23) - SECOND, "POST"), (timedelta(hours=23), "GET"), (timedelta(hours=25), "GET")],
)
def test_after_23_hours_it_only_looks(clock, provider: Provider, after: timedelta, method: str):
    row = books.one(provider)
    provider.script.append("lose")
    outbox.drain()
    clock.shift(after)
    provider.calls.clear()
    assert outbox.drain() == {"confirmed": 1}
    assert [call.method for call in provider.calls] == [method]
    assert len(provider.refunds) == 1
    assert books.again(row).provider_id == "re_000001"


def test_a_question_lost_before_a_long_outage_is_never_sent_again(clock, provider: Provider):
    row = books.one(provider)
    provider.script.append("drop")
    outbox.drain()
    clock.shift(timedelta(hours=25))
    for _ in range(10):
        outbox.drain()
        clock.shift(timedelta(hours=6))
    assert len(provider.made("POST")) == 1
    assert books.again(row).status == "unknown"
    assert Refund.objects.with_staff(outbox.timezone.now()).count() == 1


@pytest.mark.rule("X-04")
def test_a_refusal_keeps_the_money_the_buyers_and_tells_both(clock, provider: Provider):
    row = books.one(provider)
    provider.payments[row.payment.provider_reference] = (1000, "usd")  # the provider knows of less
    assert outbox.drain() == {"failed": 1}
    row = books.again(row)
    assert "greater than unrefunded amount" in row.provider_words
    assert books.on_the_way(row) == row.payment.refunded == 1173
    assert list(Refund.objects.with_staff(row.decided_at)) == [row]
    notice = Notice.objects.get(key__startswith="payments.refund:")
    assert notice.recipient == row.payment.escrow.order.buyer
    assert "US$11.73" in notice.text
    assert row.provider_words not in notice.text
    clock.shift(timedelta(days=30))
    assert outbox.drain() == {}
    assert books.wrong() == []


def test_a_refusal_after_a_lost_answer_is_looked_into_first(clock, provider: Provider):
    row = books.one(provider)
    provider.script.append("lose")
    outbox.drain()
    provider.keys.clear()  # a provider that forgets too early: the second request looks like a second refund
    clock.shift(timedelta(minutes=1))
    assert outbox.drain() == {"confirmed": 1}
    assert len(provider.refunds) == 1
    assert books.again(row).status == "confirmed"


@pytest.mark.parametrize("trouble", ["busy", "key"])
def test_a_provider_that_takes_nothing_now_is_no_unknown(clock, provider: Provider, settings, trouble: str):
    row = books.one(provider)
    if trouble == "busy":
        provider.script.append("busy")
    else:
        settings.STRIPE_SECRET_KEY = "sk_test_wrong"
    assert outbox.drain() == {"waiting": 1}
    row = books.again(row)
    assert (row.status, row.first_tried_at) == ("decided", None)
    settings.STRIPE_SECRET_KEY = "sk_test_redress"
    clock.shift(timedelta(hours=30))
    assert outbox.drain() == {"confirmed": 1}, "nothing was ever sent, so it may still be"


def test_a_provider_that_is_down_loses_nothing(clock, provider: Provider):
    rows = [books.one(provider) for _ in range(3)]
    provider.down = True
    assert outbox.drain() == {"unknown": 3}
    clock.shift(timedelta(hours=10))
    assert outbox.drain() == {"waiting": 3}
    provider.down = False
    clock.shift(timedelta(hours=6))
    assert outbox.drain() == {"confirmed": 3}
    assert len(provider.refunds) == len(rows)


def test_a_payment_of_a_provider_we_do_not_have_goes_to_staff(clock):
    row = books.one(None)
    row.payment.provider = "abacus"
    row.payment.save()
    assert outbox.drain() == {"failed": 1}
    assert "abacus" in books.again(row).provider_words


def test_one_answer_that_makes_no_sense_does_not_stop_the_others(clock, provider: Provider):
    broken, fine = books.one(provider), books.one(provider)
    provider.script.append("garbage")
    assert outbox.drain() == {"unknown": 1, "confirmed": 1}
    assert books.again(fine).status == "confirmed"
    clock.shift(timedelta(minutes=1))
    assert outbox.drain() == {"confirmed": 1}
    assert books.again(broken).status == "confirmed"
    assert len(provider.refunds) == 2


# -- lease ------------------------------------------------------------------------------------------------------


@pytest.mark.rule("X-02")
def test_a_run_that_died_is_followed_when_its_lease_ends(clock, provider: Provider):
    row = books.one(provider)
    claimed = outbox._claim(row.pk, row.decided_at)
    assert claimed is not None
    outbox._ask(claimed, {}, row.decided_at)  # the provider has it, and we die before writing it down
    clock.shift(outbox.LEASE - SECOND)
    assert outbox.drain() == {}
    clock.shift(SECOND)
    assert outbox.drain() == {"confirmed": 1}
    assert len(provider.refunds) == 1
    assert {call.key for call in provider.calls} == {row.idempotency_key}


def test_a_late_answer_never_takes_back_what_is_known(clock, provider: Provider):
    row = books.one(provider)
    slow = outbox._claim(row.pk, row.decided_at)
    assert slow is not None
    clock.shift(outbox.LEASE)
    assert outbox.drain() == {"confirmed": 1}
    assert outbox._write_down(slow, outbox.Unknown("too late"), outbox.timezone.now()) == "waiting"
    answer = outbox._ask(slow, {}, outbox.timezone.now())
    assert outbox._write_down(slow, answer, outbox.timezone.now()) == "waiting"
    assert books.again(row).status == "confirmed"
    assert books.again(row).next_try_at is None
    assert books.wrong() == []


# -- later ------------------------------------------------------------------------------------------------------


@pytest.mark.rule("X-04")
@pytest.mark.parametrize("confirmed_first", [True, False])
def test_a_late_failure_gives_the_money_back_to_the_refunds_account(
    clock, provider: Provider, confirmed_first: bool
):
    provider.starts = "succeeded" if confirmed_first else "pending"
    row = books.one(provider)
    outbox.drain()
    assert books.on_the_way(row) == 0
    provider.change("re_000001", "failed", "expired_or_canceled_card")
    outbox.heard("stripe", outbox.ProviderEventData("evt_1", "re_000001"))
    assert outbox.drain() == {"failed": 1}
    row = books.again(row)
    assert (row.status, row.provider_words) == ("failed", "expired_or_canceled_card")
    assert books.on_the_way(row) == 1173
    assert provider.given_back(row.payment.provider_reference) == 0
    assert Notice.objects.filter(key=f"payments.refund:{row.pk}:failed").count() == 1
    assert ledger.LedgerTransaction.objects.filter(key=f"refund:{row.public_id}:failed").count() == 1
    outbox.heard("stripe", outbox.ProviderEventData("evt_2", "re_000001"))
    assert outbox.drain() == {"waiting": 1}
    assert books.wrong() == []


def test_the_sandbox_can_fail_late_too(clock):
    row = books.one(None)
    outbox.drain()
    SandboxRefund.objects.update(status="failed")
    assert outbox.drain() == {"failed": 1}
    assert SandboxGateway().refunded([row.payment.provider_reference]) == {}
    assert books.wrong() == []


def test_news_that_cannot_be_told_do_not_stop_the_money(clock, monkeypatch, caplog):
    def stumble(refund: Refund) -> None:
        raise LookupError(Refund.objects.get(pk=-1))

    monkeypatch.setattr(outbox, "_listeners", [*outbox._listeners, stumble])
    books.one(None)
    assert outbox.drain() == {"sent": 1}
    assert outbox.drain() == {"confirmed": 1}
    assert "nobody was told" in caplog.text
