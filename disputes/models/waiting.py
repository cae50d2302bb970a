"""A case in the mediators' queue: where it stands there, and when staff are told that it is late (M-02, M-09)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import models

from marketplace.core.cases import Case

from .words import WITH_STAFF

#: the kinds of reminders to staff, by how late a case is
TARGET, LATEST = "target", "latest"
KINDS = (TARGET, LATEST)
#: so much of the target time does each thing that weighs in bring a case forward
EACH_WEIGHT = 5


class Waiting(Case):
    """Mixed into Dispute.

    The order of the queue is `-overdue, queue_at, id`, read from one index:

    - past its latest date before past its target date before the others; `overdue` is set when staff are told (M-09);
    - then by `queue_at`: the target date, a fifth of the target time (3 of 15 days) earlier for each of these:
      the case holds more than one mediator may give (M-08), or the order came to us marked as doubtful.

    So the earliest deadline goes first, and value and flags weigh in, by a few days and never past what is overdue.
    """

    queue_at = models.DateTimeField(null=True, blank=True, editable=False)
    overdue = models.PositiveSmallIntegerField(
        default=0,
        editable=False,
        help_text="Past the target date: 1, past the latest one: 2; staff were told (M-09)",
    )

    policy: Any
    order: Any
    held: int
    money: Any
    escalated_at: datetime | None
    cancel_asked_at: datetime | None
    paused_for: timedelta

    class Meta:
        abstract = True

    def arm(self) -> None:
        """The next deadline, and the place in the queue."""
        super().arm()
        if self.state in WITH_STAFF and self.escalated_at:
            self.queue_at = self.target_at - self.head_start
        else:
            self.queue_at, self.overdue = None, 0

    @property
    def target_at(self) -> datetime:
        """By when a mediator plans to decide."""
        assert self.escalated_at is not None
        at: datetime = self.escalated_at + self.policy.mediation_target + self.paused_in_mediation
        return at

    @property
    def latest_at(self) -> datetime:
        """By when a mediator decides at the latest. No clock decides then; staff are told (M-09)."""
        assert self.escalated_at is not None
        at: datetime = self.escalated_at + self.policy.mediation_latest + self.paused_in_mediation
        return at

    @property
    def paused_in_mediation(self) -> timedelta:
        """What the buyer's waiting for a condition took of this mediation (N-09); of an earlier phase it counts there."""
        during = self.cancel_asked_at and self.escalated_at and self.cancel_asked_at >= self.escalated_at
        return self.paused_for if during else timedelta()

    @property
    def head_start(self) -> timedelta:
        """How much earlier than its target date the case is looked at."""
        weights = [self.policy.needs_approval(self.money(self.held)), bool(self.order.doubts)]
        target: timedelta = self.policy.mediation_target
        return target * sum(weights) / EACH_WEIGHT

    def next_reminder(self, after: datetime) -> datetime | None:
        """The next reminder of a party, or the next moment at which staff are told that it is late."""
        moments = [super().next_reminder(after), self._late_next(after)]
        return min((at for at in moments if at), default=None)

    def _late_next(self, after: datetime) -> datetime | None:
        """A date that has passed while the case waited for something else is told at once."""
        if self.state not in WITH_STAFF or not self.due_at or self.overdue >= len(KINDS):
            return None
        return max((self.target_at, self.latest_at)[self.overdue], after)

    def reminder_due(self) -> str:
        """That it is late goes before what a party is reminded of."""
        if self.state in WITH_STAFF and self.due_at:
            if self.overdue < len(KINDS) and self.now >= self.latest_at:
                return LATEST
            if self.overdue == 0 and self.now >= self.target_at:
                return TARGET
        return super().reminder_due()
