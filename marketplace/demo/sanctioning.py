"""The demo's sanctions, one in each state: in force, contested, taken back, over; against people and against shops."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from marketplace.accounts.models import Store
from marketplace.appeals import services as appeals
from marketplace.sanctions import services as sanctions
from marketplace.sanctions.models import Kind, Sanction

from .making import ago

if TYPE_CHECKING:
    from .story import Story


def tell(story: Story) -> None:
    """Tara's shop has strikes of two causes, of which she contests one; Sam's was suspended by mistake; Boris may buy again."""
    tara, sam = (Store.objects.get(members=story.people[name]) for name in ("tara", "sam"))
    _impose(story, tara, Kind.STRIKE, 100, "Nine parcels in a row left two days late.", points=2)
    contested = _impose(
        story, tara, Kind.STRIKE, 20, "The photos show another cloth than the one sent.", points=1
    )
    with ago(3):
        text = "The cloth is the same. The light in the photo is another."
        appeals.submit("sanction", contested.public_id, text=text, by=story.by("tara"))
    wrong = _impose(story, sam, Kind.SUSPENDED, 40, "Twelve buyers say that nothing came.")
    with ago(38):
        note = "The twelve buyers wrote about another shop with the same name."
        sanctions.take_back(wrong.pk, note=note, by=story.by("olga"))
    boris = story.people["boris"]
    _impose(story, boris, Kind.NO_ORDERS, 90, "Four orders were paid with a card that is not yours.", days=30)
    _impose(story, boris, Kind.NO_DISPUTES, 0, "Two of your disputes were not true.", days=30)


def _impose(
    story: Story, target: Any, kind: str, since: float, why: str, *, days: int = 0, points: int = 0
) -> Sanction:
    """By Olga, so many days ago; for `days`, or without an end."""
    with ago(since):
        return sanctions.impose_by_hand(
            target=target,
            kind=kind,
            rule="Rules of the marketplace, section 4",
            statement=why,
            ends_at=timezone.now() + timedelta(days=days) if days else None,
            points=points,
            by=story.by("olga"),
        )
