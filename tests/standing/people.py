"""Buyers with habits, for the tests."""

from __future__ import annotations

from typing import Any

from disputes import services as disputes
from disputes.models import Dispute
from disputes.standing.models import Flag, Ground
from marketplace.accounts.models import User
from marketplace.core.clock import sweep
from tests import world
from tests.world import DAY


def bought(buyer: User, n: int, **wishes: Any) -> list[Any]:
    """So many orders of this buyer, each at a shop of its own, sent at once."""
    return [world.shipped(buyer=buyer, **wishes) for _ in range(n)]


def who_disputes(clock: Any, *, orders: int = 5, times: int = 3, buyer: User | None = None) -> User:
    """A buyer of so many orders who opens so many disputes on the same day. Eleven days go by."""
    buyer = buyer or world.person()
    made = bought(buyer, orders)
    clock.shift(11 * DAY)
    for order in made[:times]:
        world.a_dispute(order)
    return buyer


def flagged(clock: Any) -> Flag:
    """A flag for three disputes in 30 days."""
    buyer = who_disputes(clock)
    return Flag.objects.select_related("user", "policy").get(user=buyer, ground=Ground.MANY)


def moderator() -> User:
    return world.staff("", "moderator")


def decided(clock: Any, order: Any, **terms: Any) -> Dispute:
    """A dispute that a mediator decides, by default for the seller. Seven days go by; a fraud has its second mediator."""
    terms = {
        "outcome": "no_refund",
        "reason_code": "evidence.insufficient",
        "facts": "Nothing is to be seen.",
    } | terms
    dispute = world.a_dispute(order)
    disputes.refuse_claim(dispute.pk, note="It was fine.", by=world.seller_of(dispute))
    clock.shift(7 * DAY)
    sweep()
    by = world.acting(world.staff("", "mediator"))
    disputes.assign(dispute.pk, by=by)
    disputes.adjudicate(dispute.pk, **terms, by=by)
    if terms["outcome"] == "fraud":
        disputes.approve(dispute.pk, by=world.acting(world.staff("", "mediator")))
    return Dispute.objects.get(pk=dispute.pk)
