"""Help for the moderator of a report (C-09): alike listings, prices far from the usual, words for forbidden goods, and what
was reported and decided before. Each finding comes with its figures; it decides nothing, and nothing follows from it."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.core.access import Actor

from ..models import Report
from .alike import Alikes, alike_to
from .earlier import Earlier, before
from .forbidden import Hit, hits_in
from .prices import PriceFinding, looked_at
from .things import Things, things_of


@dataclass(frozen=True)
class Help:
    """All four parts, and the things that they are about."""

    things: Things
    alike: list[Alikes]
    prices: list[PriceFinding]
    words: list[Hit]
    earlier: Earlier


def help_for(report: Report, by: Actor) -> Help:
    """What is known of the report's target. Earlier reports are those that `by` may see."""
    things = things_of(report)
    return Help(
        things=things,
        alike=alike_to(things),
        prices=looked_at(things),
        words=hits_in(things, str(report.answers.get("country", ""))),
        earlier=before(report, things, by),
    )


__all__ = ["Help", "help_for"]
