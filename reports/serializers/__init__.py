"""A report in the API."""

from .help import ReportHelpSerializer
from .sending import (
    AssignReportSerializer,
    DecideReportSerializer,
    ReportFilterSerializer,
    RespondToReportSerializer,
    SayOnReportSerializer,
    SubmitReportSerializer,
)
from .showing import ReportSerializer

__all__ = [
    "AssignReportSerializer",
    "DecideReportSerializer",
    "ReportFilterSerializer",
    "ReportHelpSerializer",
    "ReportSerializer",
    "RespondToReportSerializer",
    "SayOnReportSerializer",
    "SubmitReportSerializer",
]
