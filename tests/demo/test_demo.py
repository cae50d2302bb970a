"""The demo world, which `make run` fills: it is told whole, its books add up, and a second telling changes nothing."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from disputes.models import Dispute
from marketplace.appeals.models import Appeal
from marketplace.orders.models import Order
from marketplace.sanctions.models import Sanction
from reports.models import Report
from tests import invariants

pytestmark = pytest.mark.django_db(transaction=True)


def told() -> tuple[str, dict[Any, int]]:
    out = StringIO()
    call_command("demo", stdout=out)
    return out.getvalue(), {
        model: model.objects.count() for model in (Order, Dispute, Report, Appeal, Sanction)
    }


def test_it_is_told_once_and_adds_up() -> None:
    logins, first = told()
    assert all(name in logins for name in ("ana", "sam", "mia", "leo", "olga", "host"))
    assert all(first.values()), first
    assert len(set(Dispute.objects.values_list("state", flat=True))) > 8, "every state to look at"
    invariants.check_all()
    assert told()[1] == first
