"""Cases for the desk's tests, and a count of queries."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from disputes import services as disputes
from disputes.models import Dispute
from marketplace.core.clock import sweep
from tests import world
from tests.world import DAY


def waiting(clock: Any, **wishes: Any) -> Dispute:
    """A case that waits for a mediator. Eighteen days go by."""
    return many(clock, 1, **wishes)[0]


def many(clock: Any, n: int, *, amount: int | None = None, store: Any = None, **wishes: Any) -> list[Dispute]:
    """So many cases that wait for a mediator, of as many buyers and shops."""
    orders = [world.shipped(store=store or world.shop(country="CN"), **wishes) for _ in range(n)]
    clock.shift(11 * DAY)
    opened = [world.a_dispute(order, amount=amount) for order in orders]
    for dispute in opened:
        disputes.refuse_claim(dispute.pk, note="It was fine.", by=world.seller_of(dispute))
    clock.shift(7 * DAY)
    sweep()
    return [again(dispute) for dispute in opened]


def again(dispute: Dispute) -> Dispute:
    """The case as it is now, money read along."""
    return Dispute.objects.select_related("order__escrow", "order__policy", "claim").get(pk=dispute.pk)


def queries_of(client: Client, address: str) -> int:
    """How many queries the page takes, once what is cached is there."""
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)
