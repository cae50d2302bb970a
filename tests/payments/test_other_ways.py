"""A refund that the provider refused, or that came back late, is paid another way, once (X-04); and what its buyer is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from marketplace.core.errors import Forbidden, Invalid, NotFound, WrongState
from marketplace.notifications.models import Notice
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.payments import ledger, other_ways, outbox, services
from marketplace.payments.models import LedgerTransaction, Payment, Refund
from tests import api, invariants, pages, world
from tests.payments import books
from tests.provider import Provider
from tests.world import DAY

pytestmark = pytest.mark.django_db
START = "2026-03-02T10:00:00+00:00"
HAND = {"method": "Bank transfer", "reference": "TR-2026-17"}


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(START, tick=False) as clock:
        yield clock


@pytest.fixture
def lead() -> Any:
    return world.acting(world.staff("", "lead_mediator"))


def refused(provider: Provider, *amounts: int, late: bool = False) -> Refund:
    """An order called off, whose first refund fails: refused at once, or given back after it was sent."""
    order = books.paid(provider, *amounts)
    provider.starts = "pending" if late else "succeeded"
    if not late:
        provider.payments.pop(order.escrow.payments.earliest("pk").provider_reference)
    orders.cancel(order.pk, by=world.sender_of(order))
    outbox.drain()
    if late:
        first = next(iter(provider.refunds))
        provider.change(first, "failed", "lost_or_stolen_card")
        outbox.heard("stripe", outbox.ProviderEventData("evt_late", first))
        outbox.drain()
    return Refund.objects.get(status="failed")


@pytest.mark.rule("X-04")
@pytest.mark.parametrize("late", [False, True])
def test_paid_by_hand_it_is_confirmed_and_the_books_add_up(provider: Provider, clock, lead, late: bool):
    row = refused(provider, 1000, late=late)
    assert books.on_the_way(row) == 1000
    other_ways.pay_by_hand(row.pk, **HAND, by=lead)
    row = books.again(row)
    assert (row.status, row.paid_by, row.paid_how) == ("confirmed", "hand", "Bank transfer, TR-2026-17")
    assert row.settled_by_id == lead.user_id
    assert books.on_the_way(row) == 0
    assert ledger.balance(ledger.OUTSIDE, "USD") == 1000
    assert not Refund.objects.with_staff(timezone.now()).exists()
    assert books.wrong() == []
    invariants.check_all()


@pytest.mark.rule("X-01", "X-04")
def test_sent_to_another_payment_it_goes_there_once(provider: Provider, clock, lead):
    order = books.paid(provider, 1000, 500)
    first, second = order.escrow.payments.order_by("pk")
    provider.payments.pop(first.provider_reference)
    books.refund(order, 600)  # 400 of the first payment, 200 of the second
    outbox.drain()
    row = Refund.objects.get(status="failed")
    with pytest.raises(Invalid):
        other_ways.send_to_payment(row.pk, payment=second.public_id, by=lead)  # 300 of room for 400
    assert other_ways.payments_with_room(row) == []
    Payment.objects.filter(pk=second.pk).update(amount=900)
    provider.pay(second.provider_reference, 900)
    fresh = other_ways.send_to_payment(row.pk, payment=second.public_id, by=lead)
    assert (fresh.amount, fresh.status, fresh.replaces_id) == (400, "decided", row.pk)
    outbox.drain()
    assert books.again(fresh).status == "confirmed"
    assert provider.given_back(second.provider_reference) == 600
    Payment.objects.filter(pk=first.pk).update(
        amount=600
    )  # so that the two payments are what was captured again
    assert books.wrong() == []
    assert [each.pk for each in Refund.objects.decided_by(row.cause)] == [
        *Refund.objects.filter(cause=row.cause).exclude(pk=row.pk).values_list("pk", flat=True),
        fresh.pk,
    ]


@pytest.mark.rule("X-04")
def test_a_second_failure_can_be_paid_another_way_again_but_never_both(provider: Provider, clock, lead):
    order = books.paid(provider, 1000, 1000)
    first, second = order.escrow.payments.order_by("pk")
    provider.payments.clear()
    books.refund(order, 1000)
    outbox.drain()
    row = Refund.objects.get(payment=first)
    fresh = other_ways.send_to_payment(row.pk, payment=second.public_id, by=lead)
    outbox.drain()
    other_ways.pay_by_hand(fresh.pk, **HAND, by=lead)
    for pk in (row.pk, fresh.pk):
        with pytest.raises(WrongState):
            other_ways.pay_by_hand(pk, **HAND, by=lead)
    assert books.wrong() == []


@pytest.mark.rule("X-04")
def test_a_payment_of_somebody_else_is_no_way(provider: Provider, clock, lead):
    row = refused(provider, 1000)
    other = books.paid(provider, 1000).escrow.payments.get()
    coupon = books.paid(provider, 1000, coupon=2000).escrow.payments.get(method="coupon")
    for payment in (other.public_id, coupon.public_id, row.payment.public_id, "pay_x", ""):
        with pytest.raises(Invalid):
            other_ways.send_to_payment(row.pk, payment=payment, by=lead)
    assert books.again(row).status == "failed"


@pytest.mark.rule("X-04")
@pytest.mark.parametrize("status", ["decided", "sent", "confirmed", "unknown"])
def test_only_what_failed_waits_for_staff(provider: Provider, clock, lead, status: str):
    row = refused(provider, 1000)
    Refund.objects.filter(pk=row.pk).update(status=status)
    before = LedgerTransaction.objects.count()
    with pytest.raises(WrongState):
        other_ways.pay_by_hand(row.pk, **HAND, by=lead)
    assert LedgerTransaction.objects.count() == before


@pytest.mark.rule("X-04", "Z-01")
def test_only_a_lead_mediator_who_is_no_party(provider: Provider, clock):
    row = refused(provider, 1000)
    order = Order.objects.get()
    party = world.person("", "lead_mediator")
    Order.objects.update(buyer=party)
    seller = pages.seller_user(order)
    seller.groups.add(party.groups.get())
    others = [world.person("", group) for group in ("mediator", "moderator", "integrator")]
    for user in (party, seller, order.buyer, world.person(is_superuser=True), *others):
        with pytest.raises(Forbidden):
            other_ways.pay_by_hand(row.pk, **HAND, by=world.acting(user))
    with pytest.raises(NotFound):
        other_ways.pay_by_hand(0, **HAND, by=world.acting(party))
    assert books.again(row).status == "failed"


@pytest.mark.rule("X-04")
@pytest.mark.parametrize(
    "wish", [{"method": " "}, {"reference": ""}, {"reference": "x" * 61}, {"method": "m" * 41}]
)
def test_how_it_was_paid_is_written_down(provider: Provider, clock, lead, wish: dict[str, str]):
    row = refused(provider, 1000)
    with pytest.raises(Invalid):
        other_ways.pay_by_hand(row.pk, **(HAND | wish), by=lead)


@pytest.mark.rule("X-04")
def test_the_provider_changing_its_mind_moves_nothing_more(provider: Provider, clock, lead, caplog):
    row = refused(provider, 1000, late=True)
    other_ways.pay_by_hand(row.pk, **HAND, by=lead)
    before = LedgerTransaction.objects.count()
    for status in ("succeeded", "failed"):
        provider.change("re_000001", status)
        outbox.heard("stripe", outbox.ProviderEventData(f"evt_{status}", "re_000001"))
        outbox.drain()
    assert LedgerTransaction.objects.count() == before
    assert books.again(row).status == "confirmed"
    assert "staff must look" in caplog.text


# -- the race ----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("X-04", "Z-06")
@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_who_pay_it_at_the_same_moment_pay_it_once():
    for round_ in range(20):
        order = books.paid(None, 1000, 1000)
        row, _other = books.refund(order, 600)
        with transaction.atomic():
            outbox._refused(row, "Card closed.", timezone.now())
            row.save()
        target = order.escrow.payments.exclude(pk=row.payment_id).get()
        actors = [world.acting(world.person("", "lead_mediator")) for _ in range(3)]
        acts: list[Callable[[], Any]] = [
            lambda row=row, by=actors[0]: other_ways.pay_by_hand(row.pk, **HAND, by=by),
            lambda row=row, by=actors[1]: other_ways.pay_by_hand(row.pk, **HAND, by=by),
            lambda row=row, by=actors[2], to=target: other_ways.send_to_payment(
                row.pk, payment=to.public_id, by=by
            ),
        ]
        assert sorted(at_once(acts)) == ["WrongState", "WrongState", "done"], round_
        moved = LedgerTransaction.objects.filter(key=f"refund:{row.public_id}:another_way")
        assert moved.count() == 1
    assert books.wrong() == []


def at_once(acts: list[Callable[[], Any]]) -> list[str]:
    """Do them at the same moment; "done", or the refusal of each."""
    gate, ends = threading.Barrier(len(acts)), []

    def run(act: Callable[[], Any]) -> None:
        try:
            gate.wait()
            act()
            ends.append("done")
        except Exception as refusal:
            ends.append(type(refusal).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


# -- staff and buyer see it ----------------------------------------------------------------------------------------------


@pytest.mark.rule("X-04")
def test_staff_find_it_with_the_providers_words_and_pay_it(provider: Provider, clock, client: Client):
    row = refused(provider, 1000, 500)
    client.force_login(world.staff("", "lead_mediator"))
    page = client.get("/admin/payments/refund/?staff=yes")
    assert "No such payment_intent" in pages.words(page)
    url = f"/admin/payments/refund/{row.public_id}/another-way/"
    assert url in client.get(f"/admin/payments/refund/{row.pk}/change/").content.decode()
    assert "No such payment_intent" in pages.words(client.get(url))
    assert client.post(url, {"way": "hand", "method": "", "reference": ""}).status_code == 422
    assert books.again(row).status == "failed"
    assert client.post(url, {"way": "hand", **HAND}).status_code == 302
    assert books.again(row).paid_how == "Bank transfer, TR-2026-17"
    assert (
        client.post(url, {"way": "hand", **HAND}).status_code == 302
    )  # gone meanwhile: back, with the reason
    assert LedgerTransaction.objects.filter(kind="by_hand").count() == 1


@pytest.mark.rule("X-04", "Z-01")
@pytest.mark.parametrize(("group", "status"), [("mediator", 403), ("moderator", 403)])
def test_other_staff_cannot(provider: Provider, clock, client: Client, group: str, status: int):
    row = refused(provider, 1000)
    client.force_login(world.staff("", group))
    url = f"/admin/payments/refund/{row.public_id}/another-way/"
    assert client.get(url).status_code == status
    assert client.post(url, {"way": "hand", **HAND}).status_code == status
    assert books.again(row).status == "failed"


@pytest.mark.rule("X-04", "Z-01")
def test_the_api_can_do_what_the_page_can(provider: Provider, clock):
    row = refused(provider, 1000)
    url = f"/api/v1/refunds/{row.public_id}/pay-another-way/"
    user = world.staff("", "lead_mediator")
    api.refused(api.client_of(world.staff("", "mediator")).post(url, HAND, format="json"), 403)
    api.refused(api.client_of(row.payment.escrow.order.buyer).post(url, HAND, format="json"), 404)
    api.refused(api.client_of(user).post(url, {"method": "Bank transfer"}, format="json"), 422)
    listed = api.client_of(user).get("/api/v1/refunds/?status=failed").json()["results"]
    assert [each["provider_words"] for each in listed] == [row.provider_words]
    answer = api.client_of(user).post(url, HAND, format="json")
    assert (answer.status_code, answer.json()["status"], answer.json()["paid_by"]) == (
        200,
        "confirmed",
        "hand",
    )
    api.refused(api.client_of(user).post(url, HAND, format="json"), 409, "wrong_state")


@pytest.mark.rule("X-03", "X-04")
def test_the_buyer_reads_what_happens_and_what_to_do(provider: Provider, clock, lead):
    row = refused(provider, 1000)
    order = Order.objects.get()
    client, url = pages.client_of(order.buyer), f"/orders/{order.public_id}/"
    words = pages.words(client.get(url))
    assert "We could not send the money" in words
    assert "You do not have to do anything" in words
    assert "No such payment_intent" not in words
    assert Notice.objects.filter(recipient=order.buyer, text__contains="still yours").count() == 1
    other_ways.pay_by_hand(row.pk, **HAND, by=lead)
    assert "Our staff paid it another way: Bank transfer, TR-2026-17." in pages.words(client.get(url))
    assert Notice.objects.filter(recipient=order.buyer, text__contains="TR-2026-17").count() == 1
    assert "TR-2026-17" not in pages.words(pages.client_of(pages.seller_user(order)).get(url))


@pytest.mark.rule("X-03")
def test_a_late_refund_says_so_and_gives_the_banks_number(provider: Provider, clock):
    provider.starts = "pending"
    order = books.paid(provider, 1000)
    orders.cancel(order.pk, by=world.sender_of(order))
    outbox.drain()
    row = Refund.objects.get()
    url = f"/orders/{order.public_id}/"

    def page() -> str:
        return pages.words(pages.client_of(order.buyer).get(url))

    last = timezone.make_aware(
        timezone.datetime(row.expected_to.year, row.expected_to.month, row.expected_to.day, 12)
    )
    clock.move_to(last)
    assert "is late" not in page()
    clock.move_to(last + DAY)
    words = page()
    assert "Your refund is late" in words
    assert "Ask your bank" in words
    assert "Give the bank this number: re_000001" in words
    provider.refunds["re_000001"]["destination_details"] = {
        "type": "card",
        "card": {"reference": "74537604221222132710572", "reference_status": "available", "reference_type": "acquirer_reference_number"},
    }  # fmt: skip
    clock.shift(timedelta(hours=13))
    outbox.drain()
    assert "Give the bank this number: 74537604221222132710572" in page()
    (told,) = api.client_of(order.buyer).get(f"/api/v1/orders/{order.public_id}/").json()["refunds"]
    assert (told["status"], told["late"], told["bank_reference"]) == ("sent", True, "74537604221222132710572")


@pytest.mark.rule("X-04", "X-06")
def test_nothing_is_paid_another_way_while_a_bank_asks_or_has_paid(provider: Provider, clock, lead):
    from marketplace.payments import chargebacks
    from marketplace.payments.gateways import Bank, ChargebackAnswer
    from marketplace.payments.models import Chargeback

    row = refused(provider, 1000, late=True)
    with transaction.atomic():
        chargebacks.heard("stripe", "du_1", [row.payment.provider_reference])
    with pytest.raises(WrongState, match="bank has asked"):
        other_ways.pay_by_hand(row.pk, **HAND, by=lead)
    chargebacks.write_down(
        Chargeback.objects.get().pk, ChargebackAnswer(Bank.LOST, 1000, True), 1000, timezone.now()
    )
    with pytest.raises(WrongState):
        other_ways.pay_by_hand(row.pk, **HAND, by=lead)
    assert books.again(row).paid_by == "bank"


def test_services_know_nothing_of_destinations():
    """M5: no input of any of these names where money goes, but a payment of the same order."""
    import inspect

    for way in (other_ways.pay_by_hand, other_ways.send_to_payment, services.refund):
        assert not {"iban", "account", "destination", "currency"} & inspect.signature(way).parameters.keys()
