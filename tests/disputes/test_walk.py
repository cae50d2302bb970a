"""A random walk over every verb of every actor and the clock: whatever happens, the invariants hold after each step.

Hypothesis shrinks a failing walk to the shortest one and prints it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from disputes import services as disputes
from disputes.models import Dispute, Offer, Proposal, RequestedItem
from disputes.services import LineData
from marketplace.core.access import Actor
from marketplace.core.clock import sweep
from marketplace.core.errors import DomainError
from marketplace.core.money import Money
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.payments import chargebacks
from marketplace.payments.gateways import Bank, ChargebackAnswer
from marketplace.payments.models import Chargeback, Refund
from tests import invariants, world
from tests.disputes.conftest import START

pytestmark = pytest.mark.django_db

#: `make walks` walks so many times as often as the suite
FURTHER = int(os.environ.get("WALKS", "1"))

ACTORS = ("buyer", "seller", "integrator", "mediator", "second mediator", "stranger", "system")
CLAIMS: tuple[dict[str, Any], ...] = (
    {},
    {"amount": 700},
    {"received": False, "reason": "not_received.no_tracking"},
    {"reason": "no_fault.unwanted", "remedy": "return_and_refund"},
    {"reason": "damaged.in_transit", "remedy": "return_and_refund", "amount": 1500},
    {"reason": "payment.wrong_amount", "amount": 900},
)
OFFERS: tuple[dict[str, Any], ...] = (
    {"remedy": "refund", "amount": Money(500, "USD")},
    {"remedy": "return_and_refund", "return_shipping_paid_by": "buyer"},
    {
        "remedy": "return_and_refund",
        "amount": Money(800, "USD"),
        "return_shipping_paid_by": "seller",
        "postage_cap": Money(100, "USD"),
    },
    {"remedy": "replacement"},
    {"remedy": "replacement", "return_shipping_paid_by": "seller"},
)
SPANS = (
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=5),
    timedelta(days=5, seconds=-1),
    timedelta(days=7),
    timedelta(days=10),
    timedelta(days=15),
    timedelta(days=61),
)
OUTCOMES = ("refunded", "partly_refunded", "no_refund", "returned_and_refunded", "replaced", "fraud")
PROPOSED: tuple[dict[str, Any], ...] = (
    {"remedy": "refund", "amount": Money(700, "USD")},
    {"remedy": "return_and_refund", "return_shipping_paid_by": "seller"},
    {"remedy": ""},
)


class Walk:
    """One order of two lines, its people, and everything that can be done to it."""

    def __init__(self, clock: time_machine.Coordinates) -> None:
        self.clock = clock
        self.order = world.an_order(prices=(60001, 2000), shipping=(300, 0), payments=(50000, 12301))
        self.people = {
            "buyer": world.buyer_of(self.order),
            "seller": world.seller_of(self.order),
            "integrator": world.sender_of(self.order),
            "mediator": world.acting(world.person("", "mediator")),
            "second mediator": world.acting(world.person("", "lead_mediator")),
            "stranger": world.acting(world.shop().members.get()),
            "system": Actor.system(),
        }

    def acts(self, by: Actor, number: int) -> dict[str, Callable[[], object]]:
        """Every verb, with arguments chosen by `number`."""
        order, case = self.order.pk, self._case(number)
        claim = CLAIMS[number % len(CLAIMS)]
        lines = [LineData(line.public_id, 1) for line in list(self.order.lines.all())[: 1 + number % 2]]
        return {
            "ship": lambda: orders.ship(
                order,
                carrier="Post",
                tracking_number="R1",
                promised_by=timezone.now() + timedelta(days=25),
                by=by,
            ),
            "track": lambda: orders.record_tracking(
                order, code=("in_transit", "delivered", "returned")[number % 3], at=None, by=by
            ),
            "confirm_receipt": lambda: orders.confirm_receipt(order, by=by),
            "confirm_automatically": lambda: orders.confirm_automatically(order, by=by),
            "release_order": lambda: orders.release(order, by=by),
            "extend": lambda: orders.extend_protection(order, days=1 + number, by=by),
            "cancel_order": lambda: orders.cancel(order, by=by),
            "open": lambda: disputes.open_dispute(
                order, claim=world.claim_on(self.order, **{"lines": lines, **claim}), by=by
            ),
            "accept": lambda: disputes.accept_claim(case, by=by),
            "refuse": lambda: disputes.refuse_claim(case, note="No.", by=by),
            "cancel": lambda: disputes.cancel(case, by=by),
            "cancel_later": lambda: disputes.cancel_conditionally(case, condition="money", by=by),
            "resume": lambda: disputes.resume(case, by=by),
            "edit": lambda: disputes.edit_claim(
                case, claim=world.claim_on(self.order, **{"lines": lines, **claim}), by=by
            ),
            "offer": lambda: disputes.make_offer(case, by=by, **OFFERS[number % len(OFFERS)]),
            "accept_offer": lambda: disputes.accept_offer(case, offer=self._offer(case), by=by),
            "deny_offer": lambda: disputes.deny_offer(case, offer=self._offer(case), note="No.", by=by),
            "staff_cancel": lambda: disputes.staff_cancel(case, reason="Mistake.", by=by),
            "grant": lambda: disputes.grant_claim(case, by=by),
            "escalate": lambda: disputes.escalate(case, by=by),
            "assign": lambda: disputes.assign(case, by=by),
            "release": lambda: disputes.release(case, by=by),
            "adjudicate": lambda: disputes.adjudicate(
                case,
                outcome=OUTCOMES[number % 6],
                amount=Money(900, "USD") if number % 6 in (1, 3) else None,
                reason_code="evidence.insufficient" if number % 6 < 5 else "fraud.false_evidence",
                facts="What we found.",
                why_different="It is another case.",
                by=by,
            ),
            "ask": lambda: disputes.require_evidence(
                case,
                sides=(["buyer"], ["seller"], ["buyer", "seller"])[number % 3],
                items=["A photo"],
                by=by,
            ),
            "answer": lambda: disputes.provide_evidence(
                case, evidence=[], answers=[{"item": self._item(case), "text": "Here."}], by=by
            ),
            "close_requests": lambda: disputes.close_evidence_requests(case, by=by),
            "propose": lambda: disputes.propose(
                case,
                platform=PROPOSED[number % 3]
                | {"reason_code": "evidence.insufficient", "facts": "So.", "why_different": "Another case."},
                seller=PROPOSED[(number + 1) % 3] if number % 2 else None,
                by=by,
            ),
            "choose": lambda: disputes.choose_proposal(case, proposal=self._proposal(case, number), by=by),
            "ship_replacement": lambda: disputes.ship_replacement(
                case, carrier="Post", tracking_number="P1", by=by
            ),
            "replacement_delivered": lambda: disputes.record_replacement_tracking(
                case, code="delivered", at=None, by=by
            ),
            "have_replacement": lambda: disputes.acknowledge_replacement(case, by=by),
            "contest_replacement": lambda: disputes.contest_replacement(case, note="Broken, too.", by=by),
            "approve": lambda: disputes.approve(case, by=by),
            "reject": lambda: disputes.reject_approval(case, note="Look again.", by=by),
            "ship_return": lambda: disputes.ship_return(case, carrier="Post", tracking_number="B1", by=by),
            "return_delivered": lambda: disputes.record_return_tracking(
                case, code="delivered", at=None, by=by
            ),
            "acknowledge": lambda: disputes.acknowledge_return(case, by=by),
            "contest": lambda: disputes.contest_return(case, code="damaged", note="", by=by),
            "bank_asks": lambda: self.bank_asks(number),
            "bank_decides": lambda: self.bank_decides(number),
        }

    def bank_asks(self, number: int) -> None:
        """Anybody's bank, at any moment (X-06)."""
        payment = self.order.escrow.payments.order_by("pk")[number % 2]
        chargebacks.heard("sandbox", f"du_{number}", [payment.provider_reference])

    def bank_decides(self, number: int) -> None:
        """For the buyer or for us, about a part or all of the payment."""
        for row in Chargeback.objects.filter(status="open").select_related("payment")[:1]:
            part = row.payment.amount * (1 + number % 4) // 4
            bank = (Bank.WON, Bank.LOST, Bank.LOST)[number % 3]
            answer = ChargebackAnswer(bank, part, withdrawn=True)
            chargebacks.write_down(row.pk, answer, part, timezone.now())

    def _case(self, number: int) -> int:
        cases = list(Dispute.objects.order_by("-pk").values_list("pk", flat=True))
        return cases[number % len(cases)] if cases else 0

    def _offer(self, case: int) -> str:
        """The newest offer, open or not."""
        newest = Offer.objects.filter(dispute=case).order_by("-pk").first()
        return newest.public_id if newest else "ofr_none"

    def _item(self, case: int) -> str:
        newest = RequestedItem.objects.filter(request__dispute=case).order_by("-pk").first()
        return newest.public_id if newest else "itm_none"

    def _proposal(self, case: int, number: int) -> str:
        found = list(Proposal.objects.filter(dispute=case).order_by("-pk"))
        return found[number % len(found)].public_id if found else "prp_none"

    def do(self, actor: str, verb: str, number: int) -> None:
        before = invariants.fingerprint()
        try:
            with transaction.atomic():
                self.acts(self.people[actor], number)[verb]()
        except DomainError:
            assert invariants.fingerprint() == before, "a refused verb wrote something"


