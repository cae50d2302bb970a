"""How people felt treated, by side and by how it ended for them: the fairness score of the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Case, CharField, Count, Q, Value, When
from django.utils.translation import gettext as _

from ..models import Result
from .models import POOR, Feedback
from .services import FAIRNESS

#: how far back
SPAN = timedelta(days=90)
NOTHING_BACK = (Result.NO_REFUND, Result.FRAUD)


@dataclass(frozen=True)
class Row:
    """One group of people: how many said something, how many of them a poor one, and their means from 1 to 5."""

    who: str
    number: int
    poor: int
    means: list[str]


def figures(now: datetime) -> list[Row]:
    """Feedback of the last days, in one query; groups in which nobody said anything are left out."""
    lost = Q(side="buyer", dispute__outcome__in=NOTHING_BACK) | Q(side="seller") & ~Q(
        dispute__outcome__in=(*NOTHING_BACK, "")
    )
    found = (
        Feedback.objects.filter(given_at__gt=now - SPAN)
        .annotate(how=Case(When(lost, then=Value("lost")), default=Value("not"), output_field=CharField()))
        .order_by()
        .values("side", "how")
        .annotate(
            number=Count("pk"),
            poor=Count("pk", filter=Q(rating__lte=POOR)),
            **{f"mean_{name}": Avg(name) for name in ("rating", *FAIRNESS)},
        )
    )
    by_group = {(row["side"], row["how"]): row for row in found}
    return [_row(str(who), dict(by_group[key])) for key, who in _groups().items() if key in by_group]


def _groups() -> dict[tuple[str, str], str]:
    return {
        ("buyer", "lost"): _("Buyers who got nothing back"),
        ("buyer", "not"): _("All other buyers"),
        ("seller", "lost"): _("Shops that gave something back"),
        ("seller", "not"): _("All other shops"),
    }


def _row(who: str, row: dict[str, Any]) -> Row:
    means = [row[f"mean_{name}"] for name in ("rating", *FAIRNESS)]
    return Row(who, row["number"], row["poor"], ["–" if each is None else f"{each:.1f}" for each in means])
