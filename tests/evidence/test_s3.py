"""Files with S3: sent straight there in parts, taken in by size, hash and content, served through us (E-03, E-04).

A real S3 protocol over a socket: moto's server. It does not hold links to their time, so the time is read off them.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import time_machine
from django.core.files.storage import storages
from django.utils import timezone
from moto.server import ThreadedMotoServer
from rest_framework.test import APIClient

from marketplace.accounts.models import User
from marketplace.core.policy import ProtectionPolicy
from marketplace.evidence import retention, services, tasks
from marketplace.evidence.models import Evidence, Upload
from marketplace.evidence.storage import StoreAway

from . import pictures
from .conftest import LIMITS, actor
from .films import film, needs_ffmpeg
from .test_doors import API, assert_never_run, body, send
from .test_uploads import announce, client_of

pytestmark = pytest.mark.rule("E-04")
MB = 1024 * 1024


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3: str, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Any:
    """An empty private bucket as the store of files; without a way out to the real Amazon."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    options = {
        "bucket_name": "evidence",
        "endpoint_url": s3,
        "region_name": "us-east-1",
        "default_acl": "private",
        "file_overwrite": False,
        "querystring_expire": 60,
    }
    settings.STORAGES = settings.STORAGES | {
        "evidence": {"BACKEND": "marketplace.evidence.s3.PrivateS3", "OPTIONS": options}
    }
    settings.EVIDENCE_UPLOADS = str(tmp_path / "half")
    httpx.post(f"{s3}/moto-api/reset")
    store: Any = storages["evidence"]
    client = store.connection.meta.client
    client.create_bucket(Bucket="evidence")
    return client


@pytest.fixture
def api(buyer: User, policy: ProtectionPolicy) -> APIClient:
    return client_of(buyer)


def keys(bucket: Any) -> set[str]:
    return {row["Key"] for row in bucket.list_objects_v2(Bucket="evidence").get("Contents", [])}


def put(ticket: dict[str, Any], data: bytes, *, only: int | None = None) -> None:
    for part in ticket["parts"]:
        if only is None or part["number"] == only:
            start = (part["number"] - 1) * ticket["part_size"]
            sent = httpx.put(part["url"], content=data[start : start + part["size"]])
            assert sent.status_code == 200, sent.text


