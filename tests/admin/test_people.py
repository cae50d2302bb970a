"""People, stores and restrictions in the admin."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from marketplace.accounts import restrictions
from marketplace.accounts.models import Restriction, Store, User
from marketplace.core.errors import Forbidden, Invalid, WrongState
from tests import world

pytestmark = pytest.mark.django_db
RESTRICTIONS = "/admin/accounts/restriction/"


@pytest.fixture
def moderator(client: Client) -> Client:
    client.force_login(world.staff("mo", "moderator"))
    return client


def test_a_superuser_gives_roles(client: Client) -> None:
    client.force_login(world.staff(is_superuser=True))
    password = "a-long-pass-phrase"
    client.post(
        "/admin/accounts/user/add/",
        {"username": "nina", "usable_password": "true", "password1": password, "password2": password},
    )
    nina = User.objects.get(username="nina")
    sent = {
        "username": "nina",
        "first_name": "Nina",
        "is_active": "on",
        "is_staff": "on",
        "groups": [Group.objects.get(name="mediator").pk],
    }
    assert client.post(f"/admin/accounts/user/{nina.pk}/change/", sent).status_code == 302
    nina.refresh_from_db()
    assert (nina.first_name, nina.is_staff, nina.groups.get().name) == ("Nina", True, "mediator")
    assert client.post(f"/admin/accounts/user/{nina.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.rule("Z-01")
@pytest.mark.parametrize("role", ["mediator", "lead_mediator", "moderator"])
def test_staff_cannot_make_themselves_more(client: Client, role: str) -> None:
    user, store = world.staff("", role), world.shop()
    client.force_login(user)
    sent = {"username": user.username, "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    assert client.post(f"/admin/accounts/user/{user.pk}/change/", sent).status_code == 403
    assert client.post(f"/admin/accounts/user/{user.pk}/password/", {"password1": "x"}).status_code == 403
    assert client.post("/admin/accounts/user/add/", sent).status_code == 403
    assert client.post(f"/admin/accounts/store/{store.pk}/change/", {"name": "Mine"}).status_code == 403
    assert (
        client.post(
            f"/admin/auth/group/{Group.objects.get(name=role).pk}/change/", {"name": role}
        ).status_code
        == 403
    )
    user.refresh_from_db()
    assert not user.is_superuser
    assert Store.objects.get(pk=store.pk).name == store.name


@pytest.mark.rule("D-09")
def test_a_moderator_restricts_and_lifts(moderator: Client) -> None:
    person = world.person("tim")
    sent = {
        "person": person.public_id,
        "kind": "no_disputes",
        "reason": "Two of your disputes were not true.",
        "ends_at": "2099-01-31T10:00",
    }
    assert moderator.post(f"{RESTRICTIONS}add/", sent).status_code == 302
    row = Restriction.objects.get()
    assert (row.user, row.reason, row.imposed_by.username, row.lifted_at) == (
        person,
        sent["reason"],
        "mo",
        None,
    )
    assert row.ends_at is not None and row.ends_at.year == 2099

    lifting = {"action": "lift", "_selected_action": [row.pk], "index": "0"}
    page = moderator.post(RESTRICTIONS, lifting)
    assert "Lift this restriction?" in page.content.decode()
    assert Restriction.objects.get().lifted_at is None
    moderator.post(RESTRICTIONS, {"action": "lift", "_selected_action": [row.pk], "confirm": "yes"})
    assert Restriction.objects.get().lifted_at is not None
    assert "were lifted before" in moderator.post(RESTRICTIONS, lifting, follow=True).content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"person": "nobody-here"}, "person"),
        ({"person": "mo"}, "person"),
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 2001}, "reason"),
        ({"ends_at": "2001-01-01T00:00"}, "ends_at"),
        ({"kind": "no_orders"}, "kind"),
    ],
)
def test_a_restriction_that_does_not_fit_is_refused(
    moderator: Client, changes: dict[str, str], field: str
) -> None:
    world.person("tim")
    sent = {"person": "tim", "kind": "no_disputes", "reason": "Why.", "ends_at": ""} | changes
    page = moderator.post(f"{RESTRICTIONS}add/", sent)
    assert field in page.context["adminform"].form.errors
    assert not Restriction.objects.exists()


def test_a_restriction_is_never_edited_or_deleted(moderator: Client) -> None:
    row = restrictions.impose(
        world.person(),
        kind="no_disputes",
        reason="Why.",
        ends_at=None,
        by=world.acting(world.person("", "moderator")),
    )
    assert moderator.post(f"{RESTRICTIONS}{row.pk}/change/", {"reason": "Other."}).status_code == 403
    assert moderator.post(f"{RESTRICTIONS}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Restriction.objects.get().reason == "Why."


def test_mediators_look_but_do_not_restrict(client: Client) -> None:
    world.person("tim")
    client.force_login(world.staff("", "mediator"))
    assert client.get(RESTRICTIONS).status_code == 200
    sent = {"person": "tim", "kind": "no_disputes", "reason": "Why."}
    assert client.post(f"{RESTRICTIONS}add/", sent).status_code == 403


def test_the_service_itself_refuses_who_may_not() -> None:
    person, other = world.person(), world.acting(world.person("", "mediator"))
    moderator = world.acting(world.person("", "moderator"))
    with pytest.raises(Forbidden):
        restrictions.impose(person, kind="no_disputes", reason="Why.", ends_at=None, by=other)
    past = timezone.now() - timedelta(days=1)
    with pytest.raises(Invalid):
        restrictions.impose(person, kind="no_disputes", reason="Why.", ends_at=past, by=moderator)
    row = restrictions.impose(person, kind="no_disputes", reason="Why.", ends_at=None, by=moderator)
    with pytest.raises(Forbidden):
        restrictions.lift(row.pk, by=other)
    restrictions.lift(row.pk, by=moderator)
    with pytest.raises(WrongState):
        restrictions.lift(row.pk, by=moderator)
