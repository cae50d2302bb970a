"""A case through the API: its shape, each verb, who may do what, and what each reader never sees."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from disputes import facts
from disputes import services as disputes
from disputes.access import RULES
from disputes.models import Dispute
from marketplace.accounts.models import StoreMember
from marketplace.core.clock import sweep
from marketplace.core.policy import ProtectionPolicy
from marketplace.evidence.models import Evidence
from tests import crowd, invariants, world
from tests.api import claim, client_of, path, refused, seller
from tests.sanctions.imposing import imposed
from tests.world import DAY

pytestmark = pytest.mark.django_db
LIST = "/api/v1/disputes/"
FACTS = "The photos show a torn seam."
DECISION = {"outcome": "refunded", "reason_code": "quality.poor_workmanship", "facts": FACTS}


def a_file(owner, name: str, *, private: bool = False) -> Evidence:
    return Evidence.objects.create(
        owner=owner, name=name, private=private, content_type="image/jpeg", size=10, sha256=name.ljust(64, "-"),
        clean_type="image/jpeg", clean_size=9, clean_sha256="0" * 64, original_file=f"{name}.o", clean_file=f"{name}.c",
        created_at=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def order(clock):
    integrator = world.person("host", "integrator")
    found = world.shipped(integrator=integrator)
    clock.shift(11 * DAY)
    return found


@pytest.fixture
def dispute(order):
    return world.a_dispute(order)


@pytest.fixture
def mediator():
    return world.person("maria", "mediator", first_name="Maria", last_name="Realname")


def in_mediation(dispute, clock) -> Dispute:
    disputes.refuse_claim(dispute.pk, note="It was fine.", by=world.seller_of(dispute))
    clock.shift(7 * DAY)
    sweep()
    return Dispute.objects.get(pk=dispute.pk)


def read(user, dispute) -> dict:
    answer = client_of(user).get(path(dispute))
    assert answer.status_code == 200, answer.content
    return answer.json()


def do(user, dispute, verb: str, body: dict | None = None) -> dict:
    answer = client_of(user).post(path(dispute, verb), body)
    assert answer.status_code == 200, answer.content
    return answer.json()


def actions(body: dict) -> set[str]:
    return {each["action"] for each in body["available_actions"]}


# -- opening ----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("D-01", "D-04", "Z-05")
def test_opening_answers_with_the_case_of_the_contract(order):
    line = order.lines.get().public_id
    amount = {"amount": "5.00", "currency": "USD"}
    answer = client_of(order.buyer).post(LIST, claim(order, amount=amount))
    assert answer.status_code == 201
    body = answer.json()
    assert answer["ETag"] == f'"{body["id"]}:1"'
    assert answer["Location"].endswith(path(body["id"]))
    whole = {"amount": "11.73", "currency": "USD"}
    due = (order.shipped_at + 16 * DAY).isoformat().replace("+00:00", "Z")
    expected = {
        "order": order.public_id,
        "status": "awaiting_seller",
        "outcome": None,
        "lines": [{"line": line, "quantity": 1}],
        "claim": {
            "received": True,
            "reason": "quality.poor_workmanship",
            "remedy": "refund",
            "amount": amount,
            "description": world.DESCRIPTION,
            "revision": 1,
        },
        "refundable": whole,
        "offers": [],
        "due_at": due,
        "next_default": {
            "at": due,
            "action": "grant_claim",
            "waiting_for": "seller",
            "outcome": {"buyer": amount, "seller": {"amount": "6.73", "currency": "USD"}},
        },
        "available_actions": [
            {"action": "edit-claim", "until": due},
            {"action": "make-offer", "until": due},
            {"action": "cancel", "until": due},
            {"action": "cancel-conditionally", "until": due},
            {"action": "send-message", "until": None},
            {"action": "provide-evidence", "until": due},
        ],
        "evidence": [],
        "evidence_requests": [],
        "proposals": [],
        "return": None,
        "decision": None,
        "appeal": None,
        "refunds": [],
        "version": 1,
    }
    assert {name: body[name] for name in expected} == expected
    assert [event["action"] for event in body["events"]] == ["open"]
    assert client_of(order.buyer).get(path(body["id"])).json() == body


@pytest.mark.rule("D-08")
def test_a_second_dispute_on_the_line_is_409(order, dispute):
    body = refused(client_of(order.buyer).post(LIST, claim(order)), 409, "already_disputed")
    assert body["dispute"] == dispute.public_id


@pytest.mark.rule("D-09")
def test_a_restricted_buyer_is_403_with_the_sanction(order):
    until = timezone.now() + 5 * DAY
    sanction = imposed(order.buyer, "no_disputes", ends_at=until)
    body = refused(client_of(order.buyer).post(LIST, claim(order)), 403, "restricted")
    assert (body["sanction"], body["until"]) == (
        sanction.public_id,
        until.isoformat().replace("+00:00", "Z"),
    )


@pytest.mark.rule("D-01", "Z-01")
def test_only_the_buyer_opens(order):
    refused(client_of(seller(order)).post(LIST, claim(order)), 403, "forbidden")
    refused(client_of(order.integrator).post(LIST, claim(order)), 403, "forbidden")
    refused(client_of(world.person()).post(LIST, claim(order)), 404)


@pytest.mark.rule("D-03")
def test_in_the_country_is_too_early_with_the_moment(order):
    shipment = order.shipments.get()
    shipment.tracking_events.create(code="in_destination_country", at=timezone.now())
    body = claim(order, received=False, reason="not_received.no_tracking")
    answer = refused(client_of(order.buyer).post(LIST, body), 409, "too_early")
    near = order.protection_ends_at - 3 * DAY
    assert answer["possible_from"] == near.isoformat().replace("+00:00", "Z")


# -- each verb, to the end of the story -------------------------------------------------------------------------------


@pytest.mark.rule("N-04", "X-01", "X-03")
def test_accepting_pays_back_one_row_a_payment(clock):
    order = world.shipped(payments=(1000, 173))
    clock.shift(11 * DAY)
    dispute = world.a_dispute(order)
    body = do(seller(dispute), dispute, "accept-claim")
    assert (body["status"], body["outcome"], body["reached_by"]) == ("resolved", "refunded", "agreement")
    assert body["next_default"] is None
    assert body["available_actions"] == [{"action": "feedback", "until": None}]
    assert [row["amount"]["amount"] for row in body["refunds"]] == ["10.00", "1.73"]
    assert {row["status"] for row in body["refunds"]} == {"decided"}
    keys = {"id", "payment", "status", "amount", "expected", "decided_at", "sent_at", "confirmed_at"}
    keys |= {"late", "paid_by", "bank_reference"}
    assert all(row.keys() == keys for row in body["refunds"])
    refused(client_of(seller(dispute)).post(path(dispute, "accept-claim")), 409, "wrong_state")
    invariants.check_all()


@pytest.mark.rule("N-01", "N-06", "N-08")
def test_refusing_writing_and_cancelling(dispute):
    refused(client_of(seller(dispute)).post(path(dispute, "refuse-claim"), {"note": " "}), 422)
    body = do(seller(dispute), dispute, "refuse-claim", {"note": "It was fine."})
    assert body["status"] == "negotiation"
    body = do(dispute.buyer, dispute, "send-message", {"text": "It was not."})
    assert body["messages"][0]["text"] == "It was not."
    file = a_file(dispute.buyer, "seam")
    body = do(dispute.buyer, dispute, "provide-evidence", {"evidence": [file.public_id]})
    assert [(row["id"], row["by"]) for row in body["evidence"]] == [(file.public_id, "buyer")]
    assert do(dispute.buyer, dispute, "cancel")["status"] == "cancelled"


@pytest.mark.rule("T-01", "T-02", "T-03")
def test_the_goods_go_back(clock, order):
    dispute = world.a_dispute(order, remedy="return_and_refund")
    body = do(seller(dispute), dispute, "accept-claim")
    assert (body["status"], body["return"]["status"]) == ("awaiting_return", "awaiting_shipment")
    assert "ship-return" in actions(read(dispute.buyer, dispute))
    body = do(dispute.buyer, dispute, "ship-return", {"carrier": "Post", "tracking_number": "R1"})
    assert (body["status"], body["return"]["tracking_number"]) == ("return_in_transit", "R1")
    assert actions(read(order.integrator, dispute)) == {"return-events"}
    clock.shift(2 * DAY)
    body = do(
        order.integrator, dispute, "return-events", {"code": "delivered", "at": "2026-03-14T09:00:00+01:00"}
    )
    assert body["return"]["delivered_at"] == "2026-03-14T08:00:00Z"
    assert body["next_default"]["action"] == "confirm_return_by_silence"
    body = do(seller(dispute), dispute, "acknowledge-return")
    assert (body["outcome"], body["return"]["status"]) == ("returned_and_refunded", "confirmed")


@pytest.mark.rule("T-02")
def test_a_contested_return_goes_to_a_mediator(order):
    dispute = world.a_dispute(order, remedy="return_and_refund")
    do(seller(dispute), dispute, "accept-claim")
    do(dispute.buyer, dispute, "ship-return", {"carrier": "Post", "tracking_number": "R1"})
    refused(client_of(seller(dispute)).post(path(dispute, "contest-return"), {"code": "ugly"}), 422)
    body = do(seller(dispute), dispute, "contest-return", {"code": "damaged", "note": "The box is wet."})
    assert (body["status"], body["return"]["contested_for"]) == ("mediation", "damaged")
    assert body["next_default"] == {
        "at": body["due_at"],
        "action": None,
        "waiting_for": "mediator",
        "outcome": None,
    }


@pytest.mark.rule("M-02", "M-06", "M-07")
def test_a_mediator_takes_the_next_case_and_decides_it(clock, dispute, mediator):
    client = client_of(mediator)
    assert client.post(f"{LIST}next/").status_code == 204
    in_mediation(dispute, clock)
    body = client.post(f"{LIST}next/").json()
    assert body["id"] == dispute.public_id
    assert body["mediator"] == {"id": mediator.public_id, "name": "Maria Realname"}
    assert {"release", "adjudicate", "staff-cancel"} <= actions(body)
    assert "assign" in actions(do(mediator, dispute, "release"))
    do(mediator, dispute, "assign")
    body = do(mediator, dispute, "adjudicate", DECISION | {"note_to_parties": "Please be kind."})
    assert (body["status"], body["outcome"], body["reached_by"]) == ("resolved", "refunded", "decision")
    assert body["decision"]["facts"] == FACTS
    assert body["decision"]["amount"] == {"amount": "11.73", "currency": "USD"}
    refused(client_of(dispute.buyer).post(f"{LIST}next/"), 403)


@pytest.mark.rule("N-06")
def test_staff_cancel_with_a_reason_that_both_read(clock, dispute, mediator):
    refused(client_of(mediator).post(path(dispute, "staff-cancel"), {}), 422)
    do(mediator, dispute, "staff-cancel", {"reason": "Paid back elsewhere."})
    last = read(dispute.buyer, dispute)["events"][-1]
    assert (last["action"], last["by"], last["data"]) == (
        "staff-cancel",
        "mediator",
        {"note": "Paid back elsewhere."},
    )


@pytest.mark.rule("M-08")
def test_above_the_limit_nothing_is_told_before_a_second_mediator_approves(clock, mediator):
    order = world.shipped(prices=(60_000,))
    clock.shift(11 * DAY)
    dispute = in_mediation(world.a_dispute(order), clock)
    do(mediator, dispute, "assign")
    body = do(mediator, dispute, "adjudicate", DECISION)
    assert (body["status"], body["decision"]["needs_approval"], body["decision"]["approved"]) == (
        "awaiting_approval",
        True,
        None,
    )
    for party in (dispute.buyer, seller(dispute)):
        seen = read(party, dispute)
        assert seen["decision"] is None
        assert FACTS not in json.dumps(seen)
        assert seen["events"][-1] == {**seen["events"][-1], "action": "adjudicate", "data": {}}
    refused(client_of(mediator).post(path(dispute, "approve")), 403)
    second = world.person("", "lead_mediator")
    assert {"approve", "reject-approval"} <= actions(read(second, dispute))
    do(second, dispute, "reject-approval", {"note": "Look at the photo again."})
    assert "photo again" not in json.dumps(read(dispute.buyer, dispute))
    do(mediator, dispute, "adjudicate", DECISION)
    body = do(second, dispute, "approve")
    assert (body["status"], body["decision"]["approved"]) == ("resolved", True)
    assert read(dispute.buyer, dispute)["decision"]["facts"] == FACTS


@pytest.mark.rule("N-01", "Z-03")
def test_an_answer_at_the_deadline_is_too_late(clock, dispute):
    clock.shift(5 * DAY)
    body = refused(client_of(seller(dispute)).post(path(dispute, "accept-claim")), 409, "too_late")
    assert body["possible_until"] == dispute.due_at.isoformat().replace("+00:00", "Z")
    assert actions(read(seller(dispute), dispute)) == {"send-message"}


# -- who may ----------------------------------------------------------------------------------------------------------

#: verb → (body, who may at some time)
VERBS = {
    "accept-claim": ({}, {"seller"}),
    "refuse-claim": ({"note": "No."}, {"seller"}),
    "edit-claim": ({}, {"buyer"}),
    "make-offer": ({"remedy": "refund"}, {"buyer", "seller"}),
    "accept-offer": ({"offer": "ofr_x"}, {"buyer", "seller"}),
    "deny-offer": ({"offer": "ofr_x", "note": "No."}, {"buyer", "seller"}),
    "escalate": ({}, set()),  # not by hand under the default policy
    "cancel": ({}, {"buyer"}),
    "cancel-conditionally": ({"condition": "money"}, {"buyer"}),
    "resume": ({}, {"buyer"}),
    "send-message": ({"text": "Hello"}, {"buyer", "seller"}),
    "provide-evidence": ({"evidence": ["evd_x"]}, {"buyer", "seller"}),
    "ship-return": ({"tracking_number": "R1"}, {"buyer"}),
    "acknowledge-return": ({}, {"seller"}),
    "contest-return": ({"code": "damaged"}, {"seller"}),
    "return-events": ({"code": "delivered"}, {"integrator"}),
    "give-return-address": ({"country": "US", "lines": "Main Street 1"}, {"seller"}),
    "postage-receipt": ({"amount": {"amount": "1.00", "currency": "USD"}, "evidence": "evd_x"}, {"buyer"}),
    "ship-replacement": ({"tracking_number": "R1"}, {"seller"}),
    "replacement-events": ({"code": "delivered"}, {"integrator"}),
    "acknowledge-replacement": ({}, {"buyer"}),
    "contest-replacement": ({"note": "Broken, too."}, {"buyer"}),
    "require-evidence": ({"from": ["buyer"], "items": ["A photo"]}, set()),
    "close-evidence-requests": ({}, set()),
    "propose": ({"platform": {"reason_code": "evidence.insufficient", "facts": "So."}}, set()),
    "choose-proposal": ({"proposal": "prp_x"}, {"buyer"}),
    "assign": ({}, {"mediator", "lead"}),
    "release": ({}, {"lead"}),
    "adjudicate": (DECISION, set()),
    "approve": ({}, {"mediator", "lead"}),
    "reject-approval": ({"note": "No."}, {"mediator", "lead"}),
    "staff-cancel": ({"reason": "No."}, {"mediator", "lead"}),
}
#: they name something that is not there: that is said of the field
NAMES_NOTHING = {"accept-offer", "deny-offer", "choose-proposal"}
#: what the buyer may do before the seller has answered
OF_THE_BUYER = {
    "edit-claim",
    "make-offer",
    "cancel",
    "cancel-conditionally",
    "send-message",
    "provide-evidence",
}
ROLES = (
    "nobody",
    "buyer",
    "seller",
    "integrator",
    "mediator",
    "lead",
    "moderator",
    "other buyer",
    "other seller",
    "other host",
)


@pytest.fixture
def people(dispute):
    other = world.an_order(integrator=world.person("", "integrator"))
    return {
        "nobody": None,
        "buyer": dispute.buyer,
        "seller": seller(dispute),
        "integrator": dispute.integrator,
        "mediator": world.person("", "mediator"),
        "lead": world.person("", "lead_mediator"),
        "moderator": world.person("", "moderator"),
        "other buyer": other.buyer,
        "other seller": seller(other),
        "other host": other.integrator,
    }


@pytest.mark.rule("Z-01", "Z-04")
def test_each_verb_is_each_roles_or_refused(people, dispute):
    """Every verb by every role: allowed ones are never 401, 403 or 404; of the others nothing is written."""
    strangers = {"other buyer", "other seller", "other host"}
    for role in ROLES:
        client = client_of(people[role])
        for verb, (body, allowed) in VERBS.items():
            if role in allowed:
                continue
            wanted = 401 if role == "nobody" else 404 if role in strangers else 403
            for sent in (body, {}, {"state": "resolved"}):
                answer = client.post(path(dispute, verb), sent)
                assert answer.status_code == wanted, (role, verb, answer.content)
    found = Dispute.objects.get(pk=dispute.pk)
    assert (found.state, found.version) == ("awaiting_seller", 1)


@pytest.mark.rule("Z-01", "Z-05")
def test_available_actions_are_exactly_what_works(people, dispute):
    for role in ROLES[1:7]:
        offered = actions(read(people[role], dispute))
        assert offered <= VERBS.keys()
        for verb, (body, allowed) in VERBS.items():
            if role not in allowed or verb in offered or verb in NAMES_NOTHING:
                continue
            refused(client_of(people[role]).post(path(dispute, verb), body), 409)
    for role, wanted in (("buyer", OF_THE_BUYER), ("moderator", set())):
        assert actions(read(people[role], dispute)) == wanted


def test_every_human_verb_has_an_endpoint():
    by_hand = {verb for verb, rule in RULES.items() if rule.__name__ not in ("system_only", "stores_rule")}
    assert {facts.action_name(verb) for verb in by_hand} == VERBS.keys()


@pytest.mark.rule("M-02")
def test_a_mediator_who_is_the_buyer_is_the_buyer(dispute):
    from django.contrib.auth.models import Group

    dispute.buyer.groups.add(Group.objects.get(name="mediator"))
    assert actions(read(dispute.buyer, dispute)) == OF_THE_BUYER
    refused(client_of(dispute.buyer).post(path(dispute, "staff-cancel"), {"reason": "Mine."}), 403)


def test_rights_taken_away_hold_for_the_next_request(dispute):
    member = seller(dispute)
    client = client_of(member)
    assert client.get(path(dispute)).status_code == 200
    StoreMember.objects.filter(user=member).delete()
    refused(client.get(path(dispute)), 404)


# -- what each reader sees --------------------------------------------------------------------------------------------

KEYS = {
    "claims",
    "evidence_messages",
    "frozen_at",
    "replacement",
    "cancel_on",
    "id",
    "order",
    "status",
    "outcome",
    "reached_by",
    "buyer",
    "store",
    "mediator",
    "lines",
    "claim",
    "no_evidence_yet",
    "refundable",
    "due_at",
    "next_default",
    "available_actions",
    "return",
    "created_at",
    "ended_at",
    "version",
    "offers",
    "evidence",
    "evidence_requests",
    "proposals",
    "decision",
    "appeal",
    "appeals",
    "feedback",
    "refunds",
    "messages",
    "events",
}


@pytest.mark.rule("E-03")
def test_private_files_are_their_owners_and_the_mediators(people, dispute):
    a_file(dispute.buyer, "open")
    hidden = a_file(dispute.buyer, "hidden", private=True)
    shown = Evidence.objects.get(name="open")
    unclean = a_file(dispute.buyer, "unclean")
    Evidence.objects.filter(pk=unclean.pk).update(status="checking")
    ids = [file.public_id for file in (shown, hidden, unclean)]
    do(dispute.buyer, dispute, "provide-evidence", {"evidence": ids})
    seen = {role: {row["name"] for row in read(people[role], dispute)["evidence"]} for role in ROLES[1:7]}
    assert seen == {
        "buyer": {"open", "hidden", "unclean"},
        "seller": {"open"},
        "integrator": set(),
        "mediator": {"open", "hidden"},
        "lead": {"open", "hidden"},
        "moderator": set(),
    }


@pytest.mark.rule("Z-04")
def test_no_reader_learns_what_is_not_theirs(people, clock, dispute):
    do(dispute.buyer, dispute, "send-message", {"text": "A private word."})
    dispute = in_mediation(dispute, clock)
    holder = world.person("judge", "mediator", first_name="Judith", last_name="Fair")
    do(holder, dispute, "assign")
    for role in ROLES[1:7]:
        body = read(people[role], dispute)
        text = json.dumps(body)
        assert set(body) == KEYS, role
        assert "@" not in text, role
        assert "secret-pass" not in text
        if role in ("buyer", "seller", "integrator"):
            assert body["mediator"] is None
            assert "Judith" not in text
            assert holder.public_id not in text
            assert not actions(body) & {"assign", "release"}
            assert not {event["action"] for event in body["events"]} & {"assign", "release"}
        assert ("A private word." in text) == (role != "integrator")
    do(holder, dispute, "adjudicate", DECISION)
    assert "Judith" not in json.dumps(read(dispute.buyer, dispute))


# -- lists ------------------------------------------------------------------------------------------------------------


def found(user, **query) -> list[str]:
    answer = client_of(user).get(LIST, query)
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def test_filters(clock, order, dispute, mediator):
    other = world.shipped(buyer=dispute.buyer)
    clock.shift(11 * DAY)
    later = world.a_dispute(other)
    buyer, member = dispute.buyer, seller(dispute)
    assert found(buyer) == [later.public_id, dispute.public_id]
    assert found(buyer, role="buyer") == [later.public_id, dispute.public_id]
    assert found(buyer, role="seller") == found(buyer, role="staff") == []
    assert found(member, role="seller") == [dispute.public_id]
    assert found(mediator, role="staff") == [later.public_id, dispute.public_id]
    assert found(mediator, role="buyer") == []
    assert found(buyer, status="resolved") == []
    assert found(buyer, status="awaiting_seller") == [later.public_id, dispute.public_id]
    assert found(buyer, due_before=(dispute.due_at + timedelta(seconds=1)).isoformat()) == [dispute.public_id]
    assert found(buyer, due_before=dispute.due_at.isoformat()) == []
    title = order.lines.get().title
    for q in (dispute.public_id, order.public_id, order.reference, title, title.lower()):
        assert found(buyer, q=q) == [dispute.public_id], q
    assert found(buyer, q="%") == found(buyer, q="_hing") == []


@pytest.mark.parametrize(
    "query",
    [{"status": "x"}, {"role": "admin"}, {"due_before": "soon"}, {"due_before": "2026-01-01T00:00:00"}, {"q": "x" * 201}, {"q": "\x00"},
     {"due_before": "0001-01-01T00:00:00+14:00"}],
)  # fmt: skip
def test_filters_that_do_not_fit_are_422(dispute, query):
    refused(client_of(dispute.buyer).get(LIST, query), 422, "invalid")


def queries(assert_num, user, url: str) -> None:
    client = client_of(user)
    with assert_num:
        assert client.get(url).status_code == 200


@pytest.mark.parametrize("number", [crowd.FEW, crowd.MANY])
def test_a_list_costs_the_same_however_long(dispute, django_assert_num_queries, number):
    crowd.disputes(dispute, number - 1)
    client = client_of(dispute.buyer)
    with django_assert_num_queries(7):  # token, groups, stores, disputes, lines, lines of the order, offers
        assert len(client.get(LIST, {"page_size": 100}).json()["results"]) == min(number, 100)


@pytest.mark.parametrize("number", [crowd.FEW, crowd.MANY])
def test_a_case_costs_the_same_however_much_it_holds(clock, django_assert_num_queries, number):
    order = world.shipped(prices=(500,) * number)
    clock.shift(11 * DAY)
    dispute = world.a_dispute(order)
    disputes.send_message(dispute.pk, text="A message", by=world.buyer_of(dispute))
    file = a_file(dispute.buyer, "file")
    disputes.provide_evidence(dispute.pk, evidence=[file.public_id], by=world.buyer_of(dispute))
    crowd.talk(dispute, number)
    client = client_of(dispute.buyer)
    with django_assert_num_queries(19):
        assert len(client.get(path(dispute)).json()["events"]) == number + 3


# -- what the questionnaire needs ---------------------------------------------------------------------------------------


def options(user, order) -> dict:
    answer = client_of(user).get(f"/api/v1/orders/{order.public_id}/dispute-options/")
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.rule("D-02", "D-05", "D-06")
def test_the_options_say_what_opening_would(clock):
    order = world.shipped(prices=(1000, 500), shipping=(100, 0))
    body = options(order.buyer, order)
    reasons = {reason["code"]: reason for reason in body["reasons"]}
    start = (order.shipped_at + 10 * DAY).isoformat().replace("+00:00", "Z")
    assert reasons["quality.smell"]["window"]["from"] == start
    assert not reasons["quality.smell"]["window"]["possible"]
    assert reasons["payment.charged_twice"]["window"]["possible"]
    sums = {
        (code, remedy["remedy"]): remedy["at_most"]["amount"]
        for code, reason in reasons.items()
        for remedy in reason["remedies"]
    }
    assert sums["quality.smell", "refund"] == "15.00"
    assert sums["quality.smell", "return_and_refund"] == "16.00"
    assert sums["not_received.no_tracking", "refund"] == "16.00"
    assert sums["no_fault.unwanted", "return_and_refund"] == "15.00"
    assert ("not_received.no_tracking", "return_and_refund") not in sums
    assert ("no_fault.unwanted", "refund") not in sums
    clock.shift(10 * DAY)
    for code, remedy in list(sums):
        reason = {each["code"]: each for each in options(order.buyer, order)["reasons"]}[code]
        if not reason["window"]["possible"]:
            continue
        sent = claim(order, reason=code, remedy=remedy, received=reason["received"] is not False)
        with transaction.atomic():
            answer = client_of(order.buyer).post(LIST, sent)
            transaction.set_rollback(True)
        assert answer.status_code == 201, (code, remedy, answer.content)
        assert answer.json()["refundable"]["amount"] == sums[code, remedy]


@pytest.mark.rule("D-08", "D-09")
def test_the_options_say_what_stands_in_the_way(order, dispute):
    sanction = imposed(order.buyer, "no_disputes", why="Why.")
    body = options(order.buyer, order)
    assert (body["restriction"]["reason"], body["restriction"]["sanction"]) == ("Why.", sanction.public_id)
    assert [(line["possible"], line["dispute"]) for line in body["lines"]] == [(False, dispute.public_id)]
    refused(client_of(seller(order)).get(f"/api/v1/orders/{order.public_id}/dispute-options/"), 403)
    refused(client_of(world.person()).get(f"/api/v1/orders/{order.public_id}/dispute-options/"), 404)


@pytest.mark.parametrize("number", [crowd.FEW, crowd.MANY])
def test_the_options_cost_the_same_however_many_lines(clock, django_assert_num_queries, number):
    order = world.shipped(prices=(500,) * number)
    client = client_of(order.buyer)
    with django_assert_num_queries(9):
        client.get(f"/api/v1/orders/{order.public_id}/dispute-options/")


@pytest.mark.rule("D-10")
def test_a_draft_is_kept_for_its_buyer_alone(order):
    url = f"{LIST}drafts/{order.public_id}/"
    buyer = client_of(order.buyer)
    assert buyer.get(url).json() == {"order": order.public_id, "answers": {}, "saved_at": None}
    saved = buyer.put(url, {"answers": {"came": "yes", "what": "quality.not_working"}})
    assert saved.status_code == 200
    assert client_of(order.buyer).get(url).json() == saved.json()
    for client, status in [
        (client_of(seller(order)), 403),
        (client_of(world.person()), 404),
        (client_of(None), 401),
    ]:
        refused(client.get(url), status)
        refused(client.put(url, {"answers": {}}), status)
    for body in ({}, {"answers": []}, {"answers": {"came": "\x00"}}, {"answers": {"words": "x" * 30_000}}, {"answers": None},
                 {"answers": {"lines": "all"}}, {"answers": {"lines": {"a": "b"}}}, {"answers": {"what": {}}}, {"answers": {"evidence": 1}}):  # fmt: skip
        refused(buyer.put(url, body), 422)
    refused(buyer.put(url, {"answers": {}, "order": "ord_x"}), 400)
    refused(buyer.post(url, {}), 405)


# -- notices and policies ---------------------------------------------------------------------------------------------


@pytest.mark.rule("F-07")
def test_notices_are_their_readers_own(dispute):
    client = client_of(seller(dispute))
    for told in client.get("/api/v1/notifications/", {"unread": "true"}).json()["results"][1:]:
        client.post(f"/api/v1/notifications/{told['id']}/read/")
    [notice] = client.get("/api/v1/notifications/", {"unread": "true"}).json()["results"]
    assert (notice["case"], notice["needs_you"], notice["read_at"]) == (dispute.public_id, True, None)
    url = f"/api/v1/notifications/{notice['id']}/read/"
    read_at = client.post(url).json()["read_at"]
    assert read_at is not None
    assert client.post(url).json()["read_at"] == read_at
    assert client.get("/api/v1/notifications/", {"unread": "true"}).json()["results"] == []
    refused(client_of(dispute.buyer).post(url), 404)
    others = client_of(dispute.buyer).get("/api/v1/notifications/").json()["results"]
    assert notice["id"] not in {told["id"] for told in others}


@pytest.mark.rule("P-02")
def test_published_policies_are_listed_and_drafts_are_not():
    draft = ProtectionPolicy.objects.filter(name="default").first()
    from marketplace.core.publishing import draft_from

    draft_from(draft)
    rows = client_of(world.person()).get("/api/v1/policies/").json()["results"]
    assert {row["id"] for row in rows} == {"default.1", "classic.1"}
    assert {row["name"]: row["negotiation_days"] for row in rows} == {"default": 7, "classic": 15}
