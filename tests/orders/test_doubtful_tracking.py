"""O-07: tracking that cannot be believed is marked, moderators are told, and it counts for the buyer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.core.errors import TooEarly
from marketplace.notifications.models import Notice
from marketplace.orders import services as orders
from marketplace.orders.models import Order, Shipment
from tests import world
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
