"""Taking files in and giving them out: kept twice, seen by whoever may, for a minute (E-01 to E-04)."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.core.files.storage import storages
from django.db import connection
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.core.access import Actor
from marketplace.core.errors import FileTooLarge, Forbidden, NotFound
from marketplace.evidence import access, services
from marketplace.evidence.models import Evidence, OriginalOpened
from marketplace.evidence.storage import clean_key, original_key

from . import pictures
from .conftest import LIMITS, actor


def take(user: User, data: bytes | None = None, name: str = "broken zip.jpg", **more: object) -> Evidence:
    file = io.BytesIO(pictures.jpeg() if data is None else data)
    return services.take(file, name=name, by=actor(user), limits=LIMITS, **more)  # type: ignore[arg-type]  # as given


def stored_files() -> list[Path]:
    root = Path(storages["evidence"].location)  # type: ignore[attr-defined]  # the tests' store is a folder
    return [path for path in root.rglob("*") if path.is_file()]


def token_of(link: str) -> str:
    return parse_qs(urlsplit(link).query)["t"][0]


@pytest.mark.rule("E-02")
def test_the_original_is_sealed_as_sent_and_the_clean_copy_lies_beside_it(buyer: User) -> None:
    data = pictures.POLYGLOTS["exif.jpg"]()
    evidence = take(buyer, data)
    assert evidence.public_id.startswith("evd_")
    assert (evidence.size, evidence.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    with evidence.original_file.open("rb") as original, evidence.clean_file.open("rb") as clean:
        assert original.read() == data
        copy = clean.read()
    assert pictures.NEEDLE not in copy
    assert (evidence.clean_size, evidence.clean_sha256) == (len(copy), hashlib.sha256(copy).hexdigest())
    assert (evidence.width, evidence.height, evidence.status) == (96, 64, "ready")
    assert (evidence.owner, evidence.name, evidence.kind) == (buyer, "broken zip.jpg", "photo")


@pytest.mark.rule("E-04")
def test_a_photo_sent_again_is_the_same_row(buyer: User, seller: User) -> None:
    first = take(buyer)
    assert take(buyer, name="another name.jpg") == first
    assert take(seller) != first, "another person's file is their own"
    assert Evidence.objects.count() == 2
    assert len(stored_files()) == 4


@pytest.mark.rule("E-03", "E-04")
def test_a_hidden_file_is_never_answered_for_by_a_shown_one(buyer: User) -> None:
    shown, hidden = take(buyer), take(buyer, private=True)
    assert shown != hidden
    assert (shown.private, hidden.private) == (False, True)


def test_what_was_removed_can_be_sent_again(buyer: User) -> None:
    gone = take(buyer)
    Evidence.objects.filter(pk=gone.pk).update(removed_at=timezone.now())
    assert take(buyer) != gone


@pytest.mark.rule("E-01")
def test_a_refused_file_leaves_nothing_behind_and_the_others_stay(buyer: User) -> None:
    files = [
        ("good.jpg", io.BytesIO(pictures.jpeg())),
        ("../video.mp4", io.BytesIO(b"\0\0\0\x18ftypmp42")),
        ("empty.png", io.BytesIO(b"")),
        ("good.png", io.BytesIO(pictures.png())),
        ("large.jpg", io.BytesIO(bytes(LIMITS.photo_max_bytes + 1))),
    ]
    intake = services.take_many(files, by=actor(buyer), limits=LIMITS)
    assert [evidence.name for evidence in intake.taken] == ["good.jpg", "good.png"]
    assert [(refusal.name, refusal.error.status) for refusal in intake.refused] == [
        ("video.mp4", 415),
        ("empty.png", 422),
        ("large.jpg", 413),
    ]
    assert Evidence.objects.count() == 2
    assert len(stored_files()) == 4


@pytest.mark.rule("E-01")
def test_too_large_is_refused_before_it_is_read(buyer: User) -> None:
    class Huge(io.BytesIO):
        def seek(self, offset: int, whence: int = 0) -> int:
            return 10**12

        def read(self, size: int | None = -1) -> bytes:
            raise AssertionError("not a byte of it is read")

    with pytest.raises(FileTooLarge):
        services.take(Huge(), name="x", by=actor(buyer), limits=LIMITS)


def test_nobody_sends_a_file_namelessly() -> None:
    with pytest.raises(Forbidden):
        services.take(io.BytesIO(pictures.jpeg()), name="x", by=Actor.system(), limits=LIMITS)


def test_a_picture_is_no_video_but_may_be_a_receipt(buyer: User) -> None:
    assert take(buyer, kind="video").kind == "photo"
    assert take(buyer, pictures.png(), kind="receipt").kind == "receipt"


@pytest.mark.rule("E-02")
def test_no_name_reaches_the_store(buyer: User) -> None:
    worst = pictures.ODD_NAMES[::5]
    for number, name in enumerate(worst):
        evidence = take(buyer, pictures.jpeg(comment=str(number).encode()), name=name)
        for key in (evidence.original_file.name, evidence.clean_file.name):
            assert re.fullmatch(r"(original|clean)/([0-9a-f]{2})/\2[0-9a-f]{30}", key)
    root = Path(storages["evidence"].location)  # type: ignore[attr-defined]  # the tests' store is a folder
    assert len(stored_files()) == 2 * len(worst)
    assert {path.name for path in root.parent.iterdir()} == {root.name}
    for name in pictures.ODD_NAMES:
        assert re.fullmatch(r"original/../[0-9a-f]{32}", original_key(None, name))
        assert re.fullmatch(r"clean/../[0-9a-f]{32}", clean_key(None, name))


def test_two_taken_with_one_name_lie_apart(buyer: User) -> None:
    one, two = take(buyer), take(buyer, pictures.png())
    assert one.name == two.name
    assert one.original_file.name != two.original_file.name


@pytest.mark.rule("E-03")
def test_who_may_see_a_file(buyer: User, seller: User, let_in: Callable[..., None]) -> None:
    evidence, hidden = take(buyer), take(buyer, private=True)
    assert access.may_see(actor(buyer), evidence)
    assert access.may_see(actor(buyer), hidden)
    assert not access.may_see(actor(seller), evidence)
    assert not access.may_see(actor(seller, "mediator"), evidence), "staff of no case of it are strangers"
    assert not access.may_see(Actor(user_id=None), evidence)
    let_in(seller)
    assert access.may_see(actor(seller), evidence)
    assert not access.may_see(actor(seller), hidden)
    assert not access.may_see(actor(seller, "mediator"), hidden), (
        "a party who is staff elsewhere stays a party"
    )
    evidence.status = Evidence.Status.CHECKING
    assert access.may_see(actor(buyer), evidence)
    assert not access.may_see(actor(seller), evidence), "nothing is shown before it is known to be clean"


@pytest.mark.rule("E-03")
def test_the_mediator_of_the_case_sees_what_only_the_mediator_sees(
    buyer: User, seller: User, let_in: Callable[..., None]
) -> None:
    hidden = take(buyer, private=True)
    let_in(seller, staff=True)
    assert access.may_see(actor(seller), hidden)
    hidden.removed_at = timezone.now()
    assert not access.may_see(actor(seller), hidden)
    assert not access.may_see(actor(buyer), hidden)


def test_a_viewer_registered_twice_is_asked_once(buyer: User, seller: User) -> None:
    asked, evidence = [], take(buyer)

    def viewer(by: Actor, evidence: object) -> bool:
        asked.append(by)
        return False

    access.register_viewer(viewer)
    access.register_viewer(viewer)
    access.may_see(actor(seller), evidence)
    access.forget_viewer(viewer)
    access.may_see(actor(seller), evidence)
    assert len(asked) == 1


@pytest.mark.rule("E-03")
@pytest.mark.parametrize(
    ("seconds", "alive"), [(0, True), (59, True), (60, True), (61, False), (86_400, False)]
)
def test_a_link_dies_at_sixty_seconds(buyer: User, seconds: int, alive: bool) -> None:
    start = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    with time_machine.travel(start, tick=False):
        evidence = take(buyer)
        token = token_of(services.content_link(evidence, actor(buyer)))
    with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
        if alive:
            assert services.read_content(token, public_id=evidence.public_id, by=actor(buyer)) == evidence
        else:
            with pytest.raises(services.LinkDead) as dead:
                services.read_content(token, public_id=evidence.public_id, by=actor(buyer))
            assert dead.value.status == 410


@pytest.mark.rule("E-03")
def test_no_setting_makes_a_link_live_longer(buyer: User, settings: object) -> None:
    settings.EVIDENCE_LINK_SECONDS = 3600  # type: ignore[attr-defined]  # pytest-django's own settings object
    with time_machine.travel(datetime(2026, 11, 22, tzinfo=UTC), tick=False) as clock:
        evidence = take(buyer)
        token = token_of(services.content_link(evidence, actor(buyer)))
        clock.shift(61)
        with pytest.raises(services.LinkDead):
            services.read_content(token, public_id=evidence.public_id, by=actor(buyer))


@pytest.mark.rule("E-03")
def test_a_link_is_one_persons_and_one_files(buyer: User, seller: User, let_in: Callable[..., None]) -> None:
    let_in(seller)
    one, two = take(buyer), take(buyer, pictures.png())
    token = token_of(services.content_link(one, actor(buyer)))
    read = services.read_content
    for public_id, by, sent in [
        (one.public_id, actor(seller), token),  # another person, who may see the file, but not by this link
        (two.public_id, actor(buyer), token),  # another file of the same person
        (one.public_id, Actor(user_id=None), token),
        (one.public_id, actor(buyer), token[:-1] + "x"),
        (one.public_id, actor(buyer), ""),
        (one.public_id, actor(buyer), "a:b:c"),
        ("evd_" + "a" * 26, actor(buyer), token),
    ]:
        with pytest.raises(NotFound):
            read(sent, public_id=public_id, by=by)


@pytest.mark.rule("E-03")
def test_a_right_taken_away_ends_a_link_at_once(buyer: User, seller: User) -> None:
    evidence = take(buyer)
    access.register_viewer(_everybody)
    try:
        token = token_of(services.content_link(evidence, actor(seller)))
        assert services.read_content(token, public_id=evidence.public_id, by=actor(seller)) == evidence
    finally:
        access.forget_viewer(_everybody)
    with pytest.raises(NotFound):
        services.read_content(token, public_id=evidence.public_id, by=actor(seller))


def _everybody(by: Actor, evidence: object) -> bool:
    return True


@pytest.mark.rule("E-02")
def test_only_staff_on_the_case_open_the_original_and_it_is_logged(
    buyer: User, seller: User, let_in: Callable[..., None]
) -> None:
    data = pictures.POLYGLOTS["comment.jpg"]()
    evidence = take(buyer, data)
    for by in (actor(buyer), actor(seller), actor(seller, "mediator"), Actor(user_id=None)):
        with pytest.raises(NotFound):
            services.open_original(evidence.pk, by=by)
    assert not OriginalOpened.objects.exists()
    let_in(seller, staff=True)
    with pytest.raises(NotFound):
        services.open_original(evidence.pk, by=actor(seller))
    with services.open_original(evidence.pk, by=actor(seller, "mediator")) as file:
        assert file.read() == data
    log = OriginalOpened.objects.get()
    assert (log.evidence, log.by) == (evidence, seller)
    assert timezone.now() - log.at < timedelta(minutes=1)


@pytest.mark.rule("E-02")
def test_what_changed_in_the_store_is_not_shown(
    buyer: User, seller: User, let_in: Callable[..., None]
) -> None:
    evidence = take(buyer)
    let_in(seller, staff=True)
    root = Path(storages["evidence"].location)  # type: ignore[attr-defined]  # the tests' store is a folder
    for name in (evidence.clean_file.name, evidence.original_file.name):
        (root / name).chmod(0o600)
        (root / name).write_bytes(b"something else")
    with pytest.raises(services.FileDamaged):
        services.open_clean(evidence)
    with pytest.raises(services.FileDamaged):
        services.open_original(evidence.pk, by=actor(seller, "mediator"))
    (root / evidence.clean_file.name).unlink()
    with pytest.raises(services.FileDamaged):
        services.open_clean(evidence)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_the_same_file_sent_eight_times_at_once_is_kept_once(buyer: User) -> None:
    def send(_number: int) -> int:
        try:
            return take(buyer).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(send, range(8)))
    assert keys == {Evidence.objects.get().pk}
    assert len(stored_files()) == 2


def test_as_the_gallery_shows_it(buyer: User) -> None:
    evidence = take(buyer, name="<b>.jpg", kind="receipt", private=True)
    file = services.shown(evidence, actor(buyer), note="The zip")
    assert (file.name, str(file.kind), file.private, file.note) == ("<b>.jpg", "Receipt", True, "The zip")
    assert file.url == file.thumb
    assert services.read_content(token_of(file.url), public_id=file.id, by=actor(buyer)) == evidence
