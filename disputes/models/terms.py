"""Terms: what the buyer gets and what goes back. The same four facts in offers, proposals and decisions (N-03, M-05, M-06)."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.core.ids import PublicIdField

from .dispute import Dispute
from .words import Payer, Remedy, State


@dataclass(frozen=True)
class Terms:
    """What was agreed or decided. `amount` and `postage_cap` in minor units.

    `remedy` "": nothing is given. Of a replacement, `amount` is what goes back should the seller never send it, and the
    goods come back first where `return_shipping_paid_by` says who pays for that. `postage_cap`: at most so much of the
    buyer's return postage is paid back (T-04).
    """

    remedy: str
    amount: int
    return_shipping_paid_by: str = ""
    postage_cap: int = 0

    @property
    def goods_come_back(self) -> bool:
        replaced_on_return = self.remedy == Remedy.REPLACEMENT and self.return_shipping_paid_by != ""
        return self.remedy == Remedy.RETURN_AND_REFUND or replaced_on_return

    @property
    def leads_to(self) -> State:
        """The state of a dispute whose terms these have become."""
        if self.goods_come_back:
            return State.AWAITING_RETURN
        return State.AWAITING_REPLACEMENT if self.remedy == Remedy.REPLACEMENT else State.RESOLVED


class TermsFields(models.Model):
    """The columns of terms."""

    remedy = models.CharField(max_length=20, choices=Remedy)
    amount = models.BigIntegerField()
    return_shipping_paid_by = models.CharField(max_length=8, choices=Payer, blank=True)
    postage_cap = models.BigIntegerField(default=0, help_text="Return postage paid back at most (T-04)")

    class Meta:
        abstract = True

    @property
    def terms(self) -> Terms:
        return Terms(self.remedy, self.amount, self.return_shipping_paid_by, self.postage_cap)


class Offer(TermsFields):
    """What one side proposes to the other. At most one open a side; the newest replaces the earlier one (N-03)."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        REPLACED = "replaced", _("Replaced by a newer one")
        ACCEPTED = "accepted", _("Accepted")
        DENIED = "denied", _("Not accepted")
        STALE = "stale", _("No longer open")

    class By(models.TextChoices):
        BUYER = "buyer", _("the buyer")
        SELLER = "seller", _("the seller")

    public_id = PublicIdField(prefix="ofr")
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="offers")
    by = models.CharField(max_length=8, choices=By)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    claim_revision = models.PositiveIntegerField(help_text="The revision of the claim that it answers")
    note = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    denial_note = models.TextField(blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["dispute", "by"], condition=Q(status="open"), name="one_open_offer_per_side"
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0, postage_cap__gte=0), name="offer_not_below_zero"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class Proposal(TermsFields):
    """What a mediator puts before the buyer to choose from: the platform's, and the seller's beside it (M-05).

    The platform's carries the statement of reasons that becomes the decision's, should it hold (M-07).
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        CHOSEN = "chosen", _("Chosen")
        HELD = "held", _("Held without a choice")
        NOT_CHOSEN = "not_chosen", _("Not chosen")

    class By(models.TextChoices):
        PLATFORM = "platform", _("the platform")
        SELLER = "seller", _("the seller")

    public_id = PublicIdField(prefix="prp")
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="proposals")
    by = models.CharField(max_length=10, choices=By)
    mediator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    remedy = models.CharField(max_length=20, choices=Remedy, blank=True, help_text="Empty: nothing is given")
    reason_code = models.CharField(max_length=40)
    facts = models.TextField()
    evidence_cited = models.JSONField(default=list)
    note_to_parties = models.TextField(blank=True)
    why_different = models.TextField(blank=True, help_text="As in a decision (M-10)")
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["dispute", "by"], condition=Q(status="open"), name="one_open_proposal_per_author"
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0, postage_cap__gte=0), name="proposal_not_below_zero"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
