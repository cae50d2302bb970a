"""What buyers paid, and the pot in which it is held for one order (O-02)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from marketplace.accounts.models import Store
from marketplace.core.ids import PublicIdField
from marketplace.core.money import Money


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
