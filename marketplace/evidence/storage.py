"""Where the files lie: the private storage "evidence", under keys made here. A person's file name is no part of
a key (threats.md row 45), and no key is used twice, so nothing is ever overwritten (E1)."""

from __future__ import annotations

from uuid import uuid4

from django.core.files.base import File
from django.core.files.storage import Storage, storages

ALIAS = "evidence"


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
