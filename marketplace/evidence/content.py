"""What a file is, by its bytes alone (E-01), and the clean copy of it (E-02). Pure functions: bytes in, bytes out.

A type that the first bytes promise counts only when the whole picture could be decoded: a JPEG's first bytes with
a web page behind them are no photo.
"""

from __future__ import annotations

import hashlib
import json
import re
import signal
import subprocess
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from django.utils.translation import gettext as _

from marketplace.core.errors import DomainError, FieldError, FileTooLarge, FileTypeNotAllowed, Invalid

MAX_PIXELS = 40_000_000
NAME_LENGTH = 255
#: The decoder's own limit is one second of processor time; this one is for a machine that gives it none.
PATIENCE_SECONDS = 10
_HEADER_BYTES = 32
_DECODER = Path(__file__).with_name("decode.py")

#: Formats that we can draw anew: our name for it → Pillow's.
_PILLOW = {"jpg": "JPEG", "bmp": "BMP", "gif": "GIF", "png": "PNG"}
_SAME = {"jpeg": "jpg"}
_CONTENT_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png"}
_EXTENSIONS = {"image/jpeg": ".jpg", "image/png": ".png"}

_SIGNATURES = (
    (re.compile(rb"\xff\xd8\xff"), "jpg"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "png"),
    (re.compile(rb"GIF8[79]a"), "gif"),
    (re.compile(rb"BM.{8}.{4}[\x0c\x10\x28\x34\x38\x40\x6c\x7c]\0\0\0", re.DOTALL), "bmp"),
)


class PhotoRules(Protocol):
    """What of a protection policy speaks of photos."""

    photo_max_bytes: int
    photo_formats: str


@dataclass(frozen=True)
class Limits:
    """How large a photo may be, in bytes, and of what formats, in our names and the policy's order."""

    photo_max_bytes: int
    photo_formats: tuple[str, ...]

    @classmethod
    def of(cls, policy: PhotoRules) -> Limits:
        """The limits of a protection policy."""
        formats = re.split(r"[\s,]+", policy.photo_formats.lower().strip(" ,"))
        return cls(policy.photo_max_bytes, tuple(formats))

    def allows(self, format_: str) -> bool:
        return format_ in {_SAME.get(name, name) for name in self.photo_formats}

    @property
    def accept(self) -> str:
        """For a file input's `accept`: ".jpg,.jpeg,.bmp,.gif,.png"."""
        return ",".join(f".{name}" for name in self.photo_formats)

    @property
    def max_text(self) -> str:
        """For people: "2 MB"."""
        return f"{self.photo_max_bytes / 1024**2:.1f}".removesuffix(".0") + " MB"


@dataclass(frozen=True)
class CleanPhoto:
    """A photo drawn anew from its pixels: what the parties see."""

    data: bytes
    content_type: str
    width: int
    height: int
    #: What the original is, by its bytes.
    original_type: str


class FileBroken(Invalid):
    """It claims to be a photo and cannot be opened, or is empty."""

    code = "file_broken"
    title = "We cannot open this file"


def identify(header: bytes) -> str | None:
    """Our name of the photo format that these first bytes promise, or None for anything else."""
    for signature, name in _SIGNATURES:
        if signature.match(header):
            return name
    return None


def check_size(size: int, limits: Limits) -> None:
    """Refuse what is empty (422) or too large (413), before a byte of it is read."""
    if size <= 0:
        raise _broken(_("This file is empty. Please choose another one."))
    if size > limits.photo_max_bytes:
        raise FileTooLarge(
            _("This photo is too large. It may have at most %(max)s. Make it smaller, or take a new one.")
            % {"max": limits.max_text},
            max_bytes=limits.photo_max_bytes,
        )


def clean_photo(file: BinaryIO, limits: Limits) -> CleanPhoto:
    """Open the photo and draw it anew. Raises FileTooLarge 413, FileTypeNotAllowed 415, FileBroken 422, each
    with what is wrong and what to do."""
    file.seek(0)
    data = file.read(limits.photo_max_bytes + 1)
    check_size(len(data), limits)
    format_ = identify(data[:_HEADER_BYTES])
    if format_ is None or not limits.allows(format_):
        raise FileTypeNotAllowed(
            _("We take photos only: %(formats)s. Save the photo as one of these and add it again.")
            % {"formats": ", ".join(limits.photo_formats)},
            formats=list(limits.photo_formats),
        )
    answer, picture = _decode(data, _PILLOW[format_])
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


def sha256_of(file: BinaryIO) -> str:
    """The hash of the whole file, in hex; leaves it at its beginning."""
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(64 * 1024):
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
    return stem[: NAME_LENGTH - 5] + _EXTENSIONS[content_type]
