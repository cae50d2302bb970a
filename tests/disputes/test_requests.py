"""M-03: a checklist for one side or both, its deadline, the answers, and what comes too late."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.test import Client

from disputes import services as disputes
from disputes.models import Dispute, EvidenceRequest, RequestedItem
from marketplace.core.clock import sweep
from marketplace.core.errors import Forbidden, Invalid, TooLate, WrongState
from marketplace.evidence import services as evidence
from marketplace.notifications.models import Notice
from tests import api, invariants, world
from tests.disputes.desk_cases import again, waiting
from tests.evidence import pictures
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("M-03")]
SECOND = timedelta(seconds=1)


def held(clock, **wishes):
    """A case in a mediator's hands, and the mediator."""
    dispute = waiting(clock, **wishes)
    by = world.acting(world.staff("", "mediator"))
    disputes.assign(dispute.pk, by=by)
    return again(dispute), by


def photo(by, quality: int = 80) -> str:
    file = io.BytesIO(pictures.jpeg(quality=quality))
    return evidence.take(file, name="seam.jpg", by=by, limits=evidence.limits_now()).public_id


def ask(dispute: Dispute, by, sides=("buyer",), items=("A photo of the label",), **more) -> Dispute:
    disputes.require_evidence(dispute.pk, sides=sides, items=items, by=by, **more)
    return again(dispute)


def items_of(dispute: Dispute, side: str) -> list[RequestedItem]:
    return list(RequestedItem.objects.filter(request__dispute=dispute, request__side=side))


def words(item: RequestedItem, text: str = "It has none.") -> dict:
    return {"item": item.public_id, "text": text}


def test_both_sides_are_asked_the_same_and_have_the_policys_days(clock):
    dispute, by = held(clock)
    dispute = ask(dispute, by, ("buyer", "seller"), ("A photo", "The receipt"))
    assert (dispute.state, dispute.due_verb) == ("awaiting_evidence", "close_evidence_requests")
    assert dispute.due_at == dispute.entered_at + 3 * DAY
    assert [item.text for item in items_of(dispute, "seller")] == ["A photo", "The receipt"]
    told = Notice.objects.filter(subject__startswith="The mediator needs something", needs_you=True)
    assert set(told.values_list("recipient", flat=True)) == {dispute.buyer_id, dispute.store.members.get().pk}
    assert "A photo; The receipt" in told[0].text


def test_only_who_is_asked_is_waited_for_and_told(clock):
    dispute, by = held(clock)
    dispute = ask(dispute, by, ("seller",))
    assert dispute.next_default.waiting_for == "seller"
    told = Notice.objects.filter(subject__startswith="The mediator needs something")
    assert [each.recipient for each in told] == [dispute.store.members.get()]


def test_all_answered_it_is_the_mediators_turn_at_once(clock):
    dispute, by = held(clock)
    dispute = ask(dispute, by, ("buyer", "seller"), ("A photo", "The label"))
    buyer, seller = world.buyer_of(dispute), world.seller_of(dispute)
    first, second = items_of(dispute, "buyer")
    file = photo(buyer)
    disputes.provide_evidence(dispute.pk, answers=[{"item": first.public_id, "evidence": [file]}], by=buyer)
    disputes.provide_evidence(dispute.pk, answers=[words(second)], by=buyer)
    dispute = again(dispute)
    assert (dispute.state, dispute.next_default.waiting_for) == ("awaiting_evidence", "seller")
    disputes.provide_evidence(
        dispute.pk, answers=[words(each) for each in items_of(dispute, "seller")], by=seller
    )
    dispute = again(dispute)
    assert (dispute.state, dispute.requests_due_at, dispute.asked_side) == ("mediation", None, "")
    first.refresh_from_db()
    assert [row.evidence.public_id for row in first.exhibits.all()] == [file]
    assert not EvidenceRequest.objects.filter(closed_at=None).exists()


def test_a_file_alone_answers_the_one_thing_that_is_open(clock):
    dispute, by = held(clock)
    dispute = ask(dispute, by)
    buyer = world.buyer_of(dispute)
    disputes.provide_evidence(dispute.pk, evidence=[photo(buyer)], by=buyer)
    assert again(dispute).state == "mediation"


def test_of_several_things_a_file_alone_answers_none(clock):
    dispute, by = held(clock)
    dispute = ask(dispute, by, items=("A photo", "The label"))
    buyer = world.buyer_of(dispute)
    disputes.provide_evidence(dispute.pk, evidence=[photo(buyer)], by=buyer)
    assert again(dispute).state == "awaiting_evidence"
    assert dispute.exhibits.count() == 1


