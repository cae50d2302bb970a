"""Every list says which values its filters take, and refuses another by name instead of answering with nothing."""

from __future__ import annotations

import pytest
from drf_spectacular.generators import SchemaGenerator

from tests import api, world

pytestmark = pytest.mark.django_db


def filters() -> list[tuple[str, str, list[str]]]:
    """(address, name, values) of every filter of a list that takes some words and no others."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    found = []
    for path, item in document["paths"].items():
        for parameter in item.get("get", {}).get("parameters", []):
            values = parameter["schema"].get("enum")
            if parameter["in"] == "query" and values:
                found.append((path, parameter["name"], values))
    return found


@pytest.mark.parametrize(("path", "name", "values"), filters())
def test_a_filter_takes_its_words_and_no_others(path, name, values):
    staff = api.client_of(world.staff("", "lead_mediator", "moderator"))
    body = api.refused(staff.get(path, {name: "zzz"}), 422)
    assert body["errors"][0]["field"] == name
    for each in [*values, ""]:
        assert staff.get(path, {name: each}).status_code == 200, each


def test_what_people_work_through_can_be_filtered_by_status():
    named = {path for path, name, _values in filters() if name == "status"}
    cases = {"disputes", "orders", "reports", "appeals", "flags", "feedback", "refunds"}
    assert named >= {f"/api/v1/{each}/" for each in cases}
