"""Who had a part in what brought a sanction or restriction: they must not look at its appeal (A-02, A-07).

The cause is known above this room: whoever decides such things registers here, by the beginning of their public ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

_known: dict[str, Callable[[str], Iterable[int]]] = {}


def register(prefix: str, of: Callable[[str], Iterable[int]]) -> None:
    """Called once by the app's AppConfig.ready(). `of(public_id)`: the users who decided or approved it, or are a side."""
    _known[prefix] = of


def deciders_of(cause: str) -> set[int]:
    """Nobody for a cause that nobody registered."""
    of = _known.get(cause.partition("_")[0])
    return set(of(cause)) if of else set()
