"""How cases were decided, for each mediator and reason (M-10): how many, how fast, and how many were sent back."""

from __future__ import annotations

from typing import Any

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, FloatField, Q
from django.db.models.functions import Extract
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from marketplace.accounts.models import User

from ..desk import open_desk, page
from ..models import Decision, Proposal
from ..reasons import REASONS

DAY_IN_SECONDS = 24 * 60 * 60
MOST_ROWS = 500


class Median(Aggregate):
    """The middle value, as PostgreSQL finds it."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def figures(request: HttpRequest) -> HttpResponse:
    """Everybody at the desk sees everybody's figures: they are for learning from each other."""
    open_desk(request)
    return page(request, "figures.html", _("Figures"), rows=rows())


def rows() -> list[dict[str, Any]]:
    """One row a mediator and reason. The time is from the start of mediation to the decision, the middle one, in days."""
    took = ExpressionWrapper(F("decided_at") - F("dispute__escalated_at"), output_field=DurationField())
    found = (
        Decision.objects.filter(Q(proposal=None) | Q(proposal__by=Proposal.By.PLATFORM))
        .annotate(seconds=Extract(took, "epoch"))
        .values("mediator_id", "dispute__claim__reason")
        .annotate(
            decisions=Count("pk"),
            median=Median("seconds"),
            sent_back=Count("pk", filter=Q(approval__approved=False)),
        )
        .order_by("mediator_id", "-decisions", "dispute__claim__reason")[:MOST_ROWS]
    )
    listed = list(found)
    names = User.objects.in_bulk({row["mediator_id"] for row in listed})
    return [
        {
            "mediator": names[row["mediator_id"]].shown_name,
            "reason": str(REASONS[row["dispute__claim__reason"]].label),
            "decisions": row["decisions"],
            "days": round(max(row["median"] or 0, 0) / DAY_IN_SECONDS, 1),
            "sent_back": row["sent_back"],
        }
        for row in listed
    ]