VERBS = (
    "ship",
    "track",
    "confirm_receipt",
    "confirm_automatically",
    "release_order",
    "extend",
    "cancel_order",
    "open",
    "open",
    "accept",
    "refuse",
    "edit",
    "offer",
    "offer",
    "accept_offer",
    "deny_offer",
    "cancel_later",
    "resume",
    "cancel",
    "staff_cancel",
    "grant",
    "escalate",
    "assign",
    "release",
    "adjudicate",
    "adjudicate",
    "approve",
    "reject",
    "ask",
    "answer",
    "close_requests",
    "propose",
    "choose",
    "ship_replacement",
    "replacement_delivered",
    "have_replacement",
    "contest_replacement",
    "ship_return",
    "return_delivered",
    "acknowledge",
    "contest",
    "bank_asks",
    "bank_decides",
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(ACTORS), st.sampled_from(VERBS), st.integers(0, 11)),
        st.sampled_from(SPANS),
    ),
    min_size=5,
    max_size=25,
)


def walk(steps: list[Any]) -> None:
    with time_machine.travel(START, tick=False) as clock, transaction.atomic():
        story = Walk(clock)
        for step in steps:
            if isinstance(step, timedelta):
                clock.shift(step)
                sweep()
            else:
                story.do(*step)
            invariants.check_all()
        expect_what_was_promised(clock)
        transaction.set_rollback(True)


