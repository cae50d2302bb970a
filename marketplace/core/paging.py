"""A page of a list, without counting the whole of it: one row more than shown tells whether there is a next page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

PAGE = 20
#: nobody turns so many pages by hand; a program does, and reads the API instead
LAST_PAGE = 500


@dataclass(frozen=True)
class Page:
    """Some rows of a list, and the addresses of its neighbours ("" where there is none)."""

    rows: Sequence[Any]
    number: int
    previous: str
    following: str


def page_of(rows: Any, params: Any, *, name: str = "page", size: int = PAGE) -> Page:
    """The page that the address asks for. `params`: the address's parameters (a QueryDict); all are kept in the links."""
    text = params.get(name, "")
    number = min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    start = (number - 1) * size
    found = list(rows[start : start + size + 1])
    there_is_more = len(found) > size and number < LAST_PAGE
    return Page(
        found[:size],
        number,
        _link(params, name, number - 1) if number > 1 else "",
        _link(params, name, number + 1) if there_is_more else "",
    )


def _link(params: Any, name: str, number: int) -> str:
    kept = [(key, value) for key, value in params.items() if key != name and value]
    return "?" + urlencode([*kept, (name, str(number))])
