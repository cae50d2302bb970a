"""What a file is, by its bytes alone (E-01), and the clean copy of it (E-02). Nothing here knows of rows or stores.

A type that the first bytes promise counts only when the whole picture could be decoded: a JPEG's first bytes with
a web page behind them are no photo.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import signal
import subprocess
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Protocol

from django.utils.translation import gettext as _

from marketplace.core.errors import DomainError, FieldError, FileTooLarge, FileTypeNotAllowed, Invalid

from .videos import (
    COPY_TYPES,
    EXTENSIONS,
    CannotOpen,
    Container,
    TooHeavy,
    cleaner,
    copy_clean,
    identify_video,
)

MAX_PIXELS = 40_000_000
NAME_LENGTH = 255
#: The decoder's own limit is one second of processor time; this one is for a machine that gives it none.
PATIENCE_SECONDS = 10
HEADER_BYTES = 32
#: served so, a file is bytes to save and nothing else
UNKNOWN_TYPE = "application/octet-stream"
_DECODER = Path(__file__).with_name("decode.py")

#: Formats that we can draw anew: our name for it → Pillow's.
_PILLOW = {"jpg": "JPEG", "bmp": "BMP", "gif": "GIF", "png": "PNG", "webp": "WEBP", "avif": "AVIF"}
_SAME = {"jpeg": "jpg"}
_CONTENT_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png"}
#: every type that a clean copy may have
SERVED_TYPES = (*_CONTENT_TYPES.values(), *COPY_TYPES, UNKNOWN_TYPE)
_EXTENSIONS = {"image/jpeg": ".jpg", "image/png": ".png", **EXTENSIONS}

_SIGNATURES = (
    (re.compile(rb"\xff\xd8\xff"), "jpg"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "png"),
    (re.compile(rb"GIF8[79]a"), "gif"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "webp"),
    (re.compile(rb".{4}ftypavif", re.DOTALL), "avif"),
    (re.compile(rb"BM.{8}.{4}[\x0c\x10\x28\x34\x38\x40\x6c\x7c]\0\0\0", re.DOTALL), "bmp"),
)


class FileRules(Protocol):
    """What of a protection policy speaks of files."""

    photo_max_bytes: int
    photo_formats: str
    video_max_bytes: int
    video_formats: str


@dataclass(frozen=True)
class Limits:
    """How large photos and videos may be, in bytes, and of what formats, in the policy's names and order."""

    photo_max_bytes: int
    photo_formats: tuple[str, ...]
    video_max_bytes: int = 0
    video_formats: tuple[str, ...] = ()

    @classmethod
    def of(cls, policy: FileRules) -> Limits:
        """The limits of a protection policy."""
        photos, videos = (
            tuple(re.split(r"[\s,]+", names.lower().strip(" ,")))
            for names in (policy.photo_formats, policy.video_formats)
        )
        return cls(policy.photo_max_bytes, photos, policy.video_max_bytes, videos)

    def allows(self, format_: str) -> bool:
        return format_ in {_SAME.get(name, name) for name in self.photo_formats}

    def allows_video(self, container: Container) -> bool:
        return not set(container.names).isdisjoint(self.video_formats)

    @property
    def max_bytes(self) -> int:
        """No file at all may be larger."""
        return max(self.photo_max_bytes, self.video_max_bytes)

    @property
    def accept(self) -> str:
        """For a file input's `accept`: ".jpg,.jpeg,.bmp,.gif,.png,.3gp,.mp4"."""
        return ",".join(f".{name}" for name in (*self.photo_formats, *self.video_formats))

    @property
    def max_text(self) -> str:
        """For people: "2 MB"."""
        return megabytes(self.photo_max_bytes)

    @property
    def max_video_text(self) -> str:
        """For people: "500 MB"."""
        return megabytes(self.video_max_bytes)


def megabytes(size: int) -> str:
    """For people: "2 MB"."""
    return f"{size / 1024**2:.1f}".removesuffix(".0") + " MB"


@dataclass(frozen=True)
class CleanPhoto:
    """A photo drawn anew from its pixels: what the parties see."""

    data: bytes
    content_type: str
    width: int
    height: int
    #: What the original is, by its bytes.
    original_type: str


@dataclass(frozen=True)
class CleanVideo:
    """A video's picture and sound in a new file, at the place that the caller named; `is_clean` is False where there
    is nothing on this machine to make one with, and no file."""

    content_type: str
    original_type: str
    is_clean: bool


class FileBroken(Invalid):
    """It claims to be a photo or a video and cannot be opened, or is empty."""

    code = "file_broken"
    title = "We cannot open this file"


def identify(header: bytes) -> str | None:
    """Our name of the photo format that these first bytes promise, or None for anything else."""
    for signature, name in _SIGNATURES:
        if signature.match(header):
            return name
    return None


def kind_of(file: IO[bytes], limits: Limits) -> str | Container:
    """What the file is: our name of its photo format, or its kind of video. Raises FileTooLarge 413 where that kind may
    not be so large, FileTypeNotAllowed 415."""
    size = file.seek(0, io.SEEK_END)
    check_size(size, limits)
    file.seek(0)
    header = file.read(HEADER_BYTES)
    format_, container = identify(header), identify_video(header)
    if format_ is not None and limits.allows(format_):
        if size > limits.photo_max_bytes:
            raise _too_large_a_photo(limits)
        return format_
    if container is not None and limits.allows_video(container):
        if size > limits.video_max_bytes:
            raise _too_large_a_video(limits)
        return container
    raise _not_taken(limits)


