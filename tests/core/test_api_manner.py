"""The manner of the API (api.md section 1): problems, strict bodies, cursors, versions, and one answer a key."""

from __future__ import annotations

import base64
import json
import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from disputes.models import Dispute, DisputeEvent
from marketplace.core.models import IdempotentAnswer
from marketplace.payments.models import Refund
from tests import world
from tests.api import claim, client_of, path, refused, seller
from tests.world import DAY

pytestmark = pytest.mark.django_db
DISPUTES = "/api/v1/disputes/"


@pytest.fixture
def order(clock):
    found = world.shipped()
    clock.shift(11 * DAY)
    return found


@pytest.fixture
def dispute(order):
    return world.a_dispute(order)


@pytest.fixture
def buyer(order):
    return client_of(order.buyer)


# -- problems -------------------------------------------------------------------------------------------------------


def test_nobody_is_401_and_told_how(dispute):
    for url in (DISPUTES, path(dispute), path(dispute, "cancel")):
        answer = APIClient().get(url)
        refused(answer, 401, "not_authenticated")
        assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.rule("Z-04")
def test_what_is_not_yours_and_what_is_not_there_are_the_same_bytes(dispute):
    stranger = client_of(world.person())
    theirs = stranger.get(path(dispute))
    nothing = stranger.get(path("dsp_" + "a" * 26))
    no_address = stranger.get("/api/v1/nothing/here/")
    refused(theirs, 404, "not_found")
    assert theirs.content == nothing.content == no_address.content
    for verb in ("cancel", "accept-claim", "adjudicate", "assign"):
        assert stranger.post(path(dispute, verb), {}).content == theirs.content


@pytest.mark.parametrize(
    "public_id", ["1", "dsp_", "dsp_%00", "dsp_A", "%F0%9F%98%80", "dsp_" + "a" * 400, "..%2f", "dsp_'--"]
)
def test_odd_ids_are_404(buyer, public_id):
    assert buyer.get(f"{DISPUTES}{public_id}/").status_code == 404


def test_methods_that_an_address_does_not_take_are_405(buyer, dispute):
    for method, url in [
        ("put", DISPUTES),
        ("delete", path(dispute)),
        ("get", path(dispute, "cancel")),
        ("options", DISPUTES),
    ]:
        refused(getattr(buyer, method)(url), 405, "method_not_allowed")


def test_too_much_is_413_and_another_kind_415(buyer, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    refused(buyer.post(DISPUTES, {"description": "x" * 1000}), 413, "too_large")
    refused(
        buyer.post(DISPUTES, "a=b", content_type="application/x-www-form-urlencoded"),
        415,
        "unsupported_media_type",
    )


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "nonsense", ""])
def test_the_answer_is_json_whatever_was_accepted(buyer, accept):
    assert buyer.get(DISPUTES, HTTP_ACCEPT=accept)["Content-Type"] == "application/json"


def test_a_fault_of_ours_is_a_problem_too(settings, client):
    from marketplace.core import problems

    request = type("Request", (), {"path": "/api/v1/x/"})()
    answer = problems.server_error(request)
    assert (answer.status_code, answer["Content-Type"]) == (500, problems.MEDIA_TYPE)
    assert json.loads(answer.content)["code"] == "server_error"


def test_a_page_that_is_not_there_is_still_a_page(client):
    answer = client.get("/nothing/")
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


@pytest.mark.rule("D-02", "Z-05")
def test_too_early_says_from_when(clock):
    order = world.shipped()
    body = refused(client_of(order.buyer).post(DISPUTES, claim(order)), 409, "too_early")
    assert body["possible_from"] == (order.shipped_at + 10 * DAY).isoformat().replace("+00:00", "Z")


@pytest.mark.rule("D-02")
def test_too_late_says_until_when(clock):
    order = world.shipped()
    clock.shift(45 * DAY)
    body = refused(client_of(order.buyer).post(DISPUTES, claim(order)), 409, "too_late")
    assert body["possible_until"] == (order.protection_ends_at + 15 * DAY).isoformat().replace("+00:00", "Z")


# -- strict bodies --------------------------------------------------------------------------------------------------

