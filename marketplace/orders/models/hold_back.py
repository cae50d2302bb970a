"""What of an order's money a dispute is about, and the order's timeline."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from marketplace.accounts.models import Store
from marketplace.core.cases import CaseEvent

from .order import Order


class HoldBack(models.Model):
    """Money of the order that one open dispute is about; ended when the dispute ends (O-05, X-06)."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="hold_backs")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=60, unique=True, help_text="Public id of the dispute")
    amount = models.BigIntegerField()
    from_bank = models.BigIntegerField(
        default=0, help_text="What a lost chargeback took of it: the buyer has that already (X-06)"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    lost = models.BooleanField(
        null=True, blank=True, help_text="Did it end against the seller? For the store's record (O-13)"
    )
    answered_in = models.DurationField(
        null=True, blank=True, help_text="How long the seller took to answer; silence: all the time there was"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0, from_bank__gte=0) & ~Q(amount=0, from_bank=0),
                name="hold_back_above_zero",
            )
        ]
        indexes = [
            models.Index(
                fields=["store", "-ended_at"], condition=Q(ended_at__isnull=False), name="hold_back_by_store"
            )
        ]

    def __str__(self) -> str:
        return self.key


class OrderEvent(CaseEvent):
    """The timeline of an order."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="events")
    CASE = "order"

    class Meta(CaseEvent.Meta):
        abstract = False
        indexes: ClassVar[list[Any]] = [models.Index(fields=["order", "id"], name="order_timeline")]

    def __str__(self) -> str:
        return f"{self.order}: {self.verb}"
