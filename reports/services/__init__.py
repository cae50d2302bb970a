"""The verbs of a report. Each runs inside one `step()`; see marketplace/core/cases.py."""

from .deciding import decide
from .filing import ReportData, refuse_the_restricted, save_draft, submit
from .handling import (
    add_info,
    assign,
    counter_report,
    request_info,
    respond,
    resume_review,
    withdraw,
)
from .tracking import enforce_tracking, tracking_state

#: what the clock does, by verb
BY_CLOCK = {"resume_review": resume_review, "enforce_tracking": enforce_tracking}

__all__ = [
    "BY_CLOCK",
    "ReportData",
    "add_info",
    "assign",
    "counter_report",
    "decide",
    "enforce_tracking",
    "refuse_the_restricted",
    "request_info",
    "respond",
    "resume_review",
    "save_draft",
    "submit",
    "tracking_state",
    "withdraw",
]
