"""Feedback at its doors: the page, the API, the desk and the records (A-06)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from disputes.feedback.models import Feedback
from disputes.models import Dispute
from marketplace.appeals import services as appeals
from marketplace.appeals.models import Appeal
from tests import world
from tests.api import client_of, path, refused
from tests.appeals.cases import FACTS, appealed, decided, held
from tests.disputes.desk_cases import many, queries_of
from tests.feedback.given import REASON, TEXT, final, lead, looked_at, poor, said

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A-06")]
DESK = "/admin/desk/feedback/"


@pytest.fixture
def dispute(clock: Any) -> Dispute:
    return final(clock)


def page(dispute: Dispute, rest: str = "") -> str:
    return f"/disputes/{dispute.public_id}/{rest}"


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def actions(body: dict[str, Any]) -> list[str]:
    return [each["action"] for each in body["available_actions"]]


# -- the page ------------------------------------------------------------------------------------------------------


def test_the_room_leads_to_the_form_and_the_form_to_what_follows(dispute: Dispute) -> None:
    buyer = browser(dispute.buyer)
    room = buyer.get(page(dispute)).content.decode()
    assert "How did we handle this?" in room
    assert page(dispute, "feedback/") in room
    form = buyer.get(page(dispute, "feedback/")).content.decode()
    assert form.count('type="radio"') == 20
    typed = {"rating": "1", "heard": "2", "text": TEXT}
    sent = buyer.post(page(dispute, "feedback/"), typed)
    assert (sent.status_code, sent["Location"]) == (302, page(dispute, "feedback/"))
    again = buyer.post(page(dispute, "feedback/"), {"rating": "5"})
    assert (again.status_code, Feedback.objects.get().rating) == (302, 1)
    after = buyer.get(page(dispute, "feedback/")).content.decode()
    assert "A lead mediator reads it" in after
    assert TEXT in after
    assert "2 of 5: Hardly" in after
    assert "What you told us about how we handled this" in buyer.get(page(dispute)).content.decode()
    seller = browser(dispute.store.members.get())
    assert TEXT not in seller.get(page(dispute, "feedback/")).content.decode()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"text": TEXT}, "How well did we handle this dispute?"),
        ({"rating": "9", "text": TEXT}, "9"),
        ({"rating": "1", "heard": "7", "text": TEXT}, "7"),
        ({"rating": "1", "text": TEXT + "x" * 1000}, "1000"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(
    dispute: Dispute, typed: dict[str, str], words: str
) -> None:
    answer = browser(dispute.buyer).post(page(dispute, "feedback/"), typed)
    shown = answer.content.decode()
    assert "There is a problem" in shown
    assert words in shown
    assert TEXT in shown
    assert not Feedback.objects.exists()


def test_before_the_end_the_page_says_so(clock: Any) -> None:
    open_one = many(clock, 1)[0]
    client = browser(open_one.buyer)
    for answer in (
        client.get(page(open_one, "feedback/")),
        client.post(page(open_one, "feedback/"), {"rating": "1"}),
    ):
        assert answer.status_code == 409
        assert "once the dispute has ended" in answer.content.decode()
    assert "How did we handle this?" not in client.get(page(open_one)).content.decode()


def test_it_is_nobody_elses(dispute: Dispute) -> None:
    for user, status in ((world.person(), 404), (world.staff("", "mediator"), 403), (lead(), 403)):
        assert browser(user).get(page(dispute, "feedback/")).status_code == status
        assert browser(user).post(page(dispute, "feedback/"), {"rating": "1"}).status_code == status
    assert not Feedback.objects.exists()


def test_after_the_time_to_appeal_its_page_leads_here(dispute: Dispute) -> None:
    client = browser(dispute.buyer)
    over = client.get(page(dispute, "appeal/"))
    assert over.status_code == 410
    assert page(dispute, "feedback/") in over.content.decode()
    said(dispute)
    assert "See what follows" in client.get(page(dispute, "appeal/")).content.decode()


def test_within_the_time_to_appeal_the_form_says_that_this_comes_first(clock: Any) -> None:
    dispute = decided(clock)
    shown = browser(dispute.buyer).get(page(dispute, "feedback/")).content.decode()
    assert "Then ask for a review first" in shown


@pytest.mark.rule("A-05")
def test_the_answer_to_an_appeal_asks_whether_it_was_fair(clock: Any) -> None:
    dispute = decided(clock)
    appeal, by = held(appealed(dispute))
    buyer = browser(dispute.buyer)
    question = "Did you understand what we did, and why?"
    assert question not in buyer.get(page(dispute, "appeal/result/")).content.decode()
    appeals.decide(appeal.pk, outcome="upheld", facts=FACTS, by=by)
    shown = buyer.get(page(dispute, "appeal/result/")).content.decode()
    assert question in shown
    assert f'action="{page(dispute, "feedback/")}"' in shown
    said(dispute)
    assert question not in buyer.get(page(dispute, "appeal/result/")).content.decode()


@pytest.mark.rule("A-05")
def test_the_second_look_stands_in_the_room_and_its_answer_too(clock: Any) -> None:
    feedback = poor(clock)
    dispute, look = feedback.dispute, looked_at(feedback)
    people = [browser(dispute.buyer), browser(dispute.store.members.get())]
    for client in people:
        room = client.get(page(dispute)).content.decode()
        assert "We look at this dispute a second time." in room
        assert "A second look was opened" in room
        result = client.get(page(dispute, f"appeal/result/?appeal={look.public_id}")).content.decode()
        assert "A lead mediator wants this case looked at a second time." in result
    assert "See where it stands" in people[0].get(page(dispute, "feedback/")).content.decode()
    taken, by = held(look)
    appeals.decide(taken.pk, outcome="upheld", facts=FACTS, by=by)
    for client in people:
        assert "View result" in client.get(page(dispute)).content.decode()
        assert FACTS in client.get(page(dispute, "appeal/result/")).content.decode()


# -- the API -------------------------------------------------------------------------------------------------------


def test_the_api_offers_it_once_the_dispute_has_ended_and_then_shows_it_to_its_side_alone(
    clock: Any,
) -> None:
    open_one = many(clock, 1)[0]
    assert "feedback" not in actions(client_of(open_one.buyer).get(path(open_one)).json())
    refused(
        client_of(open_one.buyer).post(path(open_one, "feedback"), {"rating": 1}, format="json"),
        409,
        "wrong_state",
    )
    dispute = final(clock)
    client = client_of(dispute.buyer)
    assert "feedback" in actions(client.get(path(dispute)).json())
    answer = client.post(path(dispute, "feedback"), {"rating": 2, "text": TEXT, "heard": 1}, format="json")
    assert answer.status_code == 200, answer.content
    feedback = Feedback.objects.get()
    own = {"id": feedback.public_id, "rating": 2, "status": "waiting"}
    assert answer.json()["feedback"] == own
    assert "feedback" not in actions(answer.json())
    refused(
        client.post(path(dispute, "feedback"), {"rating": 5, "text": ""}, format="json"), 409, "wrong_state"
    )
    for other in (dispute.store.members.get(), lead()):
        assert client_of(other).get(path(dispute)).json()["feedback"] is None


def test_the_same_key_gives_the_same_answer_and_one_feedback(dispute: Dispute) -> None:
    client = client_of(dispute.buyer)
    sent = [
        client.post(
            path(dispute, "feedback"), {"rating": 2, "text": TEXT}, format="json", HTTP_IDEMPOTENCY_KEY="one"
        )
        for _ in range(2)
    ]
    assert [each.status_code for each in sent] == [200, 200]
    assert sent[0].content == sent[1].content
    assert Feedback.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        ({}, 422, ["rating"]),
        ({"rating": 0}, 422, ["rating"]),
        ({"rating": 6}, 422, ["rating"]),
        ({"rating": "good"}, 422, ["rating"]),
        ({"rating": 10**30}, 422, ["rating"]),
        ({"rating": 1, "text": "x" * 1001}, 422, ["text"]),
        ({"rating": 1, "text": 5}, 422, ["text"]),
        ({"rating": 1, "heard": 9}, 422, ["heard"]),
        ({"rating": 1, "stars": 5}, 400, None),
    ],
)
def test_the_api_says_what_does_not_fit(
    dispute: Dispute, body: dict[str, Any], status: int, fields: list[str] | None
) -> None:
    answer = refused(client_of(dispute.buyer).post(path(dispute, "feedback"), body, format="json"), status)
    if fields:
        assert [each["field"] for each in answer["errors"]] == fields
    assert not Feedback.objects.exists()


def test_whoever_is_no_side_is_refused_in_the_api(dispute: Dispute) -> None:
    for user, status in ((world.person(), 404), (world.staff("", "mediator"), 403), (lead(), 403)):
        refused(client_of(user).post(path(dispute, "feedback"), {"rating": 1}, format="json"), status)
    old = {"HTTP_IF_MATCH": f'"{dispute.public_id}:{dispute.version - 1}"'}
    refused(
        client_of(dispute.buyer).post(path(dispute, "feedback"), {"rating": 1}, format="json", **old), 412
    )
    assert not Feedback.objects.exists()


def test_a_lead_does_both_acts_through_the_api(clock: Any) -> None:
    first, second = poor(clock), poor(clock)
    client, at = client_of(lead()), "/api/v1/feedback/"
    waiting = client.get(f"{at}?status=waiting").json()["results"]
    assert {each["id"] for each in waiting} == {first.public_id, second.public_id}
    assert actions(waiting[0]) == ["open-second-look", "set-aside"]
    opened = client.post(f"{at}{first.public_id}/open-second-look/", {}, format="json")
    assert (opened.status_code, opened.json()["status"]) == (200, "second_look")
    refused(client.post(f"{at}{first.public_id}/open-second-look/", {}, format="json"), 409, "wrong_state")
    refused(client.post(f"{at}{second.public_id}/set-aside/", {"reason": ""}, format="json"), 422)
    aside = client.post(f"{at}{second.public_id}/set-aside/", {"reason": REASON}, format="json")
    assert (aside.json()["status"], aside.json()["reason"]) == ("set_aside", REASON)
    own = client_of(second.dispute.buyer).get(f"{at}{second.public_id}/").json()
    assert (own["reason"], own["available_actions"]) == (REASON, [])


@pytest.mark.rule("F-02")
def test_mediators_and_the_other_side_find_nothing_in_the_api(clock: Any) -> None:
    feedback = poor(clock)
    people = (feedback.dispute.store.members.get(), world.staff("", "mediator"), world.staff("", "moderator"))
    for user in people:
        client = client_of(user)
        assert client.get("/api/v1/feedback/").json()["results"] == []
        for rest in ("", "set-aside/", "open-second-look/"):
            call = client.post if rest else client.get
            assert call(f"/api/v1/feedback/{feedback.public_id}/{rest}", format="json").status_code == 404


# -- the desk ------------------------------------------------------------------------------------------------------


def test_a_lead_reads_what_waits_and_opens_a_second_look(clock: Any) -> None:
    feedback, who = poor(clock), lead()
    desk = browser(who)
    assert "Feedback (1)" in desk.get("/admin/desk/").content.decode()
    listed = desk.get(DESK).content.decode()
    assert feedback.public_id in listed
    assert "1 of 5: Very bad" in listed
    assert "Buyers who got nothing back" in listed
    shown = desk.get(f"{DESK}{feedback.public_id}/").content.decode()
    assert TEXT in shown
    assert feedback.dispute.decisions.get().mediator.shown_name in shown
    answer = desk.post(f"{DESK}{feedback.public_id}/second-look/")
    assert (answer.status_code, answer["Location"]) == (302, DESK)
    assert Appeal.objects.get().kind == "second_look"
    again = desk.post(f"{DESK}{feedback.public_id}/second-look/")
    assert again.status_code == 409
    assert "No poor feedback waits" in desk.get(DESK).content.decode()
    assert "A second look was opened" in desk.get(f"{DESK}?tab=handled").content.decode()


def test_setting_aside_needs_a_reason_and_keeps_what_was_typed(clock: Any) -> None:
    feedback = poor(clock)
    desk, at = browser(lead()), f"{DESK}{feedback.public_id}/set-aside/"
    assert desk.post(at, {"reason": ""}).status_code == 422
    stale = desk.post(at, {"reason": REASON, "version": feedback.version + 1})
    assert stale.status_code == 409
    assert REASON in stale.content.decode()
    assert desk.post(at, {"reason": REASON, "version": feedback.version}).status_code == 302
    assert REASON in desk.get(f"{DESK}{feedback.public_id}/").content.decode()
    page_of_buyer = browser(feedback.dispute.buyer).get(page(feedback.dispute, "feedback/"))
    assert REASON in page_of_buyer.content.decode()


def test_while_it_can_be_appealed_the_desk_says_until_when(clock: Any) -> None:
    dispute = decided(clock)
    feedback = said(dispute)
    desk = browser(lead())
    shown = desk.get(f"{DESK}{feedback.public_id}/").content.decode()
    assert "It can be appealed until:" in shown
    assert "Open a second look" not in shown
    assert desk.post(f"{DESK}{feedback.public_id}/second-look/").status_code == 409
    assert not Appeal.objects.exists()


def test_whoever_had_a_part_or_is_no_lead_is_kept_out_of_it(clock: Any) -> None:
    decider = lead()
    feedback = said(final(clock, by=decider))
    for user in (decider, world.staff("", "mediator"), world.staff("", "moderator")):
        desk = browser(user)
        assert desk.get(f"{DESK}{feedback.public_id}/").status_code == 403
        assert desk.post(f"{DESK}{feedback.public_id}/second-look/").status_code == 403
        assert desk.post(f"{DESK}{feedback.public_id}/set-aside/", {"reason": REASON}).status_code == 403
    assert feedback.public_id not in browser(decider).get(DESK).content.decode()
    assert browser(world.staff("", "mediator")).get(DESK).status_code == 403
    assert Feedback.objects.get().state == "waiting"
    assert client_of(decider).get("/api/v1/feedback/").json()["results"] == []
    assert client_of(decider).get(f"/api/v1/feedback/{feedback.public_id}/").status_code == 404


def test_the_record_is_for_leads_and_superusers_who_had_no_part(clock: Any) -> None:
    decider = lead()
    feedback = said(final(clock, by=decider))
    dispute = feedback.dispute
    another, above = lead(), world.staff("", is_superuser=True)

    def finds(user: Any) -> bool:
        return feedback.public_id in browser(user).get("/admin/feedback/feedback/").content.decode()

    assert finds(another)
    assert finds(above)
    assert not finds(decider)
    world.promote(dispute.buyer, "lead_mediator")
    assert not finds(dispute.buyer), "their own stands in their case"
    seller = dispute.store.members.get()
    world.promote(seller, "moderator")
    seller.is_superuser = True
    seller.save()
    assert not finds(seller)


def test_the_record_is_read_only_and_leads_to_the_desk(clock: Any) -> None:
    feedback = poor(clock)
    shown = browser(lead()).get(f"/admin/feedback/feedback/{feedback.public_id}/change/").content.decode()
    assert f"{DESK}{feedback.public_id}/" in shown
    assert TEXT in shown
    assert 'name="rating"' not in shown


# -- how much it costs ---------------------------------------------------------------------------------------------


def test_lists_cost_the_same_however_long(clock: Any) -> None:
    who, counts = lead(), []
    for number in (2, 4):
        for _ in range(number):
            poor(clock)
        desk, client = browser(who), client_of(who)  # a session does not live so long
        client.get("/api/v1/feedback/")
        counts.append((queries_of(desk, DESK), queries_of(client, "/api/v1/feedback/?page_size=100")))
    assert counts[0] == counts[1]
    assert max(counts[1]) <= 12


def test_the_room_costs_the_same_with_feedback_and_without(clock: Any) -> None:
    dispute = final(clock)
    client = browser(dispute.buyer)
    before = queries_of(client, page(dispute))
    said(dispute)
    assert queries_of(client, page(dispute)) <= before
