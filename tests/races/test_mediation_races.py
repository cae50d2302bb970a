"""Rival acts in mediation at the same moment: one wins, the other is refused and leaves nothing behind (Z-06)."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.utils import timezone

from disputes import services as disputes
from disputes.models import Approval, Decision, Dispute, EvidenceRequest
from marketplace.core.clock import sweep
from marketplace.core.money import Money
from marketplace.payments.models import Refund
from tests import invariants, world
from tests.races.test_races import in_mediation, one_winner, race
from tests.world import DAY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.rule("Z-06")]
ROUNDS = 10
WORDS = {"reason_code": "quality.poor_workmanship", "facts": "The seam is torn."}


def held(**wishes) -> tuple[Dispute, world.Actor]:
    dispute, by = in_mediation(**wishes), world.acting(world.person("", "mediator"))
    disputes.assign(dispute.pk, by=by)
    return dispute, by


def refunded(dispute: Dispute) -> int:
    return sum(Refund.objects.filter(cause=f"dispute:{dispute.public_id}").values_list("amount", flat=True))


@pytest.mark.rule("M-02")
def test_two_who_ask_for_the_next_case_get_two_cases():
    mediators = [world.acting(world.person("", "mediator")) for _ in range(2)]
    for _ in range(ROUNDS):
        cases = {in_mediation().pk, in_mediation().pk}
        taken = race(*(partial(disputes.take_next, by=by) for by in mediators))
        assert {case.pk for case in taken} == cases
        for pk in cases:
            disputes.staff_cancel(pk, reason="Next round.", by=mediators[0])


@pytest.mark.rule("M-05")
def test_the_buyer_chooses_as_the_platforms_result_holds():
    """At the boundary: the choice counts before the moment, our result from it on; never both, never neither."""
    for number in range(ROUNDS):
        dispute, by = held(prices=(3000,))
        offset = timedelta(milliseconds=(number % 11 - 5) * 10)
        with time_machine.travel(timezone.now() - 5 * DAY - offset):
            disputes.propose(
                dispute.pk,
                platform={"remedy": "refund", "amount": Money(2000, "USD"), **WORDS},
                seller={"remedy": "refund", "amount": Money(500, "USD")},
                by=by,
            )
        theirs = dispute.proposals.get(by="seller").public_id
        buyer = world.buyer_of(dispute)
        race(partial(disputes.choose_proposal, dispute.pk, proposal=theirs, by=buyer), sweep)
        sweep()
        dispute = Dispute.objects.get(pk=dispute.pk)
        decision = Decision.objects.get(dispute=dispute)
        assert (dispute.state, refunded(dispute)) == ("resolved", decision.amount)
        assert dispute.reached_by == ("choice" if decision.amount == 500 else "buyer_silence")
    invariants.check_all()


@pytest.mark.rule("M-05", "N-06")
def test_the_buyer_chooses_and_cancels():
    for _ in range(ROUNDS):
        dispute, by = held(prices=(3000,))
        disputes.propose(
            dispute.pk, platform={"remedy": "refund", "amount": Money(900, "USD"), **WORDS}, by=by
        )
        ours, buyer = dispute.proposals.get().public_id, world.buyer_of(dispute)
        one_winner(
            race(
                partial(disputes.choose_proposal, dispute.pk, proposal=ours, by=buyer),
                partial(disputes.cancel, dispute.pk, by=buyer),
            )
        )
        assert refunded(dispute) == 900 * Decision.objects.filter(dispute=dispute).count()
    invariants.check_all()


@pytest.mark.rule("M-03")
def test_the_last_answer_comes_as_the_mediator_stops_waiting():
    for _ in range(ROUNDS):
        dispute, by = held()
        disputes.require_evidence(dispute.pk, sides=["buyer"], items=["A photo"], by=by)
        item = dispute.evidence_requests.get().items.get().public_id
        answer = partial(
            disputes.provide_evidence,
            dispute.pk,
            answers=[{"item": item, "text": "None."}],
            by=world.buyer_of(dispute),
        )
        one_winner(race(answer, partial(disputes.close_evidence_requests, dispute.pk, by=by)))
        dispute = Dispute.objects.get(pk=dispute.pk)
        assert (dispute.state, EvidenceRequest.objects.filter(closed_at=None).count()) == ("mediation", 0)


@pytest.mark.rule("M-08")
def test_one_agrees_and_another_sends_it_back():
    for _ in range(ROUNDS):
        dispute, by = held(prices=(60_000,))
        disputes.adjudicate(dispute.pk, outcome="refunded", by=by, **WORDS)
        others = [world.acting(world.person("", "mediator")) for _ in range(2)]
        one_winner(
            race(
                partial(disputes.approve, dispute.pk, by=others[0]),
                partial(disputes.reject_approval, dispute.pk, note="Look again.", by=others[1]),
            )
        )
        approval = Approval.objects.get(decision__dispute=dispute)
        assert refunded(dispute) == (60_000 if approval.approved else 0)
    invariants.check_all()
