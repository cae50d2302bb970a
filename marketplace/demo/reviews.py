"""The demo's reviews: one that is looked at, one that found the first decision wrong; poor feedback, and a second look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disputes import services as disputes
from disputes.feedback import services as feedback
from disputes.models import Dispute
from marketplace.appeals import services as appeals
from marketplace.appeals.models import Appeal
from marketplace.core.money import Money

from . import mediation
from .making import BROKEN, ago

if TYPE_CHECKING:
    from .story import Story

WORDS = "What was missed:\nThe second photo shows the crack from the inside. Nobody spoke about it."
UNHEARD = "I wrote twice that there is a second photo. The answer speaks of the first one only."
FOUND = "The second photo shows the crack. It was there when the parcel was opened. The first decision did not look at it."


def tell(story: Story) -> None:
    for title, price in (("Bread maker", "64.00"), ("Wall clock", "20.00")):
        case = _decided(story, title, price)
        with ago(3):
            disputes.appeal(case.pk, text=WORDS, by=story.by("ana"))
    (review,) = Appeal.objects.filter(about=case.decisions.get().public_id)
    with ago(1):
        appeals.assign(review.pk, by=story.by("leo"))
        appeals.decide(
            review.pk,
            outcome="overturned",
            facts=FOUND,
            compensation=Money.parse("20.00", "USD"),
            by=story.by("leo"),
        )
    _felt(story)


def _felt(story: Story) -> None:
    """Nobody appealed in time. What Ana then said waits for a lead; of the other case Leo opened a second look."""
    waits, looked_at = (
        _decided(story, title, price, days=12)
        for title, price in (("Garden lamp", "29.00"), ("Bath scale", "35.00"))
    )
    with ago(3):
        opened = feedback.give(
            looked_at.pk, rating=2, heard=2, understood=3, text=UNHEARD, by=story.by("ana")
        )
        feedback.give(looked_at.pk, rating=5, heard=5, respected=5, understood=4, by=story.by("sam"))
    with ago(2):
        felt = {"heard": 1, "respected": 4, "understood": 2}
        feedback.give(waits.pk, rating=1, text=UNHEARD, by=story.by("ana"), **felt)
    with ago(1):
        feedback.open_second_look(opened.pk, by=story.by("leo"))


def _decided(story: Story, title: str, price: str, days: int = 4) -> Dispute:
    """A dispute in which Mia gave the buyer nothing, so many days ago."""
    opened = days + 10
    case = mediation.to_mediation(story, story.dispute(title, price, opened=opened), "sam", opened)
    with ago(days):
        disputes.assign(case.pk, by=story.by("mia"))
        disputes.adjudicate(
            case.pk,
            outcome="no_refund",
            reason_code=BROKEN,
            facts="The photo of the front shows no crack.",
            by=story.by("mia"),
        )
    return case
