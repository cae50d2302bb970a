"""Sanctions at the page, the API and the admin: who reads them, and that no door is special (Z-01)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marketplace.accounts import restrictions
from marketplace.sanctions import services
from marketplace.sanctions.models import Sanction
from tests import world
from tests.sanctions.imposing import imposed

pytestmark = pytest.mark.django_db
WORDS = {"statement": "It was not true.", "rule": "Terms, 4.2"}


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def mod():
    return world.staff("mod", "moderator")


@pytest.mark.rule("C-07", "C-12")
def test_whom_it_burdens_reads_why_by_which_rule_and_that_they_may_always_answer():
    store = world.shop()
    sanction = imposed(store, "suspended")
    page = signed_in(store.members.get()).get(f"/sanctions/{sanction.public_id}/")
    text = page.content.decode()
    for words in ("Because of rep_one.", "Terms, 4.2", "You can always answer, add proof and appeal"):
        assert words in text
    assert signed_in(world.person()).get(f"/sanctions/{sanction.public_id}/").status_code == 404


@pytest.mark.rule("Z-01", "C-07")
def test_imposing_by_hand_is_previewed_and_writes_the_same_at_admin_and_api(mod):
    user = world.person()
    sent = {"target": user.public_id, "kind": "no_reports", **WORDS}
    client = signed_in(mod)
    page = client.post("/admin/sanctions/sanction/impose/", {**sent, "step": "preview"})
    assert "What the person will read" in page.content.decode()
    assert not Sanction.objects.exists()
    client.post("/admin/sanctions/sanction/impose/", {**sent, "step": "impose"})
    answer = client.post("/api/v1/sanctions/", sent, "application/json")
    assert answer.status_code == 201, answer.content
    rows = Sanction.objects.order_by("pk").values(
        "user", "kind", "statement", "rule", "points", "imposed_by", "ends_at"
    )
    assert len(rows) == 2
    assert rows[0] == rows[1]
    assert [each.is_by_hand for each in Sanction.objects.all()] == [True, True]


@pytest.mark.rule("Z-01", "C-11")
def test_taking_back_writes_the_same_at_page_and_api(mod):
    by = world.acting(world.staff("other", "moderator"))
    pair = [
        services.impose_by_hand(target=world.person(), kind="block", **WORDS, by=by) for _each in range(2)
    ]
    client = signed_in(mod)
    page = client.post(f"/sanctions/{pair[0].public_id}/take-back/", {"note": "Wrong person."})
    assert page.status_code == 302
    answer = client.post(
        f"/api/v1/sanctions/{pair[1].public_id}/take-back/", {"note": "Wrong person."}, "application/json"
    )
    assert (answer.status_code, answer.json()["status"]) == (200, "taken_back")
    ended = Sanction.objects.order_by("pk").values("state", "note", "ended_by", "version")
    assert ended[0] == ended[1]
    for sanction in pair:
        assert restrictions.in_force(sanction.user_id, "no_orders", timezone.now()) is None


def test_what_is_wrong_in_the_form_stands_beside_its_field_with_all_that_was_typed(mod):
    sent = {"target": "sto_none", "kind": "suspended", **WORDS, "step": "impose"}
    page = signed_in(mod).post("/admin/sanctions/sanction/impose/", sent).content.decode()
    assert "There is nothing with this number or name." in page
    assert "It was not true." in page
    assert not Sanction.objects.exists()


@pytest.mark.rule("C-12")
@pytest.mark.parametrize("path", ["/sanctions/", "/api/v1/sanctions/"])
def test_the_list_asks_as_often_for_10_as_for_200(path):
    user = world.person()
    client, counts = signed_in(user), []
    by = world.acting(world.staff("", "moderator"))
    for many in (10, 190):
        for n in range(many):
            imposed(user, "warning", f"rep_{many}_{n}", by=by)
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
