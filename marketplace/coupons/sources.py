"""Where a compensation came from, as a link. Rooms above say how their cases are reached: this one does not know them."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

_names: dict[str, str] = {}


def register_source(prefix: str, url_name: str) -> None:
    """Cases whose public id begins with `prefix` have their page under that name; called once by AppConfig.ready()."""
    _names[prefix] = url_name


def link_to(public_id: str) -> str:
    """The page of the case; "" where nobody said."""
    name = _names.get(public_id.partition("_")[0], "")
    try:
        return reverse(name, args=[public_id]) if name else ""
    except NoReverseMatch:
        return ""
