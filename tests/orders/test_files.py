"""What a seller sends to show that an order is honest stays as long as the hold can be contested (E-05, O-08)."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest

from marketplace.evidence import retention
from marketplace.evidence import services as files
from marketplace.evidence.models import Evidence
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from tests import world
from tests.evidence import pictures

pytestmark = [pytest.mark.django_db, pytest.mark.rule("E-05", "O-08")]


def test_a_proof_stays_while_the_hold_lasts_and_can_be_contested() -> None:
    order = world.an_order()
    seller, moderator = world.seller_of(order), world.acting(world.staff("olga", "moderator"))
    orders.hold(order.pk, reason="Many like it.", by=moderator)
    file = files.take(io.BytesIO(pictures.jpeg()), name="receipt.jpg", by=seller, limits=files.limits_now())
    orders.prove(order.pk, text="Here is the receipt.", evidence=[file.public_id], by=seller)
    assert retention.sweep(file.created_at + timedelta(days=1000)) == 0, "a hold keeps its files"

    orders.accept_proof(order.pk, by=moderator)
    end = Order.objects.get(pk=order.pk).holds.get().ended_at
    assert end is not None
    for seconds, gone in ((-1, 0), (0, 1)):
        Evidence.objects.update(look_at=end)
        assert retention.sweep(end + timedelta(days=180 + 215, seconds=seconds)) == gone
    event = Order.objects.get(pk=order.pk).events.get(verb="remove_private_file")
    assert event.data["sha256"] == file.sha256
