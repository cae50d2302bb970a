"""What was decided in cases like this one: a side table for full-text search (M-04, M-10).

Beside the dispute and the decision, so that no step of a case pays for the search.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from .ending import Decision
from .words import Result


class Precedent(models.Model):
    """One decision that was carried out, with the words of its case. Written once, when the decision holds."""

    decision = models.OneToOneField(Decision, on_delete=models.CASCADE, related_name="precedent")
    reason = models.CharField(max_length=40, help_text="Of the claim, as it was decided about")
    outcome = models.CharField(max_length=24, choices=Result)
    share = models.DecimalField(
        max_digits=5, decimal_places=4, help_text="Of the claim, what the buyer gets: 0 to 1"
    )
    words = SearchVectorField(
        help_text="Of what the buyer said and the mediator found; no language's in particular"
    )

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(condition=Q(share__gte=0, share__lte=1), name="share_from_0_to_1"),
        ]
        indexes = [
            models.Index(fields=["reason", "-id"], name="precedent_by_reason"),
            GinIndex(fields=["words"], name="precedent_words"),
        ]

    def __str__(self) -> str:
        return f"{self.reason}: {self.outcome}"
