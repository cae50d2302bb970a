"""How many of each thing happened between two moments (Z-08). Each event counts in the month in which it happened.

So nothing that comes later changes a month: an appeal against a decision of May that is overturned in June is a reversal of June.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db.models import Aggregate, Count, ExpressionWrapper, F, FloatField, Model, QuerySet
from django.db.models.fields import DurationField
from django.db.models.functions import Extract

from disputes.models import Decision, Dispute, DisputeEvent, ReachedBy, State
from marketplace.appeals.models import Appeal
from marketplace.appeals.models import State as AppealState
from marketplace.sanctions.models import Sanction
from reports.models import Decision as ReportDecision
from reports.models import Report
from reports.models import State as ReportState

Figures = dict[str, float]

HOUR = 60 * 60
#: a dispute ended so without anybody deciding about it: somebody was silent, or a shop's own rule agreed (N-10)
BY_ITSELF = frozenset({ReachedBy.SELLER_SILENCE, ReachedBy.BUYER_SILENCE})


class Median(Aggregate):
    """The middle value, as PostgreSQL finds it."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def count(start: datetime, end: datetime) -> Figures:
    """All figures of the time from `start` up to, and without, `end`."""
    found: Figures = {}
    for source in SOURCES:
        found |= source(start, end)
    return found


def _by(rows: QuerySet[Model], field: str, prefix: str) -> Figures:
    """How many rows there are of each value."""
    counted = rows.order_by().values_list(field).annotate(n=Count("pk"))
    return {f"{prefix}.{value}": n for value, n in counted if value}


def _middle_hours(rows: QuerySet[Model], since: str, until: str) -> float:
    """The middle one of the times between two columns, in hours; 0 where there is none."""
    took = ExpressionWrapper(F(until) - F(since), output_field=DurationField())
    seconds = rows.aggregate(middle=Median(Extract(took, "epoch")))["middle"]
    return round(max(seconds or 0, 0) / HOUR, 1)


def _disputes(start: datetime, end: datetime) -> Figures:
    opened = Dispute.objects.filter(opened_at__gte=start, opened_at__lt=end)
    ended = Dispute.objects.filter(ended_at__gte=start, ended_at__lt=end)
    answered = Dispute.objects.filter(answered_at__gte=start, answered_at__lt=end)
    resolved = ended.filter(state=State.RESOLVED)
    by_rule = DisputeEvent.objects.filter(verb="accept_by_rule", dispute__in=resolved)
    alone = resolved.filter(reached_by__in=BY_ITSELF).count() + by_rule.values("dispute").distinct().count()
    decided = Decision.objects.filter(decided_at__gte=start, decided_at__lt=end)
    return (
        {
            "disputes.opened": opened.count(),
            "disputes.resolved": resolved.count(),
            "disputes.cancelled": ended.filter(state=State.CANCELLED).count(),
            "disputes.without_a_person": alone,
            "disputes.decisions": decided.count(),
            "hours.to_answer": _middle_hours(answered, "opened_at", "answered_at"),
            "hours.to_end": _middle_hours(resolved, "opened_at", "ended_at"),
        }
        | _by(opened, "claim__reason", "reason")
        | _by(resolved, "outcome", "outcome")
        | _by(resolved, "reached_by", "reached")
    )


def _appeals(start: datetime, end: datetime) -> Figures:
    sent = Appeal.objects.filter(submitted_at__gte=start, submitted_at__lt=end)
    decided = Appeal.objects.filter(decided_at__gte=start, decided_at__lt=end)
    return {
        "appeals.sent": sent.count(),
        "appeals.decided": decided.count(),
        "appeals.overturned": decided.filter(state=AppealState.OVERTURNED).count(),
        "hours.to_review": _middle_hours(decided, "submitted_at", "decided_at"),
    } | _by(sent, "kind", "appeal")


def _reports(start: datetime, end: datetime) -> Figures:
    sent = Report.objects.filter(submitted_at__gte=start, submitted_at__lt=end)
    # the first decision alone is the answer: one that an appeal brings is counted with the appeals
    answered = ReportDecision.objects.filter(appeal="", decided_at__gte=start, decided_at__lt=end)
    taken_back = Report.objects.filter(state=ReportState.WITHDRAWN, ended_at__gte=start, ended_at__lt=end)
    return (
        {
            "reports.sent": sent.count(),
            "reports.ended": answered.count(),
            "hours.to_decide_a_report": _middle_hours(answered, "report__submitted_at", "decided_at"),
        }
        | _by(sent, "category", "report")
        | _by(answered, "outcome", "report_end")
        | _by(taken_back, "state", "report_end")
    )


def _sanctions(start: datetime, end: datetime) -> Figures:
    imposed = Sanction.objects.filter(starts_at__gte=start, starts_at__lt=end)
    return {"sanctions.imposed": imposed.count()} | _by(imposed, "kind", "sanction")


Source = Callable[[datetime, datetime], Figures]
SOURCES: Iterable[Source] = (_disputes, _appeals, _reports, _sanctions)


def first_moment() -> datetime | None:
    """When the first case of all began; None where there is none yet."""
    dispute = Dispute.objects.order_by("opened_at").values_list("opened_at", flat=True).first()
    report = Report.objects.order_by("submitted_at").values_list("submitted_at", flat=True).first()
    return min(filter(None, (dispute, report)), default=None)
