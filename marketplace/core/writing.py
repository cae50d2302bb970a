"""Texts as people write them, and as they are counted and kept (A-01)."""

from __future__ import annotations


def lines_of(text: str) -> str:
    """The text as it is counted, by code points: a new line is one, as in the browser, although forms send two."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def plain(text: str) -> str:
    """The text as it is kept."""
    return lines_of(text).strip()
