"""Videos made for the tests, with something in every place that a camera writes to; and a way to look into one."""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

#: Put where a camera notes who, where and with what; it must come back from nowhere.
NEEDLE = b"ev1l-place"
PLACE = "+51.5083-000.1283/"

needs_ffmpeg = pytest.mark.skipif(
    shutil.which("ffmpeg") is None or shutil.which("ffprobe") is None,
    reason="no ffmpeg on this machine: videos are kept and served as they came",
)


@cache
def film(extension: str = "mp4", seconds: float = 0.4, codec: str = "mpeg4") -> bytes:
    """A small film with sound, a title, a place, and bytes behind its end."""
    words = [
        "-metadata",
        f"title={NEEDLE.decode()}",
        "-metadata",
        f"location={PLACE}",
        "-metadata",
        f"comment={PLACE}",
    ]
    words += [
        "-metadata",
        f"com.apple.quicktime.location.ISO6709={PLACE}",
        "-metadata:s:v",
        f"title={NEEDLE.decode()}",
    ]
    source = ["-f", "lavfi", "-i", f"testsrc=duration={seconds}:size=96x64:rate=10"]
    sound = ["-f", "lavfi", "-i", f"sine=duration={seconds}", "-shortest"]
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"film.{extension}"
        command = ["ffmpeg", "-v", "error", "-y", *source, *sound, "-c:v", codec, *words]
        subprocess.run(
            [*command, "-movflags", "use_metadata_tags", str(path)], check=True, capture_output=True
        )
        return path.read_bytes() + NEEDLE


def tags_of(data: bytes) -> dict[str, Any]:
    """What ffprobe finds in it: formats, streams, tags, chapters."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "film"
        path.write_bytes(data)
        shown = ["-show_format", "-show_streams", "-show_chapters", "-of", "json"]
        done = subprocess.run(["ffprobe", "-v", "quiet", *shown, str(path)], check=True, capture_output=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found
