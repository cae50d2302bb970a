"""Whatever is imposed and undone in whatever order: what holds is what the live causes say, and nothing else (C-11)."""

from __future__ import annotations

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from marketplace.accounts.models import Restriction, StoreMeasure
from marketplace.orders.models import Listing, ListingMeasure, Order
from marketplace.sanctions import services
from tests import world

KINDS = ("removed", "demoted", "orders_held", "suspended", "no_reports", "block", "strike")
CAUSES = ("rep_1", "rep_2", "rep_3")
ACTS = st.lists(st.tuples(st.sampled_from(CAUSES), st.sampled_from((*KINDS, "undo"))), max_size=12)


@pytest.mark.rule("C-11")
class TestAtRandom(TestCase):
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(acts=ACTS)
    def test_what_holds_is_what_the_live_causes_say(self, acts):
        by = world.acting(world.staff("", "moderator"))
        order = world.an_order()
        listing = Listing.objects.get(store=order.store)
        targets = {
            kind: listing if n < 2 else order.buyer if kind in ("no_reports", "block") else order.store
            for n, kind in enumerate(KINDS)
        }
        live: set[tuple[str, str]] = set()
        seen: set[tuple[str, str]] = set()
        for cause, act in acts:
            now = timezone.now()
            if act == "undo":
                services.undo(cause, by=by, at=now)
                live = {pair for pair in live if pair[0] != cause}
            else:
                services.impose(
                    target=targets[act],
                    kind=act,
                    cause=cause,
                    statement="Because.",
                    rule="Terms",
                    at=now,
                    by=by,
                    points=2 if act == "strike" else 0,
                )
                if (cause, act) not in seen:
                    live.add((cause, act))
                seen.add((cause, act))
        now, kinds = timezone.now(), {kind for _cause, kind in live}
        held = [
            *ListingMeasure.objects.in_force(now),
            *StoreMeasure.objects.in_force(now),
            *Restriction.objects.in_force(now),
        ]
        assert sorted(row.kind for row in held) == sorted(kind for _cause, kind in live if kind != "strike")
        assert services.points_of(order.store_id, now) == 2 * sum(kind == "strike" for _cause, kind in live)
        assert Order.objects.get(pk=order.pk).state == ("on_hold" if "orders_held" in kinds else "paid")
