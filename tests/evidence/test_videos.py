"""Videos: told by their bytes, served without what a camera notes, and only ever as something to save (E-01, E-02)."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from marketplace.accounts.models import User
from marketplace.core.errors import DomainError, FileTooLarge, FileTypeNotAllowed
from marketplace.core.policy import PHOTO_FORMATS, VIDEO_FORMATS, ProtectionPolicy
from marketplace.evidence import services, videos
from marketplace.evidence.content import FileBroken, Limits
from marketplace.evidence.models import Evidence

from .conftest import actor
from .films import NEEDLE, PLACE, film, needs_ffmpeg, tags_of
from .test_content import media
from .test_doors import API, assert_never_run, body, send

SHIPPED = Limits(
    2 * 1024**2, tuple(PHOTO_FORMATS.split(", ")), 500 * 1024**2, tuple(VIDEO_FORMATS.split(", "))
)
#: samples that a policy of the shipped numbers takes: by what they are, whatever they are called
OPENS = {
    "filetypejs_fixture.3gp", "filetypejs_fixture2.3gp", "filetypejs_fixture.asf", "filetypejs_fixture.wmv.asf",
    "filetypejs_fixture.avi", "filetypejs_fixture.m4v", "filetypejs_fixture.mov", "filetypejs_fixture.mpg",
    "filetypejs_fixture.ps.mpg", "filetypepy_sample.mp4", "hachoir_breakdance.flv", "hachoir_matrix_ping_pong.wmv",
    "hachoir_pentax_320x240.mov", "hachoir_quicktime.mp4", "hachoir_smallville.s03e02.avi", "puremagic_test.3g2",
    "puremagic_test.avi", "puremagic_test.flv", "puremagic_test.mp4", "puremagic_test.mpg", "puremagic_test.wmv",
    "pymediainfo_issue55.flv",
}  # fmt: skip
OF_OTHER_KINDS = {
    "filetypejs_fixture.3g2", "filetypejs_fixture.ogv", "filetypejs_fixture.webm", "hachoir_10min.mkv",
    "puremagic_test.mkv", "pymediainfo_sample.mkv",
}  # fmt: skip
BROKEN = {"filetypejs_fixture-moov.mov"}


def take(user: User, data: bytes, name: str = "film.mp4", **more: Any) -> Evidence:
    return services.take(io.BytesIO(data), name=name, by=actor(user), limits=SHIPPED, **more)


def clean_bytes(evidence: Evidence) -> bytes:
    with services.open_clean(evidence) as file:
        return file.read()


@pytest.fixture
def without_ffmpeg(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has none."""
    monkeypatch.setenv("PATH", "/nowhere")


@needs_ffmpeg
@pytest.mark.rule("E-01", "E-02")
@pytest.mark.parametrize("path", media("videos"))
def test_each_sample_video_is_taken_or_refused_by_what_it_is(buyer: User, path: Path) -> None:
    name, data = path.name, path.read_bytes()
    assert name in OPENS | OF_OTHER_KINDS | BROKEN, "a sample that nobody has looked at"
    if name in OPENS:
        evidence = take(buyer, data, name)
        assert (evidence.kind, evidence.is_clean, evidence.size) == ("video", True, len(data))
        assert evidence.clean_type in videos.EXTENSIONS
        return
    with pytest.raises(FileTypeNotAllowed if name in OF_OTHER_KINDS else FileBroken) as refusal:
        take(buyer, data, name)
    assert refusal.value.detail
    assert not Evidence.objects.exists()


@needs_ffmpeg
@pytest.mark.rule("E-02")
@pytest.mark.parametrize(
    ("extension", "codec"),
    [
        ("mp4", "mpeg4"),
        ("mov", "mpeg4"),
        ("mov", "mjpeg"),
        ("avi", "mpeg4"),
        ("flv", "flv1"),
        ("wmv", "wmv2"),
        ("mp4", "libx264"),
    ],
)
def test_the_copy_has_picture_and_sound_and_nothing_else(buyer: User, extension: str, codec: str) -> None:
    codec = {"flv1": "flv"}.get(codec, codec)
    data = film(extension, codec=codec)
    assert NEEDLE in data
    evidence = take(buyer, data, f"film.{extension}")
    copy = clean_bytes(evidence)
    for trace in (NEEDLE, PLACE.encode(), b"+51.5083"):
        assert trace not in copy
    found = tags_of(copy)
    assert {stream["codec_type"] for stream in found["streams"]} == {"video", "audio"}
    assert not found["chapters"]
    told = [found["format"].get("tags", {}), *(stream.get("tags", {}) for stream in found["streams"])]
    known = {
        "major_brand",
        "minor_version",
        "compatible_brands",
        "language",
        "handler_name",
        "vendor_id",
        "encoder",
    }
    names = {name.lower() for tags in told for name in tags} - {"duration", "wm/encodingtime"}
    assert names <= known, names
    with evidence.original_file.open("rb") as original:
        assert original.read() == data, "the sealed original is as it was sent"


@needs_ffmpeg
@pytest.mark.rule("E-02")
def test_the_cameras_notes_between_pictures_are_gone(buyer: User) -> None:
    data = film("mp4", codec="libx264")
    assert b"x264 - core" in data, "an encoder writes about itself where a camera writes its place"
    assert b"x264 - core" not in clean_bytes(take(buyer, data))


