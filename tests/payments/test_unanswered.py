"""A refund that stays unanswered: asked again on request, settled by what the provider's own books say (X-04)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from marketplace.core.errors import Forbidden, Invalid, NotFound, WrongState
from marketplace.core.policy import ProtectionPolicy
from marketplace.notifications.models import Notice
from marketplace.payments import other_ways, outbox, unanswered
from marketplace.payments.models import LedgerTransaction, Refund
from tests import api, invariants, pages, world
from tests.payments import books
from tests.provider import Provider

SECOND = timedelta(seconds=1)
pytestmark = pytest.mark.django_db
READ = "Looked into the provider's list of refunds on 3 March."
PAID = {"paid": True, "note": READ, "bank_reference": "74537604221222132710572"}
NOT_PAID = {"paid": False, "note": READ}
HAND = {"method": "Bank transfer", "reference": "TR-2026-17"}


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel("2026-03-02T10:00:00+00:00", tick=False) as clock:
        yield clock


@pytest.fixture
def lead() -> Any:
    return world.acting(world.staff("", "lead_mediator"))


def silent(provider: Provider, clock: Any, amount: int = 1173, *, taken: bool = False) -> Refund:
    """A refund whose question, or whose answer, was lost; nobody has asked since, and a day has passed."""
    row = books.one(provider, amount)
    provider.script.append("lose" if taken else "drop")
    outbox.drain()
    clock.shift(outbox.RESEND_WITHIN)
    return books.again(row)


@pytest.mark.rule("X-04")
def test_paid_by_the_books_it_is_confirmed_with_the_banks_number(provider: Provider, clock, lead):
    row = silent(provider, clock, taken=True)
    unanswered.record_books(row.pk, **PAID, by=lead)
    row = books.again(row)
    assert (row.status, row.paid_by, row.bank_reference) == ("confirmed", "provider", PAID["bank_reference"])
    assert (row.books_read_by_id, row.next_try_at) == (lead.user_id, None)
    assert books.on_the_way(row) == 0
    assert not Refund.objects.with_staff(outbox.timezone.now()).exists()
    assert books.wrong() == []
    invariants.check_all()


@pytest.mark.rule("X-04")
def test_not_paid_by_the_books_it_failed_and_is_paid_another_way_once(provider: Provider, clock, lead):
    row = silent(provider, clock)
    key = row.idempotency_key
    unanswered.record_books(row.pk, **NOT_PAID, by=lead)
    row = books.again(row)
    assert (row.status, row.provider_words, books.on_the_way(row)) == ("failed", READ, 1173)
    clock.shift(timedelta(days=3))
    assert outbox.drain() == {}, "nothing is sent any more"
    assert len(provider.made("POST")) == 1
    assert row.idempotency_key == key
    other_ways.pay_by_hand(row.pk, **HAND, by=lead)
    with pytest.raises(WrongState):
        unanswered.record_books(row.pk, **PAID, by=lead)
    assert books.wrong() == []
    invariants.check_all()


@pytest.mark.rule("X-04")
@pytest.mark.parametrize("wish", [PAID, NOT_PAID])
@pytest.mark.parametrize(("late", "works"), [(-SECOND, False), (timedelta(), True), (SECOND, True)])
def test_only_once_nothing_can_be_sent_any_more(provider: Provider, clock, lead, wish, late, works):
    row = silent(provider, clock, taken=bool(wish["paid"]))
    clock.shift(late)
    before = LedgerTransaction.objects.count()
    if works:
        unanswered.record_books(row.pk, **wish, by=lead)
    else:
        with pytest.raises(WrongState):
            unanswered.record_books(row.pk, **wish, by=lead)
    assert books.again(row).status == ("unknown" if not works else "confirmed" if wish["paid"] else "failed")
    assert LedgerTransaction.objects.count() == before + (works and wish["paid"])


@pytest.mark.rule("X-04")
def test_not_while_a_worker_asks(provider: Provider, clock, lead):
    row = silent(provider, clock)
    leased = outbox._claim(row.pk, outbox.timezone.now())
    with pytest.raises(WrongState):
        unanswered.record_books(row.pk, **NOT_PAID, by=lead)
    assert leased is not None
    clock.shift(outbox.LEASE + SECOND)
    unanswered.record_books(row.pk, **NOT_PAID, by=lead)
    assert books.again(row).status == "failed"


@pytest.mark.rule("M-08", "X-04")
@pytest.mark.parametrize(("amount", "needs_two"), [(50000, False), (50001, True)])
def test_above_the_limit_another_lead_pays_what_one_found_unpaid(
    provider: Provider, clock, lead, amount: int, needs_two: bool
):
    assert ProtectionPolicy.objects.get(name="default").approval_limit_minor == 50000
    row = silent(provider, clock, amount)
    unanswered.record_books(row.pk, **NOT_PAID, by=lead)
    if needs_two:
        with pytest.raises(Forbidden, match="another lead mediator"):
            other_ways.pay_by_hand(row.pk, **HAND, by=lead)
        assert books.again(row).status == "failed"
        lead = world.acting(world.staff("", "lead_mediator"))
    other_ways.pay_by_hand(row.pk, **HAND, by=lead)
    assert books.again(row).status == "confirmed"


@pytest.mark.rule("X-04")
@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (PAID | {"note": " "}, "note"),
        (PAID | {"note": "x" * 501}, "note"),
        (PAID | {"bank_reference": ""}, "bank_reference"),
        (NOT_PAID | {"bank_reference": "7453"}, "bank_reference"),
    ],
)
def test_what_was_read_is_written_down(provider: Provider, clock, lead, wish: dict[str, Any], field: str):
    row = silent(provider, clock)
    with pytest.raises(Invalid) as refusal:
        unanswered.record_books(row.pk, **wish, by=lead)
    assert [error.field for error in refusal.value.errors] == [field]
    assert books.again(row).status == "unknown"


@pytest.mark.rule("X-04", "Z-01")
def test_only_leads_who_are_no_party(provider: Provider, clock):
    row = silent(provider, clock)
    seller = pages.seller_user(row.payment.escrow.order)
    seller.groups.add(world.staff("", "lead_mediator").groups.get())
    for user in (
        seller,
        row.payment.escrow.order.buyer,
        world.person("", "mediator"),
        world.person("", "moderator"),
    ):
        for act in (unanswered.ask_again, lambda pk, by: unanswered.record_books(pk, **NOT_PAID, by=by)):
            with pytest.raises(Forbidden):
                act(row.pk, by=world.acting(user))
    with pytest.raises(NotFound):
        unanswered.ask_again(0, by=world.acting(seller))
    assert books.again(row).status == "unknown"


@pytest.mark.rule("X-04")
def test_asked_again_it_is_asked_at_once_and_with_its_own_key(provider: Provider, clock, lead):
    row = silent(provider, clock, taken=True)
    Refund.objects.filter(pk=row.pk).update(next_try_at=outbox.timezone.now() + timedelta(hours=6))
    assert outbox.drain() == {}
    unanswered.ask_again(row.pk, by=lead)
    unanswered.ask_again(row.pk, by=lead)
    assert outbox.drain() == {"confirmed": 1}
    assert len(provider.refunds) == 1
    with pytest.raises(WrongState):
        unanswered.ask_again(row.pk, by=lead)
    assert books.wrong() == []


@pytest.mark.rule("X-04")
def test_leads_are_told_once_when_it_waits_for_them(provider: Provider, clock):
    lead, other = world.staff("", "lead_mediator"), world.staff("", "mediator")
    row = books.one(provider)
    provider.down = True
    for _ in range(8):
        outbox.drain()
        clock.shift(timedelta(minutes=20))
    told = Notice.objects.filter(key=f"payments.refund:{row.pk}:unanswered")
    assert [notice.recipient for notice in told] == [lead]
    assert told.get().url == f"/admin/payments/refund/{row.pk}/change/"
    assert not Notice.objects.filter(recipient=other).exists()


@pytest.mark.rule("X-04")
def test_a_lead_does_it_all_in_the_admin(provider: Provider, clock, client: Client):
    row = silent(provider, clock, taken=True)
    client.force_login(world.staff("", "lead_mediator"))
    change, base = f"/admin/payments/refund/{row.pk}/change/", f"/admin/payments/refund/{row.public_id}/"
    assert "Write down what its books say" in pages.words(client.get(change))
    assert client.post(f"{base}ask-again/").status_code == 302
    assert row.idempotency_key in pages.words(client.get(f"{base}books/"))
    refused = client.post(f"{base}books/", {"books": "paid", "note": READ, "bank_reference": ""})
    assert refused.status_code == 422
    assert READ in refused.content.decode().replace("&#x27;", "'"), "nothing typed is lost"
    sent = {"books": "paid", "note": READ, "bank_reference": "7453"}
    assert client.post(f"{base}books/", sent).status_code == 302
    assert client.post(f"{base}books/", sent).status_code == 302, "twice: back, with the reason"
    assert (books.again(row).status, LedgerTransaction.objects.filter(kind="sent").count()) == (
        "confirmed",
        1,
    )
    client.force_login(world.staff("", "mediator"))
    assert (
        client.post(f"{base}books/", sent).status_code == client.post(f"{base}ask-again/").status_code == 403
    )


@pytest.mark.rule("X-04", "Z-01")
def test_the_api_does_the_same(provider: Provider, clock):
    row = silent(provider, clock)
    url, user = f"/api/v1/refunds/{row.public_id}/", world.staff("", "lead_mediator")
    client = api.client_of(user)
    waiting = client.get("/api/v1/refunds/?needs_staff=true").json()["results"]
    assert [each["id"] for each in waiting] == [row.public_id]
    assert client.post(f"{url}ask-again/", {}, format="json").json()["status"] == "unknown"
    api.refused(client.post(f"{url}record-books/", {"paid": True, "note": READ}, format="json"), 422)
    api.refused(client.post(f"{url}record-books/", NOT_PAID | {"amount": 1}, format="json"), 400)
    api.refused(
        api.client_of(world.staff("", "mediator")).post(f"{url}record-books/", NOT_PAID, format="json"), 403
    )
    api.refused(
        api.client_of(row.payment.escrow.order.buyer).post(f"{url}ask-again/", {}, format="json"), 404
    )
    assert client.post(f"{url}record-books/", NOT_PAID, format="json").json()["status"] == "failed"
    api.refused(client.post(f"{url}record-books/", NOT_PAID, format="json"), 409, "wrong_state")
