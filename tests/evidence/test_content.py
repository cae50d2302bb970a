"""What a file is, and what becomes of it (E-01, E-02; threats.md rows 42 to 45)."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from marketplace.core.errors import DomainError, FileTooLarge, FileTypeNotAllowed
from marketplace.evidence import decode
from marketplace.evidence.content import (
    CleanPhoto,
    FileBroken,
    Limits,
    clean_photo,
    identify,
    served_name,
    shown_name,
)

from . import pictures
from .conftest import LIMITS

MEDIA = Path(__file__).parents[3] / "shared" / "data" / "media"
TAKEN = {"jpg", "png", "gif", "bmp", "apng"}


def media(folder: str) -> list[object]:
    """The sample files of a folder, or one skipped test that says why there are none."""
    if not MEDIA.is_dir():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"the sample files are absent: {folder}"))]
    return [pytest.param(path, id=path.name) for path in sorted((MEDIA / folder).iterdir())]


def clean(data: bytes, limits: Limits = LIMITS) -> CleanPhoto:
    return clean_photo(io.BytesIO(data), limits)


def png_chunks(data: bytes) -> Iterator[bytes]:
    at = 8
    while at < len(data):
        yield data[at + 4 : at + 8]
        at += 12 + int.from_bytes(data[at : at + 4])


def jpeg_markers(data: bytes) -> Iterator[int]:
    """The markers up to the picture's own data, then the last two bytes must end it."""
    at = 2
    while True:
        assert data[at] == 0xFF
        yield data[at + 1]
        if data[at + 1] == 0xDA:
            break
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    assert data.endswith(b"\xff\xd9")
    assert data.count(b"\xff\xd9") == 1, "the picture ends once, and nothing follows"


def assert_nothing_but_a_picture(photo: CleanPhoto) -> None:
    """Only the parts that a picture needs: no EXIF, place, XMP, profile, comment, palette, nothing behind."""
    if photo.content_type == "image/png":
        assert set(png_chunks(photo.data)) == {b"IHDR", b"IDAT", b"IEND"}
        assert photo.data[-8:-4] == b"IEND"
    else:
        assert photo.content_type == "image/jpeg"
        assert set(jpeg_markers(photo.data)) <= {0xE0, 0xDB, 0xC0, 0xC4, 0xDA}
    image = Image.open(io.BytesIO(photo.data))
    image.load()
    assert image.size == (photo.width, photo.height)
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert not getattr(image, "is_animated", False)


@pytest.mark.rule("E-01", "E-02")
@pytest.mark.parametrize("path", media("photos"))
def test_each_sample_photo_is_taken_by_its_content_and_comes_out_clean(path: Path) -> None:
    if path.suffix[1:] not in TAKEN:
        with pytest.raises(FileTypeNotAllowed) as refusal:
            clean(path.read_bytes())
        assert "jpg, jpeg, bmp, gif, png" in refusal.value.detail
        return
    photo = clean(path.read_bytes())
    assert_nothing_but_a_picture(photo)
    with Image.open(path) as original:
        assert sorted(original.size) == sorted((photo.width, photo.height))


@pytest.mark.rule("E-01")
@pytest.mark.parametrize("path", media("malformed"))
def test_each_malformed_sample_is_refused_or_comes_out_clean(path: Path) -> None:
    with (MEDIA / "manifest.csv").open(newline="") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    good = rows[f"malformed/{path.name}"]["pillow"].startswith("ok") and path.suffix[1:] in TAKEN
    try:
        photo = clean(path.read_bytes())
    except DomainError as refusal:
        assert not good
        assert refusal.status in (413, 415, 422)
        assert refusal.detail
    else:
        assert good
        assert_nothing_but_a_picture(photo)


@pytest.mark.rule("E-01")
@pytest.mark.parametrize("path", media("videos"))
def test_no_sample_video_passes_for_a_photo(path: Path) -> None:
    with pytest.raises(FileTypeNotAllowed) as refusal:
        clean(path.read_bytes()[: LIMITS.photo_max_bytes])
    assert refusal.value.status == 415
    assert "We take photos only" in refusal.value.detail


