"""What a buyer's bank asks back over our heads (X-06)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.core.ids import PublicIdField

from .escrow import Payment


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