@pytest.mark.parametrize(
    ("late", "state"), [(-SECOND, "awaiting_evidence"), (0 * SECOND, "mediation"), (SECOND, "mediation")]
)
def test_silence_ends_the_waiting_at_the_second(clock, late, state):
    dispute, by = held(clock)
    dispute = ask(dispute, by)
    clock.move_to(dispute.due_at + late)
    sweep()
    assert again(dispute).state == state
    invariants.check_all()


@pytest.mark.parametrize("late", [0 * SECOND, SECOND])
@pytest.mark.parametrize("swept", [True, False])
def test_late_files_are_refused_in_words_whether_the_worker_came_or_not(clock, late, swept):
    dispute, by = held(clock)
    dispute = ask(dispute, by)
    buyer = world.buyer_of(dispute)
    file = photo(buyer)
    clock.move_to(dispute.due_at + late)
    if swept:
        sweep()
    with pytest.raises(TooLate, match="ended"):
        disputes.provide_evidence(dispute.pk, evidence=[file], by=buyer)
    assert not dispute.exhibits.exists()


def test_in_the_last_second_files_are_taken(clock):
    dispute, by = held(clock)
    dispute = ask(dispute, by)
    buyer = world.buyer_of(dispute)
    clock.move_to(dispute.due_at - SECOND)
    disputes.provide_evidence(dispute.pk, evidence=[photo(buyer)], by=buyer)
    assert again(dispute).state == "mediation"


def test_before_any_request_and_beside_one_to_the_other_side_files_are_taken(clock):
    dispute, by = held(clock)
    seller, buyer = world.seller_of(dispute), world.buyer_of(dispute)
    disputes.provide_evidence(dispute.pk, evidence=[photo(seller)], by=seller)
    dispute = ask(dispute, by)
    clock.move_to(dispute.due_at)
    sweep()
    assert "provide_evidence" in again(dispute).verbs_for(seller)
    assert "provide_evidence" not in again(dispute).verbs_for(buyer)
    disputes.provide_evidence(dispute.pk, evidence=[photo(seller, 70)], by=seller)


def test_whoever_is_asked_again_may_answer_again(clock):
    dispute, by = held(clock)
    dispute = ask(dispute, by)
    clock.move_to(dispute.due_at)
    sweep()
    dispute = ask(dispute, by)
    buyer = world.buyer_of(dispute)
    disputes.provide_evidence(dispute.pk, evidence=[photo(buyer)], by=buyer)
    assert again(dispute).state == "mediation"


def test_a_second_request_gives_both_the_later_date(clock):
    dispute, by = held(clock)
    ask(dispute, by)
    clock.shift(DAY)
    dispute = ask(dispute, by, ("seller",))
    assert dispute.due_at == dispute.entered_at + 4 * DAY
    assert set(dispute.evidence_requests.values_list("due_at", flat=True)) == {dispute.due_at}


def test_the_mediator_may_stop_waiting(clock):
    dispute, by = held(clock)
    ask(dispute, by)
    disputes.close_evidence_requests(dispute.pk, by=by)
    assert again(dispute).state == "mediation"
    with pytest.raises(TooLate):
        disputes.provide_evidence(
            dispute.pk, evidence=[photo(world.buyer_of(dispute))], by=world.buyer_of(dispute)
        )
    with pytest.raises(WrongState):
        disputes.close_evidence_requests(dispute.pk, by=by)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"sides": ()}, "from"),
        ({"sides": ("carrier",)}, "from"),
        ({"items": ()}, "items"),
        ({"items": ("  ",)}, "items"),
        ({"items": ("x",) * 11}, "items"),
        ({"items": ("x" * 301,)}, "items"),
    ],
)
def test_a_request_that_does_not_fit_is_refused(clock, wish, field):
    dispute, by = held(clock)
    with pytest.raises(Invalid) as refusal:
        ask(dispute, by, **wish)
    assert [each.field for each in refusal.value.errors] == [field]
    assert again(dispute).state == "mediation"


@pytest.mark.parametrize(("days", "fits"), [(2, False), (3, True), (10, True), (59, True), (61, False)])
def test_the_date_stands_between_three_days_and_the_latest_one(clock, days, fits):
    dispute, by = held(clock)
    due_at = dispute.escalated_at + days * DAY
    if fits:
        assert ask(dispute, by, due_at=due_at).due_at == due_at
        return
    with pytest.raises(Invalid) as refusal:
        ask(dispute, by, due_at=due_at)
    assert [each.field for each in refusal.value.errors] == ["due_at"]


