"""Section 5: where the goods go, how long the seller may take to say so, and what the carrier says of another place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from disputes import services as disputes
from disputes.models import Dispute
from marketplace.accounts import addresses
from marketplace.accounts.addresses import AddressData
from marketplace.accounts.models import StoreAddress
from marketplace.core.clock import sweep
from marketplace.core.errors import Forbidden, Invalid, NotFound, TooLate, WrongState
from marketplace.notifications.models import Notice
from marketplace.orders.models import Order
from tests import api, invariants, world
from tests.pages import client_of, seller_user, version_on, words
from tests.world import DAY

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
RECIFE = "Warehouse 7\nRua da Aurora 12\n50050-000"


def again(dispute: Dispute) -> Dispute:
    related = ("order__escrow", "order__policy", "claim", "return_shipment", "store")
    return Dispute.objects.select_related(*related).get(pk=dispute.pk)


def agreed(
    clock: Any, *, country: str = "BR", local: tuple[str, ...] = (), known: tuple[AddressData, ...] = ()
) -> Dispute:
    """The seller agreed to a return of 11.73, of a buyer in that country; the store has these addresses, and no others."""
    store = world.shop(local_return_countries=list(local))
    addresses.put(store, known, by=world.acting(store.members.get()))
    order = world.shipped(store=store)
    Order.objects.filter(pk=order.pk).update(country=country, city="Recife")
    clock.shift(11 * DAY)
    dispute = world.a_dispute(order, reason="quality.poor_workmanship", remedy="return_and_refund")
    disputes.accept_claim(dispute.pk, by=world.seller_of(dispute))
    return again(dispute)


HOME = AddressData("CN", "Returns desk\n1 Harbour Road", is_default=True)
LOCAL = AddressData("BR", RECIFE, "Recife")


@pytest.mark.rule("T-01")
def test_the_buyer_sees_the_local_address_where_there_is_one_and_else_the_default(clock: Any) -> None:
    parcel = agreed(clock, local=("BR",), known=(HOME, LOCAL)).return_shipment
    assert (parcel.address, parcel.country, parcel.city, parcel.is_local) == (RECIFE, "BR", "Recife", True)
    parcel = agreed(clock, country="RU", local=("BR",), known=(HOME, LOCAL)).return_shipment
    assert (parcel.country, parcel.is_local) == ("CN", False)


@pytest.mark.rule("T-01")
def test_what_the_store_changes_later_changes_no_return_that_has_begun(clock: Any) -> None:
    dispute = agreed(clock, known=(HOME,))
    store = dispute.store
    addresses.put(store, [AddressData("DE", "Somewhere else 5")], by=world.seller_of(dispute))
    assert again(dispute).return_shipment.address == HOME.lines


@pytest.mark.rule("T-01", "Z-05")
def test_a_promise_of_local_returns_is_not_kept_by_an_address_abroad(clock: Any) -> None:
    dispute = agreed(clock, local=("BR",), known=(HOME,))
    default = dispute.next_default
    assert default is not None and default.outcome is not None
    assert (dispute.phase, default.action, default.waiting_for) == (
        "return_address",
        "refund_missing_address",
        "seller",
    )
    assert default.outcome.buyer.minor == 1173
    with pytest.raises(WrongState):  # nobody sends goods to nowhere
        disputes.ship_return(dispute.pk, carrier="", tracking_number="X", by=world.buyer_of(dispute))
    seller = world.seller_of(dispute)
    with pytest.raises(Invalid):
        disputes.give_return_address(dispute.pk, country="CN", lines=HOME.lines, by=seller)
    with pytest.raises(Forbidden):
        disputes.give_return_address(dispute.pk, country="BR", lines=RECIFE, by=world.buyer_of(dispute))


@pytest.mark.rule("T-01")
def test_the_buyers_ten_days_begin_when_the_address_is_there(clock: Any) -> None:
    dispute = agreed(clock)
    clock.shift(5 * DAY - SECOND)
    disputes.give_return_address(
        dispute.pk, country="br", city="Recife", lines=RECIFE, by=world.seller_of(dispute)
    )
    dispute = again(dispute)
    assert dispute.phase == "awaiting_return"
    assert dispute.due_at == dispute.moved_at + 10 * DAY
    assert dispute.store.addresses.get().country == "BR", "kept for the next return"
    with pytest.raises(WrongState):  # an address that the buyer may have used already stays
        disputes.give_return_address(dispute.pk, country="BR", lines=RECIFE, by=world.seller_of(dispute))
    told = Notice.objects.get(
        recipient=dispute.buyer, subject__startswith="Send the item back by", needs_you=True
    )
    assert told.due_at == dispute.due_at
    clock.shift(10 * DAY)
    assert sweep()["dispute.expire_return"] == 1
    invariants.check_all()


@pytest.mark.rule("T-01", "Z-05")
def test_five_days_without_an_address_refund_the_buyer(clock: Any) -> None:
    dispute = agreed(clock)
    clock.shift(5 * DAY - SECOND)
    assert not sweep()
    clock.shift(SECOND)
    with pytest.raises(TooLate):
        disputes.give_return_address(dispute.pk, country="BR", lines=RECIFE, by=world.seller_of(dispute))
    assert sweep() == {"dispute.refund_missing_address": 1}
    dispute = again(dispute)
    assert (dispute.outcome, dispute.reached_by) == ("refunded", "seller_silence")
    assert dispute.order.escrow.refunded == 1173
    invariants.check_all()


@pytest.mark.rule("T-02", "O-07")
@pytest.mark.parametrize(
    ("place", "elsewhere"),
    [
        ({"country": "BR", "city": "Recife"}, False),
        ({"country": "br"}, False),
        ({}, False),
        ({"country": "PT", "city": "Recife"}, True),
        ({"country": "BR", "city": "Manaus"}, True),
    ],
)
def test_delivered_in_another_place_is_marked_and_the_seller_can_say_that_it_did_not_come(
    clock: Any, place: dict[str, str], elsewhere: bool
) -> None:
    dispute = agreed(clock, local=("BR",), known=(LOCAL,))
    disputes.ship_return(dispute.pk, carrier="Post", tracking_number="RB1", by=world.buyer_of(dispute))
    seller = world.seller_of(dispute)
    with pytest.raises(Invalid):  # while it is on its way
        disputes.contest_return(dispute.pk, code="not_received", note="", by=seller)
    by = world.sender_of(dispute.order)
    Dispute.objects.filter(pk=dispute.pk).update(integrator_id=by.user_id)
    disputes.record_return_tracking(dispute.pk, code="delivered", at=None, by=by, **place)
    dispute = again(dispute)
    assert dispute.return_shipment.is_elsewhere is elsewhere
    assert dispute.next_default.action == "confirm_return_by_silence"  # type: ignore[union-attr]  # open
    told = Notice.objects.get(recipient=seller_user(dispute.order), subject__startswith="Check the return")
    assert ("another place" in told.text) is elsewhere
    disputes.contest_return(dispute.pk, code="not_received", note="Not here.", by=seller)
    assert again(dispute).state == "mediation"


# -- who keeps the addresses, and who sees them ------------------------------------------------------------------


@pytest.mark.rule("T-01", "F-02", "Z-01")
def test_only_the_two_sides_and_the_mediator_read_the_address(clock: Any) -> None:
    dispute = agreed(clock, local=("BR",), known=(LOCAL,))
    world.sender_of(dispute.order)
    integrator = Order.objects.get(pk=dispute.order_id).integrator
    Dispute.objects.filter(pk=dispute.pk).update(integrator=integrator)
    readers = {
        "buyer": (dispute.buyer, True),
        "seller": (api.seller(dispute), True),
        "mediator": (world.staff("", "mediator"), True),
        "moderator": (world.staff("", "moderator"), False),
        "integrator": (integrator, False),
    }
    for role, (reader, sees) in readers.items():
        shown = api.client_of(reader).get(api.path(dispute)).json()["return"]["address"]
        assert (shown is not None) is sees, role
        assert ("Rua da Aurora" in words(client_of(reader).get(f"/disputes/{dispute.public_id}/"))) is sees, (
            role
        )


@pytest.mark.rule("T-01", "Z-01")
def test_members_keep_the_addresses_on_a_page_and_through_the_api(clock: Any) -> None:
    store = world.shop()
    member, stranger = store.members.get(), world.person()
    page = client_of(member)
    form = {"store": store.public_id, "country": "br", "city": "Recife", "lines": RECIFE}
    assert "country" in words(page.post("/sell/addresses/", {**form, "country": "Brazil"})).lower()
    assert page.post("/sell/addresses/", form).status_code == 302
    assert "Rua da Aurora" in words(page.get("/sell/addresses/"))
    assert client_of(stranger).post("/sell/addresses/", form).status_code == 404
    path = f"/api/v1/stores/{store.public_id}/addresses/"
    client = api.client_of(member)
    found = client.get(path).json()["addresses"]
    assert [(each["country"], each["is_default"]) for each in found] == [("CN", True), ("BR", False)]
    body = {"addresses": [{"country": "BR", "lines": RECIFE, "is_default": True}]}
    assert client.put(path, body, format="json").json()["addresses"][0]["is_default"] is True
    twice = {"addresses": body["addresses"] * 2}
    api.refused(client.put(path, twice, format="json"), 422)
    short = {"addresses": [{"country": "BR", "lines": "x"}]}
    errors = api.refused(client.put(path, short, format="json"), 422)["errors"]
    assert errors[0]["field"] == "addresses.0.lines"
    api.refused(api.client_of(stranger).get(path), 404)
    api.refused(api.client_of(world.staff("", "mediator")).put(path, body, format="json"), 404)
    row = StoreAddress.objects.get(store=store)
    gone = page.post("/sell/addresses/remove/", {"store": store.public_id, "address": row.public_id})
    assert gone.status_code == 302 and not store.addresses.exists()
    with pytest.raises(NotFound):
        addresses.remove(store, row.public_id, by=world.acting(member))


@pytest.mark.rule("T-01", "Z-01")
def test_the_seller_gives_the_address_on_the_page(clock: Any) -> None:
    dispute = agreed(clock)
    page, room = client_of(seller_user(dispute.order)), f"/disputes/{dispute.public_id}/"
    assert "Your next step: give the return address" in words(page.get(room))
    assert "Do not send it before" in words(client_of(dispute.buyer).get(room))
    version = version_on(page.get(f"{room}return/address/"))
    form = {"country": "BR", "city": "Recife", "lines": RECIFE, "version": version}
    assert page.post(f"{room}return/address/", form).status_code == 302
    shown = words(client_of(dispute.buyer).get(room))
    assert "Rua da Aurora" in shown and "Your next step: send the item back" in shown
