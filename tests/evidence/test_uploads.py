"""Large files go on after a break, and what was sent is not sent again (E-04); seen as a client of tus 1.0 sees it."""

from __future__ import annotations

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from rest_framework.test import APIClient

from marketplace.accounts.models import User
from marketplace.core.policy import ProtectionPolicy
from marketplace.evidence import incoming, services, tasks, uploads
from marketplace.evidence.models import Evidence, Upload
from marketplace.evidence.storage import staging

from . import pictures
from .conftest import LIMITS, actor
from .test_doors import API, send
from .test_services import stored_files

pytestmark = pytest.mark.rule("E-04")
UPLOADS = f"{API}uploads/"
TUS = {"Tus-Resumable": "1.0.0"}
START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def api(buyer: User, policy: ProtectionPolicy) -> APIClient:
    return client_of(buyer)


def client_of(user: User) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client


def metadata(**pairs: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in pairs.items())


def begin(api: APIClient, size: int, **pairs: str) -> Any:
    headers = {
        **TUS,
        "Upload-Length": str(size),
        "Upload-Metadata": metadata(**{"filename": "zip.jpg", **pairs}),
    }
    return api.post(UPLOADS, headers=headers)


def part(api: APIClient, url: str, data: bytes, offset: int, **headers: str) -> Any:
    told = {
        **TUS,
        "Upload-Offset": str(offset),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return api.generic("PATCH", url, data, content_type="application/offset+octet-stream", headers=told)


def announce(api: APIClient, data: bytes, **more: Any) -> Any:
    told = {
        "name": "zip.jpg",
        "size": len(data),
        "type": "image/jpeg",
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    return api.post(API, {**told, **more}, format="json")


def half_sent() -> list[str]:
    return [path.name for path in staging().iterdir()]


# -- tus 1.0 -------------------------------------------------------------------------------------------------------


def test_the_server_says_what_it_can(api: APIClient) -> None:
    answer = api.options(UPLOADS)
    assert answer.status_code == 204
    assert answer["Tus-Version"] == answer["Tus-Resumable"] == "1.0.0"
    assert set(answer["Tus-Extension"].split(",")) == {"creation", "checksum", "expiration", "termination"}
    assert answer["Tus-Max-Size"] == str(500 * 1024**2)
    assert {"sha1", "sha256"} == set(answer["Tus-Checksum-Algorithm"].split(","))


def test_a_file_goes_on_after_a_break(api: APIClient, buyer: User) -> None:
    data = pictures.jpeg()
    made = begin(api, len(data), kind="receipt", private="true")
    assert made.status_code == 201, made.content
    assert made["Tus-Resumable"] == "1.0.0"
    assert "GMT" in made["Upload-Expires"]
    url = made["Location"]
    first = part(api, url, data[:100], 0)
    assert (first.status_code, first["Upload-Offset"]) == (204, "100")
    assert not Evidence.objects.exists()
    # the browser was closed; another one asks how far it is
    other = client_of(buyer)
    known = other.head(url, headers=TUS)
    assert (known.status_code, known["Upload-Offset"], known["Upload-Length"]) == (200, "100", str(len(data)))
    assert known["Cache-Control"] == "no-store"
    last = part(other, url, data[100:], 100)
    assert (last.status_code, last["Upload-Offset"]) == (204, str(len(data)))
    evidence = Evidence.objects.get()
    assert last["Content-Location"] == f"{API}{evidence.public_id}/"
    assert (evidence.sha256, evidence.name) == (hashlib.sha256(data).hexdigest(), "zip.jpg")
    assert (evidence.kind, evidence.private, evidence.owner) == ("receipt", True, buyer)
    assert not half_sent(), "it was moved, not copied"
    assert api.head(url, headers=TUS)["Upload-Offset"] == str(len(data)), "a lost answer can be asked for"
    assert other.post(f"{url}complete/").json()["id"] == evidence.public_id


def test_what_came_before_a_break_in_a_part_stays(api: APIClient, buyer: User) -> None:
    class Broken:
        sent = False

        def read(self, size: int, /) -> bytes:
            if self.sent:
                raise ConnectionResetError
            self.sent = True
            return pictures.jpeg()[:500]

    upload = Upload.objects.get(public_id=begin(api, 2000)["Location"].split("/")[-2])
    with pytest.raises(ConnectionResetError):
        uploads.append(upload, offset=0, source=Broken())
    assert uploads.offset_of(upload) == 500
    with pytest.raises(ConnectionResetError):
        uploads.append(upload, offset=500, source=Broken(), checksum=incoming.Checksum("sha1", b"x"))
    assert uploads.offset_of(upload) == 500, "of a part with a sum nothing stays that was not added up"


@pytest.mark.parametrize(
    ("offset", "headers", "status", "code"),
    [
        ("5", {}, 409, "wrong_offset"),
        ("0", {}, 409, "wrong_offset"),
        ("-1", {}, 400, "malformed"),
        ("", {}, 400, "malformed"),
        ("٣", {}, 400, "malformed"),
        ("10", {"Tus_Resumable": "0.2.2"}, 412, "tus_version"),
        ("10", {"Upload_Checksum": "md5 abcd"}, 400, "malformed"),
        ("10", {"Upload_Checksum": "sha1 ***"}, 400, "malformed"),
        ("10", {"Upload_Checksum": "sha1 " + base64.b64encode(bytes(20)).decode()}, 460, "checksum_mismatch"),
    ],
)
def test_a_part_that_does_not_fit_is_refused_and_changes_nothing(
    api: APIClient, offset: str, headers: dict[str, str], status: int, code: str
) -> None:
    url = begin(api, 1000)["Location"]
    part(api, url, b"0123456789", 0)
    answer = part(api, url, b"abc", 0, Upload_Offset=offset, **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert api.head(url, headers=TUS)["Upload-Offset"] == "10"


def test_a_part_with_its_sum_is_taken(api: APIClient) -> None:
    url = begin(api, 1000)["Location"]
    for name, offset in (("sha1", 0), ("sha256", 3)):
        total = base64.b64encode(hashlib.new(name, b"abc").digest()).decode()
        assert part(api, url, b"abc", offset, Upload_Checksum=f"{name} {total}").status_code == 204


def test_more_than_was_announced_is_left_out(api: APIClient) -> None:
    url = begin(api, 10)["Location"]
    assert part(api, url, b"x" * 50, 0).status_code == 415, "ten bytes are no photo: judged, and refused"
    assert not half_sent()
    assert api.head(url, headers=TUS).status_code == 404, "a refused file leaves nothing behind"


def test_another_kind_of_body_is_no_part(api: APIClient) -> None:
    url = begin(api, 10)["Location"]
    told = {**TUS, "Upload-Offset": "0"}
    assert api.generic("PATCH", url, b"x", content_type="image/jpeg", headers=told).status_code == 415
    assert api.head(url, headers=TUS)["Upload-Offset"] == "0"


@pytest.mark.parametrize(
    ("size", "told", "status"),
    [
        (0, {}, 422),
        (500 * 1024**2 + 1, {}, 413),
        (10, {"kind": "poem"}, 422),
        (10, {"owner": "7"}, 400),
        (10, {"sha256": "x" * 64}, 422),
        (10, {"sha256": "x" * 65}, 422),
    ],
)
def test_what_cannot_be_a_file_is_refused_before_it_is_sent(
    api: APIClient, size: int, told: dict[str, str], status: int
) -> None:
    assert begin(api, size, **told).status_code == status
    assert not Upload.objects.exists()
    assert not half_sent()


def test_headers_that_are_none_of_tus(api: APIClient) -> None:
    assert api.post(UPLOADS, headers={"Upload-Length": "10"}).status_code == 412
    for headers in ({}, {"Upload-Length": "-1"}, {"Upload-Length": "1e3"}, {"Upload-Length": "9" * 30}):
        assert api.post(UPLOADS, headers={**TUS, **headers}).status_code == 400
    broken = {**TUS, "Upload-Length": "10", "Upload-Metadata": "filename ***"}
    assert api.post(UPLOADS, headers=broken).status_code == 400


def test_stopping_deletes_what_came(api: APIClient) -> None:
    url = begin(api, 10)["Location"]
    part(api, url, b"abc", 0)
    assert half_sent()
    assert api.delete(url, headers=TUS).status_code == 204
    assert not half_sent()
    assert api.head(url, headers=TUS).status_code == 404


def test_an_upload_is_its_senders_alone(api: APIClient, seller: User) -> None:
    url = begin(api, 10)["Location"]
    stranger = client_of(seller)
    assert stranger.get(url).status_code == stranger.head(url, headers=TUS).status_code == 404
    assert part(stranger, url, b"abc", 0).status_code == 404
    assert stranger.delete(url, headers=TUS).status_code == 404
    assert stranger.post(f"{url}complete/").status_code == 404
    assert stranger.get(url).content == stranger.get(f"{UPLOADS}upl_none/").content
    assert APIClient().post(UPLOADS, headers={**TUS, "Upload-Length": "10"}).status_code == 401


def test_nobody_fills_the_disk_with_beginnings(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(uploads.MOST_OPEN):
        assert begin(api, 100 + number).status_code == 201
    assert begin(api, 10).status_code == 422
    Upload.objects.all().delete()
    monkeypatch.setattr("marketplace.evidence.storage.RESERVE_BYTES", 2**62)
    assert begin(api, 10).status_code == 507
    assert send(api, pictures.jpeg()).status_code == 507
    assert not Evidence.objects.exists()


def test_what_is_not_whole_after_a_day_is_dropped(api: APIClient, buyer: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        api = client_of(buyer)
        url = begin(api, 10)["Location"]
        part(api, url, b"abc", 0)
        clock.shift(timedelta(hours=24, seconds=-1))
        assert tasks.tidy() == 0
        assert api.head(url, headers=TUS).status_code == 200
        clock.shift(1)
        assert api.head(url, headers=TUS).status_code == 410
        assert tasks.tidy() == 1
        assert not half_sent()
        assert api.head(url, headers=TUS).status_code == 404


def test_a_finished_upload_expires_and_its_file_stays(api: APIClient, buyer: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        api, data = client_of(buyer), pictures.jpeg()
        part(api, begin(api, len(data))["Location"], data, 0)
        clock.shift(timedelta(days=2))
        tasks.tidy()
        assert not Upload.objects.exists()
        services.open_clean(Evidence.objects.get()).close()


# -- announced first -----------------------------------------------------------------------------------------------


def test_it_is_told_where_to_send_it_and_taken_in_when_it_is_whole(api: APIClient) -> None:
    data = pictures.jpeg()
    ticket = announce(api, data)
    assert ticket.status_code == 201, ticket.content
    told = ticket.json()
    assert (told["protocol"], told["size"], told["offset"], told["parts"]) == ("tus", len(data), 0, [])
    assert told["id"].startswith("upl_")
    assert announce(api, data).json()["id"] == told["id"], "announced again after a break: the same upload"
    early = api.post(told["complete"])
    assert (early.status_code, early.json()["code"]) == (409, "wrong_state")
    assert part(api, told["url"], data, 0).status_code == 204
    done = api.post(told["complete"])
    assert (done.status_code, done.json()["sha256"]) == (201, hashlib.sha256(data).hexdigest())
    assert api.get(told["url"]).json()["evidence"] == done.json()["id"]


def test_a_file_that_was_sent_before_is_not_sent_again(api: APIClient) -> None:
    data = pictures.jpeg()
    sent = send(api, data).json()
    again = announce(api, data)
    assert (again.status_code, again.json()["id"]) == (200, sent["id"])
    made = begin(api, len(data), sha256=hashlib.sha256(data).hexdigest())
    assert (made.status_code, made["Content-Location"]) == (201, f"{API}{sent['id']}/")
    assert not Upload.objects.exists()
    assert Evidence.objects.count() == 1
    assert len(stored_files()) == 2


@pytest.mark.rule("E-03", "E-04")
def test_whoever_knows_a_hash_gets_nobodys_file_by_it(api: APIClient, seller: User) -> None:
    data = pictures.jpeg()
    sent = send(api, data).json()
    thief = client_of(seller)
    ticket = announce(thief, data)
    assert ticket.status_code == 201, "as if nobody had ever sent it"
    assert ticket.json()["id"].startswith("upl_")
    other = announce(thief, data, sha256="0" * 64).json()
    assert ticket.json().keys() == other.keys()
    assert thief.post(ticket.json()["complete"]).status_code == 409
    assert thief.get(f"{API}{sent['id']}/").status_code == 404


@pytest.mark.rule("E-03", "E-04")
def test_a_hidden_file_is_not_answered_for_a_shown_one(api: APIClient) -> None:
    data = pictures.jpeg()
    send(api, data)
    assert announce(api, data, private=True).status_code == 201


def test_a_file_that_is_not_the_announced_one_is_refused(api: APIClient) -> None:
    data, other = pictures.jpeg(quality=80), pictures.jpeg(quality=80, comment=b"x")
    other = other[: len(data)].ljust(len(data))
    told = announce(api, data).json()
    answer = part(api, told["url"], other, 0)
    assert (answer.status_code, answer.json()["code"]) == (422, "hash_mismatch")
    assert not Evidence.objects.exists() and not half_sent()


def test_a_page_finds_its_upload_again_by_what_it_made_of_the_file(api: APIClient) -> None:
    told = {"fingerprint": "a" * 64, "sha256": ""}
    first = announce(api, b"x" * 100, **told).json()
    assert announce(api, b"x" * 100, **told).json()["id"] == first["id"]
    assert announce(api, b"x" * 101, **told).json()["id"] != first["id"], "of another size it is another file"
    assert announce(api, b"x" * 100, **told, private=True).json()["id"] != first["id"]


def test_a_file_is_judged_as_if_it_was_sent_in_one_go(api: APIClient) -> None:
    for data, status in (
        (b"<script>" * 20, 415),
        (pictures.jpeg()[:300], 422),
        (pictures.BOMBS["wide.png"](), 413),
    ):
        told = announce(api, data).json()
        assert part(api, told["url"], data, 0).status_code == status
    assert not Evidence.objects.exists() and not half_sent() and not Upload.objects.exists()


@pytest.mark.rule("E-03")
def test_a_form_may_still_say_that_only_the_mediator_sees_them(
    buyer: User, seller: User, api: APIClient
) -> None:
    sent = send(api, pictures.jpeg()).json()["id"]
    hand_in = uploads.handed_in
    assert hand_in([sent, sent], by=actor(buyer), private=False) == [sent]
    assert not Evidence.objects.get().private
    assert hand_in([sent], by=actor(buyer), private=True) == [sent]
    assert Evidence.objects.get().private
    from marketplace.core.errors import Invalid

    with pytest.raises(Invalid):
        hand_in([sent], by=actor(seller), private=False)
    shown = services.take(
        pictures_file(), name="x.jpg", by=actor(buyer), limits=LIMITS
    )  # the same bytes, as a file that all see
    assert hand_in([shown.public_id], by=actor(buyer), private=True) == [sent]


def pictures_file() -> Any:
    import io

    return io.BytesIO(pictures.jpeg())


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_that_send_the_same_part_do_not_spoil_it(buyer: User) -> None:
    policy = ProtectionPolicy.objects.filter(name="default").first()
    assert policy is not None
    data = bytes(range(256)) * 4000
    told = uploads.Announced("x", len(data) + 1)
    upload = uploads.announce(told, by=actor(buyer), limits=services.limits_now())
    assert isinstance(upload, Upload)

    def add(_number: int) -> str:
        import io

        try:
            uploads.append(upload, offset=0, source=io.BytesIO(data))
            return "done"
        except (uploads.UploadBusy, uploads.WrongOffset) as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        said = sorted(pool.map(add, range(6)))
    assert said.count("done") == 1, said
    assert incoming.path_of(upload.key).read_bytes() == data