@pytest.mark.rule("E-01", "E-02")
@pytest.mark.parametrize("name", pictures.POLYGLOTS)
def test_of_a_file_with_two_faces_only_the_picture_is_left(name: str) -> None:
    data = pictures.POLYGLOTS[name]()
    assert pictures.NEEDLE in data or name in ("archive.gif", "profile.png", "frames.gif")
    try:
        photo = clean(data)
    except DomainError as refusal:
        assert refusal.status in (415, 422)
        return
    assert photo.data != data
    for trace in (pictures.NEEDLE, b"script", b"PDF", b"PK\x03\x04", b"Exif", b"adobe", b"ICC_", b"8BIM"):
        assert trace not in photo.data
    assert_nothing_but_a_picture(photo)


def test_polyglots_that_are_pictures_are_taken_and_the_others_are_not() -> None:
    taken = set()
    for name, make in pictures.POLYGLOTS.items():
        try:
            clean(make())
        except DomainError:
            continue
        taken.add(name)
    behind = {name for name in pictures.POLYGLOTS if "behind" in name}
    inside = {
        "comment.jpg",
        "xmp.jpg",
        "exif.jpg",
        "photoshop.jpg",
        "text.png",
        "palette.png",
        "comment.gif",
        "frames.gif",
    }
    assert behind | inside <= taken, "or the test above would prove nothing"
    assert not any(name.startswith("header-then") or name in ("page.jpg", "paper.jpg") for name in taken)


@pytest.mark.rule("E-01")
@pytest.mark.parametrize("name", pictures.BOMBS)
def test_bombs_are_refused(name: str) -> None:
    data = pictures.BOMBS[name]()
    assert len(data) <= LIMITS.photo_max_bytes, "small to send is what makes it a bomb"
    with pytest.raises(DomainError) as refusal:
        clean(data)
    assert refusal.value.status in (413, 422)
    assert refusal.value.detail


def test_the_decoder_has_one_second_and_300_mb() -> None:
    script = (
        "import sys, json, resource as r; sys.path.insert(0, sys.argv[1]); import decode; decode.confine();"
        "print(json.dumps([r.getrlimit(x) for x in (r.RLIMIT_CPU, r.RLIMIT_AS, r.RLIMIT_FSIZE, r.RLIMIT_CORE)]))"
    )
    folder = str(Path(decode.__file__).parent)
    out = subprocess.run([sys.executable, "-c", script, folder], capture_output=True, check=True).stdout
    memory = 300 * 1024 * 1024
    assert json.loads(out) == [[1, 2], [memory, memory], [0, 0], [0, 0]]


@pytest.mark.rule("E-02")
@pytest.mark.parametrize("orientation", range(1, 9))
def test_photos_stand_upright_and_forget_how_they_were_held(orientation: int) -> None:
    image = Image.new("RGB", (40, 20), "white")
    image.paste("red", (0, 0, 20, 10))
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}.get(orientation)  # the turn that undoes it
    held = image if stored is None else image.transpose(Image.Transpose(stored))
    photo = clean(pictures.encoded(held, "JPEG", exif=exif, quality=95))
    assert (photo.width, photo.height) == (40, 20)
    red = Image.open(io.BytesIO(photo.data)).getpixel((4, 4))
    assert red[0] > 200 and red[1] < 60
    assert_nothing_but_a_picture(photo)


@pytest.mark.rule("E-02")
def test_the_place_is_gone() -> None:
    data = pictures.POLYGLOTS["exif.jpg"]()
    assert Image.open(io.BytesIO(data)).getexif().get_ifd(0x8825)
    assert_nothing_but_a_picture(clean(data))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_drawn(mode: str) -> None:
    photo = clean(pictures.encoded(pictures.PHOTO.convert("L").convert(mode), "PNG"))
    assert photo.content_type == "image/png"
    assert_nothing_but_a_picture(photo)


def test_sixteen_bits_of_grey_keep_their_light() -> None:
    image = Image.new("I;16", (4, 4), 0x8000)
    photo = clean(pictures.encoded(image, "PNG"))
    assert Image.open(io.BytesIO(photo.data)).getpixel((1, 1)) == 0x80


def test_transparency_stays_and_a_jpeg_of_four_colours_is_drawn() -> None:
    clear = clean(pictures.encoded(Image.new("RGBA", (9, 9), (1, 2, 3, 0)), "PNG"))
    assert Image.open(io.BytesIO(clear.data)).mode == "RGBA"
    print_ = clean(pictures.encoded(pictures.PHOTO.convert("CMYK"), "JPEG"))
    assert Image.open(io.BytesIO(print_.data)).mode == "RGB"


