"""What hostile people typed into addresses and forms while this was built: a clear answer, never a 500 (Z-04)."""

import pytest
import time_machine

from disputes.models import Dispute
from tests import pages, world
from tests.world import DAY

pytestmark = pytest.mark.django_db


@pytest.mark.rule("Z-04")
@pytest.mark.parametrize(
    "address",
    ["/disputes/dsp_%00/", "/orders/a%00/", "/stores/%00/", "/orders/?q=%00", "/disputes/?page=%00"],
)
def test_a_zero_byte_in_an_address_is_not_found(address):
    assert pages.client_of(world.person()).get(address).status_code == 404


@pytest.mark.rule("Z-02")
@pytest.mark.parametrize("act", ["return/", "return/postage/", "replacement/"])
def test_an_incomplete_form_at_the_wrong_moment_is_told_the_moment(act):
    with time_machine.travel("2026-03-01T10:00:00+00:00", tick=False) as clock:
        order = world.shipped()
        clock.shift(11 * DAY)
        dispute = world.a_dispute(order)
        user = pages.seller_user(order) if act == "replacement/" else dispute.buyer
        answer = pages.client_of(user).post(f"/disputes/{dispute.public_id}/{act}", {"amount": "x"})
        assert answer.status_code == 409
        assert "no longer possible" in pages.words(answer)
        assert Dispute.objects.get().version == 1