@needs_ffmpeg
@pytest.mark.rule("E-01")
def test_a_video_is_told_by_its_bytes_and_is_no_photo(buyer: User) -> None:
    evidence = take(buyer, film(), "receipt.jpg", kind="receipt")
    assert (evidence.kind, evidence.content_type, evidence.clean_type) == ("video", "video/mp4", "video/mp4")
    assert services.file_name(evidence) == "receipt.mp4"
    photo = Limits(SHIPPED.photo_max_bytes, SHIPPED.photo_formats, 10, SHIPPED.video_formats)
    with pytest.raises(FileTooLarge) as refusal:
        services.take(io.BytesIO(film("mov")), name="x", by=actor(buyer), limits=photo)
    assert "A video may have at most" in refusal.value.detail


@needs_ffmpeg
@pytest.mark.rule("E-01")
@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x00\x00\x18ftypmp42<script>alert(1)</script>",
        b"FLV\x01<!doctype html><script>" + bytes(4000),
        b"RIFF\xff\xff\xff\xffAVI LIST" + bytes(4000),
        b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c" + b"\xff" * 4000,
        b".RMF" + b"\xff" * 4000,
        b"\x00\x00\x00\x10moovnonsense" + b"\x00\x00\x00\x08free" * 2000,
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\xff\xff\xff\xffmoov" * 3000,
    ],
    ids=["page.mp4", "page.flv", "empty.avi", "noise.wmv", "noise.rm", "atoms.mov", "endless.mp4"],
)
def test_what_only_begins_like_a_video_is_refused(buyer: User, data: bytes) -> None:
    with pytest.raises(FileBroken) as refusal:
        take(buyer, data)
    assert refusal.value.status == 422
    assert "This video is broken" in refusal.value.detail


@needs_ffmpeg
@pytest.mark.rule("E-01")
def test_a_list_of_other_files_opens_none_of_them(buyer: User, tmp_path: Path) -> None:
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(film())
    for data in (f"#EXTM3U\n#EXTINF:1,\nfile://{secret}\n", f"ffconcat version 1.0\nfile '{secret}'\n"):
        with pytest.raises(FileTypeNotAllowed):
            take(buyer, data.encode())


#: runs the real Python and notes what it and its children took. A small program must ask: what a child once shared with the
#: process that started it counts as the child's, and the test runner is larger than any limit here
_MEASURE = """#!{python}
import os, resource, signal, subprocess, sys
done = subprocess.run([{python!r}, *sys.argv[1:]])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open({notes!r}, "a") as notes:
    print(used.ru_utime + used.ru_stime, used.ru_maxrss, file=notes)
if done.returncode < 0:
    if -done.returncode != signal.SIGKILL:
        signal.signal(-done.returncode, signal.SIG_DFL)
    os.kill(os.getpid(), -done.returncode)
sys.exit(done.returncode)
"""


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Seconds and kilobytes of each program that looks at a file, a line each."""
    notes, measure = tmp_path / "notes", tmp_path / "measure"
    notes.touch()
    measure.write_text(_MEASURE.format(python=sys.executable, notes=str(notes)))
    measure.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(measure))
    return notes


@pytest.mark.rule("E-01", "E-02")
@pytest.mark.parametrize("path", [*media("photos"), *media("videos"), *media("malformed")])
def test_no_sample_takes_long_or_much(buyer: User, notes: Path, path: Path) -> None:
    """At most 1 s of work and 300 MB each (threats.md row 44): looked at in the programs that open it."""
    try:
        take(buyer, path.read_bytes(), path.name)
    except DomainError as refusal:
        assert refusal.status in (413, 415, 422)
    used = [line.split() for line in notes.read_text().splitlines()]
    assert sum(float(seconds) for seconds, _kilobytes in used) < 1.0
    assert all(int(kilobytes) < 300 * 1024 for _seconds, kilobytes in used)


@pytest.mark.rule("E-02")
def test_without_ffmpeg_the_video_is_served_as_it_came_and_marked(
    client: Client, buyer: User, policy: ProtectionPolicy, without_ffmpeg: None
) -> None:
    data = b"\x00\x00\x00\x18ftypmp42" + NEEDLE * 40
    evidence = take(buyer, data)
    assert (evidence.kind, evidence.is_clean, evidence.content_type) == ("video", False, "video/mp4")
    assert evidence.clean_file.name == evidence.original_file.name, "it is kept once"
    client.force_login(buyer)
    response = client.get(services.content_link(evidence, actor(buyer)))
    assert body(response) == data
    assert response["Content-Type"] == "application/octet-stream", "no browser plays it"
    assert response["Content-Disposition"] == 'attachment; filename="film.mp4"'
    assert_never_run(response)
    assert "as it was sent" in services.shown(evidence, actor(buyer)).note


@needs_ffmpeg
@pytest.mark.rule("E-02", "E-03")
def test_a_video_is_sent_by_the_api_and_served_in_ranges(buyer: User, policy: ProtectionPolicy) -> None:
    api = APIClient()
    api.force_login(buyer)
    sent = send(api, film(), "film.mp4")
    assert sent.status_code == 201, sent.content
    assert (sent.json()["kind"], sent.json()["is_clean"]) == ("video", True)
    path = f"{API}{sent.json()['id']}/content/"
    whole = api.get(path)
    assert_never_run(whole)
    assert whole["Content-Type"] == "video/mp4"
    copy = body(whole)
    some = api.get(path, headers={"Range": "bytes=10-19"})
    assert (some.status_code, body(some)) == (206, copy[10:20])


@needs_ffmpeg
@pytest.mark.rule("E-02")
def test_a_large_video_is_read_through_once_and_not_for_each_range(
    buyer: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "PROVED_EACH_TIME", 100)
    evidence = take(buyer, film())
    path = Path(evidence.clean_file.storage.open(str(evidence.clean_file.name)).name)
    services.open_clean(evidence).close()
    services.open_clean(evidence).close()
    path.chmod(0o600)
    path.write_bytes(b"something else")
    with pytest.raises(services.FileDamaged):
        services.open_clean(evidence)
