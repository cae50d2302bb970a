"""Who gets into the admin: staff with a code app; everybody else meets the same closed door at every address."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from marketplace.accounts.roles import PERMISSIONS
from tests import world

pytestmark = pytest.mark.django_db

#: what stands in for each kind of argument
FILLED = {"int": "1", "str": "x", "slug": "x", "path": "1"}


def addresses() -> Iterator[str]:
    """Every address under /admin/, arguments filled in."""
    (site,) = (each for each in get_resolver().url_patterns if str(each.pattern) == "admin/")
    yield from _below(site, "/")


def _below(node: URLPattern | URLResolver, prefix: str) -> Iterator[str]:
    text = str(node.pattern)
    for name, converter in node.pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
        for written in (f"<{kind}:{name}>", f"<{name}>"):
            text = text.replace(written, FILLED[kind])
    path = prefix + text
    if isinstance(node, URLResolver):
        for child in node.url_patterns:
            yield from _below(child, path)
    elif "(?P" in path:
        yield from (f"/admin/{app}/" for app in ("accounts", "core", "disputes", "orders"))
        yield "/admin/no/such/page/"
    else:
        yield path


OPEN_DOORS = {"/admin/login/", "/admin/logout/"}
CLOSED = sorted(set(addresses()) - OPEN_DOORS)


def test_the_list_of_addresses_is_whole() -> None:
    assert {
        "/admin/",
        "/admin/desk/",
        "/admin/desk/x/decide/",
        "/admin/orders/order/",
        "/admin/jsi18n/",
    } <= set(CLOSED)
    assert len(CLOSED) > 80


@pytest.mark.rule("Z-01")
@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_without_a_code_app_open_nothing(client: Client, method: str) -> None:
    for groups, superuser in ((("mediator", "lead_mediator", "moderator"), False), ((), True)):
        user = world.staff("", *groups, second_lock=False, is_superuser=superuser)
        client.force_login(user)
        for address in CLOSED:
            response = getattr(client, method)(address)
            assert response.status_code == 302, address
            assert (
                response["Location"].startswith("/admin/login/?next=") or response["Location"] == "/admin/"
            ), address


def test_they_are_sent_to_turn_it_on(client: Client) -> None:
    client.force_login(world.staff(second_lock=False))
    response = client.get("/admin/login/?next=/admin/desk/")
    assert response["Location"] == "/account/2fa/totp/activate/?next=/admin/desk/"


@pytest.mark.parametrize("address", ["/admin/", "/admin/desk/", "/admin/core/protectionpolicy/"])
def test_a_stranger_is_sent_to_the_sign_in_of_everybody(client: Client, address: str) -> None:
    response = client.get(address, follow=True)
    assert response.redirect_chain[-1][0] == f"/account/login/?next={address}"


def test_nobody_is_sent_off_the_site(client: Client) -> None:
    response = client.get("/admin/login/?next=https://evil.example/")
    assert response["Location"] == "/account/login/?next=/admin/"


def test_people_who_are_no_staff_stay_outside(client: Client) -> None:
    client.force_login(world.person())
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/login/?next=/admin/").status_code == 403


@pytest.mark.parametrize("flag", ["is_staff", "is_active"])
def test_a_right_taken_away_holds_for_the_next_request(client: Client, flag: str) -> None:
    user = world.staff("", "mediator")
    client.force_login(user)
    assert client.get("/admin/").status_code == 200
    setattr(user, flag, False)
    user.save()
    assert client.get("/admin/").status_code == 302


def test_a_code_app_turned_off_closes_the_admin(client: Client) -> None:
    user = world.staff("", "mediator")
    client.force_login(user)
    user.authenticator_set.all().delete()
    assert client.get("/admin/desk/").status_code == 302


@pytest.mark.parametrize("role", sorted(PERMISSIONS))
def test_each_role_opens_what_its_work_needs_and_no_more(client: Client, role: str) -> None:
    client.force_login(world.staff("", role))
    lists = {
        f"{model._meta.app_label}.view_{model._meta.model_name}": f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        for model in admin.site._registry
    }
    assert {name for name in PERMISSIONS[role] if ".view_" in name} <= lists.keys()
    for permission, address in lists.items():
        expected = 200 if permission in PERMISSIONS[role] else 403
        assert client.get(address).status_code == expected, (role, address)
    assert client.get("/admin/desk/").status_code == (403 if role == "moderator" else 200)