@pytest.mark.rule("N-09")
def test_who_rests_in_mediation_is_armed_to_go_on():
    """Found by a walk: given up on a condition while a mediator has it, it goes on by itself where it stood (N-09)."""
    walk([*WITH_MEDIATOR, ("buyer", "cancel_later", 0), timedelta(days=7)])


def expect_what_was_promised(clock: time_machine.Coordinates) -> None:
    """Z-05: read what happens if nobody acts, let nobody act, and see exactly that, to the cent."""
    for dispute in Dispute.objects.select_related("order__policy", "claim", "return_shipment"):
        promised = dispute.next_default
        if promised is None or promised.action is None or promised.at is None:
            continue
        clock.move_to(promised.at)
        sweep()
        invariants.check_all()
        event = dispute.events.filter(verb=promised.action).last()
        assert event and event.at == promised.at
        after = Dispute.objects.get(pk=dispute.pk)
        if promised.outcome and after.state == "resolved":
            decided = Refund.objects.decided_by(f"dispute:{dispute.public_id}")
            given = sum(decided.values_list("amount", flat=True))
            assert given + after.from_bank == promised.outcome.buyer.minor


@pytest.mark.rule("Z-02", "Z-05", "Z-06", "O-02", "X-05", "X-06")
@settings(
    max_examples=60 * FURTHER,
    deadline=None,
    print_blob=True,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(STEPS)
def test_whatever_anybody_does_the_invariants_hold(steps):
    walk(steps)


OPENED = [("seller", "ship", 0), timedelta(days=11), ("buyer", "open", 0)]
WITH_MEDIATOR = [*OPENED, ("seller", "refuse", 0), timedelta(days=7), ("mediator", "assign", 0)]
#: where a random walk alone seldom comes to
DEEP: dict[str, list[Any]] = {
    "awaiting_return": [*OPENED, ("seller", "offer", 2), ("buyer", "accept_offer", 0)],
    "awaiting_replacement": [*OPENED, ("seller", "offer", 3), ("buyer", "accept_offer", 0)],
    "awaiting_evidence": [*WITH_MEDIATOR, ("mediator", "ask", 2)],
    "awaiting_choice": [*WITH_MEDIATOR, ("mediator", "propose", 1)],
    "awaiting_approval": [*WITH_MEDIATOR, ("mediator", "adjudicate", 0)],
}


@pytest.mark.rule("N-03", "T-03", "M-03", "M-05", "M-08", "Z-05")
@pytest.mark.parametrize("state", DEEP)
def test_the_invariants_hold_from_every_storey_on(state):
    """The same walk, begun where goods travel or a mediator waits."""
    with time_machine.travel(START, tick=False) as clock, transaction.atomic():
        story = Walk(clock)
        for step in DEEP[state]:
            if isinstance(step, timedelta):
                clock.shift(step)
                sweep()
            else:
                story.do(*step)
        assert Dispute.objects.get().state == state
        transaction.set_rollback(True)

    @settings(
        max_examples=8 * FURTHER,
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(STEPS)
    def from_there(steps: list[Any]) -> None:
        walk([*DEEP[state], *steps])

    from_there()


@pytest.mark.rule("N-01", "N-02", "O-04", "Z-05")
@pytest.mark.parametrize("claim", range(len(CLAIMS)))
@pytest.mark.parametrize("refused", [False, True])
def test_with_no_human_act_every_dispute_ends_or_is_with_a_mediator(claim, refused):
    """S4: the sum of the deadlines, and no longer."""
    with time_machine.travel(START, tick=False) as clock:
        story = Walk(clock)
        story.do("seller", "ship", 0)
        clock.shift(timedelta(days=11))
        story.do("buyer", "open", claim)
        dispute = Dispute.objects.get()
        if refused:
            story.do("seller", "refuse", 0)
        clock.shift(timedelta(days=17))
        sweep()
        dispute = Dispute.objects.get(pk=dispute.pk)
        assert dispute.state in ("resolved", "mediation")
        clock.shift(timedelta(days=100))
        sweep()
        order = Order.objects.get(pk=story.order.pk)
        assert order.state in ("completed", "closed") or dispute.state == "mediation"
        invariants.check_all()
