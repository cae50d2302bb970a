"""How long the files of a report are needed (E-05)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from marketplace.core.access import Actor
from marketplace.evidence.models import Evidence
from marketplace.evidence.retention import Keeper, longest

from .models import Report, ReportFile


def kept_until(ids: Sequence[int]) -> dict[int, datetime | None]:
    """File → when no report needs it any more; None while one is open, or can be appealed."""
    rows = ReportFile.objects.filter(evidence_id__in=ids).select_related("report__policy")
    return longest((row.evidence_id, _needed_until(row.report)) for row in rows)


def _needed_until(report: Report) -> datetime | None:
    policy = report.policy
    return report.ended_at + policy.evidence_kept(policy.report_appeal_days) if report.ended_at else None


def write_down(evidence: Evidence, at: datetime) -> None:
    """One line in the timeline of each report that it was put to, by the file's hash."""
    for pk in Report.objects.filter(files__evidence=evidence).values_list("pk", flat=True).distinct():
        report = Report.lock(pk)
        report.moved_at = max(at, report.moved_at)
        report.say(file=evidence.public_id, sha256=evidence.sha256)
        report.record("remove_file", Actor.system(), report.state)


KEEPER = Keeper(kept_until, write_down)
