"""T-04: who pays return shipping is part of the terms; where the seller does, a receipt is paid back up to their cap."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from disputes import services as disputes
from disputes.models import Dispute
from disputes.services import postage
from marketplace.core.clock import sweep
from marketplace.core.errors import Forbidden, Invalid, WrongState
from marketplace.core.money import Money
from marketplace.notifications.models import Notice
from marketplace.orders import services as orders
from marketplace.payments import ledger
from marketplace.payments.models import Refund
from marketplace.payments.proof import prove
from tests import api, invariants, world
from tests.evidence import pictures
from tests.pages import client_of, version_on, words
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("T-04")]
CAUSE = "dispute:{}:postage"


def again(dispute: Dispute) -> Dispute:
    related = ("order__escrow__store", "order__policy", "claim", "return_shipment", "store")
    return Dispute.objects.select_related(*related).get(pk=dispute.pk)


def agreed(clock: Any, *, amount: int | None = None, **wishes: Any) -> Dispute:
    """The seller agreed to a return and to pay its postage, up to half of the refund."""
    reason = wishes.pop("reason", "quality.poor_workmanship")
    order = wishes.pop("order", None) or world.shipped(**{"prices": (4000,), **wishes})
    clock.shift(11 * DAY)
    lines = [order.lines.all()[0]]
    dispute = world.a_dispute(
        order,
        reason=reason,
        remedy="return_and_refund",
        amount=amount,
        lines=[disputes.LineData(lines[0].public_id, 1)],
    )
    disputes.accept_claim(dispute.pk, by=world.seller_of(dispute))
    return again(dispute)


def receipt(dispute: Dispute, amount: int, currency: str = "USD") -> Dispute:
    sent = api.client_of(dispute.buyer).post(
        "/api/v1/evidence/",
        {"file": SimpleUploadedFile("receipt.jpg", pictures.jpeg(), "image/jpeg")},
        format="multipart",
    )
    file = sent.json()["id"]
    disputes.submit_postage_receipt(
        dispute.pk, evidence=file, amount=Money(amount, currency), by=world.buyer_of(dispute)
    )
    return again(dispute)


def ended(dispute: Dispute) -> Dispute:
    disputes.ship_return(dispute.pk, carrier="Post", tracking_number="RB1", by=world.buyer_of(dispute))
    disputes.acknowledge_return(dispute.pk, by=world.seller_of(dispute))
    return again(dispute)


def paid_back(dispute: Dispute) -> dict[str, int]:
    rows = Refund.objects.filter(payment__escrow=dispute.order.escrow)
    return {row.cause.partition(dispute.public_id)[2]: row.amount for row in rows}


def books_are_right() -> None:
    invariants.check_all()
    assert not list(prove())


def test_the_receipt_is_paid_from_what_the_dispute_holds_beyond_the_refund(clock: Any) -> None:
    dispute = agreed(clock, amount=2000)
    assert dispute.return_shipment.postage_cap == 1000
    dispute = ended(receipt(dispute, 650))
    assert paid_back(dispute) == {"": 2000, ":postage": 650}
    assert (dispute.order.escrow.released, dispute.return_shipment.postage_owed) == (1350, 0)
    books_are_right()


def test_no_more_than_the_cap_is_paid_back(clock: Any) -> None:
    dispute = ended(receipt(agreed(clock, amount=2000), 2500))
    assert paid_back(dispute) == {"": 2000, ":postage": 1000}
    books_are_right()


def test_without_a_receipt_nothing_is_paid_back(clock: Any) -> None:
    assert paid_back(ended(agreed(clock, amount=2000))) == {"": 2000}


def test_a_later_receipt_takes_the_place_of_an_earlier_one(clock: Any) -> None:
    dispute = receipt(receipt(agreed(clock, amount=2000), 900), 300)
    assert paid_back(ended(dispute)) == {"": 2000, ":postage": 300}


def test_where_the_buyer_pays_no_receipt_is_taken(clock: Any) -> None:
    dispute = agreed(clock, reason="no_fault.unwanted")
    assert (dispute.return_shipping_paid_by, dispute.return_shipment.postage_cap) == ("buyer", 0)
    with pytest.raises(WrongState):
        receipt(dispute, 500)


def test_a_receipt_has_a_file_of_the_buyers_own_and_a_sum_in_the_orders_currency(clock: Any) -> None:
    dispute = agreed(clock)
    buyer, sum_ = world.buyer_of(dispute), Money(500, "USD")
    with pytest.raises(Invalid):
        disputes.submit_postage_receipt(dispute.pk, evidence="", amount=sum_, by=buyer)
    with pytest.raises(Invalid):
        disputes.submit_postage_receipt(dispute.pk, evidence="evd_nothing", amount=sum_, by=buyer)
    with pytest.raises(Invalid):
        receipt(dispute, 0)
    with pytest.raises(Invalid):
        receipt(dispute, 500, "EUR")
    with pytest.raises(Forbidden):
        disputes.submit_postage_receipt(dispute.pk, evidence="x", amount=sum_, by=world.seller_of(dispute))


def test_a_return_that_was_never_sent_owes_nothing(clock: Any) -> None:
    dispute = receipt(agreed(clock, amount=2000), 500)
    clock.shift(10 * DAY)
    sweep()
    assert paid_back(again(dispute)) == {}
    books_are_right()


# -- what the dispute does not hold is the seller's debt -----------------------------------------------------------


def owing(clock: Any) -> Dispute:
    """All of one line goes back, so the dispute has nothing left for its postage; the other line is paid out later."""
    dispute = ended(receipt(agreed(clock, prices=(4000, 6000)), 1500))
    assert (dispute.return_shipment.postage_owed, dispute.return_shipment.postage_refunded) == (1500, 0)
    return dispute


def test_a_debt_is_said_to_staff_and_to_the_buyer(clock: Any) -> None:
    lead = world.staff("", "lead_mediator")
    dispute = owing(clock)
    notice = Notice.objects.get(recipient=lead)
    assert "US$15.00" in notice.text or "$15.00" in notice.text
    assert "The seller still owes you" in words(
        client_of(dispute.buyer).get(f"/disputes/{dispute.public_id}/")
    )
    books_are_right()


def test_the_clock_collects_it_once_the_order_has_paid_the_seller(clock: Any) -> None:
    dispute = owing(clock)
    assert postage.collect_owed() == 0
    orders.confirm_receipt(dispute.order_id, by=world.buyer_of(dispute))
    clock.shift(15 * DAY)
    assert sweep()["order.release"] == 1
    assert postage.collect_owed() == 1
    assert postage.collect_owed() == 0, "exactly once"
    dispute = again(dispute)
    assert paid_back(dispute) == {"": 4000, ":postage:balance": 1500}
    escrow = dispute.order.escrow
    assert (escrow.released, escrow.refunded, dispute.return_shipment.postage_owed) == (4500, 5500, 0)
    assert ledger.balance(ledger.seller_of(dispute.store.public_id), "USD") == 4500
    books_are_right()


def test_staff_pay_what_cannot_go_back_the_way_it_came(clock: Any) -> None:
    store = world.shop()
    other = world.shipped(store=store, prices=(3000,))
    orders.confirm_receipt(other.pk, by=world.buyer_of(other))
    dispute = ended(receipt(agreed(clock, order=world.shipped(store=store, prices=(4000,))), 1500))
    parcel = dispute.return_shipment
    assert parcel.postage_owed == 1500, "all that was paid has gone back"
    lead, mediator = world.acting(world.staff("", "lead_mediator")), world.acting(world.staff("", "mediator"))
    with pytest.raises(Forbidden):
        postage.pay_by_hand(parcel.pk, method="Bank", reference="T-1", by=mediator)
    with pytest.raises(WrongState):  # the balance does not hold it yet
        postage.pay_by_hand(parcel.pk, method="Bank", reference="T-1", by=lead)
    clock.shift(15 * DAY)
    sweep()
    with pytest.raises(Invalid):
        postage.pay_by_hand(parcel.pk, method=" ", reference="T-1", by=lead)
    postage.pay_by_hand(parcel.pk, method="Bank", reference="T-1", by=lead)
    with pytest.raises(WrongState):
        postage.pay_by_hand(parcel.pk, method="Bank", reference="T-1", by=lead)
    parcel.refresh_from_db()
    assert (parcel.postage_owed, parcel.postage_refunded, parcel.postage_paid_how) == (0, 1500, "Bank, T-1")
    assert ledger.balance(ledger.seller_of(store.public_id), "USD") == 1500
    assert ledger.balance(ledger.POSTAGE, "USD") == 1500
    books_are_right()


def test_a_lead_pays_it_in_the_admin_and_the_buyer_is_told(clock: Any) -> None:
    store = world.shop()
    other = world.shipped(store=store, prices=(3000,))
    orders.confirm_receipt(other.pk, by=world.buyer_of(other))
    dispute = ended(receipt(agreed(clock, order=world.shipped(store=store, prices=(4000,))), 1500))
    clock.shift(15 * DAY)
    sweep()
    parcel = dispute.return_shipment
    path = f"/admin/disputes/returnshipment/{parcel.public_id}/pay-postage/"
    assert client_of(world.staff("", "mediator")).get(path).status_code == 403
    lead = client_of(world.staff("", "lead_mediator"))
    assert "Pay the postage" in words(lead.get(f"/admin/disputes/returnshipment/{parcel.pk}/change/"))
    assert lead.post(path, {"method": "", "reference": ""}).status_code == 422
    assert lead.post(path, {"method": "Bank transfer", "reference": "T-9"}).status_code == 302
    room = words(client_of(dispute.buyer).get(f"/disputes/{dispute.public_id}/"))
    assert "Our staff paid it another way: Bank transfer, T-9." in room
    assert Notice.objects.filter(recipient=dispute.buyer, subject="Your postage was paid back").exists()
    books_are_right()


# -- pages and API -------------------------------------------------------------------------------------------------


@pytest.mark.rule("Z-01")
def test_the_buyer_shows_the_receipt_on_the_page_and_the_api_tells_what_is_paid_back(clock: Any) -> None:
    dispute = agreed(clock, amount=2000)
    page, room = client_of(dispute.buyer), f"/disputes/{dispute.public_id}/"
    form = page.get(f"{room}return/postage/")
    assert "up to US$10.00" in words(form) or "up to $10.00" in words(form)
    data = {"amount": "6,50", "version": version_on(form)}
    assert "receipt" in words(page.post(f"{room}return/postage/", data)).lower(), "a photo is needed"
    photo = SimpleUploadedFile("receipt.jpg", pictures.jpeg(), "image/jpeg")
    assert page.post(f"{room}return/postage/", {**data, "files": photo}).status_code == 302
    shown = api.client_of(dispute.buyer).get(api.path(dispute)).json()["return"]["postage"]
    assert shown["receipt"] == {"amount": "6.50", "currency": "USD"}
    assert shown["at_most"] == {"amount": "10.00", "currency": "USD"}
    bad = {"evidence": "", "amount": {"amount": "1.00", "currency": "USD"}}
    api.refused(
        api.client_of(dispute.buyer).post(api.path(dispute, "postage-receipt"), bad, format="json"), 422
    )
