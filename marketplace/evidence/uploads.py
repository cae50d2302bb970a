"""Files too large to send in one go (E-04): announced first, sent in parts, gone on with after a break, then taken in.

Where the store is a folder, the parts come to us (tus 1.0); where it is S3, they go straight there. Nobody but the
sender sees an upload; what it becomes is a file like any other: `services.take` judges it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.errors import DomainError, FieldError, Invalid, NotFound, WrongState

from . import incoming, services
from .content import Limits, check_size, sha256_of, shown_name
from .incoming import PART_BYTES, Bucket, Checksum, Source
from .models import Evidence, OriginalOpened, Upload
from .storage import StoreAway, has_room_for, is_s3, original_key

#: What is not whole by then is dropped.
LIFE = timedelta(days=1)
#: So many may be under way at once for one person: a disk is not filled with beginnings.
MOST_OPEN = 20
#: uploads dropped in one run
BATCH = 500
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


class UploadGone(DomainError):
    """It was not finished in a day."""

    status = 410
    code = "upload_gone"
    title = "This upload has ended"


class WrongOffset(DomainError):
    """The next byte that is missing is another one: ask which, and go on there."""

    code = "wrong_offset"
    title = "This is not where it goes on"


class UploadBusy(DomainError):
    """Another request adds to it at this moment."""

    status = 423
    code = "upload_busy"
    title = "Another request sends this file"


@dataclass(frozen=True)
class Announced:
    """What the sender says of a file before sending it. Nothing of it is believed."""

    name: str
    size: int
    kind: str = Evidence.Kind.PHOTO
    private: bool = False
    sha256: str = ""
    fingerprint: str = ""


@dataclass(frozen=True)
class Part:
    """A part that is still to be sent to S3."""

    number: int
    size: int
    url: str


def announce(told: Announced, *, by: Actor, limits: Limits, protocol: str = "") -> Evidence | Upload:
    """Begin to send a file. Answers the file itself where this person sent it before (by the announced hash), and the
    upload that is under way where there is one.

    Raises FileTooLarge 413, Invalid 422, NoRoom 507, StoreAway 503.
    """
    owner = by.person_id
    check_size(told.size, limits)
    if told.sha256 and not _SHA256.fullmatch(told.sha256):
        raise Invalid.field("sha256", "invalid", _("Give the SHA-256 as 64 hexadecimal digits."))
    if told.sha256 and (known := services.known_of(by, told.sha256, private=told.private)) is not None:
        return known
    now = timezone.now()
    under_way = Upload.objects.filter(owner_id=owner, evidence=None, expires_at__gt=now)
    if (same := _same(told, protocol or _usual(), list(under_way))) is not None:
        return same
    if under_way.count() >= MOST_OPEN:
        raise Invalid.field(
            "file", "too_many", _("Too many files are on their way. Finish or stop one first.")
        )
    if not has_room_for(3 * told.size):
        raise services.NoRoom(_("We cannot take files at this moment. Please try again later."))
    return _begin(told, owner, protocol or _usual(), now)


def _usual() -> str:
    return Upload.Protocol.S3 if is_s3() else Upload.Protocol.TUS


def _same(told: Announced, protocol: str, under_way: list[Upload]) -> Upload | None:
    """The upload of the same file that a break left behind: by its hash, or by what the page made of it."""
    for each in under_way:
        alike = (each.size, each.private, each.protocol) == (told.size, told.private, protocol)
        by_hash = bool(told.sha256) and each.sha256 == told.sha256
        if alike and (by_hash or (told.fingerprint and each.fingerprint == told.fingerprint)):
            return each
    return None


def _begin(told: Announced, owner: int, protocol: str, now: datetime) -> Upload:
    upload = Upload(
        owner_id=owner, protocol=protocol, name=shown_name(told.name), kind=told.kind, private=told.private,
        size=told.size, sha256=told.sha256, fingerprint=told.fingerprint, created_at=now, expires_at=now + LIFE,
        key=original_key(None, "") if protocol == Upload.Protocol.S3 else uuid4().hex,
    )  # fmt: skip
    if protocol == Upload.Protocol.S3:
        upload.multipart_id = Bucket(upload.key).begin()
    else:
        incoming.path_of(upload.key).touch(mode=0o600)
    upload.save()
    return upload


def find(public_id: str, *, by: Actor) -> Upload:
    """One's own upload. Raises NotFound, UploadGone."""
    upload = (
        Upload.objects.filter(public_id=public_id, owner_id=by.user_id).select_related("evidence").first()
    )
    if upload is None:
        raise NotFound(_("There is no such upload."))
    if upload.evidence is None and upload.expires_at <= timezone.now():
        raise UploadGone(_("This file was not whole after a day. Please send it again."))
    return upload


