"""What a mediator asks the parties for: a checklist with a deadline (M-03)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.core.ids import PublicIdField

from .claim import DisputeEvidence
from .dispute import Dispute


class EvidenceRequest(models.Model):
    """One mediator's request to one side; asking both sides makes two. Open until answered in full, or due."""

    class Side(models.TextChoices):
        BUYER = "buyer", _("the buyer")
        SELLER = "seller", _("the seller")

    public_id = PublicIdField(prefix="req")
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="evidence_requests")
    side = models.CharField(max_length=8, choices=Side)
    mediator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.public_id


class RequestedItem(models.Model):
    """One thing on the checklist: a file, or an answer in words."""

    public_id = PublicIdField(prefix="itm")
    request = models.ForeignKey(EvidenceRequest, on_delete=models.PROTECT, related_name="items")
    text = models.CharField(max_length=300)
    answer = models.TextField(blank=True, help_text="In words, where no file can answer it")
    exhibits = models.ManyToManyField(DisputeEvidence, related_name="answers", blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.text
