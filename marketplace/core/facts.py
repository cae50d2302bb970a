"""What the API tells of every case alike: who it is about, what may be done, what comes next, what happened.

Plain values, nothing hidden from anybody: which rows a reader gets at all, and the words, is each room's own business
(its facts.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from .access import Actor
from .cases import Case, CaseEvent


def endpoint_of(verb: str, otherwise: Mapping[str, str]) -> str:
    """The endpoint's name of a verb: `accept_claim` → `accept-claim`, unless it has another."""
    return otherwise.get(verb, verb.replace("_", "-"))


def person(user: Any) -> dict[str, str]:
    """Somebody, as the other side may know them."""
    return {"id": user.public_id, "name": user.shown_name}


def next_default(case: Case) -> dict[str, Any] | None:
    """What happens if nobody acts, to the cent; None once the case has ended (Z-05)."""
    default = case.next_default
    if default is None:
        return None
    outcome = default.outcome
    return {
        "at": default.at,
        "action": default.action,
        "waiting_for": default.waiting_for,
        "outcome": {"buyer": outcome.buyer, "seller": outcome.seller} if outcome else None,
    }


def available_actions(
    case: Case, actor: Actor, *, named: Callable[[str], str], now: datetime | None = None
) -> list[dict[str, Any]]:
    """What this reader may do now, and until when; None: without an end of its own."""
    ends = case.due_at if case.due_verb else None
    return [
        {"action": named(verb), "until": None if verb in case.ANY_TIME else ends}
        for verb in case.verbs_for(actor, now=now)
    ]


def happening(event: CaseEvent, action: str) -> dict[str, Any]:
    """One line of the timeline: what, whose part, when, from which state to which."""
    return {
        "action": action,
        "by": event.role,
        "at": event.at,
        "from": event.from_state or None,
        "to": event.to_state,
    }
