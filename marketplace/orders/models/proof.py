"""Why an order was put on hold, and what its seller showed (O-08)."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from marketplace.evidence.models import Evidence

from .order import Order


class Hold(models.Model):
    """One time that an order was on hold: why, and how it ended. `accepted` None: not yet."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="holds")
    reason = models.TextField(help_text="Why, as the seller reads it")
    cause = models.CharField(
        max_length=60,
        blank=True,
        help_text="The measure against the store that it comes from; empty: this order alone",
    )
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    accepted = models.BooleanField(null=True, blank=True)
    note = models.TextField(blank=True, help_text="What the moderator says to both sides")

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=models.Q(ended_at=None), name="one_hold_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.placed_at:%Y-%m-%d}"


class Proof(models.Model):
    """What the seller said and sent to show that the order is honest. For moderators; the buyer does not see it."""

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="proofs")
    text = models.TextField(blank=True)
    files = models.ManyToManyField(Evidence, related_name="proofs")
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.hold_id}: {self.sent_at:%Y-%m-%d}"
