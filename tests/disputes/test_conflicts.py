"""M-02, M-04, M-06, M-08 to M-10: ties of mediators, fraud, the queue, similar cases. The database holds what it must."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from disputes import services as disputes
from disputes.models import Approval, ConflictOfInterest, Decision, Dispute, Precedent, Proposal
from disputes.services import conflicts, precedents
from marketplace.core import reminders
from marketplace.core.clock import sweep
from marketplace.core.errors import Forbidden, Invalid
from marketplace.core.money import Money
from marketplace.notifications.models import Notice
from marketplace.sanctions.models import Sanction
from tests import api, invariants, pages, world
from tests.disputes.desk_cases import again, many, waiting
from tests.world import DAY

pytestmark = pytest.mark.django_db
WORDS = {"reason_code": "quality.poor_workmanship", "facts": "The seam is torn."}


def mediator(*groups):
    return world.staff("", *(groups or ("mediator",)))


def tie(person, dispute: Dispute, to: str) -> None:
    whom = {"user": dispute.buyer} if to == "buyer" else {"store": dispute.store}
    conflicts.declare(mediator=person, why="My brother.", by=world.acting(person), **whom)


def decide(dispute: Dispute, by, outcome: str = "refunded", amount: int | None = None, **more) -> Dispute:
    asked = None if amount is None else Money(amount, dispute.currency)
    return disputes.adjudicate(dispute.pk, outcome=outcome, amount=asked, by=by, **{**WORDS, **more})


def held(clock, **wishes):
    dispute = waiting(clock, **wishes)
    by = world.acting(mediator())
    disputes.assign(dispute.pk, by=by)
    return again(dispute), by


# -- ties ----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("M-02")
@pytest.mark.parametrize("to", ["buyer", "store"])
def test_a_tied_mediator_gets_no_such_case_by_any_way(client: Client, clock, to):
    dispute, person = waiting(clock), mediator()
    tie(person, dispute, to)
    by = world.acting(person)
    assert disputes.take_next(by=by) is None
    with pytest.raises(Forbidden, match="tied"):
        disputes.assign(dispute.pk, by=by)
    answer = api.client_of(person).post(api.path(dispute, "assign"), {}, format="json")
    assert (answer.status_code, "tied" in answer.json()["detail"]) == (403, True)
    assert answer.json()["code"] and again(dispute).mediator is None
    client.force_login(person)
    assert client.get(f"/admin/desk/{dispute.public_id}/").status_code == 403
    assert dispute.public_id not in client.get("/admin/desk/?tab=all").content.decode()


@pytest.mark.rule("M-02")
@pytest.mark.parametrize("to", ["buyer", "store"])
def test_a_tie_that_comes_to_light_later_stops_the_decision_but_not_the_giving_back(clock, to):
    dispute, by = held(clock)
    tie(dispute.mediator, dispute, to)
    with pytest.raises(Forbidden, match="tied"):
        decide(dispute, by)
    fresh = world.acting(dispute.mediator)
    assert dispute.verbs_for(fresh) == ["release"]
    disputes.cancel(dispute.pk, by=world.buyer_of(dispute)) if to == "buyer" else disputes.release(
        dispute.pk, by=fresh
    )
    invariants.check_all()


@pytest.mark.rule("M-02", "M-08")
@pytest.mark.parametrize("how", ["party", "member", "tied to the buyer", "tied to the store"])
def test_the_database_refuses_a_tied_mediator_whoever_writes(clock, how):
    dispute, _by = held(clock, prices=(60_000,))
    decide(dispute, world.acting(dispute.mediator))
    decision = Decision.objects.get()
    bad = {"party": dispute.buyer, "member": dispute.store.members.get()}.get(how) or mediator()
    if how.startswith("tied"):
        tie(bad, dispute, how.rpartition(" ")[2])
    with connection.cursor() as cursor:
        tries = [
            lambda: Dispute.objects.filter(pk=dispute.pk).update(mediator=bad),
            lambda: cursor.execute(
                "UPDATE disputes_dispute SET mediator_id = %s WHERE id = %s", [bad.pk, dispute.pk]
            ),
            lambda: Decision.objects.create(
                dispute=dispute,
                mediator=bad,
                outcome="no_refund",
                amount=0,
                decided_at=timezone.now(),
                supersedes=decision,
            ),
            lambda: Proposal.objects.create(
                dispute=dispute,
                by="seller",
                mediator=bad,
                amount=0,
                made_at=timezone.now(),
                reason_code="x",
                facts="x",
            ),
            lambda: Approval.objects.create(
                decision=decision, mediator=bad, approved=True, at=timezone.now()
            ),
            lambda: cursor.execute(
                "INSERT INTO disputes_approval (decision_id, mediator_id, approved, note, at) VALUES (%s, %s, true, '', now())",
                [decision.pk, bad.pk],
            ),
        ]
        for each in tries:
            with pytest.raises(IntegrityError), transaction.atomic():
                each()


@pytest.mark.rule("M-08")
def test_the_database_lets_nobody_approve_their_own_decision(clock):
    dispute, by = held(clock, prices=(60_000,))
    decide(dispute, by)
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.create(
            decision=Decision.objects.get(), mediator=dispute.mediator, approved=True, at=timezone.now()
        )


@pytest.mark.rule("M-07")
def test_a_decision_is_only_superseded(clock):
    dispute, by = held(clock, prices=(60_000,))
    decide(dispute, by)
    first = Decision.objects.get()
    disputes.reject_approval(dispute.pk, note="Look again.", by=world.acting(mediator()))
    decide(dispute, by, "partly_refunded", 100)
    second = Decision.objects.get(supersedes=first)
    for change in ({"why_different": "x"}, {"supersedes": None}, {"postage_cap": 5}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.filter(pk=second.pk).update(**change)
    for before in (None, first):  # one line of decisions, no side roads
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.create(
                dispute=dispute, mediator=dispute.mediator, outcome="no_refund", amount=0, decided_at=timezone.now(),
                supersedes=before,
            )  # fmt: skip


@pytest.mark.rule("M-02")
def test_leads_say_it_of_everybody_a_mediator_of_themselves(client: Client, clock):
    dispute, lead, person = waiting(clock), mediator("lead_mediator"), mediator()
    with pytest.raises(Forbidden):
        conflicts.declare(mediator=lead, why="x", by=world.acting(person), user=dispute.buyer)
    with pytest.raises(Invalid):
        conflicts.declare(mediator=dispute.buyer, why="x", by=world.acting(lead), store=dispute.store)
    address = "/admin/disputes/conflictofinterest/"
    client.force_login(person)
    assert client.post(f"{address}add/", {"user": dispute.buyer_id, "why": "A friend."}).status_code == 302
    made = ConflictOfInterest.objects.get()
    assert (made.mediator, made.said_by) == (person, person)
    assert client.post(f"{address}{made.pk}/delete/", {"post": "yes"}).status_code == 403
    client.force_login(lead)
    body = {"mediator": person.pk, "store": dispute.store_id, "why": "A shop of the family."}
    assert client.post(f"{address}add/", body).status_code == 302
    assert client.post(f"{address}{made.pk}/delete/", {"post": "yes"}).status_code == 302
    assert ConflictOfInterest.objects.get().store == dispute.store


# -- the queue -------------------------------------------------------------------------------------------------------


@pytest.mark.rule("M-02", "M-09")
def test_value_brings_a_case_forward_but_never_past_what_is_overdue(clock):
    small = waiting(clock)
    clock.shift(DAY)
    big = waiting(clock, prices=(60_000,))  # nineteen days later in the queue, three forward
    assert (small.queue_at, big.queue_at) == (small.due_at, big.due_at - 3 * DAY)
    near, far = many(clock, 2)
    Dispute.objects.filter(pk=far.pk).update(queue_at=near.queue_at + 5 * DAY)
    by = world.acting(mediator())
    order = [disputes.take_next(by=by) for _ in range(4)]
    assert [case and case.pk for case in order] == [small.pk, big.pk, near.pk, far.pk]


@pytest.mark.rule("M-09", "F-01")
def test_staff_are_told_at_the_target_and_at_the_latest_date_once(clock):
    dispute = waiting(clock)
    lead = mediator("lead_mediator")
    told = []
    for at in (
        dispute.target_at - DAY,
        dispute.target_at,
        dispute.target_at + DAY,
        dispute.latest_at,
        dispute.latest_at + DAY,
    ):
        clock.move_to(at)
        reminders.send()
        told.append((again(dispute).overdue, Notice.objects.filter(recipient=lead).count()))
    assert told == [(0, 0), (1, 1), (1, 1), (2, 2), (2, 2)]
    assert again(dispute).state == "mediation"


# -- fraud -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("M-06", "M-08")
def test_a_fraud_needs_a_second_mediator_and_then_restricts_the_buyer(clock):
    dispute, by = held(clock, prices=(100,))
    decide(dispute, by, "fraud", reason_code="fraud.false_evidence")
    dispute = again(dispute)
    assert dispute.state == "awaiting_approval" and not Sanction.objects.exists()
    disputes.approve(dispute.pk, by=world.acting(mediator()))
    dispute = again(dispute)
    assert (dispute.state, dispute.outcome, dispute.order.escrow.released) == ("resolved", "fraud", 100)
    sanction = Sanction.objects.get()
    assert (sanction.user, sanction.kind, sanction.cause) == (
        dispute.buyer, "no_disputes", Decision.objects.get().public_id,
    )  # fmt: skip
    assert sanction.ends_at == sanction.starts_at + 180 * DAY and "torn" in sanction.statement
    assert Notice.objects.filter(recipient=dispute.buyer, url=f"/sanctions/{sanction.public_id}/").exists()
    invariants.check_all()


@pytest.mark.rule("M-06")
def test_a_replacement_is_sent(clock):
    dispute, by = held(clock)
    assert decide(dispute, by, "replaced").state == "awaiting_replacement"


# -- similar cases ---------------------------------------------------------------------------------------------------


def decided(clock, n: int, outcome: str = "refunded", amount: int | None = None) -> list[Dispute]:
    cases = many(clock, n, prices=(1000,))
    by = world.acting(mediator())
    for case in cases:
        disputes.assign(case.pk, by=by)
        decide(case, by, outcome, amount, why_different="So far.")
    return cases


@pytest.mark.rule("M-04")
def test_similar_decisions_are_found_by_reason_and_words(client: Client, clock):
    cases = decided(clock, 2, "partly_refunded", 500)
    dispute, _by = held(clock)
    similar = precedents.similar_to(dispute)
    assert {each.decision.dispute_id for each in similar} == {case.pk for case in cases}
    assert [float(each.share) for each in similar] == [0.5, 0.5]
    client.force_login(dispute.mediator)
    page = client.get(f"/admin/desk/{dispute.public_id}/").content.decode()
    assert "Cases like this" in page and "50% of the claim" in page and "stitching" in page


@pytest.mark.rule("M-04")
def test_a_decision_that_waits_is_no_example(clock):
    dispute, by = held(clock, prices=(60_000,))
    decide(dispute, by)
    assert not Precedent.objects.exists()
    disputes.approve(dispute.pk, by=world.acting(mediator()))
    assert Precedent.objects.get().share == 1


@pytest.mark.rule("M-10")
@pytest.mark.parametrize(
    ("before", "outcome", "amount", "asks"),
    [(5, "no_refund", None, True), (4, "no_refund", None, False), (5, "partly_refunded", 500, False),
     (5, "partly_refunded", 499, True), (5, "returned_and_refunded", None, True), (5, "refunded", None, False)],
)  # fmt: skip
def test_a_decision_far_from_five_similar_ones_has_to_say_why(clock, before, outcome, amount, asks):
    decided(clock, before)
    dispute, by = held(clock, prices=(1000,))
    if asks:
        with pytest.raises(Invalid) as refusal:
            decide(dispute, by, outcome, amount)
        assert [each.field for each in refusal.value.errors] == ["why_different"]
    decide(dispute, by, outcome, amount, why_different="The video shows the opposite." if asks else "")
    assert again(dispute).state in ("resolved", "awaiting_return")


@pytest.mark.rule("M-10")
def test_the_desk_asks_why_beside_its_field_and_shows_the_figures(client: Client, clock):
    decided(clock, 5)
    dispute, _by = held(clock, prices=(1000,))
    client.force_login(dispute.mediator)
    form = client.get(f"/admin/desk/{dispute.public_id}/").context["form"]
    assert not form.asks_why
    sent = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    sent |= {"outcome": "no_refund", "version": dispute.version}
    asked = client.post(f"/admin/desk/{dispute.public_id}/decide/", sent | {"step": "preview"})
    assert (asked.status_code, "why_different" in asked.context["form"].errors) == (422, True)
    sent["why_different"] = "The parcel was opened by the buyer."
    assert client.post(f"/admin/desk/{dispute.public_id}/decide/", sent | {"step": "send"}).status_code == 302
    rows = client.get("/admin/desk/figures/").context["rows"]
    assert [(row["decisions"], row["days"], row["sent_back"]) for row in rows] == [(5, 0.0, 0), (1, 0.0, 0)]
    seen_by_buyer = api.client_of(dispute.buyer).get(api.path(dispute)).json()["decision"]
    assert seen_by_buyer["why_different"] == ""


# -- through the API -------------------------------------------------------------------------------------------------

TIES = "/api/v1/conflicts-of-interest/"


@pytest.mark.rule("M-02")
def test_in_the_api_a_mediator_says_their_own_and_a_lead_everybodys(clock):
    dispute, person, other, lead = waiting(clock), mediator(), mediator(), mediator("lead_mediator")
    body = {"store": dispute.store.public_id, "why": "A shop of the family."}
    said = api.client_of(person).post(TIES, body, format="json")
    again_ = api.client_of(person).post(TIES, body, format="json")
    assert (said.status_code, again_.status_code, ConflictOfInterest.objects.count()) == (201, 201, 1)
    assert said.json()["mediator"]["id"] == said.json()["said_by"]["id"] == person.public_id
    assert said.json()["store"]["id"] == dispute.store.public_id
    assert said.json()["id"].startswith("tie_")
    api.refused(api.client_of(person).post(api.path(dispute, "assign"), {}, format="json"), 403)
    of_other = {"mediator": other.public_id, "user": dispute.buyer.public_id, "why": "A friend."}
    api.refused(api.client_of(person).post(TIES, of_other, format="json"), 403)
    assert api.client_of(lead).post(TIES, of_other, format="json").status_code == 201
    seen = [len(api.client_of(who).get(TIES).json()["results"]) for who in (person, other, lead)]
    assert seen == [1, 1, 2]
    address = f"{TIES}{said.json()['id']}/"
    api.refused(api.client_of(other).delete(address), 404)
    api.refused(api.client_of(person).delete(address), 403)
    assert ConflictOfInterest.objects.count() == 2
    assert api.client_of(lead).delete(address).status_code == 204
    api.refused(api.client_of(lead).delete(address), 404)
    assert ConflictOfInterest.objects.get().user == dispute.buyer


@pytest.mark.rule("M-02")
@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"why": "x"}, 422, "user"),
        ({"store": "sto_none", "why": "x"}, 422, "store"),
        ({"user": "usr_none", "why": "x"}, 422, "user"),
        ({"user": "me", "why": " "}, 422, "why"),
        ({"user": "me", "store": "shop", "why": "x"}, 422, "user"),
        ({"user": "me", "why": "x" * 1001}, 422, "why"),
        ({"user": "me"}, 422, "why"),
        ({"user": "me", "why": "x", "said_at": "now"}, 400, ""),
    ],
)
def test_a_tie_in_the_api_is_judged_field_by_field(clock, body, status, field):
    dispute, person = waiting(clock), mediator()
    real = {"me": dispute.buyer.public_id, "shop": dispute.store.public_id}
    answer = api.client_of(person).post(
        TIES, {name: real.get(value, value) for name, value in body.items()}, format="json"
    )
    problem = api.refused(answer, status)
    assert not field or field in [each["field"] for each in problem["errors"]]
    assert not ConflictOfInterest.objects.exists()
    for who in (dispute.buyer, world.staff("", "moderator")):
        api.refused(api.client_of(who).post(TIES, body, format="json"), 403)


# -- the ladder of offers --------------------------------------------------------------------------------------------


@pytest.mark.rule("M-04", "N-03", "N-05")
def test_the_desk_shows_every_request_and_offer_in_the_order_of_time(client: Client, clock):
    order = world.shipped()
    clock.shift(11 * DAY)
    dispute = world.a_dispute(order)
    seller, buyer = world.seller_of(dispute), world.buyer_of(dispute)
    clock.shift(DAY)
    disputes.make_offer(dispute.pk, remedy="refund", amount=Money(300, "USD"), note="A third.", by=seller)
    disputes.deny_offer(dispute.pk, offer=dispute.offers.get().public_id, note="Too little.", by=buyer)
    clock.shift(DAY)
    disputes.edit_claim(dispute.pk, claim=world.claim_on(order, amount=800), by=buyer)
    clock.shift(DAY)
    disputes.make_offer(dispute.pk, remedy="return_and_refund", amount=Money(800, "USD"),
                        return_shipping_paid_by="seller", by=seller)  # fmt: skip
    clock.shift(7 * DAY)
    sweep()
    client.force_login(mediator())
    page = pages.words(client.get(f"/admin/desk/{dispute.public_id}/"))
    steps = ["The buyer asked", "A third.", "Too little.", "The buyer changed the request", "US$8.00"]
    assert [page.find(step, page.find("What was asked and offered")) for step in steps] == sorted(
        page.find(step, page.find("What was asked and offered")) for step in steps
    )
    assert all(step in page for step in steps)
    assert "The seller changed 1 of" in page and "US$8.73 less" in page


@pytest.mark.rule("M-04")
def test_without_talks_there_is_no_ladder(client: Client, clock):
    dispute, _by = held(clock)
    client.force_login(dispute.mediator)
    assert "What was asked and offered" not in pages.words(client.get(f"/admin/desk/{dispute.public_id}/"))
