"""What a sanction comes from: how its reader is told of it, who had a part in it, and what it learns of an appeal.

Causes are known above this room: whoever decides such things registers here, by the beginning of their public ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.core.access import Actor


def no_page(public_id: str) -> str:
    return ""


def nothing_follows(public_id: str, at: datetime, by: Actor) -> None:
    """Of a cause that stands, although what it brought was given back."""


@dataclass(frozen=True)
class Cause:
    """One kind of thing that brings sanctions."""

    #: what it is, for whom the sanction burdens: "A decision in a dispute"
    words: Any
    #: public id → the users who decided or approved it, or are a side: they look at no appeal against it (A-02, A-07)
    deciders: Callable[[str], Iterable[int]]
    #: public id → the path of the page on which whom it burdens reads it; "" where there is none
    page: Callable[[str], str] = no_page
    #: (public id, at, by): an appeal against a sanction that it brought was granted. Inside that appeal's step
    given_back: Callable[[str, datetime, Actor], None] = nothing_follows


#: what was imposed with no case behind it: the sanction is its own cause
BY_HAND = Cause(_("Our staff looked at it"), lambda public_id: ())
_known: dict[str, Cause] = {}


def register(prefix: str, cause: Cause) -> None:
    """Called once by the app's AppConfig.ready(). `prefix`: of the public ids of such causes."""
    _known[prefix] = cause


def of(public_id: str) -> Cause:
    """By its beginning; for an id that nobody registered what was done by hand."""
    return _known.get(public_id.partition("_")[0], BY_HAND)


def deciders_of(public_id: str) -> set[int]:
    """Nobody for a cause that nobody registered."""
    return set(of(public_id).deciders(public_id))
