"""What can be appealed is known above this room: whoever decides things registers them here, in `AppConfig.ready()`.

`registry.register("report", Appealable(find=…, …))`. `subject` below is whatever `find` gives; this room hands it on
and never looks into it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone

from marketplace.core.access import Actor
from marketplace.core.money import Money
from marketplace.core.policy import ProtectionPolicy

if TYPE_CHECKING:
    from .models import Appeal


@dataclass(frozen=True)
class Window:
    """From when, and up to when (not at that moment any more), it can be appealed."""

    opens_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Sides:
    """Of a dispute: its buyer and its store (primary keys). `store` alone: the store that the appeal is for."""

    buyer: int | None = None
    store: int | None = None


def nothing_told(subject: Any) -> Sequence[tuple[str, str]]:
    return ()


def no_page(subject: Any) -> str:
    return ""


def policy_now(subject: Any) -> ProtectionPolicy:
    return ProtectionPolicy.objects.in_force("default", timezone.now())


def no_money(subject: Any) -> Money | None:
    return None


def no_sides(subject: Any) -> Sides:
    return Sides()


def own_page(appeal: Appeal) -> str:
    return reverse("appeals:detail", args=[appeal.public_id])


def nobody(subject: Any) -> int | None:
    return None


def tell_nothing(appeal: Appeal, verb: str, by: Actor) -> None:
    """For kinds whose subject keeps no timeline of its own."""


@dataclass(frozen=True)
class Appealable:
    """One kind of thing that can be appealed. Those with a default have answers that fit most kinds."""

    #: public id → the subject; None where there is none, or none that stands. Inside the transaction of `submit`
    find: Callable[[str], Any | None]
    #: (subject, actor) → the side for which this actor may appeal ("buyer", "reporter", …); "" for nobody's
    may_appeal: Callable[[Any, Actor], str]
    #: subject → when it can be appealed; None for a second look: whoever opens it asks that before
    window: Callable[[Any], Window | None]
    #: subject → users who must not review it: who decided it, approved it, proposed it, is a side or tied to one (A-02)
    excluded: Callable[[Any], Iterable[int]]
    #: undo the effects of what was wrong, and only those; inside the step of `decide`. Compensation is this room's work
    overturn: Callable[[Appeal, Actor], None]
    #: subject → in a few words what is appealed: "The decision of 3 November about Blue mug"
    describe: Callable[[Any], str]
    #: subject → the path of the page on which its side reads it
    link: Callable[[Any], str]
    #: subject → what was decided, as rows of (name, words): the reviewer reads it before the appeal
    told: Callable[[Any], Sequence[tuple[str, str]]] = nothing_told
    #: subject → the staff's page of the whole case; "" where there is none
    desk_link: Callable[[Any], str] = no_page
    #: subject → whose numbers count: the longest text, the days for an answer
    policy: Callable[[Any], ProtectionPolicy] = policy_now
    #: subject → the highest compensation, in its currency; None: no money
    most: Callable[[Any], Money | None] = no_money
    #: subject → the sides that see that it is appealed, and are told how it ended (A-05)
    sides: Callable[[Any], Sides] = no_sides
    #: subject → in whose name, where that is not the actor: a second look is opened by a lead for whoever asked (A-06)
    on_behalf_of: Callable[[Any], int | None] = nobody
    #: appeal → the path of the page on which both sides read where it stands and its answer
    result_link: Callable[[Appeal], str] = own_page
    #: (appeal, verb, by): write it on the subject's own timeline. Inside the appeal's step
    happened: Callable[[Appeal, str, Actor], None] = tell_nothing


_kinds: dict[str, Appealable] = {}


def register(kind: str, appealable: Appealable) -> None:
    """Called once a kind."""
    _kinds[kind] = appealable


def of(kind: str) -> Appealable:
    """Raises KeyError for a kind that nobody registered."""
    return _kinds[kind]


def knows(kind: str) -> bool:
    return kind in _kinds
