"""Whom a report waits for, from when until when, and when they are reminded of it (F-01); and when staff are told that it is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from marketplace.core.cases import DAY, DAY_BEFORE, HALF, Case
from marketplace.core.windows import longer

from .states import AWAITING_TRACKING, OPEN, State

#: the kind of reminder to staff: past the target date
LATE = "late"
#: who is waited for
REPORTER, RESPONDENT, SELLER = "reporter", "respondent", "seller"


@dataclass(frozen=True)
class Window:
    """Somebody's time to do something."""

    to: str
    opened: datetime
    ends: datetime

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """When they are reminded: at half of the time, and 24 h before the end; of a shorter time than a day once."""
        half, day = self.opened + (self.ends - self.opened) / 2, self.ends - DAY_BEFORE
        return half, max(half, day)

    def kind_at(self, now: datetime) -> str:
        """Which reminder is due; "" where none is, or it is too late for one."""
        half, _day = self.moments
        if not half <= now < self.ends:
            return ""
        return DAY if now >= self.ends - DAY_BEFORE else HALF


class Reminded(Case):
    """Mixed into Report. The respondent's time to be heard runs beside the deadline of the state, so there may be two windows."""

    heard_until: datetime | None
    responded_at: datetime | None
    policy: Any

    class Meta:
        abstract = True

    @property
    def asked_at(self) -> datetime | None:
        """When the respondent was asked for their side."""
        return self.heard_until - timedelta(days=self.policy.respondent_days) if self.heard_until else None

    @property
    def heard_end(self) -> datetime | None:
        """Until when the respondent has time, as it is after outages (C-05, Z-03); None where they were not asked."""
        if self.asked_at is None or self.heard_until is None:
            return None
        return longer(self.asked_at, self.heard_until, self.outages)

    @property
    def windows(self) -> list[Window]:
        """Who is waited for now."""
        found = []
        if self.state == State.INFO_REQUESTED and self.due_at:
            found.append(Window(REPORTER, self.entered_at, self.due_at))
        if self.phase == AWAITING_TRACKING and self.due_at:
            found.append(Window(SELLER, self.entered_at, self.due_at))
        if self.state in OPEN and self.asked_at and self.heard_end and not self.responded_at:
            found.append(Window(RESPONDENT, self.asked_at, self.heard_end))
        return found

    @property
    def late_at(self) -> datetime | None:
        """The target date, while staff are waited for."""
        return self.due_at if self.state in (State.SUBMITTED, State.UNDER_REVIEW) else None

    def next_reminder(self, after: datetime) -> datetime | None:
        """The next moment of any window, or the target date."""
        moments = [at for window in self.windows for at in window.moments if at < window.ends]
        moments += [self.late_at] if self.late_at else []
        return min((at for at in moments if at > after), default=None)

    def reminder_due(self) -> str:
        """That it is late, or a reminder of somebody; who, say the windows."""
        if self.late_at and self.now >= self.late_at:
            return LATE
        return next(filter(None, (window.kind_at(self.now) for window in self.windows)), "")

    def arm(self) -> None:
        """A window may open while the deadline stays: then nothing else plans its reminders. One that is due is not lost."""
        super().arm()
        moments = (self.remind_at, self.next_reminder(self.now))
        self.remind_at = min((at for at in moments if at), default=None)
