"""Orders in the API: what each reader sees, each verb through its endpoint, and the host marketplace's way in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from rest_framework import serializers

from marketplace.core.access import INTEGRATOR
from marketplace.orders import access, services
from marketplace.orders.facts import ENDPOINTS, WITHOUT_ENDPOINT
from marketplace.orders.models import Order
from marketplace.orders.reading import FIELDS
from marketplace.orders.schema import SentOrderSerializer
from marketplace.payments.models import Refund
from tests import crowd, world
from tests.api import client_of, refused, seller
from tests.orders.sending import CAME, PARCEL, a_row, moment, shipped_row
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
ORDERS = "/api/v1/orders/"


def at(order, verb=""):
    public_id = order if isinstance(order, str) else order.public_id
    return f"{ORDERS}{public_id}/" + (f"{verb}/" if verb else "")


@pytest.fixture
def host():
    return client_of(world.person("host", INTEGRATOR))


@pytest.fixture
def order():
    return world.shipped(prices=(1173, 500))


# -- seeing --------------------------------------------------------------------------------------------------------


def test_an_order_as_its_buyer_sees_it(order):
    answer = client_of(order.buyer).get(at(order))
    body = answer.json()
    assert answer["ETag"] == f'"{order.public_id}:{order.version}"'
    assert (body["id"], body["status"], body["role"], body["version"]) == (
        order.public_id,
        "shipped",
        "buyer",
        order.version,
    )
    assert body["money_paid"] == body["money_held"] == {"amount": "16.73", "currency": "USD"}
    assert body["money_refunded"] == body["money_released"] == {"amount": "0.00", "currency": "USD"}
    assert body["protection"] == {
        "status": "active",
        "starts_at": "2026-03-01T10:00:00Z",
        "ends_at": "2026-03-31T10:00:00Z",
        "dispute": {
            "possible": False,
            "from": "2026-03-11T10:00:00Z",
            "until": "2026-04-15T10:00:00Z",
            "why_not": body["protection"]["dispute"]["why_not"],
        },
    }
    assert body["protection"]["dispute"]["why_not"]
    assert [line["paid"]["amount"] for line in body["lines"]] == ["11.73", "5.00"]
    assert body["next_default"] == {
        "at": "2026-03-31T10:00:00Z", "action": "confirm_automatically", "waiting_for": "buyer", "outcome": None,
    }  # fmt: skip
    assert {each["action"] for each in body["available_actions"]} == {
        "confirm-receipt",
        "request-extension",
        "messages",
    }
    (parcel,) = body["shipments"]
    assert [number["tracking_number"] for number in parcel["numbers"]] == [parcel["tracking_number"]]
    assert [event["action"] for event in body["events"]] == ["place", "pay", "ship"]
    assert (body["confirmed_at"], body["disputes"], body["refunds"]) == (None, [], [])
    assert body["payments"][0]["method"] == "card"


def test_each_reader_sees_what_is_theirs(order):
    Order.objects.filter(pk=order.pk).update(doubts=["payments_do_not_add_up"])
    as_seller = client_of(seller(order)).get(at(order)).json()
    assert (as_seller["role"], as_seller["doubts"]) == ("seller", [])
    assert as_seller["payments"][0]["method"] is as_seller["payments"][0]["reference"] is None
    assert {each["action"] for each in as_seller["available_actions"]} == {
        "ship", "change-tracking", "tracking-events", "extend-protection", "messages",
    }  # fmt: skip
    order.refresh_from_db(fields=["integrator"])
    as_sender = client_of(order.integrator).get(at(order)).json()
    assert (as_sender["role"], as_sender["doubts"]) == ("integrator", ["payments_do_not_add_up"])
    for group in ("mediator", "lead_mediator", "moderator"):
        body = client_of(world.person("", group)).get(at(order)).json()
        assert (body["role"], body["doubts"], body["available_actions"]) == (
            "staff",
            ["payments_do_not_add_up"],
            [],
        )
    assert client_of(order.buyer).get(at(order)).json()["doubts"] == []
    assert "@" not in str([as_seller["buyer"], as_seller["store"]])


def test_others_see_nothing(order):
    for nobody in (world.person(), world.person("", INTEGRATOR), world.shop().members.get()):
        client = client_of(nobody)
        refused(client.get(at(order)), 404)
        refused(client.post(at(order, "ship"), {}), 404)
        refused(client.get(at(order, "messages")), 404)
        assert client.get(ORDERS).json()["results"] == []
    refused(client_of(None).get(at(order)), 401)


def test_the_list_and_its_filters(order):
    unpaid = world.an_order(buyer=order.buyer, paid=False)
    buyer, theirs = client_of(order.buyer), client_of(seller(order))
    ids = lambda answer: {row["id"] for row in answer.json()["results"]}  # noqa: E731
    assert ids(buyer.get(ORDERS)) == {order.public_id, unpaid.public_id}
    assert ids(theirs.get(ORDERS)) == {order.public_id}
    assert ids(buyer.get(ORDERS, {"status": "awaiting_payment"})) == {unpaid.public_id}
    assert ids(buyer.get(ORDERS, {"q": order.reference})) == {order.public_id}
    assert ids(buyer.get(ORDERS, {"q": unpaid.public_id})) == {unpaid.public_id}
    assert ids(buyer.get(ORDERS, {"q": "%"})) == set()
    assert ids(buyer.get(ORDERS, {"role": "seller"})) == ids(buyer.get(ORDERS, {"role": "staff"})) == set()
    assert ids(buyer.get(ORDERS, {"role": "buyer"})) == {order.public_id, unpaid.public_id}
    assert ids(client_of(world.person("", "mediator")).get(ORDERS, {"role": "staff"})) == {
        order.public_id,
        unpaid.public_id,
    }
    for bad in ({"status": "nothing"}, {"role": "king"}, {"page_size": "x"}):
        refused(buyer.get(ORDERS, bad), 422)
    assert buyer.get(ORDERS, {"q": "\x00"}).status_code in (200, 422)


def test_a_list_asks_as_often_whatever_its_length():
    order, counts = world.shipped(prices=(1173, 500)), []
    client = client_of(order.buyer)
    for number in (crowd.FEW, crowd.MANY):
        crowd.orders(order, number - Order.objects.count())
        client.get(ORDERS)
        with CaptureQueriesContext(connection) as asked:
            assert len(client.get(ORDERS, {"page_size": 100}).json()["results"]) == min(number, 100)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 8


def test_one_order_asks_as_often_whatever_hangs_on_it(order):
    client, counts = client_of(order.buyer), []
    theirs = client_of(seller(order))
    client.get(at(order))
    theirs.post(at(order, "change-tracking"), {"tracking_number": "N1"})
    theirs.post(at(order, "tracking-events"), {"code": "in_transit", "at": "2026-03-01T09:00:00Z"})
    theirs.post(at(order, "ship"), {"carrier": "Post", "tracking_number": "M1"})
    for number in (crowd.FEW, crowd.MANY):
        crowd.history(order, number)
        with CaptureQueriesContext(connection) as asked:
            assert len(client.get(at(order)).json()["events"]) > number
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 18


# -- the verbs ----------------------------------------------------------------------------------------------------


def test_every_verb_has_an_endpoint(order):
    for verb in access.RULES.keys() - WITHOUT_ENDPOINT - services.BY_CLOCK.keys():
        name = ENDPOINTS.get(verb, verb.replace("_", "-"))
        assert "post" in resolve(at(order, name)).func.actions, verb


@pytest.mark.rule("O-01", "O-03", "O-04", "O-06")
def test_from_payment_to_receipt(clock):
    order = world.an_order()
    theirs, buyer = client_of(seller(order)), client_of(order.buyer)
    sent = {"carrier": "Post", "tracking_number": "RR1CN", "promised_by": "2026-03-31T10:00:00Z"}
    body = theirs.post(at(order, "ship"), sent).json()
    assert (body["status"], body["protection"]["ends_at"]) == ("shipped", "2026-03-31T10:00:00Z")
    body = theirs.post(at(order, "change-tracking"), {"tracking_number": "RR2CN"}).json()
    assert [number["tracking_number"] for number in body["shipments"][0]["numbers"]] == ["RR1CN", "RR2CN"]
    assert buyer.post(at(order, "request-extension")).status_code == 200
    body = theirs.post(at(order, "extend-protection"), {"days": 10}).json()
    assert body["protection"]["ends_at"] == "2026-04-10T10:00:00Z"
    clock.shift(5 * DAY)
    event = {"code": "in_destination_country", "at": "2026-03-06T08:00:00Z", "city": "Perm", "country": "RU"}
    for _ in range(2):
        body = theirs.post(at(order, "tracking-events"), event).json()
    assert body["shipments"][0]["tracking_events"] == [event]
    body = theirs.post(at(order, "tracking-events"), {"code": "delivered"}).json()
    assert (body["status"], body["delivered_at"]) == ("delivered", "2026-03-06T10:00:00Z")
    body = buyer.post(at(order, "confirm-receipt")).json()
    assert (body["confirmed_at"], body["due_at"]) == ("2026-03-06T10:00:00Z", "2026-03-21T10:00:00Z")
    assert body["protection"]["status"] == "confirmed"
    assert body["next_default"]["outcome"] == {
        "buyer": {"amount": "0.00", "currency": "USD"}, "seller": {"amount": "11.73", "currency": "USD"},
    }  # fmt: skip
    refused(buyer.post(at(order, "confirm-receipt")), 409, "wrong_state")


def test_cancelling_waits_for_the_seller(clock):
    order = world.an_order()
    buyer = client_of(order.buyer)
    assert buyer.get(at(order)).json()["available_actions"] == [{"action": "messages", "until": None}]
    assert (
        refused(buyer.post(at(order, "cancel")), 409, "too_early")["possible_from"] == "2026-03-11T10:00:00Z"
    )
    clock.shift(10 * DAY)
    body = buyer.post(at(order, "cancel")).json()
    assert (body["status"], body["money_refunded"]["amount"]) == ("cancelled", "11.73")
    (refund,) = body["refunds"]
    assert (refund["status"], refund["amount"]["amount"], len(refund["expected"])) == ("decided", "11.73", 2)
    assert Refund.objects.count() == 1


VERBS = {
    "ship": ({"tracking_number": "RR1"}, {"seller", "integrator"}),
    "change-tracking": ({"tracking_number": "RR2"}, {"seller", "integrator"}),
    "tracking-events": ({"code": "in_transit"}, {"seller", "integrator"}),
    "confirm-receipt": ({}, {"buyer", "integrator"}),
    "extend-protection": ({"days": 1}, {"seller"}),
    "request-extension": ({}, {"buyer"}),
    "cancel": ({}, {"buyer", "integrator"}),
    "messages": ({"text": "Hello"}, {"buyer", "seller"}),
}


@pytest.mark.rule("Z-01")
@pytest.mark.parametrize("verb", VERBS)
def test_who_may(order, verb):
    body, allowed = VERBS[verb]
    order.refresh_from_db(fields=["integrator"])
    people = {
        "buyer": order.buyer,
        "seller": seller(order),
        "integrator": order.integrator,
        "mediator": world.person("", "mediator"),
        "moderator": world.person("", "moderator"),
    }
    for role, person in people.items():
        before = Order.objects.values("state", "version").get(pk=order.pk)
        answer = client_of(person).post(at(order, verb), body)
        if role in allowed:
            assert answer.status_code in (200, 201, 409), (role, answer.content)
        else:
            refused(answer, 403, "forbidden")
            assert Order.objects.values("state", "version").get(pk=order.pk) == before


BAD = [
    ("ship", {"carrier": "x" * 121}, 422),
    ("ship", {"promised_by": "2026-03-31"}, 422),
    ("ship", {"shipped_at": "2020-01-01T00:00:00Z"}, 400),
    ("ship", [], 400),
    ("change-tracking", {"tracking_number": ""}, 422),
    ("change-tracking", {"tracking_number": "x", "shipment": "shp_nothing"}, 404),
    ("tracking-events", {"code": "lost"}, 422),
    ("tracking-events", {}, 422),
    ("tracking-events", {"code": "in_transit", "country": "brazil"}, 422),
    ("tracking-events", {"code": "in_transit", "city": "a\x00"}, 422),
    ("extend-protection", {"days": 0}, 422),
    ("extend-protection", {"days": -1}, 422),
    ("extend-protection", {"days": 31}, 422),
    ("extend-protection", {"days": "many"}, 422),
    ("extend-protection", {"days": 10**30}, 422),
    ("extend-protection", {}, 422),
    ("messages", {"text": "  "}, 422),
    ("messages", {"text": "x" * 2001}, 422),
    ("messages", {"text": "hello", "role": "mediator"}, 400),
]


@pytest.mark.parametrize(("verb", "body", "status"), BAD)
def test_what_does_not_fit(order, verb, body, status):
    refused(client_of(seller(order)).post(at(order, verb), body), status)
    assert Order.objects.get(pk=order.pk).version == order.version


@pytest.mark.rule("Z-06")
def test_an_old_version_is_412(order):
    theirs, buyer = client_of(seller(order)), client_of(order.buyer)
    seen = buyer.get(at(order))["ETag"]
    theirs.post(at(order, "extend-protection"), {"days": 1})
    refused(buyer.post(at(order, "confirm-receipt"), HTTP_IF_MATCH=seen), 412, "version_changed")
    assert Order.objects.get(pk=order.pk).confirmed_at is None


@pytest.mark.rule("O-09")
def test_buyer_and_seller_write_to_each_other(order):
    buyer, theirs = client_of(order.buyer), client_of(seller(order))
    assert buyer.get(at(order, "messages")).json()["results"] == []
    first = buyer.post(at(order, "messages"), {"text": "Where is it?"})
    assert (first.status_code, first.json()["by"], first.json()["text"]) == (201, "buyer", "Where is it?")
    assert theirs.post(at(order, "messages"), {"text": "On its way"}).status_code == 201
    for reader in (buyer, theirs, client_of(world.person("", "moderator"))):
        found = reader.get(at(order, "messages")).json()["results"]
        assert {(each["by"], each["text"]) for each in found} == {
            ("buyer", "Where is it?"),
            ("seller", "On its way"),
        }
    order.refresh_from_db(fields=["integrator"])
    refused(client_of(order.integrator).get(at(order, "messages")), 403)


# -- orders from a host marketplace -------------------------------------------------------------------------------


@pytest.mark.rule("O-01", "O-02", "O-03")
def test_a_host_sends_an_order_and_sends_it_again(host):
    answer = host.post(ORDERS, a_row())
    body = answer.json()
    assert (answer.status_code, body["status"], body["reference"], body["role"]) == (
        201,
        "paid",
        "A-1001",
        "integrator",
    )
    assert (body["money_held"]["amount"], body["doubts"], body["version"]) == ("11.73", [], 1)
    assert answer["Location"].endswith(at(body["id"]))
    assert answer["ETag"] == f'"{body["id"]}:1"'
    again = host.post(ORDERS, a_row())
    assert (again.status_code, again.json()) == (200, body)
    moved = host.post(ORDERS, shipped_row(shipments=[{**PARCEL, "delivered_at": CAME}]))
    assert (moved.status_code, moved.json()["status"], moved.json()["id"]) == (200, "delivered", body["id"])
    assert Order.objects.count() == 1


def test_who_may_send_orders(host):
    for groups in ((), ("mediator",), ("moderator",)):
        refused(client_of(world.person("", *groups)).post(ORDERS, a_row()), 403, "forbidden")
    integrator = world.person("", INTEGRATOR)
    refused(client_of(integrator, "read", "write").post(ORDERS, a_row()), 403, "insufficient_scope")
    assert client_of(integrator, "orders:import").post(ORDERS, a_row()).status_code == 201
    refused(client_of(None).post(ORDERS, a_row()), 401)


def test_a_row_that_does_not_fit_is_422_with_its_fields(host):
    body = refused(
        host.post(ORDERS, a_row(lines__0__unit_price="12.411", currency="USD", buyer__country="Russia")),
        422,
        "row_refused",
    )
    assert [(error["field"], error["code"]) for error in body["errors"]] == [
        ("buyer.country", "unknown_country"), ("lines.0.unit_price", "too_precise"),
    ]  # fmt: skip
    body = refused(host.post(ORDERS, a_row(lines__0__paid="1.00")), 400, "unknown_field")
    assert [error["field"] for error in body["errors"]] == ["lines.0.paid"]
    for odd in ([], [a_row()]):
        refused(host.post(ORDERS, odd), 400)
    refused(host.post(ORDERS, {}), 422)
    refused(host.post(ORDERS, '{"reference": NaN}', content_type="application/json"), 400)
    assert Order.objects.count() == 0


def test_the_same_key_is_one_order(host):
    first = host.post(ORDERS, a_row(), HTTP_IDEMPOTENCY_KEY="k1")
    second = host.post(ORDERS, a_row(), HTTP_IDEMPOTENCY_KEY="k1")
    assert (first.status_code, second.status_code, first.content) == (201, 201, second.content)
    refused(host.post(ORDERS, a_row(reference="A-2"), HTTP_IDEMPOTENCY_KEY="k1"), 422)
    assert Order.objects.count() == 1


def test_two_hosts_never_meet(host):
    mine = host.post(ORDERS, a_row()).json()["id"]
    other = client_of(world.person("other", INTEGRATOR))
    theirs = other.post(ORDERS, a_row())
    assert theirs.status_code == 201
    assert theirs.json()["id"] != mine
    refused(other.get(at(mine)), 404)


def test_an_old_order_is_over_and_can_be_disputed_no_more(clock):
    clock.move_to(moment("2026-11-22T10:00:00Z"))
    body = (
        client_of(world.person("host", INTEGRATOR))
        .post(ORDERS, shipped_row(shipments=[{**PARCEL, "delivered_at": CAME}]))
        .json()
    )
    assert body["protection"]["status"] == "over"
    assert body["protection"]["dispute"]["possible"] is False
    assert body["protection"]["dispute"]["until"] == "2026-04-04T00:00:00Z"


def names(serializer, path=""):
    """path → the names of its fields, through nested serializers and lists of them."""
    found = {path: set(serializer.fields)}
    for name, field in serializer.fields.items():
        inner = field.child if isinstance(field, serializers.ListSerializer) else field
        if isinstance(inner, serializers.Serializer):
            found |= names(inner, f"{path}.{name}".lstrip("."))
    return found


def test_the_document_tells_of_every_field_of_a_row():
    assert names(SentOrderSerializer()) == {path: set(fields) for path, fields in FIELDS.items()}


def test_a_promise_is_cut_to_the_policys_longest():
    order = world.an_order()
    body = client_of(seller(order)).post(at(order, "ship"), {"promised_by": "2027-01-01T00:00:00Z"}).json()
    assert moment(body["protection"]["ends_at"]) - order.placed_at == timedelta(days=60)
