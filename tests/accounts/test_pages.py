"""One's own account: name, language, clock, and tokens whose secret is shown once."""

from __future__ import annotations

import re

import pytest

from marketplace.accounts.models import ApiToken, User
from tests import world
from tests.pages import client_of, words

pytestmark = pytest.mark.django_db


def test_name_language_and_clock_are_saved() -> None:
    user = world.person()
    client = client_of(user)
    data = {"first_name": "Mira", "last_name": "Olsen", "language": "ru", "time_zone": "Europe/Moscow"}
    client.post("/me/", data)
    user = User.objects.get(pk=user.pk)
    assert (user.shown_name, user.language, user.time_zone) == ("Mira Olsen", "ru", "Europe/Moscow")
    page = client.get("/me/")
    assert 'lang="ru"' in page.content.decode()
    assert "UTC+3" in words(page)
    refused = client.post("/me/", data | {"time_zone": "Mars/Olympus"})
    assert 'value="Mira"' in refused.content.decode()
    assert User.objects.get(pk=user.pk).time_zone == "Europe/Moscow"


def test_the_footer_changes_the_language_of_mails_too() -> None:
    user = world.person(language="ru")
    client = client_of(user)
    client.post("/i18n/setlang/", {"language": "pt-br", "next": "/me/"})
    assert User.objects.get(pk=user.pk).language == "pt-br"
    assert 'lang="pt-br"' in client.get("/me/").content.decode()
    client.post("/i18n/setlang/", {"language": "xx", "next": "/me/"})
    assert User.objects.get(pk=user.pk).language == "pt-br"
    assert client.get("/i18n/setlang/").status_code == 405


def test_a_token_is_shown_once_and_works_until_it_is_ended() -> None:
    user = world.person()
    client = client_of(user)
    made = client.post("/me/tokens/", {"name": "My script", "scopes": ["read"]})
    assert made["Cache-Control"] == "no-store"
    secret = re.search(r"<code>(\w+)</code>", made.content.decode())
    assert secret
    token = ApiToken.objects.get()
    assert token.scopes == ["read"]
    page = client.get("/me/").content.decode()
    assert "My script" in page
    assert secret[1] not in page
    client_of(world.person()).post("/me/tokens/end/", {"token": token.token_key})
    assert ApiToken.objects.exists()
    client.post("/me/tokens/end/", {"token": token.token_key})
    assert not ApiToken.objects.exists()


def test_a_token_never_may_more_than_its_owner() -> None:
    client = client_of(world.person())
    page = client.post("/me/tokens/", {"name": "x", "scopes": ["orders:import"]})
    assert "There is a problem" in words(page)
    assert not ApiToken.objects.exists()
    integrator = client_of(world.person("", "integrator"))
    integrator.post("/me/tokens/", {"name": "x", "scopes": ["orders:import"]})
    assert ApiToken.objects.get().scopes == ["orders:import"]


def test_staff_need_a_second_factor_for_a_token() -> None:
    client = client_of(world.person("", "mediator"))
    refused = client.post("/me/tokens/", {"name": "x", "scopes": ["read"]})
    assert refused.status_code in (302, 403)
    assert not ApiToken.objects.exists()


def test_the_page_is_for_whoever_is_signed_in() -> None:
    for path in ("/me/", "/me/tokens/", "/me/tokens/end/"):
        assert client_of(None).post(path).status_code == 302
