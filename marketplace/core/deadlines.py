"""What a case promises: who must act, until when, and what happens if nobody does, to the cent (Z-05)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .money import Money

#: the two sides of a case, by the words of `waiting_for`
PARTIES = frozenset({"buyer", "seller"})


@dataclass(frozen=True)
class Outcome:
    """Who gets what of the money that a case holds. Gross: buyer + seller = what is held."""

    buyer: Money
    seller: Money


@dataclass(frozen=True)
class Deadline:
    """What a state waits for, until when, and what happens then.

    `due` is a pure function of the case's own rows, so that a later policy changes no promise made.
    `then` is a verb, done by the clock; where it is None, `due` is a target date only and `why` says why.
    `opens` is given for what a party is waited for: since when they could act. Such a window is longer after an outage (Z-03).
    """

    due: Callable[[Any], datetime | None]
    then: str | None
    waiting_for: str
    outcome: Callable[[Any], Outcome | None] = field(default=lambda case: None)
    why: str = ""
    opens: Callable[[Any], datetime | None] | None = None

    @property
    def parties(self) -> frozenset[str]:
        """Whom of the two sides it waits for."""
        return frozenset(self.waiting_for.split()) & PARTIES


@dataclass(frozen=True)
class NextDefault:
    """What will happen, and when, if nobody acts (Z-05)."""

    at: datetime | None
    action: str | None
    waiting_for: str
    outcome: Outcome | None
