"""The bytes of what is half here: in a folder of ours (tus), or as parts with S3. No rows, no rules."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

from botocore.exceptions import ClientError
from django.core.files.storage import storages
from django.utils.translation import gettext as _

from marketplace.core.errors import DomainError

from .storage import ALIAS, answering, staging

CHUNK = 1024 * 1024
#: S3 takes parts of 5 MB and more, but for the last one
PART_BYTES = 8 * CHUNK
#: checksums that a part can be sent with: tus's name → hashlib's
CHECKSUMS = {"sha1": "sha1", "sha256": "sha256"}


class ChecksumMismatch(DomainError):
    """What came is not what was sent: the part is thrown away and can be sent again."""

    status = 460
    code = "checksum_mismatch"
    title = "This part was damaged on its way"


class Source(Protocol):
    """A body that is read as it comes."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Checksum:
    """What the bytes of one part add up to: the algorithm's name and its digest."""

    algorithm: str
    digest: bytes


# -- on our own disk ---------------------------------------------------------------------------------------------


def path_of(key: str) -> Path:
    """Where the half-sent file lies."""
    return staging() / key


def length_of(key: str) -> int:
    """How many of its bytes are here."""
    path = path_of(key)
    return path.stat().st_size if path.exists() else 0


def append(key: str, source: Source, most: int, checksum: Checksum | None) -> int:
    """Add what comes, up to `most` bytes, and return how many there are now. What came before a break stays; what does
    not add up to its checksum goes. Raises ChecksumMismatch."""
    digest = hashlib.new(CHECKSUMS[checksum.algorithm]) if checksum else None
    with path_of(key).open("ab") as file:
        before, good = file.tell(), checksum is None
        try:
            while most > 0 and (chunk := source.read(min(CHUNK, most))):
                file.write(chunk)
                most -= len(chunk)
                if digest is not None:
                    digest.update(chunk)
            good = checksum is None or digest is None or hmac.compare_digest(digest.digest(), checksum.digest)
        finally:
            if not good:
                file.truncate(before)
    if not good:
        raise ChecksumMismatch(_("This part came in damaged. Send it again."))
    return length_of(key)


def drop(key: str) -> None:
    """Delete what came. Safe to call again."""
    path_of(key).unlink(missing_ok=True)


# -- with S3 -------------------------------------------------------------------------------------------------------


class Bucket:
    """The parts of one upload in S3; every fault of S3 is a StoreAway."""

    def __init__(self, key: str, multipart_id: str = "") -> None:
        store: Any = storages[ALIAS]
        self.client, self.name = store.connection.meta.client, store.bucket_name
        self.about = {"Bucket": self.name, "Key": key}
        self.multipart = self.about | {"UploadId": multipart_id}

    def begin(self) -> str:
        """Open an upload; S3's name of it."""
        with answering():
            kind = {"ContentType": "application/octet-stream", "ContentDisposition": "attachment"}
            return str(self.client.create_multipart_upload(**self.about, **kind)["UploadId"])

    def parts(self) -> dict[int, tuple[int, str]]:
        """Number → (bytes, S3's tag) of the parts that are there; empty once they were joined."""
        with answering():
            try:
                pages = self.client.get_paginator("list_parts").paginate(**self.multipart)
                found = [part for page in pages for part in page.get("Parts", [])]
            except self.client.exceptions.NoSuchUpload:
                return {}
        return {part["PartNumber"]: (part["Size"], part["ETag"]) for part in found}

    def link(self, number: int, size: int, seconds: int) -> str:
        """An address to PUT this part to; it dies in so many seconds and takes exactly so many bytes."""
        part = self.multipart | {"PartNumber": number, "ContentLength": size}
        return str(self.client.generate_presigned_url("upload_part", Params=part, ExpiresIn=seconds))

    def join(self) -> None:
        """Make one object of the parts. Once is enough: joined parts are no parts any more."""
        if there := self.parts():
            tags = [{"PartNumber": number, "ETag": tag} for number, (_size, tag) in sorted(there.items())]
            with answering():
                self.client.complete_multipart_upload(**self.multipart, MultipartUpload={"Parts": tags})

    def size(self) -> int:
        """Bytes of the joined object; 0 where there is none."""
        with answering():
            try:
                return int(self.client.head_object(**self.about)["ContentLength"])
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                    return 0
                raise

    @contextmanager
    def fetched(self) -> Iterator[IO[bytes]]:
        """The joined object in a file of ours: another program opens it."""
        with TemporaryFile(dir=staging()) as file:
            with answering():
                self.client.download_fileobj(self.name, self.about["Key"], file)
            yield file

    def drop(self) -> None:
        """Take back parts and object. Safe to call again."""
        with answering():
            with suppress(self.client.exceptions.NoSuchUpload):
                self.client.abort_multipart_upload(**self.multipart)
            self.client.delete_object(**self.about)
