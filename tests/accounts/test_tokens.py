"""Tokens: who gets one, what it may do, and when it is dead (threats.md rows 34, 35, 37)."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.utils import timezone
from rest_framework.test import APIClient

from marketplace.accounts.models import ApiToken, User
from tests import world
from tests.api import client_of, refused, token_of

pytestmark = pytest.mark.django_db
AUTH = "/api/v1/auth/token/"
LIST = "/api/v1/disputes/"


@pytest.fixture(autouse=True)
def _no_tries_yet():
    cache.clear()
    yield
    cache.clear()


def sign_in(name: str, password: str = "secret-pass-1", **more):
    return APIClient().post(AUTH, {"username": name, "password": password, **more})


def with_totp(user: User) -> str:
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code_now(secret: str, ahead: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))


def test_a_token_is_given_shown_once_kept_hashed_and_works():
    user = world.person("anna")
    answer = sign_in("anna")
    assert answer.status_code == 200
    body = answer.json()
    assert body.keys() == {"token", "expiry", "scopes"}
    assert body["scopes"] == ["read", "write"]
    assert answer["Cache-Control"] == "no-store"
    row = ApiToken.objects.get(user=user)
    assert body["token"] not in (row.digest, row.token_key)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {body['token']}")
    assert client.get(LIST).status_code == 200


def test_the_email_is_a_name_too_and_an_integrator_may_import():
    world.person("shop", "integrator")
    assert sign_in("shop@example.org").json()["scopes"] == ["read", "write", "orders:import"]


def test_unknown_user_and_wrong_password_look_the_same():
    world.person("anna")
    wrong, unknown = sign_in("anna", "wrong"), sign_in("nobody-at-all", "wrong")
    refused(wrong, 401, "invalid_credentials")
    assert wrong.content == unknown.content
    assert wrong["WWW-Authenticate"] == unknown["WWW-Authenticate"] == "Bearer"
    inactive = world.person("gone", is_active=False)
    assert sign_in(inactive.username).content == wrong.content


@pytest.mark.parametrize(
    ("spell", "name"),
    [("anna", "the same"), ("ANNA", "capitals"), (" anna ", "space")],
    ids=lambda value: value,
)
def test_ten_failed_tries_on_an_account_are_enough(spell, name):
    world.person("anna")
    for number in range(10):
        client = APIClient(REMOTE_ADDR=f"10.0.0.{number}", HTTP_X_FORWARDED_FOR=f"192.0.2.{number}")
        refused(client.post(AUTH, {"username": "anna", "password": "wrong"}), 401)
    last = APIClient(REMOTE_ADDR="10.0.1.1").post(AUTH, {"username": spell, "password": "secret-pass-1"})
    refused(last, 429)
    assert int(last["Retry-After"]) > 0


def test_ten_failed_tries_from_an_address_are_enough_whatever_it_says_of_itself():
    for number in range(10):
        client = APIClient(HTTP_X_FORWARDED_FOR=f"192.0.2.{number}")
        refused(client.post(AUTH, {"username": f"somebody{number}", "password": "wrong"}), 401)
    refused(
        APIClient(HTTP_X_FORWARDED_FOR="203.0.113.9").post(AUTH, {"username": "x", "password": "wrong"}), 429
    )


def test_tries_on_the_sign_in_page_count_here(client):
    world.person("anna")
    for _ in range(10):
        client.post("/account/login/", {"login": "anna", "password": "wrong"})
    refused(
        APIClient(REMOTE_ADDR="10.0.1.1").post(AUTH, {"username": "anna", "password": "secret-pass-1"}), 429
    )


def test_signing_in_rightly_is_no_failed_try():
    world.person("anna")
    for _ in range(15):
        assert sign_in("anna").status_code == 200


def test_a_second_factor_is_asked_for_and_works_once():
    secret = with_totp(world.person("anna"))
    refused(sign_in("anna"), 401, "otp_required")
    refused(sign_in("anna", otp="000000"), 401, "otp_invalid")
    refused(sign_in("anna", "wrong", otp=code_now(secret)), 401, "invalid_credentials")
    code = code_now(secret)
    assert sign_in("anna", otp=code).status_code == 200
    refused(sign_in("anna", otp=code), 401, "otp_invalid")


def test_guessing_codes_with_the_right_password_is_stopped():
    secret = with_totp(world.person("anna"))
    for number in range(10):
        client = APIClient(REMOTE_ADDR=f"10.0.0.{number}")
        refused(
            client.post(AUTH, {"username": "anna", "password": "secret-pass-1", "otp": "000000"}),
            401,
            "otp_invalid",
        )
    last = {"username": "anna", "password": "secret-pass-1", "otp": code_now(secret)}
    refused(APIClient(REMOTE_ADDR="10.0.1.1").post(AUTH, last), 429)


@pytest.mark.parametrize("group", ["mediator", "lead_mediator", "moderator"])
def test_staff_need_a_second_factor(group):
    staff = world.person("maria", group)
    refused(sign_in("maria"), 403, "otp_required_setup")
    refused(sign_in("maria", "wrong"), 401, "invalid_credentials")
    secret = with_totp(staff)
    assert sign_in("maria", otp=code_now(secret)).status_code == 200
    assert Authenticator.objects.get(user=staff).last_used_at is not None


def test_a_revoked_token_is_dead():
    client = client_of(world.person(), "read")
    assert client.delete(AUTH).status_code == 204
    refused(client.get(LIST), 401, "token_invalid")


def test_there_is_no_token_to_revoke_in_a_session():
    client = APIClient()
    client.force_login(world.person())
    refused(client.delete(AUTH), 400, "no_token")


def test_an_expired_token_and_one_of_a_blocked_person_are_dead():
    user = world.person()
    client = client_of(user)
    with time_machine.travel(timezone.now() + timedelta(days=89)):
        assert client.get(LIST).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=90, seconds=1)):
        refused(client.get(LIST), 401, "token_invalid")
    user.is_active = False
    user.save()
    refused(client.get(LIST), 401, "token_invalid")


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer a b", "Bearer nonsense", "Bearer \xff\xfe", "Bearer " + "a" * 5000]
)
def test_a_broken_header_is_401(header):
    answer = APIClient().get(LIST, HTTP_AUTHORIZATION=header)
    refused(answer, 401)
    assert answer["WWW-Authenticate"] == "Bearer"


def test_of_many_sign_ins_the_oldest_end():
    user = world.person("anna")
    named = token_of(user)
    secrets = [sign_in("anna").json()["token"] for _ in range(22)]
    assert ApiToken.objects.filter(user=user).count() == 21
    for secret, status in [
        (named, 200),
        (secrets[0], 401),
        (secrets[1], 401),
        (secrets[2], 200),
        (secrets[-1], 200),
    ]:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        assert client.get(LIST).status_code == status


def test_scopes_bind():
    user = world.person()
    refused(client_of(user, "write").get(LIST), 403, "insufficient_scope")
    refused(client_of(user, "read").post(LIST, {}), 403, "insufficient_scope")
    refused(client_of(user, "write").post(LIST, {}), 422)


def test_a_session_works_and_its_posts_need_the_csrf_token():
    user = world.person()
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.get(LIST).status_code == 200
    refused(client.post(LIST, {}), 403)
    client.cookies["csrftoken"] = "a" * 32
    refused(client.post(LIST, {}, HTTP_X_CSRFTOKEN="a" * 32), 422)


def test_a_stale_cookie_does_not_stand_in_the_way_of_signing_in():
    world.person("anna")
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(world.person())
    assert client.post(AUTH, {"username": "anna", "password": "secret-pass-1"}).status_code == 200


def test_signing_in_costs_a_fixed_number_of_queries_with_many_tokens(django_assert_max_num_queries):
    client = client_of(user := world.person())
    for _ in range(15):
        token_of(user)
    with django_assert_max_num_queries(5):
        client.get(LIST)


def test_a_new_password_ends_the_tokens(client):
    """threats.md A7: rights taken away hold for the next request."""
    user = world.person("ana")
    api = client_of(user)
    assert api.get("/api/v1/orders/").status_code == 200
    client.force_login(user)
    new = {"oldpassword": "secret-pass-1", "password1": "Another-Pass-22", "password2": "Another-Pass-22"}
    assert client.post("/account/password/change/", new).status_code == 302
    assert api.get("/api/v1/orders/").status_code == 401
