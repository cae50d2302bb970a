"""No door is special: a verb of a flag writes the same rows through the page, the board and the API (Z-01)."""

import re

import pytest
from django.db import transaction
from django.test import Client

from disputes.standing import services as standing
from disputes.standing.models import Flag, FlagEvent
from marketplace.accounts.models import Restriction
from marketplace.notifications.models import Notice
from marketplace.sanctions.models import Sanction
from tests import api, world
from tests.standing import people

pytestmark = [pytest.mark.django_db, pytest.mark.rule("Z-01", "B-03")]
REASONS = {"outcome": "limit", "facts": "Three lies."}
ROWS = {
    Flag: "state version due_at statement stated_at outcome reasons until reviewer_id approver_id ended_at",
    FlagEvent: "verb from_state to_state actor_id role at recorded_at data",
    Sanction: "user_id kind rule statement cause imposed_by_id starts_at ends_at state",
    Restriction: "user_id kind reason cause imposed_by_id starts_at ends_at lifted_at",
    Notice: "recipient_id subject text url needs_you created_at",
}
#: verb → (body, page or board, endpoint)
VERBS = {
    "add_statement": ({"text": "They were broken."}, "/standing/{id}/say/", "add-statement"),
    "review": (REASONS, "/admin/abuse/flags/{id}/", "review"),
    "approve": ({}, "/admin/abuse/flags/{id}/approve/", "approve"),
    "reject_approval": ({"note": "They are real."}, "/admin/abuse/flags/{id}/send-back/", "reject-approval"),
}


def rows():
    return {
        model.__name__: [
            re.sub(r"\b[a-z]{3}_[a-z2-7]{26}\b", "id", repr(row))
            for row in model.objects.order_by("pk").values_list(*names.split())
        ]
        for model, names in ROWS.items()
    }


def by_page(flag, user, verb):
    body, page, _endpoint = VERBS[verb]
    client = Client()
    client.force_login(user)
    return client.post(page.format(id=flag.public_id), body | ({"step": "send"} if verb == "review" else {}))


def by_api(flag, user, verb):
    body, _page, endpoint = VERBS[verb]
    return api.client_of(user).post(f"/api/v1/flags/{flag.public_id}/{endpoint}/", body, format="json")


def started(clock, verb):
    flag = people.flagged(clock)
    if verb in ("approve", "reject_approval"):
        by = world.acting(people.moderator())
        standing.review(flag.pk, outcome="suspend", facts="Three lies.", by=by)
    return flag


@pytest.mark.parametrize("verb", VERBS)
def test_every_door_writes_the_same_rows(clock, verb):
    flag = started(clock, verb)
    who = flag.user if verb == "add_statement" else people.moderator()
    before, after = rows(), []
    for knock in (by_page, by_api):
        with transaction.atomic():
            assert knock(flag, who, verb).status_code in (200, 302)
            after.append(rows())
            transaction.set_rollback(True)
    assert after[0] == after[1] != before
    assert rows() == before


@pytest.mark.parametrize("verb", VERBS)
def test_whoever_may_not_is_refused_at_every_door(clock, verb):
    flag = started(clock, verb)
    others = [world.person(), world.staff("", "mediator"), world.person("", "integrator")]
    others.append(people.moderator() if verb == "add_statement" else flag.user)
    before = rows()
    for user in others:
        for knock in (by_page, by_api):
            assert knock(flag, user, verb).status_code in (302, 403, 404)
            assert rows() == before
