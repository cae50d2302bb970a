"""People and stores in the admin."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from marketplace.accounts.models import Store, User
from tests import world

pytestmark = pytest.mark.django_db


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
