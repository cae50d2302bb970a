"""The demo's reviews: one that is looked at, and one that found the first decision wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disputes import services as disputes
from disputes.models import Dispute
from marketplace.appeals import services as appeals
from marketplace.appeals.models import Appeal
from marketplace.core.money import Money

from . import mediation
from .making import BROKEN, ago

if TYPE_CHECKING:
    from .story import Story

WORDS = "What was missed:\nThe second photo shows the crack from the inside. Nobody spoke about it."
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


def _decided(story: Story, title: str, price: str) -> Dispute:
    """A dispute in which Mia gave the buyer nothing, four days ago."""
    case = mediation.to_mediation(story, story.dispute(title, price, opened=14), "sam", 14)
    with ago(4):
        disputes.assign(case.pk, by=story.by("mia"))
        disputes.adjudicate(
            case.pk,
            outcome="no_refund",
            reason_code=BROKEN,
            facts="The photo of the front shows no crack.",
            by=story.by("mia"),
        )
    return case
