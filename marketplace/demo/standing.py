"""The demo's standing: somebody who disputes often and has said her side, and what came of an earlier flag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from disputes import services as disputes
from disputes.standing import services as standing
from disputes.standing.models import Flag, Ground, State

from .making import ago

if TYPE_CHECKING:
    from .story import Story

STATEMENT = "All of these came broken. I sent photos each time. Please look at them."


def tell(story: Story) -> None:
    """Eva disputed three times in a week long ago, and was warned; now she does it again, and says her side."""
    _in_a_week(story, 150, ("Kettle", "Iron", "Fan"))
    with ago(140):
        _review(story, "warn", "Three disputes in a week, and no photo with any of them.")
    _in_a_week(story, 12, ("Scale", "Mixer", "Heater", "Clock"))
    eva = story.people["eva"]
    for flag in Flag.objects.filter(user=eva, state=State.RAISED, ground=Ground.MANY):
        standing.add_statement(flag.pk, text=STATEMENT, by=story.by("eva"))
    standing.recount(timezone.now())


def _in_a_week(story: Story, days: int, titles: tuple[str, ...]) -> None:
    """A dispute a day, which the seller refuses the day after."""
    for n, title in enumerate(titles):
        dispute = story.dispute(title, f"{18 + n}.00", opened=days - n, buyer="eva", photo=days < 100)
        with ago(days - n - 1):
            disputes.refuse_claim(dispute.pk, note="It was whole when it left.", by=story.by("sam"))


def _review(story: Story, outcome: str, facts: str) -> None:
    for flag in Flag.objects.filter(user=story.people["eva"], state=State.RAISED):
        standing.review(flag.pk, outcome=outcome, facts=facts, by=story.by("olga"))
