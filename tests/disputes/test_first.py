import pytest
import time_machine
from datetime import timedelta
from django.utils import timezone
from disputes import services as disputes
from disputes.models import Dispute
from marketplace.core.cases import sweep
from marketplace.core.money import Money
from marketplace.orders.models import Order
from tests import world

pytestmark = pytest.mark.django_db

def test_silence(django_assert_max_num_queries):
    with time_machine.travel("2026-03-01T10:00:00+00:00", tick=False) as clock:
        order = world.shipped(prices=(1173, 2000))
        clock.shift(timedelta(days=11))
        dispute = world.a_dispute(order, amount=500)
        assert dispute.state == "awaiting_seller"
        assert dispute.version == 1
        clock.shift(timedelta(days=5) - timedelta(seconds=1))
        assert sweep() == {}
        clock.shift(timedelta(seconds=1))
        assert sweep() == {"dispute.grant_claim": 1}
        dispute = Dispute.objects.get(pk=dispute.pk)
        assert (dispute.state, dispute.outcome, dispute.reached_by) == ("resolved", "partly_refunded", "seller_silence")
        order = Order.objects.select_related("escrow").get(pk=order.pk)
        assert (order.escrow.refunded, order.escrow.released) == (500, 2673)
        assert order.state == "completed"
