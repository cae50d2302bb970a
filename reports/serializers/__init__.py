"""A report in the API."""

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
    "ReportSerializer",
    "RespondToReportSerializer",
    "SayOnReportSerializer",
    "SubmitReportSerializer",
]
