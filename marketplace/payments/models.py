"""Money: pots of escrow, what was paid into them, what goes back, and the ledger that proves it.

Every amount is a whole number of the currency's minor unit. This room knows nothing of orders: an order points at its pot.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Store
from marketplace.core.ids import PublicIdField
from marketplace.core.money import Money


class LedgerAccount(models.Model):
    """One account of the double-entry ledger: its kind and whose it is (`owner`: a public id, or empty)."""

    class Kind(models.TextChoices):
        CLEARING = "clearing", _("gateway clearing")
        ESCROW = "escrow", _("escrow")
        REFUNDS = "refunds", _("refunds on their way")
        SELLER = "seller", _("seller's balance")
        COMMISSION = "commission", _("commission")

    kind = models.CharField(max_length=12, choices=Kind)
    owner = models.CharField(max_length=40, blank=True)
    currency = models.CharField(max_length=3)
    #: kept by a trigger for every account but the shared ones (clearing, commission), which would be one hot row
    balance = models.BigIntegerField(default=0, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "owner", "currency"], name="one_account_per_kind_owner_currency"
            ),
            models.CheckConstraint(condition=Q(balance__gte=0), name="no_account_below_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.owner} {self.currency}"


class LedgerTransaction(models.Model):
    """One movement of money with one cause. `key` makes it happen once; its entries add up to zero (deferred trigger)."""

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20)
    at = models.DateTimeField(help_text="When it took effect")
    recorded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.key


class LedgerEntry(models.Model):
    """One line of a movement; append-only by trigger."""

    transaction = models.ForeignKey(LedgerTransaction, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="entries")
    amount = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="no_empty_entry")]

    def __str__(self) -> str:
        return f"{self.account}: {self.amount}"


class Escrow(models.Model):
    """The money held for one order. held = captured − refunded − released; never less than nothing (O-02)."""

    public_id = PublicIdField(prefix="esc")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="escrows")
    currency = models.CharField(max_length=3)
    captured = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0, help_text="Decided to go back to the buyer")
    released = models.BigIntegerField(default=0, help_text="Gone to the seller, commission included")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(refunded__gte=0, released__gte=0, captured__gte=F("refunded") + F("released")),
                name="escrow_never_below_zero",
            )
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def held(self) -> Money:
        return Money(self.captured - self.refunded - self.released, self.currency)


class Payment(models.Model):
    """What the buyer paid, as the payment provider knows it. Coupons are no money and never refunded (O-11)."""

    COUPON = "coupon"

    public_id = PublicIdField(prefix="pay")
    escrow = models.ForeignKey(Escrow, on_delete=models.PROTECT, related_name="payments")
    reference = models.CharField(max_length=120, help_text="The host marketplace's name for it")
    method = models.CharField(max_length=40)
    amount = models.BigIntegerField()
    paid_at = models.DateTimeField()
    provider = models.CharField(max_length=20, help_text="The gateway that took it")
    provider_reference = models.CharField(max_length=120, help_text="The gateway's name for it")
    refunded = models.BigIntegerField(default=0, help_text="In refunds that have not failed for good")

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["escrow", "reference"], name="one_payment_per_reference"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_above_zero"),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("amount")), name="refunds_within_payment"
            ),
        ]
        indexes = [models.Index(fields=["provider", "provider_reference"], name="payment_at_provider")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_money(self) -> bool:
        return self.method != self.COUPON


#: how our idempotency keys begin, so that they are told apart from others' at the provider
KEY_PREFIX = "redress-"
#: after so long without an answer a person looks at it too
UNANSWERED = timedelta(hours=1)


class RefundQuerySet(models.QuerySet["Refund"]):
    def with_staff(self, now: datetime) -> RefundQuerySet:
        """What a person must look at: refused or given back, or without an answer for long (X-04)."""
        silent = Q(status=Refund.Status.UNKNOWN) & (
            Q(look_up_only=True) | Q(first_tried_at__lte=now - UNANSWERED)
        )
        return self.filter(Q(status=Refund.Status.FAILED) | silent)


class Refund(models.Model):
    """One amount on its way back to one payment; the row is the outbox to the provider (X-02).

    Decided → (leased, sent) → sent → confirmed. A lost answer makes it `unknown`: it is asked about with the same key,
    never sent anew. A refusal or late failure makes it `failed`, with the provider's words, for staff (X-04).
    """

    class Status(models.TextChoices):
        DECIDED = "decided", _("decided")
        SENT = "sent", _("sent to the provider")
        CONFIRMED = "confirmed", _("confirmed")
        UNKNOWN = "unknown", _("being asked about")
        FAILED = "failed", _("with our staff")

    public_id = PublicIdField(prefix="rfd")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    cause = models.CharField(max_length=120, help_text="What decided it, for example dispute:dsp_…:settled")
    amount = models.BigIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.DECIDED)
    decided_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    expected_from = models.DateField()
    expected_to = models.DateField()

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


class SandboxRefund(models.Model):
    """What the built-in sandbox provider was told; it stands for a provider's books in `make run`."""

    idempotency_key = models.CharField(max_length=120, unique=True)
    payment_reference = models.CharField(max_length=120, db_index=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.idempotency_key


class ProviderEvent(models.Model):
    """A webhook event taken from a provider, once; the state itself is always asked of the provider."""

    provider = models.CharField(max_length=20)
    event_id = models.CharField(max_length=120)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="one_row_per_provider_event")
        ]

    def __str__(self) -> str:
        return f"{self.provider}:{self.event_id}"