@needs_ffmpeg
def test_a_large_file_goes_straight_there_and_on_after_a_break(bucket: Any, api: APIClient) -> None:
    data = film().ljust(18 * MB)
    ticket = announce(api, data).json()
    assert ticket["protocol"] == "s3"
    assert [(part["number"], part["size"]) for part in ticket["parts"]] == [
        (1, 8 * MB),
        (2, 8 * MB),
        (3, 2 * MB),
    ]
    put(ticket, data, only=1)
    put(ticket, data, only=3)
    early = api.post(ticket["complete"])
    assert early.status_code == 409, early.content
    rest = api.get(ticket["url"]).json()
    assert [part["number"] for part in rest["parts"]] == [2], "after a break only what is missing"
    assert rest["offset"] == 10 * MB
    put(rest, data)
    done = api.post(ticket["complete"])
    assert done.status_code == 201, done.content
    evidence = Evidence.objects.get()
    assert (evidence.sha256, evidence.size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert keys(bucket) == {evidence.original_file.name, evidence.clean_file.name}, "nothing is stored twice"
    assert api.post(ticket["complete"]).json()["id"] == evidence.public_id
    whole = api.get(done.json()["content"])
    assert_never_run(whole)
    copy = body(whole)
    assert hashlib.sha256(copy).hexdigest() == evidence.clean_sha256
    some = api.get(f"{API}{evidence.public_id}/content/", headers={"Range": "bytes=5-9"})
    assert (some.status_code, body(some)) == (206, copy[5:10])


@pytest.mark.rule("E-03")
def test_no_link_lives_longer_than_a_minute_or_opens_more_than_its_part(
    bucket: Any, api: APIClient, settings: Any
) -> None:
    settings.EVIDENCE_LINK_SECONDS = 3600
    ticket = announce(api, bytes(20 * MB)).json()
    seen = set()
    for part in ticket["parts"]:
        link = parse_qs(urlsplit(part["url"]).query)
        seconds = link.get("X-Amz-Expires")
        assert seconds == ["60"], "signed as AWS4: a length of time, not an end"
        assert "content-length" in link["X-Amz-SignedHeaders"][0]
        seen.add((link["uploadId"][0], link["partNumber"][0]))
    assert len(seen) == 3


@pytest.mark.parametrize("fault", ["another size", "another file", "no picture"])
def test_what_was_sent_there_is_looked_at(bucket: Any, api: APIClient, fault: str) -> None:
    data = pictures.jpeg().ljust(100_000)
    told = {"another file": pictures.png().ljust(100_000), "no picture": b"<script>".ljust(100_000)}.get(
        fault, data
    )
    ticket = announce(api, data if fault != "no picture" else told).json()
    if fault == "another size":  # S3 as moto plays it does not hold a link to its length
        httpx.put(ticket["parts"][0]["url"], content=data + b"more")
        assert api.post(ticket["complete"]).status_code == 409, "that part still counts as missing"
        return
    put(ticket, told)
    answer = api.post(ticket["complete"])
    assert (answer.status_code, answer.json()["code"]) in (
        (422, "hash_mismatch"),
        (415, "file_type_not_allowed"),
    )
    assert not keys(bucket) and not Upload.objects.exists() and not Evidence.objects.exists()


def test_the_same_file_is_stored_once(bucket: Any, api: APIClient) -> None:
    data = pictures.jpeg()
    sent = send(api, data)
    assert sent.status_code == 201, sent.content
    before = keys(bucket)
    assert len(before) == 2
    assert announce(api, data).json()["id"] == sent.json()["id"]
    ticket = announce(
        api, data, sha256=""
    ).json()  # the hash is not announced: it is sent, and found to be there
    put(ticket, data)
    assert api.post(ticket["complete"]).json()["id"] == sent.json()["id"]
    assert keys(bucket) == before


def test_what_is_half_there_expires(bucket: Any, api: APIClient) -> None:
    ticket = announce(api, bytes(10 * MB)).json()
    put(ticket, bytes(10 * MB), only=1)
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert tasks.tidy() == 1
    assert not bucket.list_multipart_uploads(Bucket="evidence").get("Uploads")


def test_stopping_takes_the_parts_back_and_a_finished_file_stays(bucket: Any, api: APIClient) -> None:
    data = pictures.jpeg()
    ticket = announce(api, data).json()
    put(ticket, data)
    assert api.post(ticket["complete"]).status_code == 201
    assert api.delete(ticket["url"]).status_code == 204
    services.open_clean(Evidence.objects.get()).close()
    assert len(keys(bucket)) == 2


def test_bytes_are_not_sent_to_us(bucket: Any, api: APIClient) -> None:
    ticket = announce(api, pictures.jpeg()).json()
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
    answer = api.generic(
        "PATCH", ticket["url"], b"x", content_type="application/offset+octet-stream", headers=headers
    )
    assert answer.status_code == 409
    assert announce(api, pictures.png(), protocol="tus").json()["protocol"] == "tus", "unless one asks for it"


@pytest.mark.rule("E-05")
def test_files_are_removed_there_too(bucket: Any, buyer: User) -> None:
    evidence = services.take(io.BytesIO(pictures.jpeg()), name="x.jpg", by=actor(buyer), limits=LIMITS)
    assert len(keys(bucket)) == 2
    assert retention.remove(evidence, timezone.now())
    assert not keys(bucket)


def test_a_store_that_is_away_is_told_as_such(
    bucket: Any, api: APIClient, buyer: User, settings: Any, policy: ProtectionPolicy
) -> None:
    data = pictures.jpeg()
    evidence = services.take(io.BytesIO(data), name="x.jpg", by=actor(buyer), limits=LIMITS)
    from botocore.config import Config

    options = settings.STORAGES["evidence"]["OPTIONS"] | {
        "endpoint_url": "http://127.0.0.1:9",
        "client_config": Config(connect_timeout=1, retries={"max_attempts": 0}),
    }
    settings.STORAGES = settings.STORAGES | {
        "evidence": {"BACKEND": "marketplace.evidence.s3.PrivateS3", "OPTIONS": options}
    }
    with pytest.raises(StoreAway):
        services.open_clean(evidence)
    for answer in (
        announce(api, pictures.png()),
        send(api, pictures.png()),
        api.get(f"{API}{evidence.public_id}/content/"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (503, "store_away")
    assert not retention.remove(evidence, timezone.now()), "it is tried again"
    evidence.refresh_from_db()
    assert evidence.look_at is not None and evidence.original_file.name
