"""Chargebacks: a buyer's bank takes the money over our heads. Until it has decided nothing moves; nothing is paid twice (X-06)."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
import time_machine
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from disputes import services as disputes
from disputes.models import Dispute
from marketplace.core.clock import sweep
from marketplace.core.errors import DomainError, WrongState
from marketplace.notifications.models import Notice
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.payments import chargebacks, ledger, outbox
from marketplace.payments.gateways import Bank, ChargebackAnswer
from marketplace.payments.models import Chargeback, Escrow, Payment, Refund
from tests import api, invariants, pages, world
from tests.payments import books
from tests.payments.test_webhooks import URL
from tests.provider import Provider
from tests.world import DAY

pytestmark = pytest.mark.django_db
START = "2026-03-02T10:00:00+00:00"


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(START, tick=False) as clock:
        yield clock


def references(order: Order) -> list[str]:
    return list(order.escrow.payments.order_by("pk").values_list("provider_reference", flat=True))


def told(provider: Provider, event: dict[str, Any]) -> None:
    """The event comes in by the webhook's door, and the worker asks the provider."""
    body, signature = provider.signed(event)
    sent = Client().post(URL, body, content_type="application/json", headers={"Stripe-Signature": signature})
    assert sent.status_code == 200
    chargebacks.drain()


def asked_for(provider: Provider, order: Order, amount: int = 0, number: int = 0) -> str:
    """The bank asks for a payment of the order; the id of its case at the provider."""
    event = provider.charge_back(references(order)[number], amount)
    told(provider, event)
    return str(event["data"]["object"]["id"])


