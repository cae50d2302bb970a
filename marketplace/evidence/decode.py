"""A stranger's picture is opened here, alone: `python decode.py FORMAT MAX_PIXELS < picture > answer`.

It runs as a process of its own, with one second of processor time and 300 MB of memory, and imports nothing but
Pillow: a picture made to crash or choke the decoder takes this process along and nothing else (threats.md row 44).

The answer is one line of JSON, and behind it, where the picture is good, the clean copy: new bytes drawn from the
pixels alone (E-02). {"width", "height", "type"} or {"refused": "pixels" | "heavy" | "broken"}.
"""

from __future__ import annotations

import io
import json
import sys
from typing import Any

from PIL import Image, ImageFile, PngImagePlugin

CPU_SECONDS = 1
MEMORY_BYTES = 300 * 1024 * 1024
ANSWER_BYTES = 24 * 1024 * 1024
#: The clean copy's longest side. Larger pictures are halved until they fit: enough to read a label by.
LONGEST_SIDE = 4096
#: Above this many pixels the copy is a JPEG, whatever the original was: packing a PNG would not end in a second.
PNG_PIXELS = 6_000_000
JPEG_QUALITY = 88

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class TooManyPixels(Exception):
    """More pixels than are let in."""


def confine() -> None:
    """Take away from this process what a picture does not need. Windows has no such limits: there the caller's
    clock alone holds."""
    try:
        import resource
    except ImportError:
        return
    wanted = {
        resource.RLIMIT_CPU: (CPU_SECONDS, CPU_SECONDS + 1),  # SIGXCPU first: the caller can tell why
        resource.RLIMIT_AS: (MEMORY_BYTES, MEMORY_BYTES),
        resource.RLIMIT_FSIZE: (0, 0),
        resource.RLIMIT_CORE: (0, 0),
    }
    for limit, values in wanted.items():
        try:
            resource.setrlimit(limit, values)
        except (ValueError, OSError):  # macOS knows no RLIMIT_AS
            continue


def _turn_of(image: Image.Image) -> Image.Transpose | None:
    """How to hold the picture upright, as the camera noted it."""
    try:
        orientation = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # a stranger's EXIF breaks its parser in any way; the picture is good without it
        return None
    return _TURNS.get(orientation) if isinstance(orientation, int) else None


def _plain(image: Image.Image) -> Image.Image:
    """Pixels of a plain kind: no palette (768 bytes of the sender's choice), no second meaning."""
    if image.mode.startswith(("I", "F")):  # 16 bits of grey: keep the upper 8
        return image.convert("I").point([value >> 8 for value in range(65536)], "L")
    clear = image.has_transparency_data
    if image.mode in ("LA", "RGBA") or (image.mode in ("L", "RGB") and not clear):
        return image  # converting would copy, and memory is scarce here
    if image.mode == "1" and not clear:
        return image.convert("L")
    return image.convert("RGBA" if clear else "RGB")


def _fit(image: Image.Image) -> Image.Image:
    """Not larger than the clean copy may be."""
    times = -(-max(image.size) // LONGEST_SIDE)
    return image.reduce(times) if times > 1 else image


def _on_white(image: Image.Image) -> Image.Image:
    """A JPEG knows no transparency: what shines through is white paper."""
    if image.mode not in ("LA", "RGBA"):
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image.convert("RGB"), mask=image.getchannel("A"))
    return paper


def clean_copy(data: bytes, format_: str, max_pixels: int) -> tuple[dict[str, Any], bytes]:
    """The picture drawn anew. Raises TooManyPixels, or whatever Pillow raises for a broken file."""
    image: Image.Image = Image.open(io.BytesIO(data), formats=[format_])
    width, height = image.size
    if width < 1 or height < 1:
        raise ValueError("a picture has at least one pixel")
    if width * height > max_pixels:
        raise TooManyPixels
    times = -(-max(width, height) // LONGEST_SIDE)
    image.draft(None, (width // times or 1, height // times or 1))  # a JPEG can be read at half its size
    image.load()
    turn = _turn_of(image)
    image = _fit(_plain(image))
    if turn is not None:
        image = image.transpose(turn)
    image.info.clear()  # Pillow would write comment, profile, XMP and the like from here
    as_png = format_ in ("PNG", "GIF", "WEBP", "AVIF") and image.width * image.height <= PNG_PIXELS
    out = io.BytesIO()
    if as_png:
        image.save(out, "PNG")
    else:
        _on_white(image).save(out, "JPEG", quality=JPEG_QUALITY)
    return {"width": image.width, "height": image.height, "type": "PNG" if as_png else "JPEG"}, out.getvalue()


def main() -> None:
    """Read, judge, answer. Says nothing of the cause: the words for people are content.py's."""
    format_, max_pixels = sys.argv[1], int(sys.argv[2])
    data = sys.stdin.buffer.read()
    confine()
    Image.MAX_IMAGE_PIXELS = None  # checked above, by our own number
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    PngImagePlugin.MAX_TEXT_MEMORY = 4 * 1024 * 1024
    picture = b""
    try:
        answer, picture = clean_copy(data, format_, max_pixels)
        if len(picture) > ANSWER_BYTES:
            raise MemoryError
    except TooManyPixels:
        answer, picture = {"refused": "pixels"}, b""
    except MemoryError:
        answer, picture = {"refused": "heavy"}, b""
    except Exception:  # Pillow's parsers raise anything at all on a stranger's bytes: each means "broken"
        answer, picture = {"refused": "broken"}, b""
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + picture)


if __name__ == "__main__":
    main()