NUL, HALF = "\x00", "\ud800"
#: (what, raw body or changes to a good claim, status)
NASTY = [
    ("no json", b"{", 400),
    ("cut off", b'{"order": ', 400),
    ("not utf-8", b'{"order": "\xff\xfe"}', 400),
    ("utf-16", '{"order": "a"}'.encode("utf-16"), 400),
    ("nan", b'{"order": NaN}', 400),
    ("infinity", b'{"amount": -Infinity}', 400),
    ("deep", b"[" * 100_000, 400),
    ("deep objects", b'{"a":' * 100_000, 400),
    ("an endless number", b'{"order": ' + b"9" * 10_000 + b"}", 400),
    ("a list", b"[]", 400),
    ("a number", b"1", 400),
    ("a text", b'"claim"', 400),
    ("null", b"null", 400),
    ("true", b"true", 400),
    ("empty", b"", 422),
    ("empty object", b"{}", 422),
    ("unknown field", {"state": "resolved"}, 400),
    ("unknown field, private", {"held": 1, "mediator": 2, "version": 9}, 400),
    ("unknown field in a line", {"lines": [{"line": "lin_x", "quantity": 1, "price": 1}]}, 400),
    ("unknown field in money", {"amount": {"amount": "1.00", "currency": "USD", "to": "me"}}, 400),
    ("__proto__", {"__proto__": {}}, 400),
    ("lines null", {"lines": None}, 422),
    ("lines text", {"lines": "all"}, 422),
    ("lines empty", {"lines": []}, 422),
    ("lines of numbers", {"lines": [1, 2]}, 422),
    ("lines object", {"lines": {"line": "a", "quantity": 1}}, 422),
    ("line number", {"lines": [{"line": 5, "quantity": 1}]}, 422),
    ("quantity zero", {"lines": [{"line": "lin_x", "quantity": 0}]}, 422),
    ("quantity negative", {"lines": [{"line": "lin_x", "quantity": -1}]}, 422),
    ("quantity huge", {"lines": [{"line": "lin_x", "quantity": 2**63}]}, 422),
    ("quantity part", {"lines": [{"line": "lin_x", "quantity": 1.5}]}, 422),
    ("quantity true", {"lines": [{"line": "lin_x", "quantity": True}]}, 422),
    ("quantity list", {"lines": [{"line": "lin_x", "quantity": [1]}]}, 422),
    ("quantity inf", b'{"lines": [{"line": "lin_x", "quantity": 1e400}]}', 422),
    ("line unknown", {"lines": [{"line": "lin_x", "quantity": 1}]}, 422),
    ("line with nul", {"lines": [{"line": f"lin{NUL}", "quantity": 1}]}, 422),
    ("received text", {"received": "perhaps"}, 422),
    ("received null", {"received": None}, 422),
    ("received list", {"received": [True]}, 422),
    ("reason unknown", {"reason": "none.such"}, 422),
    ("reason list", {"reason": ["quality.smell"]}, 422),
    ("reason object", {"reason": {}}, 422),
    ("remedy unknown", {"remedy": "gold"}, 422),
    ("remedy number", {"remedy": 1}, 422),
    ("amount number", {"amount": 5}, 422),
    ("amount text", {"amount": "5.00"}, 422),
    ("amount list", {"amount": ["5.00", "USD"]}, 422),
    ("amount true", {"amount": True}, 422),
    ("amount without currency", {"amount": {"amount": "5.00"}}, 422),
    ("amount float", {"amount": {"amount": 5.0, "currency": "USD"}}, 422),
    ("amount nan", {"amount": {"amount": "NaN", "currency": "USD"}}, 422),
    ("amount exponent", {"amount": {"amount": "1e2", "currency": "USD"}}, 422),
    ("amount negative", {"amount": {"amount": "-1.00", "currency": "USD"}}, 422),
    ("amount zero", {"amount": {"amount": "0.00", "currency": "USD"}}, 422),
    ("amount too precise", {"amount": {"amount": "1.001", "currency": "USD"}}, 422),
    ("amount huge", {"amount": {"amount": "9" * 400, "currency": "USD"}}, 422),
    ("amount in other digits", {"amount": {"amount": "۱۰", "currency": "USD"}}, 422),
    ("amount spaced", {"amount": {"amount": " 1.00", "currency": "USD"}}, 422),
    ("amount over the ceiling", {"amount": {"amount": "999.00", "currency": "USD"}}, 422),
    ("currency other", {"amount": {"amount": "1.00", "currency": "EUR"}}, 422),
    ("currency unknown", {"amount": {"amount": "1.00", "currency": "ZZZ"}}, 422),
    ("currency list", {"amount": {"amount": "1.00", "currency": ["USD"]}}, 422),
    ("currency nul", {"amount": {"amount": "1.00", "currency": NUL}}, 422),
    ("description number", {"description": 5}, 422),
    ("description null", {"description": None}, 422),
    ("description short", {"description": "bad"}, 422),
    ("description long", {"description": "x" * 2001}, 422),
    ("description with nul", {"description": f"{world.DESCRIPTION}{NUL}"}, 422),
    ("description with half a pair", {"description": f"{world.DESCRIPTION}{HALF}"}, 422),
    ("evidence text", {"evidence": "evd_x"}, 422),
    ("evidence unknown", {"evidence": ["evd_x"]}, 422),
    ("evidence numbers", {"evidence": [1]}, 422),
    ("evidence nul", {"evidence": [NUL]}, 422),
    ("evidence null", {"evidence": None}, 422),
    ("order number", {"order": 5}, 422),
    ("order list", {"order": []}, 422),
    ("order nul", {"order": NUL}, 422),
    ("order half a pair", {"order": HALF}, 422),
    ("order unknown", {"order": "ord_x"}, 404),
    ("order empty", {"order": ""}, 422),
]


