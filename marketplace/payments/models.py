"""Money: pots of escrow, what was paid into them, what goes back, and the ledger that proves it.

Every amount is a whole number of the currency's minor unit. This room knows nothing of orders: an order points at its pot.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
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
        OUTSIDE = "outside", _("paid by staff outside the provider")
        COMMISSION = "commission", _("commission")
        POSTAGE = "postage", _("return postage paid by staff")
        COUPONS = "coupons", _("coupons not spent yet")
        REDEEMED = "redeemed", _("coupons spent, until the order ends")

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
    redeemed = models.BigIntegerField(
        default=0,
        help_text="Worth of our coupons spent on it, until the order ends; no money of the buyer's (O-11)",
    )
    freezes = models.PositiveSmallIntegerField(
        default=0, help_text="Open chargebacks; while there is one, nothing leaves (X-06)"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(refunded__gte=0, released__gte=0, captured__gte=F("refunded") + F("released")),
                name="escrow_never_below_zero",
            ),
            models.CheckConstraint(condition=Q(redeemed__gte=0), name="escrow_redeemed_not_below_zero"),
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
    refunded = models.BigIntegerField(
        default=0, help_text="In refunds, and what its bank gave back by a chargeback that we lost"
    )

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


class Chargeback(models.Model):
    """A buyer's bank asks for one payment back, over our heads. Open, it freezes the payment's escrow (X-06).

    Won: the money is ours to share out again. Lost: the bank has given it to the buyer, so it counts as refunded, first
    against refunds that could not be paid yet, then out of escrow; what neither can bear is `uncovered`, and for staff.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        WON = "won", _("won")
        LOST = "lost", _("lost")

    public_id = PublicIdField(prefix="cbk")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="chargebacks")
    provider_id = models.CharField(max_length=120, help_text="The gateway's name for it")
    amount = models.BigIntegerField(help_text="This payment's part of what the bank asks for")
    status = models.CharField(max_length=4, choices=Status, default=Status.OPEN)
    reason = models.CharField(max_length=120, blank=True, help_text="The bank's word for it")
    withdrawn = models.BigIntegerField(default=0, help_text="What the provider has handed to the bank")
    moves = models.PositiveIntegerField(
        default=0, help_text="How often `withdrawn` changed: part of the ledger's key"
    )
    of_refunds = models.BigIntegerField(default=0, help_text="Lost: stood for refunds that were not paid yet")
    of_escrow = models.BigIntegerField(default=0, help_text="Lost: taken out of escrow")
    uncovered = models.BigIntegerField(
        default=0, help_text="Lost: the marketplace's loss, unless staff get it back"
    )
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True, help_text="Null: nothing to ask")

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["provider_id", "payment"], name="one_chargeback_per_payment_and_id"
            ),
            models.CheckConstraint(
                condition=Q(
                    amount__gt=0, withdrawn__gte=0, of_refunds__gte=0, of_escrow__gte=0, uncovered__gte=0
                ),
                name="chargeback_not_below_zero",
            ),
            models.CheckConstraint(
                condition=(
                    Q(status="lost", amount=F("of_refunds") + F("of_escrow") + F("uncovered"))
                    | (~Q(status="lost") & Q(of_refunds=0, of_escrow=0, uncovered=0))
                ),
                name="lost_chargeback_is_borne_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=Q(next_try_at__isnull=False), name="chargeback_waiting"
            )
        ]

    def __str__(self) -> str:
        return self.public_id


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
