"""Who acts, and what a rule is.

An `Actor` is made at the door (`edges.actor_of`) or by `Actor.system()`; nothing below a door sees a request.
A `Rule` answers one question about one actor and one case: may this person do this verb here? Roles come from
the case's own rows (its buyer, its store), never from what the request says (threats.md A3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from django.utils.translation import gettext as _

from .errors import Forbidden

MEDIATOR = "mediator"
LEAD_MEDIATOR = "lead_mediator"
MODERATOR = "moderator"
INTEGRATOR = "integrator"
ROLES = (MEDIATOR, LEAD_MEDIATOR, MODERATOR, INTEGRATOR)

Door = Literal["page", "api", "admin", "command", "clock", "service"]


@dataclass(frozen=True)
class Actor:
    """Who acts. `saw` is the version of the case that the person had before their eyes, if the door knows it."""

    user_id: int | None
    groups: frozenset[str] = frozenset()
    store_ids: frozenset[int] = frozenset()
    via: Door = "service"
    saw: int | None = None
    is_system: bool = field(default=False)
    #: the store whose own standing rule acts (N-10); such an actor is nobody else, and may do nothing else
    rule_of: int | None = field(default=None)
    #: what rules have read about this person, so that one request asks the database once; services ask it anew
    noted: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def system(cls) -> Actor:
        """The clock and the workers: what happens when nobody acts."""
        return cls(user_id=None, via="clock", is_system=True)

    @classmethod
    def standing_rule(cls, store_pk: int) -> Actor:
        """A rule that a store made beforehand acts for it. Not the clock: it waits for no deadline, and no door makes it."""
        return cls(user_id=None, via="service", rule_of=store_pk)

    @property
    def is_automatic(self) -> bool:
        """Nobody in person."""
        return self.is_system or self.rule_of is not None

    @property
    def person_id(self) -> int:
        """The user who acts. Raises Forbidden where nobody is signed in: for acts that need a person."""
        if self.user_id is None:
            raise Forbidden(_("Sign in first."))
        return self.user_id

    def having_seen(self, version: int | None) -> Actor:
        return replace(self, saw=version)

    def is_in(self, *groups: str) -> bool:
        return not self.groups.isdisjoint(groups)

    @property
    def is_mediator(self) -> bool:
        return self.is_in(MEDIATOR, LEAD_MEDIATOR)

    @property
    def is_staff(self) -> bool:
        """Staff who may read cases. Integrators are service accounts, not staff."""
        return self.is_in(MEDIATOR, LEAD_MEDIATOR, MODERATOR)


#: (actor, case) → may they? A verb without a rule is forbidden to everybody.
Rule = Callable[[Actor, Any], bool]


def system_only(actor: Actor, case: object) -> bool:
    return actor.is_system


def anybody(actor: Actor, case: object) -> bool:
    return True


def either(*rules: Rule) -> Rule:
    """Whoever one of the rules lets."""

    def any_of(actor: Actor, case: Any) -> bool:
        return any(rule(actor, case) for rule in rules)

    return any_of