@pytest.mark.rule("D-04", "D-06")
@pytest.mark.parametrize(("what", "sent", "status"), NASTY, ids=[row[0] for row in NASTY])
def test_what_does_not_fit_is_refused_and_nothing_is_written(buyer, order, what, sent, status):
    body = sent if isinstance(sent, bytes) else json.dumps(claim(order, **sent)).encode()
    answer = buyer.post(DISPUTES, body, content_type="application/json")
    found = refused(answer, status)
    if status == 422:
        assert found["errors"], found
    assert not Dispute.objects.exists()


def test_the_field_is_named_with_dots(buyer, order):
    lines = [{"line": order.lines.get().public_id, "quantity": "many"}]
    body = refused(buyer.post(DISPUTES, claim(order, lines=lines, reason="x")), 422, "invalid")
    assert {error["field"] for error in body["errors"]} == {"lines.0.quantity", "reason"}
    unknown = claim(order, lines=[{"line": "x", "quantity": 1, "price": 1}])
    body = refused(buyer.post(DISPUTES, unknown), 400, "unknown_field")
    assert [error["field"] for error in body["errors"]] == ["lines.price"]


@pytest.mark.parametrize("verb", ["cancel", "send-message", "provide-evidence"])
@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{",
        b'{"x": 1}',
        b'{"text": {}}',
        b'{"evidence": {}}',
        b'{"text": "\\u0000"}',
        b'{"text": "\\ud800"}',
        b"1e999",
    ],
)
def test_verbs_take_only_what_they_know(buyer, dispute, verb, body):
    answer = buyer.post(path(dispute, verb), body, content_type="application/json")
    refused(answer, answer.status_code)
    assert answer.status_code in (400, 422)
    assert Dispute.objects.get().state == "awaiting_seller"


# -- versions -------------------------------------------------------------------------------------------------------


@pytest.mark.rule("Z-05")
def test_acting_on_an_old_version_is_412(dispute):
    client = client_of(seller(dispute))
    seen = client.get(path(dispute))
    assert seen["ETag"] == f'"{dispute.public_id}:1"'
    client_of(dispute.buyer).post(path(dispute, "send-message"), {"text": "Hello?"})
    refused(client.post(path(dispute, "accept-claim"), HTTP_IF_MATCH=seen["ETag"]), 412, "version_changed")
    for tag in ('"x"', '"dsp_x:2"', "nonsense", '"a:1", "b:2"', f'"{dispute.public_id}:{"9" * 30}"'):
        refused(client.post(path(dispute, "accept-claim"), HTTP_IF_MATCH=tag), 412)
    again = client.get(path(dispute))["ETag"]
    done = client.post(path(dispute, "accept-claim"), HTTP_IF_MATCH=again)
    assert (done.status_code, done["ETag"]) == (200, f'"{dispute.public_id}:3"')


# -- lists ----------------------------------------------------------------------------------------------------------


def test_pages_neither_repeat_nor_skip(clock):
    buyer = world.person()
    orders = [world.shipped(buyer=buyer) for _ in range(7)]
    clock.shift(11 * DAY)
    opened = [world.a_dispute(order).public_id for order in orders]  # all at the same moment
    client = client_of(buyer)
    seen, url = [], f"{DISPUTES}?page_size=3"
    while url:
        body = client.get(url).json()
        assert body.keys() == {"next", "previous", "results"}
        seen += [row["id"] for row in body["results"]]
        last, url = body, body["next"]
    assert seen == sorted(opened, reverse=True)
    assert [row["id"] for row in client.get(last["previous"]).json()["results"]] == seen[3:6]


