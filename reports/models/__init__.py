"""A report: somebody complains about an order, a listing, a shop or a person, and a moderator decides (rules C-01 to C-10).

What stands behind "decided" is a row of its own (`Decision`), never an edit; what was said are `Statement`s.
"""

from .draft import Draft
from .help import ForbiddenTerm, PriceRange
from .records import Decision, ReportEvent, ReportFile, Statement
from .report import Report
from .states import AWAITING_TRACKING, OPEN, State, TargetKind, TrackingResult

__all__ = [
    "AWAITING_TRACKING",
    "OPEN",
    "Decision",
    "Draft",
    "ForbiddenTerm",
    "PriceRange",
    "Report",
    "ReportEvent",
    "ReportFile",
    "State",
    "Statement",
    "TargetKind",
    "TrackingResult",
]