def check_size(size: int, limits: Limits) -> None:
    """Refuse what is empty (422) or too large for any kind of file (413), before a byte of it is read."""
    if size <= 0:
        raise _broken(_("This file is empty. Please choose another one."))
    if size > limits.max_bytes:
        raise _too_large_a_video(limits) if limits.video_formats else _too_large_a_photo(limits)


def clean_photo(file: BinaryIO, limits: Limits) -> CleanPhoto:
    """Open the photo and draw it anew. Raises FileTooLarge 413, FileTypeNotAllowed 415, FileBroken 422, each
    with what is wrong and what to do."""
    format_ = kind_of(file, limits)
    if not isinstance(format_, str):
        raise _not_taken(limits)
    file.seek(0)
    answer, picture = _decode(file.read(limits.photo_max_bytes), _PILLOW[format_])
    if "refused" in answer:
        raise _refusal(str(answer["refused"]))
    original_type = "image/" + _PILLOW[format_].lower()
    return CleanPhoto(
        picture,
        _CONTENT_TYPES[str(answer["type"])],
        int(answer["width"]),
        int(answer["height"]),
        original_type,
    )


def clean_video(file: IO[bytes], container: Container, target: Path) -> CleanVideo:
    """Write the video's picture and sound, and nothing else of it, to `target`. Raises FileTooLarge, FileBroken.

    `file` must be a real one: another program reads it.
    """
    if cleaner() is None:
        return CleanVideo(UNKNOWN_TYPE, container.content_type, is_clean=False)
    size = file.seek(0, io.SEEK_END)
    try:
        copied = copy_clean(file, size, container, target)
    except CannotOpen:
        raise _broken(
            _("This video is broken: we cannot open it. Make it again, or choose another one.")
        ) from None
    except TooHeavy:
        raise FileTooLarge(
            _("This video takes too long to open. Make it shorter and add it again.")
        ) from None
    return CleanVideo(copied.content_type, container.content_type, is_clean=True)


def _too_large_a_photo(limits: Limits) -> FileTooLarge:
    return FileTooLarge(
        _("This photo is too large. It may have at most %(max)s. Make it smaller, or take a new one.")
        % {"max": limits.max_text},
        max_bytes=limits.photo_max_bytes,
    )


def _too_large_a_video(limits: Limits) -> FileTooLarge:
    return FileTooLarge(
        _("This file is too large. A video may have at most %(max)s. Make it shorter and add it again.")
        % {"max": limits.max_video_text},
        max_bytes=limits.video_max_bytes,
    )


def _not_taken(limits: Limits) -> FileTypeNotAllowed:
    photos, videos = ", ".join(limits.photo_formats), ", ".join(limits.video_formats)
    words = (
        _(
            "We take photos (%(photos)s) and videos (%(videos)s). Save the file as one of these and add it again."
        )
        if videos
        else _("We take photos only: %(photos)s. Save the photo as one of these and add it again.")
    )
    return FileTypeNotAllowed(
        words % {"photos": photos, "videos": videos},
        formats=[*limits.photo_formats, *limits.video_formats],
    )


def _decode(data: bytes, format_: str) -> tuple[dict[str, int | str], bytes]:
    """Ask the decoder's own process. Whatever it dies of, the answer is a refusal."""
    command = [sys.executable, "-I", str(_DECODER), format_, str(MAX_PIXELS)]
    try:
        # The command is ours from end to end; the stranger's bytes go in by the pipe alone.
        done = subprocess.run(  # noqa: S603
            command, input=data, capture_output=True, timeout=PATIENCE_SECONDS, env={}, check=False
        )
    except subprocess.TimeoutExpired:
        return {"refused": "heavy"}, b""
    line, newline, picture = done.stdout.partition(b"\n")
    if done.returncode == -signal.SIGXCPU:
        return {"refused": "heavy"}, b""
    if done.returncode != 0 or not newline:
        return {"refused": "broken"}, b""
    answer: dict[str, int | str] = json.loads(line)
    return answer, picture


def _refusal(why: str) -> DomainError:
    """The decoder's reason in words that help."""
    if why == "pixels":
        return FileTooLarge(
            _(
                "This photo has too many pixels. It may have at most 40 million. Make it smaller and add it again."
            ),
            max_pixels=MAX_PIXELS,
        )
    if why == "heavy":
        return FileTooLarge(_("This photo takes too long to open. Make it smaller and add it again."))
    return _broken(_("This file is broken: we cannot open it. Take the photo again, or choose another one."))


def _broken(message: str) -> FileBroken:
    return FileBroken(errors=[FieldError("file", FileBroken.code, message)], code=FileBroken.code)


def sha256_of(file: IO[bytes]) -> str:
    """The hash of the whole file, in hex; leaves it at its beginning."""
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(1024 * 1024):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def shown_name(name: str) -> str:
    """The name to show: no path, no control or direction characters, at most 255 long. Never used as a path (E3)."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(
        c if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") else " " for c in last
    )
    kept = re.sub(r"\s+", " ", kept).strip(" .")
    if len(kept) > NAME_LENGTH:
        stem, dot, extension = kept.rpartition(".")
        tail = dot + extension if stem and len(extension) <= 8 else ""
        kept = kept[: NAME_LENGTH - len(tail)] + tail
    return kept or "file"


def served_name(name: str, content_type: str) -> str:
    """The name under which the clean copy is saved: the shown one with the extension of what it now is."""
    stem = name.rpartition(".")[0] or name
    return stem[: NAME_LENGTH - 5] + _EXTENSIONS.get(content_type, ".bin")
