"""Ended disputes and feedback about them, for these tests."""

from __future__ import annotations

from typing import Any

from disputes.feedback import services
from disputes.feedback.models import Feedback
from disputes.models import Dispute
from marketplace.accounts.models import User
from marketplace.appeals.models import Appeal
from tests import world
from tests.appeals.cases import decided
from tests.world import DAY

TEXT = "Nobody looked at my second photo."
REASON = "The second photo was looked at. It shows the same seam."


def lead() -> User:
    return world.staff("", "mediator", "lead_mediator")


def side_of(dispute: Dispute, side: str) -> world.Actor:
    return world.buyer_of(dispute) if side == "buyer" else world.seller_of(dispute)


def said(dispute: Dispute, rating: int = 1, side: str = "buyer", text: str = TEXT, **felt: int) -> Feedback:
    return services.give(dispute.pk, rating=rating, text=text, by=side_of(dispute, side), **felt)


def final(clock: Any, **wishes: Any) -> Dispute:
    """A mediator decided, and nobody appealed in time."""
    dispute = decided(clock, **wishes)
    clock.shift(7 * DAY)
    return dispute


def poor(clock: Any, side: str = "buyer", **wishes: Any) -> Feedback:
    return again(said(final(clock, **wishes), side=side))


def looked_at(feedback: Feedback, by: User | None = None) -> Appeal:
    """A lead opened a second look."""
    services.open_second_look(feedback.pk, by=world.acting(by or lead()))
    return Appeal.objects.get(kind="second_look", about=feedback.dispute.public_id)


def again(feedback: Feedback) -> Feedback:
    return Feedback.objects.select_related("dispute").get(pk=feedback.pk)
