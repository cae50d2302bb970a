"""Videos: what they are by their bytes (E-01), and a copy of their picture and sound alone (E-02).

A copy is made by ffmpeg, where there is one: the packets of picture and sound go into a new container; title, place,
camera, chapters, subtitles, data tracks and whatever lies between or behind them stay out. Nothing is drawn anew, so
500 MB take seconds; but a film made of JPEGs is, since each of its pictures may carry a place of its own.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PATIENCE_SECONDS = 120
MEMORY_BYTES = 300 * 1024 * 1024
#: one second for every 20 MB, on top of what starting takes
_CPU_SECONDS, _BYTES_A_SECOND = 5, 20 * 1024 * 1024
_HEAD_BYTES = 64 * 1024
_PROBE_BYTES = 8 * 1024 * 1024
_CONFINE = Path(__file__).with_name("confine.py")
_INPUT = "file:/dev/stdin"


@dataclass(frozen=True)
class Container:
    """A kind of video file: what policies call it, and how ffmpeg reads and writes it."""

    names: tuple[str, ...]
    content_type: str
    demuxer: str
    muxers: tuple[str, ...]


@dataclass(frozen=True)
class Copied:
    """What came of a copy: the type of the new file."""

    content_type: str


class CannotOpen(Exception):
    """There is no video in it, or none that can be opened."""


class TooHeavy(Exception):
    """It takes more time or memory than it is given."""


MP4 = Container(("mp4",), "video/mp4", "mov", ("mp4", "mov", "matroska"))
THREE_GP = Container(("3gp",), "video/3gpp", "mov", ("3gp", "mov", "matroska"))
THREE_G2 = Container(("3g2",), "video/3gpp2", "mov", ("mov", "matroska"))
MOV = Container(("mov",), "video/quicktime", "mov", ("mov", "matroska"))
AVI = Container(("avi",), "video/x-msvideo", "avi", ("avi", "matroska"))
FLV = Container(("flv",), "video/x-flv", "flv", ("flv", "matroska"))
WMV = Container(("wmv", "asf"), "video/x-ms-wmv", "asf", ("asf", "matroska"))
REAL = Container(("rm", "rmvb"), "application/vnd.rn-realmedia", "rm", ("matroska",))
MPEG = Container(("mpeg", "mpg", "vob", "dat", "mpv"), "video/mpeg", "mpeg", ("vob", "matroska"))
VCD = Container(("dat",), "video/mpeg", "mpeg", ("vob", "matroska"))
BARE_MPEG = Container(("mpv", "mpeg", "mpg"), "video/mpeg", "mpegvideo", ("mpeg2video",))
MATROSKA = Container(("mkv", "webm"), "video/x-matroska", "matroska", ("matroska",))

#: what a file is by its first bytes; the first that fits
_SIGNATURES: tuple[tuple[re.Pattern[bytes], Container], ...] = tuple(
    (re.compile(pattern, re.DOTALL), container)
    for pattern, container in (
        (rb".{4}ftypqt  ", MOV),
        (rb".{4}ftyp3g[perst gs][0-9a-z]", THREE_GP),
        (rb".{4}ftyp3g2", THREE_G2),
        (rb".{4}ftyp(iso[m2-9]|mp4[12]|avc1|M4V|MSNV|NDS|F4V|dash|mmp4|XAVC)", MP4),
        (rb".{4}(moov|mdat|wide|free|skip|pnot)", MOV),
        (rb"RIFF.{4}AVI ", AVI),
        (rb"RIFF.{4}CDXA", VCD),
        (rb"FLV\x01", FLV),
        (rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c", WMV),
        (rb"\.RMF", REAL),
        (rb"\x00\x00\x01\xba", MPEG),
        (rb"\x00\x00\x01\xb3", BARE_MPEG),
        (rb"\x1a\x45\xdf\xa3", MATROSKA),
    )
)
#: what a muxer's files are called
_TYPES = {
    "mp4": "video/mp4", "3gp": "video/3gpp", "mov": "video/quicktime", "avi": "video/x-msvideo", "flv": "video/x-flv",
    "asf": "video/x-ms-wmv", "vob": "video/mpeg", "mpeg2video": "video/mpeg", "matroska": "video/x-matroska",
}  # fmt: skip
COPY_TYPES = tuple(dict.fromkeys(_TYPES.values()))
EXTENSIONS = {
    "video/mp4": ".mp4", "video/3gpp": ".3gp", "video/3gpp2": ".3g2", "video/quicktime": ".mov", "video/x-msvideo": ".avi",
    "video/x-flv": ".flv", "video/x-ms-wmv": ".wmv", "video/mpeg": ".mpg", "video/x-matroska": ".mkv",
    "application/vnd.rn-realmedia": ".rm",
}  # fmt: skip
#: the codec whose pictures are photos with all that a photo may tell
DRAWN_ANEW = "mjpeg"
#: notes of the camera between the pictures (SEI), by codec: a place may stand in them
_WITHOUT_NOTES = {"h264": "filter_units=remove_types=6", "hevc": "filter_units=remove_types=39-40"}


def identify_video(header: bytes) -> Container | None:
    """The container that these first bytes promise, or None for anything else."""
    return next((container for signature, container in _SIGNATURES if signature.match(header)), None)


def cleaner() -> str | None:
    """Where ffmpeg is on this machine; None where it is not: then videos are kept and served as they came."""
    return shutil.which("ffmpeg") if shutil.which("ffprobe") else None


def copy_clean(video: IO[bytes], size: int, container: Container, target: Path) -> Copied:
    """Write picture and sound of the video, `size` bytes in a real file, to `target`, and nothing else of it.

    Raises CannotOpen where there is neither picture nor sound in it, TooHeavy where it takes too much.
    """
    codec = _codec_of(video, size, container)
    for muxer in container.muxers:
        if _remux(video, size, container, codec, muxer, target):
            return Copied(_TYPES[muxer])
    if codec == DRAWN_ANEW and _remux(video, size, container, "", "mov", target) and _is_empty(target):
        return Copied(_TYPES["mov"])  # the head of a film without its pictures: there is nothing to draw
    raise CannotOpen


def _is_empty(film: Path) -> bool:
    """Is there no JPEG in it?"""
    return film.stat().st_size < _HEAD_BYTES and b"\xff\xd8\xff" not in film.read_bytes()


def _codec_of(video: IO[bytes], size: int, container: Container) -> str:
    """The picture's codec; empty where there is sound alone. Raises CannotOpen."""
    entries = ["-show_entries", "stream=codec_type,codec_name", "-of", "json"]
    limits = ["-probesize", str(_PROBE_BYTES), "-protocol_whitelist", "file"]
    command = [
        str(shutil.which("ffprobe")),
        "-v",
        "error",
        *limits,
        "-f",
        container.demuxer,
        *entries,
        _INPUT,
    ]
    done = _run(command, video, size)
    streams = json.loads(done.stdout or b"{}").get("streams", []) if done.returncode == 0 else []
    known = {each.get("codec_type"): each.get("codec_name", "") for each in reversed(streams)}
    if not known.keys() & {"video", "audio"}:
        raise CannotOpen
    return str(known.get("video", ""))


