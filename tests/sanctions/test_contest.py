"""Until when a sanction can be contested: the same moment on the page, in the API and in the refusal (A-07, P-01, Z-03)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from marketplace.accounts import restrictions
from marketplace.appeals import services as appeals
from marketplace.core.access import Actor
from marketplace.core.errors import Forbidden, TooLate
from marketplace.core.models import Outage
from marketplace.core.policy import ProtectionPolicy
from marketplace.core.publishing import draft_from, publish
from marketplace.sanctions.models import Sanction
from tests import api, world
from tests.sanctions.imposing import imposed
from tests.world import DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def sanction(clock: Any) -> Sanction:
    return imposed(world.person("ana"), "no_disputes")


def told(sanction: Sanction) -> set[datetime]:
    """What the API of sanctions, the API of standing and a refusal say."""
    client = api.client_of(sanction.user)
    own = client.get(f"/api/v1/sanctions/{sanction.public_id}/").json()["appeal_until"]
    standing = client.get("/api/v1/standing/").json()["sanctions"][0]["contest_until"]
    with pytest.raises(Forbidden) as refused:
        restrictions.refuse_if(sanction.user_id, "no_disputes", timezone.now())
    return {
        datetime.fromisoformat(own),
        datetime.fromisoformat(standing),
        refused.value.extra["contest_until"],
    }


@pytest.mark.rule("A-07", "P-01")
def test_new_numbers_never_reach_back(clock: Any, sanction: Sanction) -> None:
    clock.shift(DAY)
    draft = draft_from(ProtectionPolicy.objects.in_force("default", timezone.now()))
    draft.report_appeal_days = 90
    draft.save()
    publish(draft.pk, by=Actor.system())
    assert told(sanction) == {sanction.starts_at + 180 * DAY}
    clock.move_to(sanction.starts_at + 180 * DAY - timedelta(seconds=1))
    assert appeals.submit("sanction", sanction.public_id, text="Please look.", by=world.acting(sanction.user))


@pytest.mark.rule("A-07", "Z-03")
def test_an_outage_lengthens_what_every_door_tells(clock: Any, sanction: Sanction) -> None:
    clock.move_to(sanction.starts_at + 179 * DAY)
    Outage.objects.create(started_at=timezone.now() - 2 * DAY, ended_at=timezone.now())
    assert told(sanction) == {sanction.starts_at + 182 * DAY}
    clock.move_to(sanction.starts_at + 182 * DAY)
    with pytest.raises(TooLate):
        appeals.submit("sanction", sanction.public_id, text="Please look.", by=world.acting(sanction.user))
