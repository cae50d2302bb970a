"""The colours of the style sheet are readable in both themes: every pair that pages set, from the token file itself."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

SHEET = (Path(__file__).parents[2] / "static/css/ui.css").read_text()
#: what text may stand on
GROUNDS = ("bg", "surface", "sunken")
STATES = ("info", "wait", "good", "bad", "staff")
TEXT_RATIO = 6.4
CONTROL_RATIO = 3.0


def tokens(theme: str) -> dict[str, str]:
    """The colours of a theme; what the dark one does not name it takes from the light one."""
    light, dark = re.findall(r":root \{(.*?)\}", SHEET, re.DOTALL)[:2]
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", light))
    return found | (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", dark)) if theme == "dark" else {})


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it, 0 to 1."""
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_is_21() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)


TEXT_PAIRS = [
    *[(ink, ground) for ink in ("text", "muted") for ground in GROUNDS],
    *[(ink, ground) for ink in ("primary", "primary-h") for ground in ("bg", "surface")],
    *[(state, f"{state}-bg") for state in STATES],
    *[("text", f"{state}-bg") for state in STATES],
    ("primary-h", "sunken"),
    ("on-primary", "primary"),
    ("on-primary", "primary-h"),
    ("bad", "bg"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_is_readable(theme: str, ink: str, ground: str) -> None:
    colours = tokens(theme)
    assert contrast(colours[ink], colours[ground]) >= TEXT_RATIO


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("edge", ["border", "primary", "bad"])
@pytest.mark.parametrize("ground", ["bg", "surface"])
def test_edges_of_controls_are_seen(theme: str, edge: str, ground: str) -> None:
    colours = tokens(theme)
    assert contrast(colours[edge], colours[ground]) >= CONTROL_RATIO


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_focus_ring_is_seen_on_every_ground(theme: str) -> None:
    """Two rings: on any ground at least one of them stands out."""
    colours = tokens(theme)
    for ground in GROUNDS:
        rings = [contrast(colours[ring], colours[ground]) for ring in ("focus", "focus-ink")]
        assert max(rings) >= CONTROL_RATIO


def test_only_logical_properties() -> None:
    """Right-to-left needs no second sheet: nothing is said about left and right."""
    physical = (
        r"(?:margin|padding|border|inset)-(?:left|right|top|bottom)|(?<![\w-])(?:left|right|width|height)\s*:"
    )
    rules = re.sub(r"/\*.*?\*/|\((?:max|min)-width[^)]*\)", "", SHEET, flags=re.DOTALL)
    assert re.findall(physical, rules) == []


def test_no_page_sets_styles_of_its_own() -> None:
    """The content security policy forbids inline styles and scripts, so none is written."""
    root = Path(__file__).parents[2]
    for page in [*root.glob("templates/**/*.html"), *root.glob("*/templates/**/*.html")]:
        words = page.read_text()
        assert not re.search(r"<style|\sstyle=|\son\w+=\"|<script(?![^>]*\ssrc=)|javascript:", words), page


def test_the_weight_of_what_every_page_loads() -> None:
    """Gzipped: the sheet at most 12 KB, the script at most 15 KB; both keep far below."""
    script = (Path(__file__).parents[2] / "static/js/app.js").read_bytes()
    assert len(gzip.compress(SHEET.encode())) <= 12 * 1024
    assert len(gzip.compress(script)) <= 15 * 1024