def test_only_the_mediator_of_the_case_asks(clock):
    dispute, _by = held(clock)
    others = (world.buyer_of(dispute), world.seller_of(dispute), world.acting(world.staff("", "mediator")))
    for somebody in others:
        with pytest.raises(Forbidden):
            ask(dispute, somebody)


def test_nobody_answers_for_the_other_side(clock):
    dispute, by = held(clock)
    dispute = ask(dispute, by, ("seller",))
    (item,) = items_of(dispute, "seller")
    with pytest.raises(Invalid) as refusal:
        disputes.provide_evidence(dispute.pk, answers=[words(item)], by=world.buyer_of(dispute))
    assert refusal.value.errors[0].field == "answers.0.item"


@pytest.mark.rule("E-06")
def test_what_was_asked_for_has_to_be_marked_in_the_decision(clock):
    dispute, by = held(clock)
    dispute = ask(dispute, by)
    buyer = world.buyer_of(dispute)
    file = photo(buyer)
    disputes.provide_evidence(dispute.pk, evidence=[file], by=buyer)

    def decide(cited):
        disputes.adjudicate(
            dispute.pk,
            outcome="refunded",
            reason_code="quality.poor_workmanship",
            facts="Torn.",
            evidence_cited=cited,
            by=by,
        )

    for cited in (
        [],
        [{"evidence": file, "considered": False, "why": " "}],
        [{"evidence": file}, {"evidence": file}],
    ):
        with pytest.raises(Invalid) as refusal:
            decide(cited)
        assert [each.field for each in refusal.value.errors] == ["evidence_cited"]
    decide([{"evidence": file, "considered": False, "why": "Another item."}])
    assert again(dispute).state == "resolved"


def test_a_cancelled_dispute_asks_for_nothing(clock):
    dispute, by = held(clock)
    ask(dispute, by)
    disputes.cancel(dispute.pk, by=world.buyer_of(dispute))
    assert not EvidenceRequest.objects.filter(closed_at=None).exists()


# -- the doors --------------------------------------------------------------------------------------------------------


@pytest.mark.rule("Z-01")
def test_the_same_through_the_api(clock):
    dispute, _by = held(clock)
    staff = api.client_of(dispute.mediator)
    body = {"from": ["buyer"], "items": ["A photo of the label"]}
    answer = staff.post(api.path(dispute, "require-evidence"), body, format="json")
    assert answer.status_code == 200, answer.content
    (asked,) = answer.json()["evidence_requests"]
    assert (asked["from"], asked["status"], asked["items"][0]["text"]) == (
        "buyer",
        "open",
        "A photo of the label",
    )
    body = {"answers": [{"item": asked["items"][0]["id"], "text": "There is none."}]}
    answer = api.client_of(dispute.buyer).post(api.path(dispute, "provide-evidence"), body, format="json")
    assert (answer.status_code, answer.json()["status"]) == (200, "mediation")
    assert answer.json()["evidence_requests"][0]["status"] == "answered"
    refused = staff.post(
        api.path(dispute, "require-evidence"), {"from": ["moon"], "items": ["x"]}, format="json"
    )
    assert refused.status_code == 422


def test_the_desk_asks_and_the_party_answers_on_a_page(client: Client, clock):
    dispute, _by = held(clock)
    client.force_login(dispute.mediator)
    page = client.get(f"/admin/desk/{dispute.public_id}/")
    assert "Ask for files" in page.content.decode()
    sent = {"sides": ["buyer"], "items": "The label\nThe parcel", "version": dispute.version}
    assert client.post(f"/admin/desk/{dispute.public_id}/ask/", {**sent, "sides": []}).status_code == 422
    assert client.post(f"/admin/desk/{dispute.public_id}/ask/", sent).status_code == 302
    client.force_login(dispute.buyer)
    room = client.get(f"/disputes/{dispute.public_id}/").content.decode()
    assert "Your next step: answer the mediator" in room and f"/disputes/{dispute.public_id}/answer/" in room
    first, second = items_of(dispute, "buyer")
    address = f"/disputes/{dispute.public_id}/answer/"
    assert "The label" in client.get(address).content.decode()
    assert "Answer at least one" in client.post(address, {}).content.decode()
    picture = io.BytesIO(pictures.jpeg())
    picture.name = "label.jpg"
    answers = {f"files_{first.public_id}": picture, f"text_{second.public_id}": "I threw it away."}
    assert client.post(address, answers).status_code == 302
    assert again(dispute).state == "mediation"
    assert "I threw it away." in client.get(f"/disputes/{dispute.public_id}/").content.decode()