def _remux(video: IO[bytes], size: int, container: Container, codec: str, muxer: str, target: Path) -> bool:
    """One try to write it in this container."""
    picture = ["-c:v", "mjpeg", "-q:v", "3", "-threads", "1"] if codec == DRAWN_ANEW else ["-c:v", "copy"]
    if codec in _WITHOUT_NOTES:
        picture += ["-bsf:v", _WITHOUT_NOTES[codec]]
    command = [
        str(cleaner()), "-nostdin", "-v", "error", "-y", "-protocol_whitelist", "file", "-f", container.demuxer,
        "-i", _INPUT, "-map", "0:V?", "-map", "0:a?", "-map_metadata", "-1", "-map_chapters", "-1", "-dn", "-sn",
        *picture, "-c:a", "copy", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact",
        "-f", muxer, f"file:{target}",
    ]  # fmt: skip
    done = _run(command, video, size)
    return done.returncode == 0 and target.stat().st_size > 0


def _run(command: Sequence[str], video: IO[bytes], size: int) -> subprocess.CompletedProcess[bytes]:
    """The program, confined, with the video as its input. Raises TooHeavy."""
    cpu = _CPU_SECONDS + size // _BYTES_A_SECOND
    limits = [str(cpu), str(MEMORY_BYTES), str(2 * size + 1024 * 1024)]
    video.seek(0)
    try:
        # The command is ours from end to end; of the stranger there is the open file alone.
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-I", str(_CONFINE), *limits, *command],
            stdin=video, capture_output=True, timeout=PATIENCE_SECONDS, env={}, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise TooHeavy from None
    if done.returncode < 0:  # killed by one of its limits, or crashed on it
        raise TooHeavy
    return done
