"""What a dispute is about and what was put to it: lines, claims, files, the draft before it, the timeline after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from marketplace.core.cases import CaseEvent
from marketplace.core.display import date_text
from marketplace.evidence.models import Evidence
from marketplace.messaging.models import Message
from marketplace.orders.models import Order, OrderLine

from ..reasons import CHOICES
from .dispute import Dispute
from .words import CLAIMED


class DisputeLine(models.Model):
    """What the dispute is about: so many pieces of that line. One open dispute a line (D-08), held by the database."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="lines")
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="dispute_lines")
    quantity = models.PositiveIntegerField()
    is_open = models.BooleanField(default=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["order_line"], condition=Q(is_open=True), name="one_open_dispute_per_line"
            ),
            models.UniqueConstraint(fields=["dispute", "order_line"], name="one_row_per_dispute_and_line"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="disputed_quantity_at_least_one"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.order_line}"


class Claim(models.Model):
    """What the buyer asks, one row a revision; the newest is `dispute.claim`."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="claims")
    revision = models.PositiveIntegerField(default=1)
    received = models.BooleanField()
    reason = models.CharField(max_length=40, choices=CHOICES)
    remedy = models.CharField(max_length=20, choices=CLAIMED)
    lines = models.JSONField(default=list, help_text='What it was about: [{"line": …, "quantity": …}] (N-05)')
    amount = models.BigIntegerField()
    ceiling = models.BigIntegerField(help_text="What could be refunded at most (D-06)")
    description = models.TextField(blank=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["dispute", "revision"], name="one_row_per_claim_revision"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, amount__lte=models.F("ceiling")), name="claim_within_ceiling"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispute} r{self.revision}"


class DisputeEvidence(models.Model):
    """A file that a side put before the other and the mediator."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="exhibits")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="exhibits")
    role = models.CharField(max_length=20)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=["dispute", "evidence"], name="one_row_per_exhibit")]

    def __str__(self) -> str:
        return f"{self.evidence} in {self.dispute}"


@dataclass(frozen=True)
class Cited:
    """What a decision can name: an id and a name, which a file has too."""

    public_id: str
    name: str


class MessageExhibitManager(models.Manager["MessageExhibit"]):
    """An exhibit is never shown without its message and who wrote it."""

    def get_queryset(self) -> models.QuerySet[MessageExhibit]:
        return super().get_queryset().select_related("message__author")


class MessageExhibit(models.Model):
    """A message that a side submitted as evidence: the only way in which mediators weigh one (N-08)."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="message_exhibits")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="exhibits")
    role = models.CharField(max_length=20)
    added_at = models.DateTimeField()

    objects = MessageExhibitManager()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["dispute", "message"], name="one_row_per_message_exhibit")
        ]

    def __str__(self) -> str:
        return f"{self.message} in {self.dispute}"

    @property
    def evidence(self) -> Cited:
        """As a decision cites it: like a file, by an id and a name."""
        by = {"buyer": _("buyer"), "seller": _("seller")}.get(self.message.role, self.message.role)
        name = _("Message of the %(who)s, %(date)s") % {"who": by, "date": date_text(self.message.sent_at)}
        return Cited(self.message.public_id, name)


class Draft(models.Model):
    """A half-filled claim, kept on every device until the window closes (D-10)."""

    order = models.OneToOneField(Order, on_delete=models.CASCADE, related_name="dispute_draft")
    answers = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"draft on {self.order}"


class DisputeEvent(CaseEvent):
    """The timeline of a dispute."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="events")
    CASE = "dispute"

    class Meta(CaseEvent.Meta):
        abstract = False
        indexes: ClassVar[list[Any]] = [models.Index(fields=["dispute", "id"], name="dispute_timeline")]

    def __str__(self) -> str:
        return f"{self.dispute}: {self.verb}"
