"""The doors of feedback, and the rows that they may write."""

from __future__ import annotations

from typing import Any

from disputes.feedback.models import Feedback, FeedbackEvent
from disputes.models import Dispute
from tests.feedback import given

ROWS: dict[Any, str] = {
    Feedback: "dispute_id side author_id state version rating heard respected understood text given_at read_by look_from "
    "kept_out due_at due_verb handled_by_id handled_at reason",
    FeedbackEvent: "verb from_state to_state actor_id role at recorded_at data",
}
DESK = "/admin/desk/feedback/{id}/"


def over(clock: Any) -> Dispute:
    """A dispute that has ended, about which nobody has said anything."""
    return given.final(clock)


def poor(clock: Any) -> Feedback:
    feedback = given.poor(clock)
    feedback.buyer, feedback.store = (
        feedback.dispute.buyer,
        feedback.dispute.store,
    )  # the two sides, as the doors ask
    return feedback


def lead(case: Feedback) -> Any:
    return given.lead()
