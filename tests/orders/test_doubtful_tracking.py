"""O-07: tracking that cannot be believed is marked, moderators are told, and it counts for the buyer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.core.errors import Forbidden, Invalid, NotFound, TooEarly, WrongState
from marketplace.notifications.models import Notice
from marketplace.orders import services as orders
from marketplace.orders.models import Order, Shipment
from marketplace.orders.protection import in_the_country
from tests import pages, world
from tests.orders.sending import PARCEL, a_row, send
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("O-07")]


def sent(number: str, **wishes) -> Shipment:
    order = world.an_order(**wishes)
    orders.ship(order.pk, carrier="Post", tracking_number=number, promised_by=None, by=world.seller_of(order))
    return order.shipments.get()


def reported(parcel: Shipment, code: str = "delivered", **facts) -> Shipment:
    order = parcel.order
    orders.record_tracking(order.pk, code=code, at=facts.pop("at", None), by=world.seller_of(order), **facts)
    return Shipment.objects.get(pk=parcel.pk)


def goes_to(parcel: Shipment, country: str, city: str) -> None:
    Order.objects.filter(pk=parcel.order_id).update(country=country, city=city)


def test_a_number_used_for_two_buyers_marks_both_parcels(clock):
    first = sent("RR 1-CN")
    assert first.doubts == []
    second = sent("rr1cn")
    first.refresh_from_db()
    assert first.doubts == second.doubts == ["shared_number"]
    assert first.doubtful_at == second.doubtful_at == timezone.now()
    assert sent("RR1CN").doubts == ["shared_number"]
    assert sent("RR2CN").doubts == []


def test_one_number_for_several_orders_of_one_buyer_is_one_parcel_and_not_doubtful(clock):
    buyer = world.person()
    assert sent("RR1CN", buyer=buyer).doubts == []
    assert sent("RR1CN", buyer=buyer).doubts == []


def test_a_parcel_without_a_number_shares_it_with_nobody(clock):
    assert sent("").doubts == sent("").doubts == sent(" - ").doubts == []


def test_a_number_that_a_parcel_had_before_counts_too(clock):
    first, second = sent("RR1CN"), sent("RR2CN")
    orders.change_tracking(
        first.order.pk, carrier="", tracking_number="RR9CN", by=world.seller_of(first.order)
    )
    orders.change_tracking(
        second.order.pk, carrier="", tracking_number="RR1CN", by=world.seller_of(second.order)
    )
    for parcel in (first, second):
        parcel.refresh_from_db()
        assert parcel.doubts == ["shared_number"]


@pytest.mark.parametrize(
    ("facts", "doubts"),
    [
        ({"country": "RU", "city": "Perm"}, []),
        ({"country": "CN"}, ["other_country"]),
        ({"country": "RU", "city": "Tver"}, ["other_city"]),
        ({"city": "PERM, Krai"}, []),
        ({"city": "Пермь"}, []),
        ({}, []),
    ],
)
def test_delivered_in_another_place_than_the_orders(clock, facts, doubts):
    parcel = sent("RR1CN")
    goes_to(parcel, "RU", "Perm")
    assert reported(parcel, **facts).doubts == doubts


def test_on_its_way_through_another_country_is_not_doubtful(clock):
    parcel = sent("RR1CN")
    goes_to(parcel, "RU", "Perm")
    assert reported(parcel, "in_transit", country="KZ", city="Almaty").doubts == []


def test_delivered_before_it_was_sent(clock):
    parcel = sent("RR1CN")
    early = parcel.shipped_at - timedelta(seconds=1)
    assert reported(parcel, at=early).doubts == ["impossible_dates"]
    assert reported(sent("RR2CN"), at=parcel.shipped_at).doubts == []


def test_moderators_are_told_once_and_nobody_else(clock):
    moderator = world.staff("mo", "moderator")
    world.staff("mia", "mediator")
    sent("RR1CN")
    second = sent("RR1CN")
    told = Notice.objects.filter(subject__contains="Doubtful")
    assert [(notice.recipient, notice.case_id) for notice in told] == [(moderator, second.order.public_id)]
    assert "A parcel of another buyer has the same number." in told[0].text


@pytest.mark.rule("D-03")
def test_doubtful_tracking_is_no_reason_to_wait(clock):
    believed, doubtful = sent("RR1CN"), sent("RR2CN")
    for parcel in (believed, doubtful):
        reported(parcel, "in_destination_country", country="RU", city="Perm")
    clock.shift(11 * DAY)
    wishes = {"received": False, "reason": "not_received.no_tracking"}
    with pytest.raises(TooEarly):
        world.a_dispute(believed.order, **wishes)
    sent("RR2CN")
    assert world.a_dispute(Order.objects.get(pk=doubtful.order_id), **wishes).is_open


def test_the_import_marks_what_it_brings_and_what_was_there(clock):
    there = sent("RR1CN")
    moderator = world.staff("mo", "moderator")
    parcels = (
        PARCEL,
        {**PARCEL, "tracking_number": "RR3CN", "delivered_at": "2026-02-02T10:00:00Z"},
        {**PARCEL, "tracking_number": "RR4CN", "delivered_at": "2026-02-25T10:00:00Z"},
    )
    rows = [a_row(reference=f"A-{n}", shipments=[parcel]) for n, parcel in enumerate(parcels)]
    assert [taken.result for taken in send(*rows)] == ["taken"] * 3
    marked = [Shipment.objects.get(order__reference=f"A-{n}").doubts for n in range(3)]
    assert marked == [["shared_number"], ["impossible_dates"], []]
    there.refresh_from_db()
    assert there.doubts == ["shared_number"]
    notice = Notice.objects.get(recipient=moderator)
    assert notice.subject == "Doubtful tracking in 2 imported orders"


def test_a_later_row_of_the_import_is_looked_at_too(clock):
    there = sent("RR1CN")
    send(a_row())
    assert [taken.result for taken in send(a_row(shipments=[PARCEL]))] == ["updated"]
    there.refresh_from_db()
    assert there.doubts == Shipment.objects.get(order__reference="A-1001").doubts == ["shared_number"]


# -- a moderator looks into it ---------------------------------------------------------------------------------------

WHY = "The carrier gave both parcels one number by mistake; we have its letter."


def moderator():
    return world.acting(world.staff("", "moderator"))


def test_a_moderator_clears_the_doubt_and_the_history_stays(clock):
    first, second = sent("RR1CN"), sent("RR1CN")
    orders.clear_doubts(second.order_id, reason=WHY, by=moderator())
    second.refresh_from_db()
    first.refresh_from_db()
    assert (second.doubts, second.doubtful_at, second.doubts_cleared) == ([], None, ["shared_number"])
    assert first.doubts == ["shared_number"], "another order's parcel is another question"
    marked, cleared = second.order.events.order_by("pk").reverse()[:2][::-1]
    assert marked.data["tracking_doubts"] == ["shared_number"]
    assert (cleared.verb, cleared.data["reason"], cleared.data["cleared"]) == (
        "clear_doubts", WHY, ["shared_number"],
    )  # fmt: skip
    for reader in (second.order.buyer, pages.seller_user(second.order)):
        assert Notice.objects.filter(recipient=reader, text__contains=WHY).count() == 1


@pytest.mark.rule("D-03")
def test_cleared_it_is_no_proof_for_the_buyer_any_more(clock):
    parcel, _other = sent("RR1CN"), sent("RR1CN")
    reported(parcel, "in_destination_country")
    clock.shift(11 * DAY)
    assert not in_the_country(Order.objects.get(pk=parcel.order_id))
    orders.clear_doubts(parcel.order_id, reason=WHY, by=moderator())
    assert in_the_country(Order.objects.get(pk=parcel.order_id))
    with pytest.raises(TooEarly):
        world.a_dispute(parcel.order, received=False, reason="not_received.no_tracking")


def test_a_cleared_doubt_comes_back_only_with_another_number(clock):
    first, second = sent("RR1CN"), sent("RR1CN")
    orders.clear_doubts(first.order_id, reason=WHY, by=moderator())
    sent("RR1CN")
    first.refresh_from_db()
    assert first.doubts == []
    for number, doubts in (("RR2CN", []), ("RR1CN", ["shared_number"])):
        orders.change_tracking(
            first.order_id, carrier="", tracking_number=number, by=world.seller_of(first.order)
        )
        first.refresh_from_db()
        assert first.doubts == doubts
    assert second.order.shipments.get().doubts == ["shared_number"]


@pytest.mark.parametrize("reason", ["", "  ", "x" * 2001])
def test_it_is_said_why(clock, reason: str):
    parcel, _other = sent("RR1CN"), sent("RR1CN")
    with pytest.raises(Invalid):
        orders.clear_doubts(parcel.order_id, reason=reason, by=moderator())
    assert Shipment.objects.get(pk=parcel.pk).doubts == ["shared_number"]


def test_only_a_doubtful_parcel_of_this_order(clock):
    parcel, other, clean = sent("RR1CN"), sent("RR1CN"), sent("RR2CN")
    for pk, shipment, refusal in (
        (clean.order_id, "", WrongState),
        (parcel.order_id, other.public_id, NotFound),
        (0, "", NotFound),
    ):
        with pytest.raises(refusal):
            orders.clear_doubts(pk, reason=WHY, shipment=shipment, by=moderator())
    assert Shipment.objects.exclude(doubts=[]).count() == 2


@pytest.mark.rule("Z-01")
def test_only_a_moderator_who_is_no_party(clock):
    parcel, _other = sent("RR1CN"), sent("RR1CN")
    seller = pages.seller_user(parcel.order)
    seller.groups.add(world.staff("", "moderator").groups.get())
    for by in (seller, parcel.order.buyer, world.staff("", "mediator")):
        with pytest.raises(Forbidden):
            orders.clear_doubts(parcel.order_id, reason=WHY, by=world.acting(by))
    assert Shipment.objects.get(pk=parcel.pk).doubts == ["shared_number"]


def test_the_admin_leads_to_the_page_and_the_page_does_it(clock, client):
    parcel, _other = sent("RR1CN"), sent("RR1CN")
    order = parcel.order
    client.force_login(world.staff("", "moderator"))
    url = f"/orders/{order.public_id}/tracking-right/"
    assert url in client.get(f"/admin/orders/order/{order.public_id}/change/").content.decode()
    assert url in client.get(f"/orders/{order.public_id}/").content.decode()
    assert "no proof for the buyer" in pages.words(client.get(url))
    refused = client.post(url, {"reason": ""})
    assert refused.status_code == 200 and refused.context["form"].errors
    assert Shipment.objects.get(pk=parcel.pk).doubts == ["shared_number"]
    assert client.post(url, {"reason": WHY}).status_code == 302
    assert "We looked into the tracking" in pages.words(client.get(f"/orders/{order.public_id}/"))
    assert url not in client.get(f"/orders/{order.public_id}/").content.decode()
