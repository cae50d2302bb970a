"""Taking files in, and giving them out: checked, stored twice (sealed and clean), shown by a link that dies."""

from __future__ import annotations

import io
import logging
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, BinaryIO, cast

from django.conf import settings
from django.core.cache import cache
from django.core.files import File
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.db import IntegrityError, transaction
from django.db.models.fields.files import FieldFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.core.access import Actor
from marketplace.core.errors import DomainError, Forbidden, NotFound
from marketplace.core.policy import ProtectionPolicy

from .access import may_open_original, may_see
from .content import (
    Limits,
    check_size,
    clean_photo,
    clean_video,
    kind_of,
    served_name,
    sha256_of,
    shown_name,
)
from .models import Evidence, OriginalOpened
from .storage import OnDisk, answering, has_room_for, open_at, staging
from .videos import Container

log = logging.getLogger(__name__)

#: said beside a video that could not be cleaned
NOT_CLEANED = gettext_lazy("This is the video as it was sent. It may say where it was made.")

_SALT = "marketplace.evidence.content"
#: Bytes up to which a file is read through and compared with its hash each time it is opened.
PROVED_EACH_TIME = 8 * 1024 * 1024
#: No setting makes a link live longer (E-03).
LONGEST_LINK_SECONDS = 60


class LinkDead(DomainError):
    """The link to a file has died; the page that holds it makes a new one."""

    status = 410
    code = "link_dead"
    title = "This link has ended"


class FileDamaged(DomainError):
    """What lies in the store is not what was taken in; it is not shown (E1)."""

    status = 410
    code = "file_damaged"
    title = "We cannot show this file"


class NoRoom(DomainError):
    """The disk is nearly full: files are refused before anything else suffers (threats.md row 60)."""

    status = 507
    code = "no_room"
    title = "We cannot take files now"


@dataclass(frozen=True)
class Refusal:
    """A file that was not taken, by the name to show, and why."""

    name: str
    error: DomainError


@dataclass
class Intake:
    """What became of several files: those refused do not spoil the others (E-01)."""

    taken: list[Evidence] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True)
class ShownFile:
    """A file as `components/gallery.html` shows it to one person; its addresses die in 60 seconds."""

    id: str
    name: str
    url: str
    thumb: str
    kind: str
    private: bool
    note: str = ""


def limits_now() -> Limits:
    """The limits of the policy in force, for a file that belongs to no order yet."""
    return Limits.of(ProtectionPolicy.objects.in_force("default", timezone.now()))


def take(
    file: IO[bytes],
    *,
    name: str,
    by: Actor,
    limits: Limits,
    kind: str = Evidence.Kind.PHOTO,
    private: bool = False,
    stored_as: str = "",
) -> Evidence:
    """Take one file from a person. The same bytes sent again give the row that is there (E-04). `stored_as` is the key
    under which the original lies in the store already.

    Raises FileTooLarge 413, FileTypeNotAllowed 415, FileBroken 422, NoRoom 507, with words for the sender.
    """
    if by.user_id is None:
        raise Forbidden(_("Sign in to send a file."))
    check_size(file.seek(0, io.SEEK_END), limits)
    what, sha256 = kind_of(file, limits), sha256_of(file)
    if (known := known_of(by, sha256, private=private)) is not None:
        return known
    now = timezone.now()
    evidence = Evidence(
        owner_id=by.user_id, name=shown_name(name), private=private, sha256=sha256, size=file.seek(0, io.SEEK_END),
        kind=_kind(kind, is_photo=isinstance(what, str)), created_at=now, look_at=now,
        original_file=stored_as,
    )  # fmt: skip
    if not has_room_for(2 * evidence.size):
        raise NoRoom(_("We cannot take files at this moment. Please try again later."))
    with TemporaryDirectory(dir=staging()) as folder, _in_a_file(file, folder) as source:
        copy = _clean(source, what, limits, Path(folder) / "clean", evidence)
        source.seek(0)
        return _store(evidence, source, copy) or cast(Evidence, known_of(by, sha256, private=private))