@pytest.mark.rule("E-01")
def test_forty_million_pixels_are_taken_and_fitted() -> None:
    photo = clean(pictures.encoded(Image.new("L", (8000, 5000), 90), "JPEG"))
    assert max(photo.width, photo.height) <= decode.LONGEST_SIDE
    assert_nothing_but_a_picture(photo)


def test_a_huge_screenshot_becomes_a_jpeg_on_white_paper() -> None:
    photo = clean(pictures.encoded(Image.new("LA", (3000, 2100), (0, 0)), "PNG"))
    assert photo.content_type == "image/jpeg"
    assert Image.open(io.BytesIO(photo.data)).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.rule("E-01")
def test_refusals_say_why_and_what_to_do() -> None:
    with pytest.raises(FileTooLarge) as large:
        clean(b"\xff\xd8\xff" + bytes(LIMITS.photo_max_bytes))
    assert (large.value.status, large.value.code) == (413, "file_too_large")
    assert (
        large.value.detail
        == "This photo is too large. It may have at most 2 MB. Make it smaller, or take a new one."
    )
    with pytest.raises(FileTypeNotAllowed) as other:
        clean(b"%PDF-1.7")
    assert (other.value.status, other.value.code) == (415, "file_type_not_allowed")
    with pytest.raises(FileBroken) as empty:
        clean(b"")
    assert (empty.value.status, empty.value.code, empty.value.errors[0].field) == (422, "file_broken", "file")
    assert "empty" in empty.value.detail


def test_the_largest_photo_is_taken_one_byte_more_is_not() -> None:
    photo = pictures.jpeg()
    fits = photo + bytes(LIMITS.photo_max_bytes - len(photo))
    assert clean(fits).content_type == "image/jpeg"
    with pytest.raises(FileTooLarge):
        clean(fits + b"\0")


def test_the_policy_says_which_formats() -> None:
    class Policy:
        photo_max_bytes = 3_670_016
        photo_formats = "PNG,  jpeg ,gif,"
        video_max_bytes = 52_428_800
        video_formats = "mp4"

    limits = Limits.of(Policy())
    assert limits == Limits(3_670_016, ("png", "jpeg", "gif"), 52_428_800, ("mp4",))
    assert limits.accept == ".png,.jpeg,.gif,.mp4"
    assert (limits.max_text, limits.max_video_text) == ("3.5 MB", "50 MB")
    assert clean(pictures.jpeg(), limits).original_type == "image/jpeg"
    with pytest.raises(FileTypeNotAllowed):
        clean(pictures.bmp(), limits)


@pytest.mark.rule("E-01", "P-02")
def test_a_policy_may_take_webp_too() -> None:
    data = pictures.encoded(pictures.PHOTO, "WEBP")
    with pytest.raises(FileTypeNotAllowed):
        clean(data)
    photo = clean(data, Limits(LIMITS.photo_max_bytes, ("webp",)))
    assert_nothing_but_a_picture(photo)
    assert photo.original_type == "image/webp"


@pytest.mark.parametrize(
    ("make", "name"),
    [(pictures.jpeg, "jpg"), (pictures.png, "png"), (pictures.gif, "gif"), (pictures.bmp, "bmp")],
)
def test_identified_by_the_first_bytes(make: object, name: str) -> None:
    assert identify(make()[:32]) == name  # type: ignore[operator]  # one of the four makers
    assert identify(b" " + make()[:31]) is None  # type: ignore[operator]  # the same


@pytest.mark.rule("E-02")
@pytest.mark.parametrize("name", pictures.ODD_NAMES, ids=range(len(pictures.ODD_NAMES)))
def test_names_are_shown_safely(name: str) -> None:
    shown = shown_name(name)
    assert 1 <= len(shown) <= 255
    assert shown.isprintable()
    assert not set(shown) & set("/\\\x00\r\n\u202e\u2066\u200b\ufeff")
    assert shown not in (".", "..")
    served = served_name(shown, "image/jpeg")
    assert served.endswith(".jpg")
    assert len(served) <= 255


def test_a_good_name_is_kept() -> None:
    assert shown_name("Мой заказ (1).jpg") == "Мой заказ (1).jpg"
    assert shown_name("x" * 300 + ".jpeg").endswith("x.jpeg")
    assert served_name("broken zip.bmp", "image/jpeg") == "broken zip.jpg"