def offset_of(upload: Upload) -> int:
    """How many bytes are here; all of them once it was taken in."""
    if upload.evidence_id is not None:
        return upload.size
    if upload.protocol == Upload.Protocol.S3:
        return sum(size for size, _tag in Bucket(upload.key, upload.multipart_id).parts().values())
    return incoming.length_of(upload.key)


def append(upload: Upload, *, offset: int, source: Source, checksum: Checksum | None = None) -> int:
    """Add what comes, from `offset` on; how many bytes are here now. Raises WrongOffset, UploadBusy, ChecksumMismatch."""
    if upload.protocol != Upload.Protocol.TUS:
        raise WrongState(_("This file is sent to the file store itself."))
    with _alone(upload):
        here = offset_of(upload)
        if offset != here:
            raise WrongOffset(_("We have the first %(n)s bytes. Go on there.") % {"n": here}, offset=here)
        if upload.evidence_id is not None:
            return here
        return incoming.append(upload.key, source, upload.size - here, checksum)


def missing_parts(upload: Upload) -> list[Part]:
    """What is still to be sent to S3, each with an address that dies in 60 seconds: ask again for new ones."""
    if upload.protocol != Upload.Protocol.S3 or upload.evidence_id is not None:
        return []
    bucket = Bucket(upload.key, upload.multipart_id)
    there, seconds = bucket.parts(), min(settings.EVIDENCE_LINK_SECONDS, services.LONGEST_LINK_SECONDS)
    found = []
    for number, start in enumerate(range(0, upload.size, PART_BYTES), start=1):
        size = min(PART_BYTES, upload.size - start)
        if there.get(number, (0, ""))[0] != size:
            found.append(Part(number, size, bucket.link(number, size, seconds)))
    return found


def finish(upload: Upload, *, by: Actor, limits: Limits) -> Evidence:
    """Take the file in, now that it is whole: its size, its hash and its content are looked at. Doing it again gives
    the same file. A file that is refused is gone; the upload too.

    Raises WrongState where bytes are missing, Invalid where it is not the file that was announced, and all that
    `services.take` raises.
    """
    if upload.evidence is not None:
        return upload.evidence
    with _alone(upload), _whole(upload) as file:
        try:
            _compare(upload, file)
            stored_as = upload.key if upload.protocol == Upload.Protocol.S3 else ""
            evidence = services.take(
                file, name=upload.name, kind=upload.kind, private=upload.private, by=by, limits=limits,
                stored_as=stored_as,
            )  # fmt: skip
        except (services.NoRoom, StoreAway):
            raise  # it is no fault of the file's: it can be taken in later
        except DomainError:
            drop(upload)
            raise
    upload.evidence = evidence
    upload.save(update_fields=["evidence"])
    _drop_bytes(upload)
    return evidence


