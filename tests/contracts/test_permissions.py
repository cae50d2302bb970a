"""Every address × method × role is answered as the written table says (threats.md A1, A2, A3, A7; rows 28 to 30, 35)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from disputes.models import Dispute
from marketplace.evidence import services as evidence
from marketplace.orders.models import Order
from tests import invariants, world
from tests.contracts.policy import NO_CSRF, OPEN_DOORS, POLICY, PREFIXES, body_of, filled
from tests.contracts.scene import METHODS, ROLES, Scene, build, routes
from tests.disputes.conftest import START
from tests.evidence import pictures

pytestmark = [pytest.mark.django_db, pytest.mark.rule("Z-01")]

ROUTES = list(dict.fromkeys(route for route, _callback in routes()))
OURS = sorted(POLICY)
THEIRS = [route for route in ROUTES if route not in POLICY and route.startswith(tuple(PREFIXES))]
#: a refusal: to sign in first, not signed in, not yours, not there, not so
REFUSED = frozenset({302, 401, 403, 404, 405})
#: who tries the methods that are nobody's
TRY_ODD_METHODS = ("anonymous", "buyer", "seller", "mediator")


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Scene]:
    """Built once; every cell is taken back."""
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("evidence")
    with django_db_blocker.unblock(), time_machine.travel(START, tick=False) as clock, transaction.atomic():
        with override_settings(
            PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"], STORAGES=stored_in(folder)
        ):
            found = build(clock)
            found.folder = folder
            found.clients = {role: signed_in(found, role) for role in ROLES}
        yield found
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _same_files(scene: Scene, settings: Any) -> None:
    settings.STORAGES = stored_in(scene.folder)


def stored_in(folder: Path) -> dict[str, Any]:
    from django.conf import settings

    local = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(folder), "base_url": None},
    }
    return settings.STORAGES | {"evidence": local}


def signed_in(scene: Scene, role: str, **options: Any) -> Client:
    client = Client(raise_request_exception=False, **options)
    if role != "anonymous":
        client.force_login(scene.people[role])
    return client


def ask(client: Client, method: str, route: str, ids: dict[str, str]) -> int:
    """One cell: the status, and nothing is left of it. A refusal has written nothing."""
    cookies = deepcopy(client.cookies)  # signing out, or another language, is taken back too
    path, body = filled(route, ids), body_of(route, ids) if method in ("POST", "PUT") else {}
    with transaction.atomic():
        before = invariants.fingerprint() if method != "GET" and not route.startswith("/a") else {}
        if route.startswith("/api/"):
            response = client.generic(method, path, json.dumps(body), content_type="application/json")
        elif method == "POST":
            response = client.post(path, body)
        else:
            response = client.generic(method, path)
        if before and response.status_code in (401, 403, 404, 405):
            assert invariants.fingerprint() == before, f"{method} {route} was refused and wrote something"
        transaction.set_rollback(True)
    client.cookies = cookies
    status: int = response.status_code
    return status


# -- the table is whole --------------------------------------------------------------------------------------------


def test_every_address_has_a_written_policy() -> None:
    unwritten = [route for route in ROUTES if route not in POLICY and not route.startswith(tuple(PREFIXES))]
    assert not unwritten, f"Say in tests/contracts/policy.py who may: {unwritten}"


def test_no_policy_is_written_for_what_is_not_there() -> None:
    assert not POLICY.keys() - set(ROUTES)
    assert NO_CSRF.keys() <= POLICY.keys()


def test_the_desk_is_not_covered_by_a_prefix() -> None:
    assert {route for route in ROUTES if route.startswith("/admin/desk/")} <= POLICY.keys()


def test_how_many_cells() -> None:
    cells = sum(len(cells) for row in POLICY.values() for cells in row.values())
    odd = sum(len(TRY_ODD_METHODS) for row in POLICY.values() for method in METHODS if method not in row)
    theirs = sum(
        2 * len(next(rule for start, rule in PREFIXES.items() if route.startswith(start))) for route in THEIRS
    )
    print(
        f"\n{len(ROUTES)} addresses: {cells} written cells, {odd} of methods that are nobody's, {theirs} by a prefix"
    )
    assert cells > 1300
    assert theirs > 1500


# -- the cells -----------------------------------------------------------------------------------------------------


@pytest.mark.rule("F-02", "E-03")
@pytest.mark.parametrize("route", OURS)
def test_each_role_is_answered_as_it_is_written(scene: Scene, route: str) -> None:
    wrong = []
    for method, cells in POLICY[route].items():
        for role, expected in cells.items():
            status = ask(scene.clients[role], method, route, scene.ids)
            if status != expected:
                wrong.append(f"{method} {route} as {role}: {status}, written is {expected}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("route", OURS)
def test_other_methods_are_nobodys(scene: Scene, route: str) -> None:
    wrong = []
    for method in METHODS:
        if method in POLICY[route]:
            continue
        for role in TRY_ODD_METHODS:
            status = ask(scene.clients[role], method, route, scene.ids)
            reading = route.startswith("/admin/desk/") and status == POLICY[route]["GET"][role]
            if status not in REFUSED and not reading:
                wrong.append(f"{method} {route} as {role}: {status}")
            if (
                status == 302
                and role != "anonymous"
                and not route.startswith(("/admin/", "/me/tokens/"))
                and route != "/"
            ):
                wrong.append(f"{method} {route} as {role}: {status}, it was done")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("route", THEIRS)
def test_what_a_library_serves_is_closed_to_the_others(scene: Scene, route: str) -> None:
    rule = next(rule for start, rule in PREFIXES.items() if route.startswith(start))
    wrong = []
    for role, written in rule.items():
        expected = OPEN_DOORS.get(route, written)
        for method in ("GET", "POST") if role not in ("mediator", "moderator") else ("GET",):
            status = ask(scene.clients[role], method, route, scene.ids)
            if status not in expected:
                wrong.append(f"{method} {route} as {role}: {status}, written is {sorted(expected)}")
    assert not wrong, "\n".join(wrong)


def test_staff_without_a_code_app_are_nobody_special(scene: Scene) -> None:
    """The role begins with the second lock: until then a stolen password opens no case (A7, row 37)."""
    wrong = []
    for route, row in POLICY.items():
        for method, cells in row.items():
            expected = cells["other_buyer"]
            if route == "/me/tokens/" and method == "POST":
                expected = 403  # staff make no token before the second lock
            status = ask(scene.clients["new_staff"], method, route, scene.ids)
            if status != expected:
                wrong.append(f"{method} {route}: {status}, anybody else gets {expected}")
    assert not wrong, "\n".join(wrong)


# -- sessions need the CSRF token ----------------------------------------------------------------------------------


@pytest.mark.parametrize("route", [route for route in OURS if route not in NO_CSRF])
def test_no_unsafe_request_without_the_csrf_token(scene: Scene, route: str) -> None:
    role = "mediator" if route.startswith("/admin/") else "buyer"
    client = signed_in(scene, role, enforce_csrf_checks=True)
    for method in ("POST", "PUT", "DELETE"):
        assert ask(client, method, route, scene.ids) == 403, f"{method} {route}"


# -- ids of another case -------------------------------------------------------------------------------------------


def test_the_same_bytes_for_what_is_not_yours_and_what_is_not_there(scene: Scene) -> None:
    client = scene.clients["other_seller"]
    for route in ("/api/v1/disputes/<id>/", "/api/v1/orders/<id>/", "/api/v1/evidence/<public_id>/"):
        path = filled(route, scene.ids)
        kind = path.rstrip("/").rpartition("/")[2][:4]
        nothing = path.replace(path.rstrip("/").rpartition("/")[2], kind + "a" * 26)
        theirs, none = client.get(path), client.get(nothing)
        assert theirs.status_code == none.status_code == 404
        assert theirs.content == none.content


def test_a_file_is_found_through_its_own_case_alone(scene: Scene) -> None:
    """My dispute and my file, but the file is not in that dispute (row 29)."""
    ids, client = scene.ids, scene.clients["buyer"]
    assert client.get(f"/disputes/{ids['dispute:opened']}/files/{ids['evidence']}/").status_code == 302
    assert client.get(f"/disputes/{ids['dispute:held']}/files/{ids['evidence']}/").status_code == 404
    assert client.get(f"/disputes/{ids['dispute:opened']}/files/{ids['stray']}/").status_code == 404


def test_a_parcel_a_line_and_a_file_of_another_case_are_not_taken(scene: Scene) -> None:
    ids = scene.ids
    order = Order.objects.get(public_id=ids["order:shipped"])
    other = Order.objects.filter(store=order.store).exclude(pk=order.pk).exclude(shipped_at=None)[0]
    line, parcel = other.lines.get().public_id, other.shipments.get().public_id
    theirs = foreign_file(scene)
    asked: list[tuple[str, str, dict[str, Any], int]] = [
        (
            "seller",
            f"orders/{order.public_id}/change-tracking/",
            {"tracking_number": "X1", "shipment": parcel},
            404,
        ),
        (
            "seller",
            f"orders/{order.public_id}/tracking-events/",
            {"code": "in_transit", "shipment": parcel},
            404,
        ),
        ("buyer", "disputes/", opening(order, lines=[{"line": line, "quantity": 1}]), 422),
        ("buyer", "disputes/", opening(order, evidence=[theirs]), 422),
        ("buyer", f"disputes/{ids['dispute:opened']}/provide-evidence/", {"evidence": [theirs]}, 422),
        ("mediator", f"disputes/{ids['dispute:held']}/adjudicate/", citing(ids["evidence"]), 422),
    ]
    before = invariants.fingerprint()
    for role, path, body, expected in asked:
        response = scene.clients[role].post(
            f"/api/v1/{path}", json.dumps(body), content_type="application/json"
        )
        assert response.status_code == expected, (path, response.content)
        assert invariants.fingerprint() == before, path


def foreign_file(scene: Scene) -> str:
    import io

    owner = world.acting(scene.people["other_buyer"])
    photo = io.BytesIO(pictures.jpeg(quality=60))
    return evidence.take(photo, name="x.jpg", by=owner, limits=evidence.limits_now()).public_id


def opening(order: Order, **wishes: Any) -> dict[str, Any]:
    from tests.api import claim

    return claim(order, **wishes)


def citing(public_id: str) -> dict[str, Any]:
    cited = [{"evidence": public_id, "considered": True, "why": ""}]
    return {
        "outcome": "no_refund",
        "reason_code": "evidence.insufficient",
        "facts": "Nothing.",
        "evidence_cited": cited,
    }


# -- one's own case ------------------------------------------------------------------------------------------------


@pytest.mark.rule("M-02")
def test_a_mediator_who_is_a_party_has_no_power_over_the_case(scene: Scene) -> None:
    """A4: the buyer becomes a mediator; the case stays one of theirs."""
    from django.contrib.auth.models import Group

    with transaction.atomic():
        scene.people["seller"].groups.add(Group.objects.get(name="mediator"))
        for name, verb in (("waiting", "assign"), ("decided", "approve")):
            case = Dispute.objects.get(public_id=scene.ids[f"dispute:{name}"])
            response = scene.clients["seller"].post(
                f"/api/v1/disputes/{case.public_id}/{verb}/", "{}", content_type="application/json"
            )
            assert response.status_code == 403, verb
        transaction.set_rollback(True)
