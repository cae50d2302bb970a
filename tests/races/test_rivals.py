"""Every pair of rival verbs of a phase, at the same moment, by people who read the same version: one wins (Z-06).

A round a pair in `make test`; `make races` runs fifty.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import combinations
from typing import Any

import pytest

from disputes import services as disputes
from disputes.models import Dispute
from disputes.services import LineData
from marketplace.core.access import Actor
from marketplace.core.money import Money
from tests import invariants, world
from tests.races.test_mediation_races import WORDS as STATEMENT
from tests.races.test_mediation_races import held
from tests.races.test_races import in_mediation, one_winner, open_case, race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.rule("Z-06")]
ROUNDS = int(os.environ.get("RACE_ROUNDS", "1"))

Act = tuple[Actor, Callable[..., object]]
HALF = Money(500, "USD")
#: after a few rounds there are similar decisions, and one that is far from them has to say why (M-10)
WORDS = {**STATEMENT, "why_different": "It is another case."}


def saying(service: Callable[..., object], dispute: Dispute, by: Actor, **wishes: Any) -> Act:
    """The act of somebody who has the case before their eyes as it is now."""
    return replace(by, saw=Dispute.objects.get(pk=dispute.pk).version), partial(service, dispute.pk, **wishes)


def edited(dispute: Dispute) -> Any:
    lines = [LineData(line.public_id, 1) for line in dispute.order.lines.all()]
    return world.claim_on(dispute.order, lines=lines, amount=700)


def unanswered() -> list[Act]:
    dispute = open_case()
    seller, buyer = world.seller_of(dispute), world.buyer_of(dispute)
    return [
        saying(disputes.accept_claim, dispute, seller),
        saying(disputes.refuse_claim, dispute, seller, note="No."),
        saying(disputes.make_offer, dispute, seller, remedy="refund", amount=HALF),
        saying(disputes.cancel, dispute, buyer),
        saying(disputes.cancel_conditionally, dispute, buyer, condition="money"),
        saying(disputes.edit_claim, dispute, buyer, claim=edited(dispute)),
    ]


def countered() -> list[Act]:
    dispute = open_case()
    seller, buyer = world.seller_of(dispute), world.buyer_of(dispute)
    disputes.make_offer(dispute.pk, remedy="refund", amount=HALF, by=seller)
    offer = dispute.offers.get().public_id
    return [
        saying(disputes.accept_claim, dispute, seller),
        saying(disputes.make_offer, dispute, seller, remedy="refund", amount=Money(600, "USD")),
        saying(disputes.accept_offer, dispute, buyer, offer=offer),
        saying(disputes.deny_offer, dispute, buyer, offer=offer, note="No."),
        saying(disputes.cancel, dispute, buyer),
        saying(disputes.edit_claim, dispute, buyer, claim=edited(dispute)),
    ]


def queued() -> list[Act]:
    dispute = in_mediation()
    first, second = (world.acting(world.person("", "mediator")) for _ in range(2))
    return [
        saying(disputes.assign, dispute, first),
        saying(disputes.assign, dispute, second),
        saying(disputes.staff_cancel, dispute, second, reason="A mistake."),
        saying(disputes.cancel, dispute, world.buyer_of(dispute)),
    ]


def being_decided() -> list[Act]:
    dispute, by = held()
    return [
        saying(disputes.adjudicate, dispute, by, outcome="refunded", **WORDS),
        saying(disputes.adjudicate, dispute, by, outcome="no_refund", **WORDS),
        saying(disputes.propose, dispute, by, platform={"remedy": "refund", "amount": HALF, **WORDS}),
        saying(disputes.require_evidence, dispute, by, sides=["buyer"], items=["A photo"]),
        saying(disputes.release, dispute, by),
        saying(disputes.cancel, dispute, world.buyer_of(dispute)),
    ]


def to_be_chosen() -> list[Act]:
    dispute, by = held()
    platform = {"remedy": "refund", "amount": HALF, **WORDS}
    less = {"remedy": "refund", "amount": Money(400, "USD")}
    disputes.propose(dispute.pk, platform=platform, seller=less, by=by)
    buyer = world.buyer_of(dispute)
    ours, theirs = (dispute.proposals.get(by=author).public_id for author in ("platform", "seller"))
    return [
        saying(disputes.choose_proposal, dispute, buyer, proposal=ours),
        saying(disputes.choose_proposal, dispute, buyer, proposal=theirs),
        saying(disputes.cancel, dispute, buyer),
    ]


def to_be_approved() -> list[Act]:
    dispute, by = held(prices=(90000,))
    disputes.adjudicate(dispute.pk, outcome="refunded", by=by, **WORDS)
    second, third = (world.acting(world.person("", "mediator")) for _ in range(2))
    return [
        saying(disputes.approve, dispute, second),
        saying(disputes.approve, dispute, third),
        saying(disputes.reject_approval, dispute, third, note="Look again."),
    ]


def sent_anew() -> list[Act]:
    dispute = open_case()
    seller, buyer = world.seller_of(dispute), world.buyer_of(dispute)
    disputes.make_offer(dispute.pk, remedy="replacement", by=seller)
    disputes.accept_offer(dispute.pk, offer=dispute.offers.get().public_id, by=buyer)
    disputes.ship_replacement(dispute.pk, carrier="", tracking_number="R", by=seller)
    return [
        saying(disputes.acknowledge_replacement, dispute, buyer),
        saying(disputes.contest_replacement, dispute, buyer, note="Broken, too."),
    ]


@pytest.mark.parametrize(
    "phase", [unanswered, countered, queued, being_decided, to_be_chosen, to_be_approved, sent_anew]
)
def test_of_two_rivals_one_wins(phase: Callable[[], list[Act]]) -> None:
    for first, second in combinations(range(len(phase())), 2):
        for _ in range(ROUNDS):
            acts = phase()
            one_winner(race(*(partial(act, by=by) for by, act in (acts[first], acts[second]))))
    invariants.check_all()
