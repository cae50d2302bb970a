"""The doors to files: the page's link, the API, ranges, and headers that keep a browser from running anything."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings as conf
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from marketplace.accounts.models import User
from marketplace.core.policy import ProtectionPolicy
from marketplace.evidence import services
from marketplace.evidence.edges import parse_range
from marketplace.evidence.forms import MOST_FILES, FilesField
from marketplace.evidence.models import Evidence, OriginalOpened

from . import pictures
from .conftest import LIMITS, actor

API = "/api/v1/evidence/"
KEYS = {"id", "name", "kind", "type", "size", "sha256", "status", "private", "content", "created_at",
    "is_clean", "removed_at"}  # fmt: skip
SENT = pictures.POLYGLOTS["text.png"]()


@pytest.fixture
def evidence(buyer: User, policy: ProtectionPolicy) -> Evidence:
    return services.take(io.BytesIO(SENT), name="zip.png", by=actor(buyer), limits=LIMITS)


@pytest.fixture
def signed_in(client: Client, buyer: User) -> Client:
    client.force_login(buyer)
    return client


@pytest.fixture
def api(buyer: User) -> APIClient:
    client = APIClient()
    client.force_login(buyer)
    return client


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def clean_bytes(evidence: Evidence) -> bytes:
    with evidence.clean_file.open("rb") as file:
        return file.read()


def send(api: APIClient, data: bytes, name: str = "zip.jpg", **fields: Any) -> Any:
    upload = SimpleUploadedFile(name, data, content_type="text/html")
    return api.post(API, {"file": upload, **fields}, format="multipart")


def assert_never_run(response: Any) -> None:
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "private" in response["Cache-Control"]


@pytest.mark.rule("E-03")
def test_the_link_gives_the_clean_copy_as_a_download(
    signed_in: Client, buyer: User, evidence: Evidence
) -> None:
    response = signed_in.get(services.content_link(evidence, actor(buyer)))
    assert response.status_code == 200
    assert body(response) == clean_bytes(evidence) != SENT
    assert response["Content-Type"] == "image/png"
    assert int(response["Content-Length"]) == evidence.clean_size
    assert response["Cache-Control"] == "private, max-age=60"
    assert response["Content-Disposition"] == 'attachment; filename="zip.png"'
    assert_never_run(response)


@pytest.mark.rule("E-03")
def test_a_dead_link_says_what_to_do(signed_in: Client, buyer: User, evidence: Evidence) -> None:
    with time_machine.travel(datetime(2026, 11, 22, 12, 0, tzinfo=UTC), tick=False) as clock:
        signed_in.force_login(buyer)
        link = services.content_link(evidence, actor(buyer))
        clock.shift(59)
        assert signed_in.get(link).status_code == 200
        clock.shift(2)
        response = signed_in.get(link)
    assert response.status_code == 410
    assert "Go back to the case and open the file again" in response.content.decode()


@pytest.mark.rule("E-03")
def test_nobody_else_can_use_the_link(client: Client, buyer: User, seller: User, evidence: Evidence) -> None:
    link = services.content_link(evidence, actor(buyer))
    assert client.get(link).status_code == 302, "who is not signed in is asked to sign in"
    client.force_login(seller)
    stranger, nothing = client.get(link), client.get("/evidence/evd_aaaa/content/?t=x")
    assert stranger.status_code == nothing.status_code == 404
    assert client.get(f"/evidence/{evidence.public_id}/content/").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_file_is_not_written_over_or_deleted(
    signed_in: Client, api: APIClient, buyer: User, evidence: Evidence, method: str
) -> None:
    assert getattr(signed_in, method)(services.content_link(evidence, actor(buyer))).status_code == 405
    for path in (f"{API}{evidence.public_id}/", f"{API}{evidence.public_id}/content/"):
        assert getattr(api, method)(path).status_code == 405


SIZE = 1000
RANGES: list[tuple[str, tuple[int, int] | bool | None]] = [
    ("", None), ("bytes=0-0", (0, 0)), ("bytes=0-", (0, 999)), ("bytes=0-999", (0, 999)), ("bytes=0-5000", (0, 999)),
    ("bytes=999-", (999, 999)), ("bytes=999-999", (999, 999)), ("bytes=1000-", False), ("bytes=1000-2000", False),
    ("bytes=-1", (999, 999)), ("bytes=-1000", (0, 999)), ("bytes=-5000", (0, 999)), ("bytes=-0", False),
    ("bytes=5-4", None), ("bytes=-", None), ("bytes=", None), ("bytes", None), ("bytes=a-b", None), ("bytes=1", None),
    ("bytes=--1", None), ("bytes=+1-2", None), ("bytes=1.0-2", None), ("bytes=0x1-2", None), ("bytes= 1-2", None),
    ("bytes=1 -2", None), ("BYTES=0-1", None), ("items=0-1", None), ("bytes=0-1,3-4", None), ("bytes=0-1,", None),
    ("bytes=0-1;x", None), ("bytes=٠-١", None), ("bytes=1-²", None), ("bytes=" + "9" * 18 + "-", False),
    ("bytes=" + "9" * 19 + "-", None), ("bytes=" + "9" * 5000 + "-", None), ("bytes=0-" + "9" * 18, (0, 999)),
    ("bytes=-" + "9" * 18, (0, 999)), ("bytes=0-0\n", (0, 0)), (" bytes=0-0 ", (0, 0)), ("bytes=0-0-0", None),
    ("bytes=0,1", None), ("bytes=00-01", (0, 1)), ("bytes=500-499", None), ("bytes=500-500", (500, 500)),
    ("bytes=-999", (1, 999)), ("bytes=998-", (998, 999)), ("0-1", None), ("=0-1", None), ("bytes:0-1", None),
    ("bytes=\x00-1", None),
]  # fmt: skip


@pytest.mark.parametrize(("header", "wanted"), RANGES, ids=range(len(RANGES)))
def test_odd_ranges(header: str, wanted: tuple[int, int] | bool | None) -> None:
    assert parse_range(header, SIZE) == wanted


def test_one_range_is_served_and_no_header_breaks_it(api: APIClient, evidence: Evidence) -> None:
    whole, url = clean_bytes(evidence), f"{API}{evidence.public_id}/content/"
    part = api.get(url, headers={"Range": "bytes=10-19"})
    assert (part.status_code, body(part)) == (206, whole[10:20])
    assert part["Content-Range"] == f"bytes 10-19/{len(whole)}"
    assert part["Content-Length"] == "10"
    end = api.get(url, headers={"Range": "bytes=-5"})
    assert (end.status_code, body(end)) == (206, whole[-5:])
    outside = api.get(url, headers={"Range": f"bytes={len(whole)}-"})
    assert (outside.status_code, outside["Content-Range"]) == (416, f"bytes */{len(whole)}")
    assert_never_run(outside)
    old = api.get(url, headers={"Range": "bytes=0-1", "If-Range": '"another"'})
    assert (old.status_code, body(old)) == (200, whole)
    same = api.get(url, headers={"Range": "bytes=0-1", "If-Range": whole and part["ETag"]})
    assert same.status_code == 206
    for header, _wanted in RANGES:
        if header.isprintable():
            response = api.get(url, headers={"Range": header})
            assert response.status_code in (200, 206, 416)
            assert len(body(response)) <= len(whole)


def test_head_tells_the_size_and_opens_nothing_for_long(api: APIClient, evidence: Evidence) -> None:
    response = api.head(f"{API}{evidence.public_id}/content/")
    assert response.status_code == 200
    assert int(response["Content-Length"]) == evidence.clean_size


def once(api: APIClient, data: bytes, key: str = "k1", **sent: Any) -> Any:
    """Send a file under an Idempotency-Key; every form has a boundary of its own, as browsers and libraries make them."""
    api.credentials(HTTP_IDEMPOTENCY_KEY=key)
    return send(api, data, **sent)


def test_the_same_key_and_file_give_the_same_answer_and_one_row(
    api: APIClient, policy: ProtectionPolicy
) -> None:
    first = once(api, SENT, kind="photo")
    # what a second effect would have changed: by its bytes alone the file would be known, and this row found again
    Evidence.objects.update(name="renamed.png")
    second = once(api, SENT, kind="photo")
    assert (first.status_code, second.status_code) == (201, 201), first.content
    assert "Idempotent-Replayed" not in first
    assert second["Idempotent-Replayed"] == "true"
    assert second.content == first.content
    assert second["Content-Type"] == first["Content-Type"] == "application/json"
    assert Evidence.objects.count() == 1


def test_the_same_key_with_anything_else_is_422(api: APIClient, policy: ProtectionPolicy) -> None:
    first = once(api, SENT, kind="photo")
    others = {
        "bytes": (pictures.jpeg(), "zip.jpg", "photo"),
        "name": (SENT, "other.jpg", "photo"),
        "field": (SENT, "zip.jpg", "receipt"),
    }
    for what, (data, name, kind) in others.items():
        answer = once(api, data, name=name, kind=kind)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused"), what
    assert Evidence.objects.count() == 1
    assert once(api, SENT, kind="photo").content == first.content, "the first answer still stands"
    assert once(api, pictures.jpeg(), key="k2", kind="photo").status_code == 201
    assert Evidence.objects.count() == 2


def test_a_refused_file_is_refused_again_in_the_same_words(api: APIClient, policy: ProtectionPolicy) -> None:
    first, second = (once(api, b"MZ no picture", name="setup.png") for _ in range(2))
    assert first.status_code == second.status_code == 415
    assert second.content == first.content
    assert second["Idempotent-Replayed"] == "true"
    assert not Evidence.objects.exists()


@pytest.mark.rule("E-01", "Z-01")
def test_a_photo_is_sent_by_the_api(api: APIClient, buyer: User, policy: ProtectionPolicy) -> None:
    response = send(api, pictures.POLYGLOTS["exif.jpg"](), kind="receipt", private="true")
    assert response.status_code == 201
    sent = response.json()
    assert set(sent) == KEYS
    evidence = Evidence.objects.get()
    assert (sent["id"], sent["sha256"], sent["size"]) == (evidence.public_id, evidence.sha256, evidence.size)
    assert (sent["kind"], sent["private"], sent["status"]) == ("receipt", True, "ready")
    assert sent["type"] == "image/jpeg", "by its bytes, not by what the sender called it"
    assert evidence.owner == buyer
    again = api.get(f"{API}{sent['id']}/")
    assert again.status_code == 200
    assert set(again.json()) == KEYS
    shown = api.get(sent["content"])
    assert shown.status_code == 200
    assert pictures.NEEDLE not in body(shown)
    assert_never_run(shown)
    content = api.get(f"{API}{sent['id']}/content/", headers={"Accept": "image/*"})
    assert body(content) == clean_bytes(evidence)
    assert_never_run(content)


@pytest.mark.rule("E-01")
@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"<!doctype html><script>", 415, "file_type_not_allowed"),
        (b"", 422, "file_broken"),
        (pictures.jpeg()[:300], 422, "file_broken"),
        (pictures.jpeg().ljust(LIMITS.photo_max_bytes + 1), 413, "file_too_large"),
        (bytes(LIMITS.photo_max_bytes + 200_000), 415, "file_type_not_allowed"),
        (pictures.BOMBS["wide.png"](), 413, "file_too_large"),
    ],
    ids=["page", "empty", "broken", "one byte too large", "large, and of no kind", "bomb"],
)
def test_refusals_of_the_api(
    api: APIClient, policy: ProtectionPolicy, data: bytes, status: int, code: str
) -> None:
    response = send(api, data)
    assert response.status_code == status
    assert response.json()["code"] == code
    assert not Evidence.objects.exists()


@pytest.mark.rule("E-01")
def test_a_request_that_does_not_fit(api: APIClient, policy: ProtectionPolicy) -> None:
    assert api.post(API, {}, format="multipart").status_code == 422
    assert api.post(API, {"file": "words"}, format="multipart").status_code == 422
    assert send(api, pictures.jpeg(), kind="poem").status_code == 422
    assert send(api, pictures.jpeg(), private="perhaps").status_code == 422
    assert send(api, pictures.jpeg(), owner="7").status_code == 400
    assert api.post(API, {"name": "x"}, format="json").status_code == 422
    vast = {"CONTENT_LENGTH": str(600 * 1024**2), "content_type": "multipart/form-data; boundary=x"}
    assert api.generic("POST", API, b"--x", **vast).status_code == 413, "before a byte of it is read"
    assert api.get(API).status_code == 405
    broken = api.generic("POST", API, b"--x\r\nnonsense", content_type="multipart/form-data")
    assert broken.status_code == 400
    assert not Evidence.objects.exists()


@pytest.mark.rule("E-03")
def test_the_api_shows_a_file_to_whoever_may_see_it(
    api: APIClient, seller: User, evidence: Evidence, let_in: Callable[..., None]
) -> None:
    api.force_login(seller)
    paths = [f"{API}{evidence.public_id}/", f"{API}{evidence.public_id}/content/"]
    for path in paths:
        theirs, nothing = api.get(path), api.get(path.replace(evidence.public_id, "evd_" + "a" * 26))
        assert theirs.status_code == nothing.status_code == 404
        assert theirs.content == nothing.content, "the same bytes as for what is not there"
    let_in(seller)
    for path in paths:
        assert api.get(path).status_code == 200
    api.logout()
    assert {api.get(path).status_code for path in (*paths, API)} <= {401, 403}
    assert send(api, pictures.jpeg()).status_code in (401, 403)


@pytest.mark.rule("E-02")
def test_staff_on_the_case_open_the_sealed_original(
    client: Client, seller: User, buyer: User, evidence: Evidence, let_in: Callable[..., None]
) -> None:
    path = f"/evidence/{evidence.public_id}/original/"
    client.force_login(buyer)
    assert client.get(path).status_code == 404, "sealed for its owner too"
    seller.groups.add(Group.objects.get_or_create(name="mediator")[0])
    client.force_login(seller)
    let_in(seller, staff=True)
    assert client.get(path).status_code == 404, "no second lock"
    Authenticator.objects.create(user=seller, type=Authenticator.Type.TOTP, data={"secret": "not used"})
    response = client.get(path)
    assert response.status_code == 200
    assert body(response) == SENT
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Cache-Control"] == "private, no-store"
    assert_never_run(response)
    assert OriginalOpened.objects.filter(by=seller, evidence=evidence).count() == 1


@pytest.mark.rule("E-02")
@pytest.mark.parametrize("name", pictures.ODD_NAMES, ids=range(len(pictures.ODD_NAMES)))
def test_no_name_breaks_a_header(signed_in: Client, buyer: User, evidence: Evidence, name: str) -> None:
    evidence.name = services.shown_name(name)
    evidence.save(update_fields=["name"])
    header = signed_in.get(services.content_link(evidence, actor(buyer)))["Content-Disposition"]
    assert header.startswith("attachment; filename")
    assert header.isascii()
    assert header.isprintable()


class Form(forms.Form):
    files = FilesField(limits=LIMITS)
    needed = FilesField(required=True)


def test_a_form_takes_several_files_or_none() -> None:
    def picture(name: str) -> SimpleUploadedFile:
        return SimpleUploadedFile(name, b"x")

    from django.utils.datastructures import MultiValueDict

    form = Form({}, MultiValueDict({"files": [picture("a"), picture("b")], "needed": [picture("c")]}))
    assert form.is_valid(), form.errors
    assert [file.name for file in form.cleaned_data["files"]] == ["a", "b"]
    empty = Form({}, MultiValueDict())
    assert list(empty.errors) == ["needed"]
    assert empty.cleaned_data["files"] == []
    many = Form(
        {},
        MultiValueDict({"files": [picture(str(n)) for n in range(MOST_FILES + 1)], "needed": [picture("c")]}),
    )
    assert many.errors.as_data()["files"][0].code == "too_many"
    assert 'accept=".jpg,.jpeg,.bmp,.gif,.png"' in str(form["files"])
    assert "multiple" in str(form["files"])


def test_files_lie_outside_everything_that_is_served() -> None:
    from marketplace import settings

    store = settings.STORAGES["evidence"]["OPTIONS"]
    assert store["base_url"] is None, "no address leads to a file"
    assert not Path(store["location"]).is_relative_to(conf.STATIC_ROOT)
