"""How a mediator ends a dispute: decisions with their reasons, and second approvals."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from marketplace.core.ids import PublicIdField

from .dispute import Dispute
from .terms import Proposal, Terms
from .words import Payer, Remedy, Result


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
    postage_cap = models.BigIntegerField(default=0, help_text="Return postage paid back at most (T-04)")
    proposal = models.ForeignKey(
        Proposal,
        null=True,
        on_delete=models.PROTECT,
        related_name="decisions",
        help_text="Chosen, or held (M-05)",
    )
    supersedes = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="superseded_by")
    why_different = models.TextField(
        blank=True, help_text="Why it is far from the similar decisions before it (M-10)"
    )

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(supersedes=None), name="only_the_first_supersedes_none"
            ),
            models.UniqueConstraint(fields=["supersedes"], name="superseded_once"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def terms(self) -> Terms:
        """What is carried out once it holds."""
        remedies = {
            Result.REFUNDED: Remedy.REFUND,
            Result.PARTLY_REFUNDED: Remedy.REFUND,
            Result.RETURNED_AND_REFUNDED: Remedy.RETURN_AND_REFUND,
            Result.REPLACED: Remedy.REPLACEMENT,
        }
        remedy = remedies.get(Result(self.outcome), "")
        return Terms(remedy, self.amount, self.return_shipping_paid_by, self.postage_cap)


class Approval(models.Model):
    """A second mediator's answer to a decision: a row of its own, so that the decision is never edited (M-08)."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="approval")
    mediator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved = models.BooleanField()
    note = models.TextField(blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.decision}: {'approved' if self.approved else 'sent back'}"