def made_up(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


NOW = "2026-03-01T10:00:00+00:00"
MADE_UP = [
    made_up(row)
    for row in (
        [">", NOW, "\x00"],
        [">", NOW, 5],
        ["=", NOW, "a"],
        [">", NOW[:-6], "a"],
        [">", "2026-99-01T10:00:00Z", "a"],
    )
]


def test_a_page_has_at_most_100_rows_and_cursors_are_ours(buyer):
    assert buyer.get(f"{DISPUTES}?page_size=1000").status_code == 200
    for size in ("0", "-1", "x", "1.5", "", "9" * 30, "%00"):
        refused(buyer.get(f"{DISPUTES}?page_size={size}"), 422)
    for cursor in ("", "x", "%00", "é", made_up(1), made_up([]), made_up([">", "now", "a"]), *MADE_UP):
        refused(buyer.get(DISPUTES, {"cursor": cursor}), 400, "invalid_cursor")


# -- one answer a key -----------------------------------------------------------------------------------------------


def test_the_same_key_gives_the_same_answer_and_one_effect(buyer, order):
    body = claim(order)
    first = buyer.post(DISPUTES, body, HTTP_IDEMPOTENCY_KEY="k1")
    second = buyer.post(DISPUTES, dict(reversed(body.items())), HTTP_IDEMPOTENCY_KEY="k1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    for header in ("ETag", "Location", "Content-Type"):
        assert first[header] == second[header]
    assert second["Idempotent-Replayed"] == "true"
    assert Dispute.objects.count() == 1


def test_the_key_with_another_body_or_address_is_422(buyer, order):
    buyer.post(DISPUTES, claim(order), HTTP_IDEMPOTENCY_KEY="k1")
    other = buyer.post(DISPUTES, claim(order, remedy="return_and_refund"), HTTP_IDEMPOTENCY_KEY="k1")
    refused(other, 422, "idempotency_key_reused")
    dispute = Dispute.objects.get()
    refused(buyer.post(path(dispute, "cancel"), HTTP_IDEMPOTENCY_KEY="k1"), 422, "idempotency_key_reused")
    assert Dispute.objects.get().state == "awaiting_seller"


def test_refusals_are_remembered_and_keys_are_each_persons_own(clock):
    order = world.shipped()
    buyer = client_of(order.buyer)
    first = buyer.post(DISPUTES, claim(order), HTTP_IDEMPOTENCY_KEY="k")
    refused(first, 409, "too_early")
    clock.shift(11 * DAY)
    with time_machine.travel(timezone.now() - timedelta(days=10, hours=2), tick=False):
        assert buyer.post(DISPUTES, claim(order), HTTP_IDEMPOTENCY_KEY="k").content == first.content
    assert client_of(world.person()).post(DISPUTES, claim(order), HTTP_IDEMPOTENCY_KEY="k").status_code == 404
    assert (
        buyer.post(DISPUTES, claim(order), HTTP_IDEMPOTENCY_KEY="k").status_code == 201
    )  # 24 h have gone by
    assert IdempotentAnswer.objects.filter(user=order.buyer).count() == 1


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "ключ"])
def test_a_key_is_visible_ascii(buyer, order, key):
    refused(buyer.post(DISPUTES, claim(order), HTTP_IDEMPOTENCY_KEY=key), 400, "idempotency_key_invalid")


def test_a_fault_of_ours_is_not_remembered(buyer, order, monkeypatch):
    from disputes.api import cases

    def broken(*args, **kwargs):
        raise RuntimeError("a fault")

    buyer.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr(cases.services, "open_dispute", broken)
        refused(buyer.post(DISPUTES, claim(order), HTTP_IDEMPOTENCY_KEY="k"), 500, "server_error")
    assert not IdempotentAnswer.objects.exists()
    assert buyer.post(DISPUTES, claim(order), HTTP_IDEMPOTENCY_KEY="k").status_code == 201


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_many_at_once_with_one_key_are_one_dispute_and_one_answer():
    with time_machine.travel(timezone.now() - 11 * DAY):
        order = world.shipped()
    client, body = client_of(order.buyer), claim(order)
    answers = at_once(6, lambda: client.post(DISPUTES, body, HTTP_IDEMPOTENCY_KEY="k"))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert Dispute.objects.count() == 1


@pytest.mark.race
@pytest.mark.rule("N-04")
@pytest.mark.django_db(transaction=True)
def test_many_at_once_without_a_key_have_one_winner():
    with time_machine.travel(timezone.now() - 11 * DAY):
        order = world.shipped()
    dispute = world.a_dispute(order)
    client = client_of(seller(dispute))
    answers = at_once(6, lambda: client.post(path(dispute, "accept-claim")))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    assert Refund.objects.count() == 1
    assert DisputeEvent.objects.filter(verb="accept_claim").count() == 1


def at_once(number: int, act):
    """What `number` threads got that did it at the same moment."""
    ready, answers = threading.Barrier(number), []

    def one():
        try:
            ready.wait()
            answers.append(act())
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == number
    return answers
