"""Z-05: what each phase says will happen if nobody acts, happens, at that second and to the cent. Every phase is reached."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from disputes import services as disputes
from disputes.models import Dispute, State
from disputes.models import deadlines as phases
from marketplace.accounts.models import StoreAddress
from marketplace.core.clock import sweep
from marketplace.core.money import Money
from marketplace.payments.models import Refund
from tests import invariants, world
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("Z-05")]
SECOND = timedelta(seconds=1)
POST = {"carrier": "Post", "tracking_number": "RB1BR"}
REASONS = {"reason_code": "quality.poor_workmanship", "facts": "The seam is torn."}
BACK: dict[str, Any] = {"reason": "damaged.in_transit", "remedy": "return_and_refund", "amount": 1500}


class Case:
    """One dispute about 31.73, and what its people do."""

    def __init__(self, clock: Any, **claim: Any) -> None:
        self.clock, order = clock, world.shipped(prices=(1173, 2000))
        clock.shift(11 * DAY)
        self.pk = world.a_dispute(order, **claim).pk
        self.buyer, self.seller, self.host = (
            who(self.now) for who in (world.buyer_of, world.seller_of, world.sender_of)
        )

    @property
    def now(self) -> Dispute:
        return Dispute.objects.select_related("order__escrow", "order__policy", "claim").get(pk=self.pk)

    def with_a_mediator(self) -> Any:
        disputes.refuse_claim(self.pk, note="It was fine.", by=self.seller)
        self.clock.shift(7 * DAY)
        sweep()
        by = world.acting(world.staff("", "mediator"))
        disputes.assign(self.pk, by=by)
        return by

    def agree(self, **terms: Any) -> None:
        disputes.make_offer(self.pk, by=self.seller, **terms)
        disputes.accept_offer(self.pk, offer=self.now.offers.get().public_id, by=self.buyer)


def opened(clock: Any) -> Case:
    return Case(clock, amount=700)


def refused(clock: Any) -> Case:
    case = Case(clock, amount=700)
    disputes.refuse_claim(case.pk, note="It was fine.", by=case.seller)
    return case


def given_up(clock: Any) -> Case:
    case = refused(clock)
    disputes.cancel_conditionally(case.pk, condition="money", by=case.buyer)
    return case


def asked(*sides: str) -> Callable[[Any], Case]:
    def start(clock: Any) -> Case:
        case = Case(clock)
        by = case.with_a_mediator()
        disputes.require_evidence(case.pk, sides=list(sides), items=["A photo"], by=by)
        return case

    return start


def choosing(clock: Any) -> Case:
    case = Case(clock)
    platform = {"remedy": "refund", "amount": Money(700, "USD"), **REASONS}
    disputes.propose(case.pk, platform=platform, by=case.with_a_mediator())
    return case


def no_address(clock: Any) -> Case:
    case = Case(clock, **BACK)
    StoreAddress.objects.all().delete()
    disputes.accept_claim(case.pk, by=case.seller)
    return case


def agreed_return(clock: Any) -> Case:
    case = Case(clock, **BACK)
    disputes.accept_claim(case.pk, by=case.seller)
    return case


def return_sent(clock: Any) -> Case:
    case = agreed_return(clock)
    disputes.ship_return(case.pk, by=case.buyer, **POST)
    return case


def return_there(clock: Any) -> Case:
    case = return_sent(clock)
    disputes.record_return_tracking(case.pk, code="delivered", at=None, by=case.host)
    return case


def agreed_replacement(clock: Any) -> Case:
    case = Case(clock)
    case.agree(remedy="replacement")
    return case


def replacement_sent(clock: Any) -> Case:
    case = agreed_replacement(clock)
    disputes.ship_replacement(case.pk, by=case.seller, **POST)
    return case


def replacement_there(clock: Any) -> Case:
    case = replacement_sent(clock)
    disputes.record_replacement_tracking(case.pk, code="delivered", at=None, by=case.host)
    return case


#: phase → (how a case comes there, the state that silence brings, what the buyer gets: None where nothing is paid by it)
PHASES: dict[str, tuple[Callable[[Any], Case], str, int | None]] = {
    State.AWAITING_SELLER: (opened, "resolved", 700),
    State.NEGOTIATION: (refused, "mediation", None),
    phases.GIVING_UP: (given_up, "negotiation", None),
    State.AWAITING_EVIDENCE: (asked("buyer", "seller"), "mediation", None),
    phases.BUYER_ASKED: (asked("buyer"), "mediation", None),
    phases.SELLER_ASKED: (asked("seller"), "mediation", None),
    State.AWAITING_CHOICE: (choosing, "resolved", 700),
    phases.RETURN_ADDRESS: (no_address, "resolved", 1500),
    State.AWAITING_RETURN: (agreed_return, "resolved", 0),
    State.RETURN_IN_TRANSIT: (return_sent, "mediation", None),
    phases.RETURN_DELIVERED: (return_there, "resolved", 1500),
    State.AWAITING_REPLACEMENT: (agreed_replacement, "resolved", 3173),
    phases.REPLACEMENT_SENT: (replacement_sent, "mediation", None),
    phases.REPLACEMENT_DELIVERED: (replacement_there, "resolved", 0),
}


def test_no_phase_with_a_default_is_left_out():
    assert PHASES.keys() == {phase for phase, row in phases.DEADLINES.items() if row.then}


@pytest.mark.parametrize("phase", PHASES)
def test_what_was_said_happens_to_the_second_and_the_cent(clock, phase):
    start, state, gets = PHASES[phase]
    case = start(clock)
    before = case.now
    said = before.next_default
    assert (before.phase, bool(said and said.action)) == (phase, True)
    assert said and said.at and (said.outcome.buyer.minor if said.outcome else None) == gets
    clock.move_to(said.at - SECOND)
    sweep()
    assert case.now.state == before.state, "a second before, nothing has happened"
    clock.move_to(said.at)
    sweep()
    after, event = case.now, before.events.latest("pk")
    assert (event.verb, event.at, after.state) == (said.action, said.at, state)
    refunds = Refund.objects.decided_by(f"dispute:{before.public_id}")
    assert sum(refunds.values_list("amount", flat=True)) == (gets or 0)
    if said.outcome:
        assert said.outcome.buyer + said.outcome.seller == before.money(before.held)
        assert after.order.held_back == 0, "what is the seller's goes on as the rest of the order"
    sweep()
    assert case.now.version == after.version, "twice is once"
    invariants.check_all()
