"""Lists of appeals and the room of a dispute cost the same with ten rows as with two hundred."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marketplace.appeals.models import Appeal, AppealEvent, AppealExclusion
from tests import world
from tests.api import client_of
from tests.appeals.cases import appealed, decided, mediator
from tests.disputes.desk_cases import queries_of

pytestmark = pytest.mark.django_db
FEW, MANY = 10, 200


def crowd(like: Appeal, number: int) -> None:
    """So many more, each with its line in the timeline and somebody who is kept out."""
    rows = []
    for n in range(number):
        row = Appeal.objects.get(pk=like.pk)
        row.pk, row.public_id, row.about = None, f"apl_{uuid.uuid4().hex[:26]}", f"dec_{n}x{number}"
        row.submitted_at += timedelta(seconds=n)
        rows.append(row)
    made = Appeal.objects.bulk_create(rows)
    event = like.events.get()
    AppealEvent.objects.bulk_create(
        AppealEvent(
            appeal=each,
            verb=event.verb,
            to_state=event.to_state,
            actor=event.actor,
            role=event.role,
            at=event.at,
            recorded_at=event.recorded_at,
            data=event.data,
        )
        for each in made
    )
    AppealExclusion.objects.bulk_create(AppealExclusion(appeal=each, user=like.appellant) for each in made)


def of_api(user: Any) -> int:
    client, address = client_of(user), "/api/v1/appeals/?page_size=100"
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    assert len(answer.json()["results"]) >= FEW
    return len(captured)


def test_lists_cost_the_same_however_long(clock: Any) -> None:
    like = appealed(decided(clock))
    reviewer = world.staff("", "mediator")
    desk = Client()
    desk.force_login(reviewer)
    counts = []
    for number in (FEW, MANY):
        crowd(like, number)
        counts.append((of_api(like.appellant), of_api(mediator()), queries_of(desk, "/admin/desk/appeals/")))
    few, many = counts
    assert few == many
    assert max(many) <= 12


def test_the_room_costs_the_same_with_reviews_and_without(clock: Any) -> None:
    dispute = decided(clock)
    client = Client()
    client.force_login(dispute.buyer)
    address = f"/disputes/{dispute.public_id}/"
    before = queries_of(client, address)
    appealed(dispute)
    appealed(dispute, "seller")
    assert queries_of(client, address) <= before
