"""Decided disputes and appeals against them, for these tests."""

from __future__ import annotations

from typing import Any

from disputes import services as disputes
from disputes.models import Decision, Dispute
from marketplace.accounts.models import User
from marketplace.appeals import services
from marketplace.appeals.models import Appeal
from marketplace.core.money import Money
from tests import world
from tests.disputes.desk_cases import many

TEXT = "The photo of the label was not looked at."
FACTS = "The label shows another size. The first decision did not look at it."
REASONS = {"reason_code": "quality.poor_workmanship", "facts": "The seam held."}


def mediator(*groups: str) -> User:
    return world.person("", *(groups or ("mediator",)))


def decided(clock: Any, outcome: str = "no_refund", by: User | None = None, **wishes: Any) -> Dispute:
    """A dispute that a mediator has just decided, approved by a second one where that is needed."""
    return decide(many(clock, 1, **wishes)[0], outcome, by)


def decide(dispute: Dispute, outcome: str = "no_refund", by: User | None = None) -> Dispute:
    by = by or mediator()
    disputes.assign(dispute.pk, by=world.acting(by))
    amount = Money(500, dispute.currency) if outcome == "partly_refunded" else None
    reasons = REASONS | ({"reason_code": "fraud.false_claim"} if outcome == "fraud" else {})
    disputes.adjudicate(dispute.pk, outcome=outcome, amount=amount, by=world.acting(by), **reasons)
    if Dispute.objects.get(pk=dispute.pk).state == "awaiting_approval":
        disputes.approve(dispute.pk, by=world.acting(mediator()))
    return Dispute.objects.select_related("order__escrow", "order__policy", "claim").get(pk=dispute.pk)


def decision_of(dispute: Dispute) -> Decision:
    return dispute.decisions.latest("pk")


def appealed(dispute: Dispute, side: str = "buyer", text: str = TEXT, **more: Any) -> Appeal:
    by = world.buyer_of(dispute) if side == "buyer" else world.seller_of(dispute)
    return services.submit("decision", decision_of(dispute).public_id, text=text, by=by, **more)


def held(appeal: Appeal, by: User | None = None) -> tuple[Appeal, world.Actor]:
    """A reviewer has taken it."""
    actor = world.acting(by or mediator())
    return services.assign(appeal.pk, by=actor), actor


def again(appeal: Appeal) -> Appeal:
    return Appeal.objects.get(pk=appeal.pk)