@contextmanager
def _whole(upload: Upload) -> Iterator[IO[bytes]]:
    """The file with all its bytes. Raises WrongState where some are missing."""
    if upload.protocol == Upload.Protocol.S3:
        bucket = Bucket(upload.key, upload.multipart_id)
        if not missing_parts(upload):
            bucket.join()
        if bucket.size() == 0:
            raise _not_whole(offset_of(upload), upload.size)
        with bucket.fetched() as file:
            yield file
    else:
        if (here := incoming.length_of(upload.key)) != upload.size:
            raise _not_whole(here, upload.size)
        with incoming.path_of(upload.key).open("rb") as file:
            yield file


def _not_whole(here: int, size: int) -> WrongState:
    return WrongState(
        _("Only %(n)s of %(all)s bytes are here. Send the rest first.") % {"n": here, "all": size},
        offset=here,
    )


def _compare(upload: Upload, file: IO[bytes]) -> None:
    """Is it what was announced? S3 itself looks at neither size nor hash."""
    size = file.seek(0, 2)
    if size != upload.size:
        message = _("This file has another size than you said. Please send it again.")
        raise Invalid(errors=[FieldError("size", "size_mismatch", message)], code="size_mismatch")
    if upload.sha256 and sha256_of(file) != upload.sha256:
        message = _("This file is not the one you said. Please send it again.")
        raise Invalid(errors=[FieldError("sha256", "hash_mismatch", message)], code="hash_mismatch")


def handed_in(public_ids: Sequence[str], *, by: Actor, private: bool) -> list[str]:
    """Files that a page sent on its own, now that its form comes: the ids to go on with, in their order. Where the form
    says that only the mediator sees them, they are marked so, if nobody was shown them before (E-03).

    Raises Invalid for a file that is not this person's.
    """
    found = {each.public_id: each for each in Evidence.objects.of(by).filter(public_id__in=public_ids)}
    if set(public_ids) - found.keys():
        raise Invalid.field("files", "unknown", _("One of these files is not yours. Add it again."))
    wanted = [found[public_id] for public_id in dict.fromkeys(public_ids)]
    return [(_hidden(each, by) if private and not each.private else each).public_id for each in wanted]


def _hidden(evidence: Evidence, by: Actor) -> Evidence:
    """The same bytes as a file that only mediators see."""
    if (twin := services.known_of(by, evidence.sha256, private=True)) is not None:
        return twin
    links = [
        each for each in Evidence._meta.related_objects if each.related_model not in (Upload, OriginalOpened)
    ]
    if any(each.related_model._base_manager.filter(**{each.field.name: evidence}).exists() for each in links):
        raise Invalid.field(
            "files", "shown", _("The other side was shown this file before. It cannot be hidden.")
        )
    Evidence.objects.filter(pk=evidence.pk).update(private=True)
    return evidence


def drop(upload: Upload) -> None:
    """Stop it: what came is deleted. The file that it became, if it did, stays."""
    _drop_bytes(upload)
    upload.delete()


def _drop_bytes(upload: Upload) -> None:
    if upload.evidence is not None and upload.evidence.original_file.name == upload.key:
        return  # with S3 the original stays where it was sent to
    if upload.protocol == Upload.Protocol.S3:
        Bucket(upload.key, upload.multipart_id).drop()
    else:
        incoming.drop(upload.key)


def expire() -> int:
    """Drop what was announced a day ago, finished or not (E-04); how many uploads went."""
    gone = 0
    for upload in Upload.objects.filter(expires_at__lte=timezone.now()).select_related("evidence")[:BATCH]:
        try:
            with _alone(upload):
                drop(upload)
        except (UploadBusy, StoreAway):
            continue  # the next run comes in a minute
        gone += 1
    return gone


@contextmanager
def _alone(upload: Upload) -> Iterator[None]:
    """One request at a time adds to an upload. An advisory lock: no transaction stays open while bytes come in."""
    key = f"upload:{upload.pk}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key])
        if not cursor.fetchone()[0]:
            raise UploadBusy(_("Another request sends this file at this moment. Try again in a few seconds."))
    try:
        yield
    finally:
        if connection.connection is not None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])