def again(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def in_dispute(provider: Provider, clock: Any, *amounts: int, **wishes: Any) -> Dispute:
    order = world.shipped(books.paid(provider, *amounts))
    clock.shift(11 * DAY)
    return world.a_dispute(order, **wishes)


def bank_has(payment: Payment) -> int:
    return -ledger.balance(ledger.bank_of(payment.public_id), payment.escrow.currency)


# -- frozen --------------------------------------------------------------------------------------------------------


@pytest.mark.rule("X-06")
def test_while_the_bank_asks_no_path_moves_the_money(provider: Provider, clock):
    dispute = in_dispute(provider, clock, 1000)
    order = dispute.order
    asked_for(provider, order)
    for act in (
        lambda: disputes.accept_claim(dispute.pk, by=world.seller_of(dispute)),
        lambda: orders.cancel(order.pk, by=world.buyer_of(order)),
    ):
        with pytest.raises(DomainError):
            act()
    escrow = Escrow.objects.get(pk=order.escrow_id)
    from marketplace.payments import services

    for way in (services.release, services.refund):
        wishes = {"policy": order.policy} if way is services.refund else {}
        with pytest.raises(WrongState, match="bank has asked for this money back"), transaction.atomic():
            way(escrow, 1, cause="test", at=timezone.now(), **wishes)
    assert again(escrow).held.minor == 1000
    assert not Refund.objects.exists()
    invariants.check_all()
    assert books.wrong() == []


@pytest.mark.rule("X-06")
def test_the_clock_waits_and_is_never_set_aside(provider: Provider, clock):
    dispute = in_dispute(provider, clock, 1000, amount=600)
    case = asked_for(provider, dispute.order)
    dispute = again(dispute)
    assert (dispute.due_at, dispute.due_verb) == (None, "")
    assert dispute.next_default.waiting_for == "bank"
    for _week in range(9):
        clock.shift(7 * DAY)
        sweep()
        invariants.check_all()
    dispute = again(dispute)
    assert (dispute.state, dispute.deadline_tries) == ("awaiting_seller", 0)
    told(provider, provider.decide(case, "won"))
    dispute = again(dispute)
    assert dispute.due_verb == "escalate" or dispute.due_at == timezone.now() + DAY
    invariants.check_all()


@pytest.mark.rule("X-06", "N-01")
def test_won_it_goes_on_where_it_stood_and_what_fell_into_the_freeze_happens_a_day_later(
    provider: Provider, clock
):
    dispute = in_dispute(provider, clock, 1000, amount=600)
    case = asked_for(provider, dispute.order)
    clock.shift(6 * DAY)  # the seller's five days are over, and nothing was granted
    sweep()
    assert again(dispute).state == "awaiting_seller"
    told(provider, provider.decide(case, "won"))
    clock.shift(DAY - timedelta(seconds=1))
    sweep()
    assert again(dispute).state == "awaiting_seller"
    clock.shift(timedelta(seconds=1))
    sweep()
    assert again(dispute).state in ("resolved", "mediation")
    outbox.drain()
    invariants.check_all()
    assert books.wrong() == []


@pytest.mark.rule("X-06", "O-04")
def test_the_release_of_an_order_waits_and_follows(provider: Provider, clock):
    order = world.shipped(books.paid(provider, 1000))
    clock.shift(11 * DAY)
    orders.confirm_receipt(order.pk, by=world.buyer_of(order))
    case = asked_for(provider, order)
    clock.shift(30 * DAY)
    sweep()
    assert again(order).state == "delivered"
    told(provider, provider.decide(case, "won"))
    sweep()
    assert again(order).state == "completed"
    assert again(order).closed_at == timezone.now()
    invariants.check_all()
    assert books.wrong() == []


@pytest.mark.rule("X-06", "O-04")
def test_what_moves_no_money_does_not_wait(provider: Provider, clock):
    order = world.shipped(books.paid(provider, 1000))
    asked_for(provider, order)
    clock.shift(31 * DAY)
    sweep()
    assert again(order).confirmed_at is not None
    assert again(order).due_verb == ""
    invariants.check_all()


@pytest.mark.rule("X-06")
def test_a_question_of_the_bank_freezes_too_and_takes_nothing(provider: Provider, clock):
    order = world.shipped(books.paid(provider, 1000))
    event = provider.charge_back(references(order)[0], status="warning_needs_response")
    told(provider, event)
    payment = order.escrow.payments.get()
    assert Escrow.objects.get(pk=order.escrow_id).freezes == 1
    assert bank_has(payment) == 0
    told(provider, provider.decide(event["data"]["object"]["id"], "warning_closed"))
    assert Escrow.objects.get(pk=order.escrow_id).freezes == 0
    assert Chargeback.objects.get().status == "won"


@pytest.mark.rule("X-06")
def test_a_refund_that_was_not_sent_yet_waits_for_the_bank(provider: Provider, clock):
    row = books.one(provider, 1000)
    case = asked_for(provider, Order.objects.get())
    clock.shift(DAY)
    outbox.drain()
    assert provider.made() == []
    assert books.again(row).status == "decided"
    told(provider, provider.decide(case, "won"))
    assert outbox.drain() == {"confirmed": 1}
    assert books.wrong() == []


@pytest.mark.rule("X-02", "X-06")
def test_a_lost_answer_is_only_looked_for_while_it_is_frozen(provider: Provider, clock):
    row = books.one(provider, 1000)
    provider.script.append("drop")
    outbox.drain()
    asked_for(provider, Order.objects.get())
    clock.shift(timedelta(minutes=10))
    outbox.drain()
    assert len(provider.made("POST")) == 1
    assert books.again(row).status == "unknown"


# -- lost ------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("X-06", "O-02")
def test_lost_it_counts_as_refunded_and_the_order_ends(provider: Provider, clock):
    order = world.shipped(books.paid(provider, 1000))
    case = asked_for(provider, order)
    assert bank_has(order.escrow.payments.get()) == 1000
    told(provider, provider.decide(case, "lost"))
    order = again(order)
    assert (order.state, order.escrow.refunded, order.escrow.held.minor) == ("closed", 1000, 0)
    assert not Refund.objects.exists()
    assert bank_has(order.escrow.payments.get()) == 0
    assert Chargeback.objects.get().uncovered == 0
    clock.shift(100 * DAY)
    sweep()
    invariants.check_all()
    assert books.wrong() == []


@pytest.mark.rule("X-06")
@pytest.mark.parametrize(
    ("bank", "agreed", "refunded", "released"),
    [
        (300, 600, 300, 400),  # the bank's part counts: the buyer gets the 600 agreed, 300 of it from us
        (600, 600, 0, 400),
        (800, 600, 0, 200),  # the bank gave more than was agreed: the rest is the seller's
    ],
)
def test_what_the_bank_paid_is_part_of_what_is_agreed(
    provider: Provider, clock, bank: int, agreed: int, refunded: int, released: int
):
    dispute = in_dispute(provider, clock, 1000, amount=agreed)
    case = asked_for(provider, dispute.order, bank)
    told(provider, provider.decide(case, "lost"))
    invariants.check_all()
    disputes.accept_claim(dispute.pk, by=world.seller_of(dispute))
    escrow = Escrow.objects.get()
    assert sum(Refund.objects.values_list("amount", flat=True)) == refunded
    assert (escrow.refunded, escrow.released) == (bank + refunded, released)
    outbox.drain()
    invariants.check_all()
    assert books.wrong() == []


@pytest.mark.rule("X-06")
def test_a_dispute_whose_money_the_bank_paid_in_full_ends(provider: Provider, clock):
    dispute = in_dispute(provider, clock, 1000, amount=600)
    told(provider, provider.decide(asked_for(provider, dispute.order), "lost"))
    dispute = again(dispute)
    assert (dispute.state, dispute.outcome, dispute.reached_by) == ("resolved", "refunded", "bank")
    assert again(dispute.order).state == "closed"
    assert not Refund.objects.exists()
    invariants.check_all()
    assert books.wrong() == []


@pytest.mark.rule("X-06")
def test_two_disputes_bear_it_in_proportion_and_each_is_still_exact(provider: Provider, clock):
    order = world.an_order(prices=(600, 300), payments=(900,))
    provider.pay(references(order)[0], 900)
    Payment.objects.update(provider="stripe")
    order = world.shipped(order)
    clock.shift(11 * DAY)
    lines = list(order.lines.all())
    cases = [
        world.a_dispute(order, lines=[disputes.LineData(line.public_id, 1)], amount=line.paid)
        for line in lines
    ]
    told(provider, provider.decide(asked_for(provider, order, 300), "lost"))
    assert [again(case).from_bank for case in cases] == [200, 100]
    for case in cases:
        disputes.accept_claim(case.pk, by=world.seller_of(case))
    assert sorted(Refund.objects.values_list("amount", flat=True)) == [200, 400]
    invariants.check_all()


@pytest.mark.rule("X-06")
def test_a_refund_that_waited_is_not_paid_when_the_bank_paid(provider: Provider, clock):
    row = books.one(provider, 1000)
    told(provider, provider.decide(asked_for(provider, Order.objects.get()), "lost"))
    row = books.again(row)
    assert (row.status, row.paid_by, row.from_bank) == ("confirmed", "bank", 1000)
    clock.shift(DAY)
    outbox.drain()
    assert provider.made() == []
    assert Chargeback.objects.get().of_refunds == 1000
    assert books.wrong() == []


@pytest.mark.rule("X-04", "X-06")
def test_a_part_of_a_refund_from_the_bank_leaves_the_rest_to_staff(provider: Provider, clock):
    row = books.one(provider, 1000)
    told(provider, provider.decide(asked_for(provider, Order.objects.get(), 400), "lost"))
    row = books.again(row)
    assert (row.status, row.from_bank, row.owed) == ("failed", 400, 600)
    assert books.on_the_way(row) == 600
    assert books.wrong() == []


@pytest.mark.rule("X-06")
def test_what_was_paid_out_already_is_the_marketplaces_loss_and_staff_see_it(provider: Provider, clock):
    books.one(provider, 1000)
    outbox.drain()
    told(provider, provider.decide(asked_for(provider, Order.objects.get()), "lost"))
    chargeback = Chargeback.objects.get()
    assert (chargeback.of_escrow, chargeback.uncovered) == (0, 1000)
    assert bank_has(chargeback.payment) == 1000
    assert books.wrong() == []


@pytest.mark.rule("X-06")
def test_a_bank_takes_no_more_of_the_escrow_than_its_own_payment_has_left(provider: Provider, clock):
    order = books.paid(provider, 500, 200)
    books.refund(order, 350)  # 250 and 100
    outbox.drain()
    told(provider, provider.decide(asked_for(provider, order, number=1), "lost"))
    chargeback = Chargeback.objects.get()
    assert (chargeback.of_escrow, chargeback.uncovered) == (100, 100)
    assert Escrow.objects.get().held.minor == 250
    assert books.wrong() == []


@pytest.mark.rule("X-04", "X-06")
def test_a_refund_that_fails_after_the_bank_paid_is_borne_by_the_bank(provider: Provider, clock):
    provider.starts = "pending"
    row = books.one(provider, 1000)
    outbox.drain()
    told(provider, provider.decide(asked_for(provider, Order.objects.get()), "lost"))
    event = provider.change("re_000001", "failed", "charge_for_pending_refund_disputed")
    told(provider, event)
    clock.shift(timedelta(minutes=1))
    outbox.drain()
    row = books.again(row)
    assert (row.status, row.paid_by) == ("confirmed", "bank")
    assert Chargeback.objects.get().uncovered == 0
    assert books.wrong() == []


# -- webhooks --------------------------------------------------------------------------------------------------------


@pytest.mark.rule("X-06")
def test_events_in_any_order_and_five_times_have_one_effect(provider: Provider, clock):
    for order_of_events in permutations(range(3)):
        order = world.shipped(books.paid(provider, 1000))
        first = provider.charge_back(references(order)[0])
        case = first["data"]["object"]["id"]
        update = provider._event("charge.dispute.funds_withdrawn", provider.disputes[case])
        letters = [first, update, provider.decide(case, "lost")]
        for number in order_of_events:
            for _time in range(5):
                told(provider, letters[number])
        escrow = Escrow.objects.get(pk=order.escrow_id)
        assert (escrow.refunded, escrow.freezes) == (1000, 0)
        assert Chargeback.objects.filter(payment__escrow=escrow).count() == 1
    assert books.wrong() == []


@pytest.mark.rule("X-06")
@pytest.mark.parametrize("second", [Bank.LOST, Bank.WON, Bank.OPEN])
def test_what_the_bank_decided_is_written_down_once(provider: Provider, clock, second: Bank):
    """Two workers may have asked at the same moment: the second answer changes nothing."""
    order = world.shipped(books.paid(provider, 1000))
    told(provider, provider.decide(asked_for(provider, order, 400), "lost"))
    row, before = Chargeback.objects.get(), invariants.fingerprint()
    answer = ChargebackAnswer(second, 400, withdrawn=second is Bank.LOST)
    assert chargebacks.write_down(row.pk, answer, 400, timezone.now()) == "waiting"
    assert invariants.fingerprint() == before
    assert (again(row).status, again(row).of_escrow) == ("lost", 400)
    assert books.wrong() == []


@pytest.mark.rule("X-06")
def test_a_lying_body_freezes_but_moves_nothing(provider: Provider, clock):
    order = world.shipped(books.paid(provider, 1000))
    event = provider.charge_back(references(order)[0])
    event["data"]["object"] = {**event["data"]["object"], "status": "lost", "amount": 1}
    told(provider, event)
    assert Chargeback.objects.get().status == "open"
    assert Chargeback.objects.get().amount == 1000


@pytest.mark.rule("X-06")
def test_without_an_answer_it_stays_frozen_and_is_asked_again(provider: Provider, clock):
    order = world.shipped(books.paid(provider, 1000))
    event = provider.charge_back(references(order)[0])
    provider.down = True
    told(provider, event)
    assert Escrow.objects.get().freezes == 1
    provider.down = False
    provider.decide(event["data"]["object"]["id"], "won")  # its webhook is lost
    clock.shift(DAY)
    assert chargebacks.drain() == {"won": 1}
    assert Escrow.objects.get().freezes == 0


def test_one_payment_of_two_orders_is_asked_for_in_proportion(provider: Provider, clock):
    """An order of several stores is sent as several: they may share one payment at the provider."""
    rows = [books.paid(provider, 600), books.paid(provider, 300)]
    shared = references(rows[0])[0]
    Payment.objects.update(provider_reference=shared)
    provider.pay(shared, 900)
    told(provider, provider.charge_back(shared, 90))
    assert sorted(Chargeback.objects.values_list("amount", flat=True)) == [30, 60]
    assert {escrow.freezes for escrow in Escrow.objects.all()} == {1}
    told(provider, provider.decide(next(iter(provider.disputes)), "lost"))
    assert sorted(Escrow.objects.values_list("refunded", flat=True)) == [30, 60]
    assert books.wrong() == []


def test_a_charge_is_known_by_its_own_name(provider: Provider, clock):
    order = books.paid(provider, 500)
    Payment.objects.update(provider_reference="ch_1")
    provider.pay("ch_1", 500)
    told(provider, provider.charge_back("ch_1", by_charge=True))
    assert Escrow.objects.get(pk=order.escrow_id).freezes == 1
    told(
        provider,
        {"id": "evt_o", "data": {"object": {"object": "dispute", "id": "du_9", "charge": "ch_other"}}},
    )
    assert Chargeback.objects.count() == 1


# -- told ------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("X-06", "F-01")
def test_both_sides_are_told_in_plain_words(provider: Provider, clock):
    dispute = in_dispute(provider, clock, 1000, amount=600)
    case = asked_for(provider, dispute.order, 300)
    for user in (dispute.buyer, pages.seller_user(dispute)):
        assert Notice.objects.filter(recipient=user, text__contains="until the bank has decided").exists()
        client = pages.client_of(user)
        for url in (f"/disputes/{dispute.public_id}/", f"/orders/{dispute.order.public_id}/"):
            assert "Nobody can move the money until the bank has decided" in pages.words(client.get(url))
    seen = api.client_of(pages.seller_user(dispute)).get(api.path(dispute)).json()
    assert seen["frozen_at"]
    assert seen["next_default"]["waiting_for"] == "bank"
    assert "accept-claim" not in {each["action"] for each in seen["available_actions"]}
    assert "refuse-claim" in {each["action"] for each in seen["available_actions"]}
    told(provider, provider.decide(case, "lost"))
    assert Notice.objects.filter(
        recipient=dispute.buyer, text__contains="do not pay it a second time"
    ).exists()


# -- whatever happens --------------------------------------------------------------------------------------------------

ACTS = st.lists(
    st.tuples(
        st.sampled_from(["refund", "release", "ask", "win", "lose", "drain", "fail"]),
        st.integers(1, 700),
        st.integers(0, 1),
    ),
    min_size=3,
    max_size=14,
)


@pytest.mark.rule("X-01", "X-06", "O-02")
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(ACTS)
def test_refund_release_and_chargeback_in_any_order(acts: list[tuple[str, int, int]]):
    """Threats row 12: M2 holds after each step, and in the end nobody was paid twice out of escrow."""
    from marketplace.payments import services

    with time_machine.travel(START, tick=False) as clock, transaction.atomic():
        order = books.paid(None, 500, 200)
        names = references(order)
        for number, (act, amount, which) in enumerate(acts):
            clock.shift(timedelta(hours=1))
            escrow, now = Escrow.objects.get(pk=order.escrow_id), timezone.now()
            try:
                with transaction.atomic():
                    if act == "refund":
                        services.refund(escrow, amount, cause=f"t:{number}", at=now, policy=order.policy)
                    elif act == "release":
                        services.release(escrow, amount, cause=f"t:{number}", at=now)
                    elif act == "ask":
                        chargebacks.heard("sandbox", f"du_{number}", [names[which]])
                    elif act in ("win", "lose"):
                        for row in Chargeback.objects.filter(status="open")[:1]:
                            part = min(amount, row.payment.amount)
                            answer = ChargebackAnswer(
                                Bank.WON if act == "win" else Bank.LOST, part, act == "lose"
                            )
                            chargebacks.write_down(row.pk, answer, part, now)
                    elif act == "fail":
                        for refund in Refund.objects.filter(status="decided")[:1]:
                            outbox._refused(refund, "No.", now)
                            refund.save()
            except DomainError:
                assert act in ("refund", "release")
            escrow = Escrow.objects.get(pk=order.escrow_id)
            assert escrow.refunded + escrow.released <= escrow.captured
            assert books.wrong() == [], (act, amount)
            invariants.ledger_adds_up()
            invariants.escrows_hold_what_they_say()
        transaction.set_rollback(True)


@pytest.mark.rule("X-06", "Z-06")
@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_the_bank_and_a_release_at_the_same_moment():
    """One is first. Never does a release begin once the escrow is frozen."""
    dice = random.Random(5)
    for round_ in range(50):
        order = world.shipped(books.paid(None, 1000))
        with time_machine.travel(timezone.now() + 11 * DAY):
            dispute = world.a_dispute(order)
            gate = threading.Barrier(2)
            failed: list[str] = []

            def bank(order: Order = order, number: int = round_) -> None:
                with transaction.atomic():
                    chargebacks.heard("sandbox", f"du_{number}", references(order))

            def seller(dispute: Dispute = dispute, failed: list[str] = failed) -> None:
                try:
                    disputes.accept_claim(dispute.pk, by=world.seller_of(dispute))
                except DomainError as refusal:
                    failed.append(refusal.detail)

            def run(act: Any, wait: float, gate: threading.Barrier = gate) -> None:
                try:
                    gate.wait()
                    threading.Event().wait(wait)
                    act()
                finally:
                    connections.close_all()

            threads = [
                threading.Thread(target=run, args=(act, dice.random() * 0.02)) for act in (bank, seller)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        escrow = Escrow.objects.get(pk=order.escrow_id)
        assert escrow.freezes == 1
        assert bool(failed) == (escrow.held.minor == 1000)
    invariants.check_all()
