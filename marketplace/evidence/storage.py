"""Where the files lie: the private storage "evidence", under keys made here. A person's file name is no part of
a key (threats.md row 45), and no key is used twice, so nothing is ever overwritten (E1)."""

from __future__ import annotations

import io
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils.translation import gettext as _

from marketplace.core.errors import DomainError

log = logging.getLogger(__name__)

ALIAS = "evidence"
#: so much of a disk stays free for everything else
RESERVE_BYTES = 200 * 1024 * 1024


class StoreAway(DomainError):
    """S3 does not answer, or not as it should (threats.md row 61)."""

    status = 503
    code = "store_away"
    title = "Our file store does not answer"


@contextmanager
def answering() -> Iterator[None]:
    """Every fault of S3 is a StoreAway."""
    try:
        yield
    except (BotoCoreError, ClientError) as fault:
        log.error("the file store does not answer: %s", type(fault).__name__)
        raise StoreAway(_("Our file store does not answer. Please try again in a few minutes.")) from fault


class EvidenceStorage(Storage):
    """The storage that the settings name now. A file field would else keep the one of the moment it was made,
    and a test's files would lie among the real ones."""

    def open(self, name: str, mode: str = "rb") -> File[bytes]:
        return storages[ALIAS].open(name, mode)

    def save(self, name: str | None, content: File[bytes], max_length: int | None = None) -> str:  # type: ignore[override]  # Django's own takes any file
        return storages[ALIAS].save(name, content, max_length=max_length)

    def delete(self, name: str) -> None:
        storages[ALIAS].delete(name)

    def exists(self, name: str) -> bool:
        return storages[ALIAS].exists(name)

    def size(self, name: str) -> int:
        return storages[ALIAS].size(name)


class OnDisk(File):
    """A file of ours that may be moved into the store instead of being copied there."""

    def temporary_file_path(self) -> str:
        return str(self.name)

    def close(self) -> None:
        """Moved away or not, it is closed."""
        if self.file is not None:
            self.file.close()


class Remote(io.RawIOBase):
    """An object in S3, read from where one wants and no further: what a range needs, not the whole video."""

    def __init__(self, store: Any, key: str) -> None:
        super().__init__()
        self.client, self.bucket, self.key = store.connection.meta.client, store.bucket_name, key
        head = self.client.head_object(Bucket=self.bucket, Key=key)
        self.length, self.stamp = int(head["ContentLength"]), str(head["ETag"])
        self.at, self.body = 0, cast(Any, None)

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.length}[whence]
        if start + offset != self.at:
            self._let_go()
        self.at = start + offset
        return self.at

    def tell(self) -> int:
        return self.at

    def read(self, size: int = -1) -> bytes:
        if self.at >= self.length:
            return b""
        if self.body is None:
            asked = {"Bucket": self.bucket, "Key": self.key, "Range": f"bytes={self.at}-"}
            self.body = self.client.get_object(**asked)["Body"]
        data = cast(bytes, self.body.read(None if size < 0 else size))
        self.at += len(data)
        return data

    def _let_go(self) -> None:
        if self.body is not None:
            self.body.close()
            self.body = None

    def close(self) -> None:
        self._let_go()
        super().close()


def open_at(name: str) -> tuple[BinaryIO, str]:
    """The stored file, and a stamp that is another one as soon as its bytes may have changed. Raises FileNotFoundError."""
    store = storages[ALIAS]
    if not is_s3():
        file = cast(BinaryIO, store.open(name, "rb"))
        about = os.fstat(file.fileno())
        return file, f"{about.st_ino}-{about.st_size}-{about.st_mtime_ns}"
    with answering():
        if not store.exists(name):
            raise FileNotFoundError(name)
        remote = Remote(store, name)
    return cast(BinaryIO, remote), remote.stamp


def is_s3() -> bool:
    """Do the files lie with S3?"""
    return hasattr(storages[ALIAS], "bucket_name")


def staging() -> Path:
    """The folder of what is half here: beside the files, so that a whole one is moved and not copied."""
    store: Any = storages[ALIAS]
    chosen = settings.EVIDENCE_UPLOADS
    beside = Path(store.location) / "partial" if isinstance(store, FileSystemStorage) else None
    folder = Path(chosen) if chosen else beside or settings.VAR_DIR / "uploads"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def has_room_for(size: int) -> bool:
    """Would the staging folder's disk take so many bytes, and still have some to spare? (threats.md row 60)"""
    return shutil.disk_usage(staging()).free - RESERVE_BYTES > size


def evidence_storage() -> Storage:
    """For the file fields: a function, so that migrations hold no settings."""
    return EvidenceStorage()


def _key(kind: str) -> str:
    name = uuid4().hex
    return f"{kind}/{name[:2]}/{name}"


def original_key(instance: object, filename: str) -> str:
    """A key for a sealed original. `filename` is what Django passes in, and is not looked at."""
    return _key("original")


def clean_key(instance: object, filename: str) -> str:
    """A key for a clean copy."""
    return _key("clean")
