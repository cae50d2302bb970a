"""Taking files in, and giving them out: checked, stored twice (sealed and clean), shown by a link that dies."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.db import IntegrityError, transaction
from django.db.models.fields.files import FieldFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.errors import DomainError, Forbidden, NotFound
from marketplace.core.policy import ProtectionPolicy

from .access import may_open_original, may_see
from .content import CleanPhoto, Limits, check_size, clean_photo, served_name, sha256_of, shown_name
from .models import Evidence, OriginalOpened

log = logging.getLogger(__name__)

_SALT = "marketplace.evidence.content"
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
    file: BinaryIO,
    *,
    name: str,
    by: Actor,
    limits: Limits,
    kind: str = Evidence.Kind.PHOTO,
    private: bool = False,
) -> Evidence:
    """Take one file from a person. The same bytes sent again give the row that is there (E-04).

    Raises FileTooLarge 413, FileTypeNotAllowed 415, FileBroken 422, with words for the sender.
    """
    if by.user_id is None:
        raise Forbidden(_("Sign in to send a file."))
    size = file.seek(0, io.SEEK_END)
    check_size(size, limits)
    sha256 = sha256_of(file)
    before = Evidence.objects.of(by).filter(sha256=sha256, private=private)
    if (known := before.first()) is not None:
        return known
    evidence = Evidence(
        owner_id=by.user_id, name=shown_name(name), kind=_kind_of_photo(kind), private=private, size=size,
        sha256=sha256, created_at=timezone.now(),
    )  # fmt: skip
    photo = clean_photo(file, limits)
    file.seek(0)
    return _store(evidence, file, photo) or before.get()


def take_many(
    files: Iterable[tuple[str, BinaryIO]],
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


def _kind_of_photo(kind: str) -> str:
    """A picture is no video, whatever it was called; a receipt may well be a picture."""
    return Evidence.Kind.PHOTO if kind == Evidence.Kind.VIDEO else kind


def _store(evidence: Evidence, original: BinaryIO, photo: CleanPhoto) -> Evidence | None:
    """Write both files and the row. None where the same file came in by another request meanwhile."""
    evidence.content_type, evidence.clean_type = photo.original_type, photo.content_type
    evidence.width, evidence.height = photo.width, photo.height
    evidence.clean_size, evidence.clean_sha256 = len(photo.data), sha256_of(io.BytesIO(photo.data))
    try:
        evidence.original_file.save("", File(original), save=False)
        evidence.clean_file.save("", ContentFile(photo.data), save=False)
        with transaction.atomic():
            evidence.save(force_insert=True)
    except BaseException as error:
        _discard(evidence)  # a file without a row would lie there for ever
        if isinstance(error, IntegrityError):
            return None
        raise
    return evidence


def _discard(evidence: Evidence) -> None:
    for stored in (evidence.original_file, evidence.clean_file):
        if stored.name:
            stored.storage.delete(stored.name)


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
    return _opened(evidence, evidence.clean_file, evidence.clean_sha256)


def open_original(pk: int, *, by: Actor) -> BinaryIO:
    """The sealed original, for staff who may see the file; it is written down who opened it (E-02).

    Raises NotFound for everybody else. The caller closes it.
    """
    evidence = Evidence.objects.filter(pk=pk).first()
    if evidence is None or not may_open_original(by, evidence):
        raise NotFound(_("There is no such file."))
    with transaction.atomic():
        OriginalOpened.objects.create(evidence=evidence, by_id=cast(int, by.user_id), at=timezone.now())
        return _opened(evidence, evidence.original_file, evidence.sha256)


def _opened(evidence: Evidence, stored: FieldFile, sha256: str) -> BinaryIO:
    try:
        # From the store itself: the field would hand out the file that it has open already, or the upload.
        file = cast(BinaryIO, stored.storage.open(str(stored.name), "rb"))
    except FileNotFoundError:
        log.error("evidence %s is missing from the store", evidence.public_id)
        raise FileDamaged(_("This file is missing. We have been told.")) from None
    if sha256_of(file) != sha256:
        file.close()
        log.error("evidence %s has changed in the store", evidence.public_id)
        raise FileDamaged(
            _("This file was changed after it was sent, so we do not show it. We have been told.")
        )
    return file


def file_name(evidence: Evidence) -> str:
    """The name under which a browser saves the clean copy."""
    return served_name(evidence.name, evidence.clean_type)


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
        note=note,
    )
