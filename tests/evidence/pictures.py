"""Pictures made for the tests: good ones, ones with two faces, and ones made to choke whoever opens them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from PIL import Image, PngImagePlugin

#: Put into every place of a file that a sender can write to; it must come back from none.
NEEDLE = b"<script>alert('ev1l')</script>"
PHOTO = Image.effect_mandelbrot((96, 64), (-2.0, -1.0, 1.0, 1.0), 50).convert("RGB")


def encoded(image: Image.Image, format_: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format_, **options)
    return out.getvalue()


def jpeg(**options: object) -> bytes:
    return encoded(PHOTO, "JPEG", **options)


def png(**options: object) -> bytes:
    return encoded(PHOTO, "PNG", **options)


def gif(**options: object) -> bytes:
    return encoded(PHOTO.convert("P"), "GIF", **options)


def bmp() -> bytes:
    return encoded(PHOTO, "BMP")


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bare_png(width: int, height: int, *chunks: bytes, depth: int = 8, colour: int = 2) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunks) + chunk(b"IEND", b"")


def zeros(size: int) -> bytes:
    """So many zero bytes, packed."""
    packer = zlib.compressobj(9)
    out = [packer.compress(bytes(1_000_000)) for _ in range(size // 1_000_000)]
    out += [packer.compress(bytes(size % 1_000_000)), packer.flush()]
    return b"".join(out)


def _jpeg_with(marker: int, data: bytes) -> bytes:
    return b"\xff\xd8" + bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data + jpeg()[2:]


def _text_png(key: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text(key, NEEDLE.decode())
    info.add_itxt("XML:com.adobe.xmp", NEEDLE.decode(), zip=False)
    return png(pnginfo=info)


def _palette_png() -> bytes:
    image = PHOTO.convert("P")
    image.putpalette((NEEDLE * 26)[:768])
    return encoded(image, "PNG")


def _archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.html", NEEDLE)
    return out.getvalue()


def _exif_jpeg() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = exif[0x013B] = exif[0x9286] = NEEDLE.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (51.0, 1.0, 30.0), 3: "E", 4: (7.0, 35.0, 30.0)})
    return jpeg(exif=exif)


#: Two-faced files: a picture to one reader, a page, a script or an archive to another.
POLYGLOTS: dict[str, Callable[[], bytes]] = {
    "page.jpg": lambda: b"<!doctype html>" + NEEDLE,
    "script.png": lambda: b"/*" + NEEDLE + b"*/ fetch('/')",
    "drawing.jpg": lambda: (
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">' + NEEDLE + b"</svg>"
    ),
    "paper.jpg": lambda: b"%PDF-1.7\n" + NEEDLE,
    "archive.gif": _archive,
    "program.php.jpg": lambda: b"<?php system($_GET[0]);" + NEEDLE,
    "eicar.jpg": lambda: b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS" + NEEDLE,
    "header-then-page.jpg": lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + NEEDLE,
    "header-then-page.png": lambda: b"\x89PNG\r\n\x1a\n" + NEEDLE,
    "header-then-page.gif": lambda: b"GIF89a=1;/*" + NEEDLE + b"*/",
    "header-then-page.bmp": lambda: b"BM" + NEEDLE * 3,
    "page-behind.jpg": lambda: jpeg() + NEEDLE,
    "page-behind.png": lambda: png() + NEEDLE,
    "page-behind.bmp": lambda: bmp() + NEEDLE,
    "archive-behind.gif": lambda: gif() + _archive() + NEEDLE,
    "paper-in-comment.jpg": lambda: _jpeg_with(0xFE, b"%PDF-1.7\n" + NEEDLE),
    "comment.jpg": lambda: _jpeg_with(0xFE, NEEDLE),
    "xmp.jpg": lambda: _jpeg_with(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + NEEDLE),
    "profile.jpg": lambda: _jpeg_with(0xE2, b"ICC_PROFILE\0\x01\x01" + NEEDLE * 20),
    "photoshop.jpg": lambda: _jpeg_with(0xED, b"Photoshop 3.0\x008BIM" + NEEDLE),
    "exif.jpg": _exif_jpeg,
    "text.png": lambda: _text_png("Comment"),
    "palette.png": _palette_png,
    "profile.png": lambda: bare_png(
        2, 2, chunk(b"iCCP", b"x\0\0" + zlib.compress(NEEDLE)), chunk(b"IDAT", zlib.compress(bytes(14)))
    ),
    "comment.gif": lambda: gif(comment=NEEDLE),
    "frames.gif": lambda: gif(
        save_all=True, append_images=[PHOTO.convert("P").rotate(90 * n) for n in (1, 2)]
    ),
}


def _many_scans() -> bytes:
    """A progressive JPEG whose last scan comes 600 times: small to send, minutes to open."""
    whole = encoded(Image.new("L", (6000, 6000), 130), "JPEG", progressive=True)
    start = whole.rindex(b"\xff\xda")
    return whole[:start] + whole[start:-2] * 600 + b"\xff\xd9"


def _header_jpeg(width: int, height: int) -> bytes:
    data = bytearray(jpeg())
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def _bmp_header(width: int, height: int, bits: int = 24, packing: int = 0) -> bytes:
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, packing, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + 64, 0, 0, 54) + info + bytes(64)


#: Files that are small to send and large, slow or endless to open: each must be refused.
BOMBS: dict[str, Callable[[], bytes]] = {
    "wide.png": lambda: bare_png(65_000, 65_000, chunk(b"IDAT", zeros(1_000_000))),
    "widest.png": lambda: bare_png(2**31 - 1, 2**31 - 1, chunk(b"IDAT", b"")),
    "one-line-too-many.png": lambda: bare_png(8000, 5001, chunk(b"IDAT", zeros(5001 * 24_001))),
    "endless-line.png": lambda: bare_png(2**31 - 1, 1, chunk(b"IDAT", zeros(1_000_000))),
    "deep-and-clear.png": lambda: bare_png(
        8000, 5000, chunk(b"IDAT", zeros(5000 * 64_001)), depth=16, colour=6
    ),
    "zero.png": lambda: bare_png(0, 10, chunk(b"IDAT", b"")),
    "no-picture.png": lambda: bare_png(100, 100),
    "half.png": lambda: png()[: len(png()) // 2],
    "wrong-sum.png": lambda: png().replace(b"IDAT", b"IDAT\x01", 1),
    "not-enough.png": lambda: bare_png(3000, 3000, chunk(b"IDAT", zlib.compress(bytes(100)))),
    "text-bomb.png": lambda: bare_png(
        2, 2, *[chunk(b"zTXt", b"k%d\0\0" % n + zeros(60_000_000)) for n in range(8)],
        chunk(b"IDAT", zlib.compress(bytes(14))),
    ),
    "wide.gif": lambda: b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + gif()[10:],
    "half.gif": lambda: gif()[:400],
    "header.gif": lambda: b"GIF89a" + struct.pack("<HHBBB", 50, 50, 0, 0, 0),
    "wide.jpg": lambda: _header_jpeg(65_500, 65_500),
    "tall.jpg": lambda: _header_jpeg(700, 60_000),
    "half.jpg": lambda: jpeg()[: len(jpeg()) // 2],
    "header.jpg": lambda: jpeg()[:20],
    "many-scans.jpg": _many_scans,
    "wide.bmp": lambda: _bmp_header(30_000, 30_000),
    "upside-down.bmp": lambda: _bmp_header(2**31 - 1, -(2**31)),
    "packed.bmp": lambda: _bmp_header(60_000, 600, bits=8, packing=1),
    "missing.bmp": lambda: _bmp_header(3000, 3000),
    "empty.png": lambda: b"",
}  # fmt: skip

#: Names that people and attackers give to files.
ODD_NAMES = [
    "../../etc/passwd", "..\\..\\windows\\system32\\x.jpg", "/etc/shadow", "C:\\boot.ini", "....//....//x.png",
    "..", ".", "", " ", "...", "/", "\\", "\x00", "a\x00.jpg", "photo.jpg\x00.html", "%2e%2e%2fx", "..%c0%afx",
    "\u202egpj.exe", "\u2066x\u2069.jpg", "\ufeffx.jpg", "\u200bx.jpg", "a\r\nSet-Cookie: x=1.jpg", 'a".jpg',
    "a;b.jpg", "a'b.jpg", "<img src=x onerror=alert(1)>.jpg", "x" * 300, "x" * 300 + ".jpg", "é" * 300 + ".png",
    "фото.jpg", "照片.png", "😀.gif", "e\u0301.jpg", "con", "nul.txt", "aux.jpg", "~root", "-rf", "$(id).jpg",
    "`id`.jpg", "|id", "*", "?.jpg", "file.jpg/", "file.jpg/..", "./././x", "\x1b[2J.jpg", "\u2028.jpg",
    "\ud800.jpg", "a" * 254 + "/..", ".htaccess", "x.jpg::$DATA", "//host/share/x",
]  # fmt: skip