def known_of(by: Actor, sha256: str, *, private: bool) -> Evidence | None:
    """What this very person sent before, by its hash. Another person's file is never answered: whoever knows a hash
    alone gets nothing by it (E-04)."""
    return Evidence.objects.of(by).filter(sha256=sha256, private=private).first()


def _clean(
    file: IO[bytes], what: str | Container, limits: Limits, target: Path, evidence: Evidence
) -> IO[bytes] | None:
    """The clean copy, and in the row what it is. None where nothing can make one: then the original stands for it."""
    if isinstance(what, str):
        photo = clean_photo(cast(BinaryIO, file), limits)
        evidence.content_type, evidence.clean_type = photo.original_type, photo.content_type
        evidence.width, evidence.height = photo.width, photo.height
        return io.BytesIO(photo.data)
    video = clean_video(file, what, target)
    evidence.content_type, evidence.clean_type = video.original_type, video.content_type
    evidence.is_clean = video.is_clean
    return target.open("rb") if video.is_clean else None


@contextmanager
def _in_a_file(file: IO[bytes], folder: str) -> Iterator[IO[bytes]]:
    """The same bytes in a real file: another program reads a video. What is in memory is written out."""
    try:
        file.fileno()
    except (AttributeError, OSError):
        with TemporaryFile(dir=folder) as real:
            file.seek(0)
            shutil.copyfileobj(file, real)
            yield real
    else:
        yield file


def take_many(
    files: Iterable[tuple[str, IO[bytes]]],
    *,
    by: Actor,
    limits: Limits,
    kind: str = Evidence.Kind.PHOTO,
    private: bool = False,
) -> Intake:
    """Take several files, (name, file) each; those that are refused are told apart with their reason."""
    intake = Intake()
    for name, file in files:
        try:
            intake.taken.append(take(file, name=name, by=by, limits=limits, kind=kind, private=private))
        except DomainError as error:
            intake.refused.append(Refusal(shown_name(name), error))
    return intake


def _kind(wanted: str, *, is_photo: bool) -> str:
    """A picture is no video and a film no photo, whatever they were called; a receipt may well be a picture."""
    if is_photo:
        return Evidence.Kind.PHOTO if wanted == Evidence.Kind.VIDEO else wanted
    return Evidence.Kind.VIDEO


def _store(evidence: Evidence, original: IO[bytes], copy: IO[bytes] | None) -> Evidence | None:
    """Write both files and the row. None where the same file came in by another request meanwhile."""
    evidence.clean_size, evidence.clean_sha256 = evidence.size, evidence.sha256
    if copy is not None:
        evidence.clean_size, evidence.clean_sha256 = copy.seek(0, io.SEEK_END), sha256_of(copy)
    try:
        with answering():
            if not evidence.original_file.name:
                evidence.original_file.save("", _movable(original), save=False)
            if copy is None:
                evidence.clean_file.name = evidence.original_file.name
            else:
                evidence.clean_file.save("", _movable(copy), save=False)
        with transaction.atomic():
            evidence.save(force_insert=True)
    except BaseException as error:
        discard(evidence)  # a file without a row would lie there for ever
        if isinstance(error, IntegrityError):
            return None
        raise
    finally:
        if copy is not None:
            copy.close()
    return evidence


def _movable(file: IO[bytes]) -> File:
    """A file that lies in the staging folder is moved into the store; any other is copied."""
    file.seek(0)
    path = Path(str(getattr(file, "name", "")))
    return OnDisk(file, str(path)) if path.is_relative_to(staging()) and path.is_file() else File(file)


def discard(evidence: Evidence) -> None:
    """Delete the stored bytes, original and copy. Safe to call again."""
    with answering():
        for name in {evidence.original_file.name, evidence.clean_file.name} - {"", None}:
            evidence.original_file.storage.delete(str(name))


def find(public_id: str, *, by: Actor) -> Evidence:
    """The file of that id, if this person may see it. Raises NotFound, the same for all it does not exist for."""
    evidence = Evidence.objects.filter(public_id=public_id).first()
    if evidence is None or not may_see(by, evidence):
        raise NotFound(_("There is no such file."))
    return evidence


