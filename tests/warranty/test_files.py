"""The files of a warranty claim stay as long as it is open, and its time after that (E-05)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from marketplace.evidence import retention
from marketplace.evidence.models import Evidence
from marketplace.warranty import services as warranty
from marketplace.warranty.models import ClaimFile
from tests import world
from tests.warranty import claims

pytestmark = [pytest.mark.django_db, pytest.mark.rule("E-05", "O-14")]


def test_files_stay_while_the_claim_is_open(clock: Any) -> None:
    claim = claims.asked(claims.ended(clock))
    file = Evidence.objects.get(public_id=claims.receipt(claim.buyer))
    ClaimFile.objects.get_or_create(claim=claim, evidence=file, defaults={"added_at": claim.created_at})
    assert retention.sweep(file.created_at + timedelta(days=1000)) == 0
    warranty.decline(claim.pk, note="It was dropped.", by=world.seller_of(claim.order))
    end = claims.again(claim).entered_at
    for seconds, gone in ((-1, 0), (0, 1)):
        Evidence.objects.update(look_at=end)
        assert retention.sweep(end + timedelta(days=7 + 215, seconds=seconds)) == gone
    assert claims.again(claim).events.filter(verb="remove_file").exists()
