"""A review as the dispute shows it: API, room, pages, mail, and two taps at once (A-01, A-05)."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from disputes.models import Dispute
from marketplace.appeals import services
from marketplace.appeals.models import Appeal
from marketplace.core.errors import WrongState
from marketplace.notifications.models import Notice
from tests import world
from tests.api import client_of, path, refused
from tests.appeals.cases import FACTS, TEXT, appealed, decided, decision_of, held
from tests.disputes.desk_cases import many
from tests.world import DAY

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def dispute(clock: Any) -> Dispute:
    return decided(clock)


def page(dispute: Dispute, rest: str = "") -> str:
    return f"/disputes/{dispute.public_id}/{rest}"


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def seen(dispute: Dispute, user: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client_of(user).get(path(dispute)).json()
    return answer


def until(body: dict[str, Any]) -> list[str]:
    return [each["until"] for each in body["available_actions"] if each["action"] == "appeal"]


@pytest.mark.rule("A-05")
def test_the_api_says_until_when_and_who_asked(dispute: Dispute) -> None:
    buyer, seller = dispute.buyer, dispute.store.members.get()
    before = seen(dispute, buyer)
    assert (before["appeal"], before["appeals"], len(until(before))) == (None, [], 1)
    after = client_of(buyer).post(path(dispute, "appeal"), {"text": TEXT}, format="json")
    assert after.status_code == 200, after.content
    own = {"id": Appeal.objects.get().public_id, "by": "buyer", "status": "submitted"}
    assert (after.json()["appeal"], after.json()["appeals"], until(after.json())) == (own, [own], [])
    theirs = seen(dispute, seller)
    assert (theirs["appeal"], theirs["appeals"], len(until(theirs))) == (own, [own], 1)
    client_of(seller).post(path(dispute, "appeal"), {"text": TEXT}, format="json")
    both = seen(dispute, buyer)
    assert both["appeal"] == own
    assert [each["by"] for each in both["appeals"]] == ["buyer", "seller"]
    assert seen(dispute, seller)["appeal"]["by"] == "seller"


@pytest.mark.rule("A-01")
@pytest.mark.parametrize(("before_end", "status"), [(SECOND, 200), (0 * SECOND, 409), (-SECOND, 409)])
def test_seven_days_to_the_second_at_the_dispute(
    clock: Any, dispute: Dispute, before_end: timedelta, status: int
) -> None:
    clock.shift(7 * DAY - before_end)
    assert bool(until(seen(dispute, dispute.buyer))) is (status == 200)
    answer = client_of(dispute.buyer).post(path(dispute, "appeal"), {"text": TEXT}, format="json")
    assert answer.status_code == status
    assert Appeal.objects.count() == (status == 200)
    if status == 409:
        refused(answer, 409, "too_late")


@pytest.mark.rule("A-01")
def test_refusals_at_the_dispute_write_nothing(clock: Any) -> None:
    undecided = many(clock, 1)[0]
    dispute = decided(clock)
    buyer = dispute.buyer
    refused(client_of(undecided.buyer).post(path(undecided, "appeal"), {"text": TEXT}, format="json"), 409)
    refused(client_of(buyer).post(path(dispute, "appeal"), {"text": ""}, format="json"), 422)
    refused(client_of(buyer).post(path(dispute, "appeal"), {"text": TEXT, "x": 1}, format="json"), 400)
    refused(client_of(world.person()).post(path(dispute, "appeal"), {"text": TEXT}, format="json"), 404)
    mediator = world.staff("", "mediator")
    refused(client_of(mediator).post(path(dispute, "appeal"), {"text": TEXT}, format="json"), 403)
    old = {"HTTP_IF_MATCH": f'"{dispute.public_id}:{dispute.version - 1}"'}
    refused(client_of(buyer).post(path(dispute, "appeal"), {"text": TEXT}, format="json", **old), 412)
    assert not Appeal.objects.exists()


@pytest.mark.rule("A-05")
def test_the_room_goes_from_until_to_in_progress_to_the_result(dispute: Dispute) -> None:
    buyer = browser(dispute.buyer)
    room = buyer.get(page(dispute)).content.decode()
    assert "You can ask for a review until" in room
    assert page(dispute, "appeal/") in room
    typed = {"text": TEXT}
    checked = buyer.post(page(dispute, "appeal/"), {**typed, "step": "check"})
    assert checked.status_code == 200
    sent = buyer.post(page(dispute, "appeal/"), {**typed, "step": "send"})
    appeal = Appeal.objects.get()
    assert sent["Location"] == page(dispute, f"appeal/result/?appeal={appeal.public_id}")
    again = buyer.post(page(dispute, "appeal/"), {**typed, "step": "send"})
    assert (again.status_code, again["Location"], Appeal.objects.count()) == (302, sent["Location"], 1)
    room = buyer.get(page(dispute)).content.decode()
    assert "Appeal in progress" in room
    assert "You can ask for a review until" not in room
    assert "A review was asked for" in room
    assert "In review" in buyer.get(sent["Location"]).content.decode()
    taken, reviewer = held(appeal)
    services.decide(taken.pk, outcome="upheld", facts=FACTS, by=reviewer)
    seller = browser(dispute.store.members.get())
    for client in (buyer, seller):
        room = client.get(page(dispute)).content.decode()
        assert "View result" in room
        assert "The review has ended" in room
        assert FACTS in client.get(page(dispute, "appeal/result/")).content.decode()
    assert TEXT not in seller.get(page(dispute, "appeal/result/")).content.decode()


@pytest.mark.rule("A-05")
def test_both_sides_are_led_to_the_disputes_page(dispute: Dispute) -> None:
    appeal = appealed(dispute)
    taken, reviewer = held(appeal)
    services.decide(taken.pk, outcome="upheld", facts=FACTS, by=reviewer)
    link = page(dispute, f"appeal/result/?appeal={appeal.public_id}")
    for user in (dispute.buyer, dispute.store.members.get()):
        assert Notice.objects.filter(recipient=user, url__endswith=link).count() == 2


@pytest.mark.rule("A-01")
def test_after_its_time_the_page_says_so(clock: Any, dispute: Dispute) -> None:
    clock.shift(7 * DAY)
    answer = browser(dispute.buyer).get(page(dispute, "appeal/"))
    assert answer.status_code == 410
    assert "The time for a review is over" in answer.content.decode()
    assert "You can ask for a review until" not in browser(dispute.buyer).get(page(dispute)).content.decode()


@pytest.mark.rule("A-05")
def test_a_dispute_nobody_appealed_has_no_result(dispute: Dispute) -> None:
    assert browser(dispute.buyer).get(page(dispute, "appeal/result/")).status_code == 404
    assert browser(world.person()).get(page(dispute, "appeal/result/")).status_code == 404


@pytest.mark.rule("A-01")
@pytest.mark.django_db(transaction=True)
def test_two_taps_at_once_make_one_appeal(clock: Any) -> None:
    dispute = decided(clock)
    about, by, start = decision_of(dispute).public_id, world.buyer_of(dispute), Barrier(2)
    refusals: list[Exception] = []

    def tap() -> None:
        try:
            start.wait(10)
            services.submit("decision", about, text=TEXT, by=by)
        except WrongState as refusal:
            refusals.append(refusal)
        finally:
            connection.close()

    taps = [Thread(target=tap) for _ in range(2)]
    for each in taps:
        each.start()
    for each in taps:
        each.join(30)
    assert (Appeal.objects.count(), len(refusals)) == (1, 1)
