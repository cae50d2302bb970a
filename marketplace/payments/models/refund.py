"""Money on its way back to a buyer; its row is the outbox to the payment provider (X-02)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.core.ids import PublicIdField

from .escrow import Payment

#: how our idempotency keys begin, so that they are told apart from others' at the provider
KEY_PREFIX = "redress-"
#: after so long without an answer a person looks at it too
UNANSWERED = timedelta(hours=1)


class RefundQuerySet(models.QuerySet["Refund"]):
    def standing(self) -> RefundQuerySet:
        """Without those in whose place another refund was made: the amounts count once."""
        return self.filter(replaced_by=None)

    def decided_by(self, cause: str) -> RefundQuerySet:
        """What one cause decided, as it stands now: also what goes to another payment in a failed one's place."""
        instead = Q(cause__startswith=cause + Refund.INSTEAD)
        return self.standing().filter(Q(cause=cause) | instead)

    def with_staff(self, now: datetime) -> RefundQuerySet:
        """What a person must look at: refused or given back, or without an answer for long (X-04)."""
        silent = Q(status=Refund.Status.UNKNOWN) & (
            Q(look_up_only=True) | Q(first_tried_at__lte=now - UNANSWERED)
        )
        return self.standing().filter(Q(status=Refund.Status.FAILED) | silent)


class Refund(models.Model):
    """One amount on its way back to one payment; the row is the outbox to the provider (X-02).

    Decided → (leased, sent) → sent → confirmed. A lost answer makes it `unknown`: it is asked about with the same key,
    never sent anew. A refusal or late failure makes it `failed`, with the provider's words, for staff, who pay it
    another way, once: by hand, which makes it `confirmed`, or to another payment, by a row that `replaces` it (X-04).
    """

    class Status(models.TextChoices):
        DECIDED = "decided", _("decided")
        SENT = "sent", _("sent to the provider")
        CONFIRMED = "confirmed", _("confirmed")
        UNKNOWN = "unknown", _("being asked about")
        FAILED = "failed", _("with our staff")

    class PaidBy(models.TextChoices):
        PROVIDER = "provider", _("the payment provider")
        HAND = "hand", _("our staff, another way")
        BANK = "bank", _("the buyer's bank, by a chargeback")

    #: between the cause and the refund in whose place this one was made
    INSTEAD = "+"

    public_id = PublicIdField(prefix="rfd")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    cause = models.CharField(max_length=250, help_text="What decided it, for example dispute:dsp_…:settled")
    amount = models.BigIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.DECIDED)
    decided_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    expected_from = models.DateField()
    expected_to = models.DateField()

    paid_by = models.CharField(max_length=10, choices=PaidBy, default=PaidBy.PROVIDER)
    paid_how = models.CharField(
        max_length=120, blank=True, help_text="Paid by hand: the way and its reference, as the buyer reads it"
    )
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who of the staff paid it by hand, or had it sent to another payment",
    )
    books_read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who read in the provider's own books what became of it, where it gave no answer",
    )
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    from_bank = models.BigIntegerField(
        default=0, help_text="Part of it that a lost chargeback gave the buyer before we could pay"
    )
    bank_reference = models.CharField(
        max_length=120, blank=True, help_text="By which the buyer's bank finds it (ARN)"
    )
    provider_id = models.CharField(max_length=120, blank=True)
    provider_words = models.TextField(blank=True)
    look_up_only = models.BooleanField(
        default=False,
        help_text="The provider stored an error under our key: look for it there, never send it again",
    )
    tries = models.PositiveIntegerField(default=0)
    first_tried_at = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True, help_text="Null: nothing to do")
    leased_until = models.DateTimeField(null=True, blank=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["payment", "cause"], name="one_refund_per_payment_and_cause"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_above_zero"),
            models.CheckConstraint(
                condition=Q(from_bank__gte=0, from_bank__lte=F("amount")), name="bank_gave_no_more_than_it_is"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=Q(next_try_at__isnull=False), name="refund_waiting"
            ),
            models.Index(fields=["provider_id"], condition=~Q(provider_id=""), name="refund_at_provider"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def idempotency_key(self) -> str:
        """A function of the row alone: set before the first send, never changed (threats.md M3)."""
        return f"{KEY_PREFIX}{self.public_id}"

    @staticmethod
    def public_id_of(key: str) -> str:
        """The refund that a key belongs to; empty where it is not one of ours."""
        return key.removeprefix(KEY_PREFIX) if key.startswith(KEY_PREFIX) else ""

    @property
    def expected(self) -> tuple[date, date]:
        return self.expected_from, self.expected_to

    @property
    def owed(self) -> int:
        """What of it the buyer did not get from the bank, in minor units."""
        return self.amount - self.from_bank

    def is_late(self, today: date) -> bool:
        """Past its last day and not known to be paid (X-03)."""
        return today > self.expected_to and self.status != self.Status.CONFIRMED
