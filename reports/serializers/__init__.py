"""A report in the API."""

from .help import ReportHelpSerializer
from .sending import (
    AssignReportSerializer,
    DecideReportSerializer,
    RespondToReportSerializer,
    SayOnReportSerializer,
    SubmitReportSerializer,
)
from .showing import ReportSerializer

__all__ = [
    "AssignReportSerializer",
    "DecideReportSerializer",
    "ReportHelpSerializer",
    "ReportSerializer",
    "RespondToReportSerializer",
    "SayOnReportSerializer",
    "SubmitReportSerializer",
]
