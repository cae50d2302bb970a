"""A case whose money a chargeback can freeze (X-06): while it is frozen nothing of it moves, by hand or by clock.

Whoever owns an escrow says so once (`register`): how it is locked, and what to do when it freezes or thaws.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.cases import Case, Deadline
from marketplace.core.errors import WrongState

from .models import Chargeback


def frozen_words() -> str:
    """Why nothing moves, for whoever tried."""
    return _(
        "The buyer's bank has asked for this money back. Nobody can move it until the bank has decided. We write to both sides then."
    )


#: what a case waits for instead of its own deadline: nobody here can say when the bank decides
FROZEN = Deadline(
    lambda case: None, None, "bank", why="A chargeback: the buyer's bank decides, no clock does (X-06)."
)


class MoneyCase(Case):
    """A case that owns escrow. Frozen, it refuses the verbs that move money, and its clock does only what moves none.

    A deadline that fell into the freeze is due when it ends, and not before `AFTER_FREEZE`: what somebody could not do
    meanwhile they can still do.
    """

    frozen_at = models.DateTimeField(null=True, blank=True, editable=False)
    thawed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(Case.Meta):
        abstract = True

    #: verbs of people that move money
    MOVES_MONEY: ClassVar[frozenset[str]] = frozenset()
    #: verbs of the clock that move none
    NEVER_FROZEN: ClassVar[frozenset[str]] = frozenset()
    AFTER_FREEZE: ClassVar[timedelta] = timedelta()

    def allow(self, verb: str, by: Actor) -> None:
        super().allow(verb, by)
        if self.frozen_at and verb in self.MOVES_MONEY:
            raise WrongState(frozen_words())

    def verbs_for(self, by: Actor, *, now: datetime | None = None) -> list[str]:
        verbs = super().verbs_for(by, now=now)
        return [verb for verb in verbs if not (self.frozen_at and verb in self.MOVES_MONEY)]

    @property
    def deadline(self) -> Deadline | None:
        found = super().deadline
        if found and found.then and self.frozen_at and found.then not in self.NEVER_FROZEN:
            return FROZEN
        return found

    def arm(self) -> None:
        super().arm()
        if self.due_at and self.due_verb and self.thawed_at and self.due_verb not in self.NEVER_FROZEN:
            self.due_at = max(self.due_at, self.thawed_at + self.AFTER_FREEZE)


@dataclass(frozen=True)
class Owner:
    """What owns escrows: `lock` its row, before the escrow's; `changed` inside the transaction; `is_party` for conflicts."""

    #: the floor it stands on: an order is locked, and told, before its disputes
    floor: int
    lock: Callable[[int], None]
    changed: Callable[[Chargeback], None]
    is_party: Callable[[int, Actor], bool]


_owners: list[Owner] = []


def register(owner: Owner) -> None:
    """Called once by an AppConfig.ready()."""
    if owner not in _owners:
        _owners.append(owner)
        _owners.sort(key=lambda each: each.floor)


def owners() -> tuple[Owner, ...]:
    """Lower floors first."""
    return tuple(_owners)