def content_link(evidence: Evidence, viewer: Actor) -> str:
    """A path to the clean copy, for this person's signed-in browser alone. It dies in 60 seconds (E-03)."""
    token = TimestampSigner(salt=_SALT).sign_object([evidence.public_id, viewer.user_id])
    return reverse("evidence:content", args=[evidence.public_id]) + f"?t={token}"


def read_content(token: str, *, public_id: str, by: Actor) -> Evidence:
    """The file that the link's token opens. Raises NotFound for a token that is not this file's and this
    person's, or who may not see the file any more; LinkDead 410 after its time."""
    signer, dead = TimestampSigner(salt=_SALT), False
    try:
        bound = signer.unsign_object(token, max_age=min(settings.EVIDENCE_LINK_SECONDS, LONGEST_LINK_SECONDS))
    except SignatureExpired:
        bound, dead = signer.unsign_object(token), True
    except BadSignature:
        raise NotFound(_("There is no such file.")) from None
    if bound != [public_id, by.user_id]:
        raise NotFound(_("There is no such file."))
    evidence = find(public_id, by=by)
    if dead:
        raise LinkDead(
            _("A link to a file works for one minute. Go back to the case and open the file again.")
        )
    return evidence


def open_clean(evidence: Evidence) -> BinaryIO:
    """The clean copy, proved to be what was taken in (E1). Raises FileDamaged. The caller closes it."""
    return _opened(evidence, evidence.clean_file, evidence.clean_sha256, evidence.clean_size)


def open_original(pk: int, *, by: Actor) -> BinaryIO:
    """The sealed original, for staff who may see the file; it is written down who opened it (E-02).

    Raises NotFound for everybody else. The caller closes it.
    """
    evidence = Evidence.objects.filter(pk=pk).first()
    if evidence is None or not may_open_original(by, evidence):
        raise NotFound(_("There is no such file."))
    with transaction.atomic():
        OriginalOpened.objects.create(evidence=evidence, by_id=cast(int, by.user_id), at=timezone.now())
        return _opened(evidence, evidence.original_file, evidence.sha256, evidence.size)


def _opened(evidence: Evidence, stored: FieldFile, sha256: str, size: int) -> BinaryIO:
    try:
        # From the store itself: the field would hand out the file that it has open already, or the upload.
        file, stamp = open_at(str(stored.name))
    except FileNotFoundError:
        log.error("evidence %s is missing from the store", evidence.public_id)
        raise FileDamaged(_("This file is missing. We have been told.")) from None
    if not _is_proved(file, sha256, size, f"evidence-proved:{stored.name}:{stamp}"):
        file.close()
        log.error("evidence %s has changed in the store", evidence.public_id)
        raise FileDamaged(
            _("This file was changed after it was sent, so we do not show it. We have been told.")
        )
    return file


def _is_proved(file: BinaryIO, sha256: str, size: int, key: str) -> bool:
    """Is it what was taken in? A large one is read through once and then known by its stamp: whoever watches a video
    asks for many ranges."""
    if size > PROVED_EACH_TIME and cache.get(key) == sha256:
        return True
    found = sha256_of(file) == sha256
    if found and size > PROVED_EACH_TIME:
        cache.set(key, sha256)
    return found


def file_name(evidence: Evidence) -> str:
    """The name under which a browser saves the clean copy."""
    return served_name(evidence.name, evidence.clean_type if evidence.is_clean else evidence.content_type)


def shown(evidence: Evidence, viewer: Actor, *, note: str = "") -> ShownFile:
    """The file as the gallery shows it to this person."""
    link = content_link(evidence, viewer)
    return ShownFile(
        id=evidence.public_id,
        name=evidence.name,
        url=link,
        thumb=link if evidence.clean_type.startswith("image/") else "",
        kind=evidence.get_kind_display(),
        private=evidence.private,
        note=note if evidence.is_clean else " ".join(filter(None, (note, str(NOT_CLEANED)))),
    )
