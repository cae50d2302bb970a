"""How a dispute ends: decisions with their reasons, second approvals, and goods on their way back."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.core.ids import PublicIdField

from .dispute import Dispute
from .words import Payer, Result


class Decision(models.Model):
    """What a mediator decided, and why (M-07). Never changed; a new one supersedes it. It keeps the amount that was shown."""

    public_id = PublicIdField(prefix="dec")
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="decisions")
    mediator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=24, choices=Result)
    amount = models.BigIntegerField()
    return_shipping_paid_by = models.CharField(max_length=8, choices=Payer, blank=True)
    reason_code = models.CharField(max_length=40)
    facts = models.TextField()
    evidence_cited = models.JSONField(default=list)
    note_to_parties = models.TextField(blank=True)
    decided_at = models.DateTimeField()
    needs_approval = models.BooleanField(default=False)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.public_id


class Approval(models.Model):
    """A second mediator's answer to a decision: a row of its own, so that the decision is never edited (M-08)."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="approval")
    mediator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved = models.BooleanField()
    note = models.TextField(blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.decision}: {'approved' if self.approved else 'sent back'}"


class ReturnShipment(models.Model):
    """The goods on their way back (section 5)."""

    class Status(models.TextChoices):
        AWAITING_SHIPMENT = "awaiting_shipment", _("Waiting to be sent")
        IN_TRANSIT = "in_transit", _("On its way")
        DELIVERED = "delivered", _("Delivered")
        CONFIRMED = "confirmed", _("Confirmed by the seller")
        CONTESTED = "contested", _("Contested by the seller")
        EXPIRED = "expired", _("Not sent in time")

    public_id = PublicIdField(prefix="ret")
    dispute = models.OneToOneField(Dispute, on_delete=models.PROTECT, related_name="return_shipment")
    status = models.CharField(max_length=20, choices=Status, default=Status.AWAITING_SHIPMENT)
    agreed_at = models.DateTimeField()
    send_by = models.DateTimeField()
    carrier = models.CharField(max_length=120, blank=True)
    tracking_number = models.CharField(max_length=120, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)
    lost_at = models.DateTimeField(null=True, blank=True, help_text="In transit at most until then")
    delivered_at = models.DateTimeField(null=True, blank=True)
    check_by = models.DateTimeField(null=True, blank=True)
    contest_code = models.CharField(max_length=24, blank=True)
    contest_note = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.public_id
