"""Goods that travel because of a dispute: the return to the seller, and the replacement to the buyer (section 5)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.core.ids import PublicIdField
from marketplace.evidence.models import Evidence

from .dispute import Dispute


class ReturnShipment(models.Model):
    """The goods on their way back (T-01 to T-04)."""

    class Status(models.TextChoices):
        AWAITING_SHIPMENT = "awaiting_shipment", _("Waiting to be sent")
        IN_TRANSIT = "in_transit", _("On its way")
        DELIVERED = "delivered", _("Delivered")
        CONFIRMED = "confirmed", _("Confirmed by the seller")
        CONTESTED = "contested", _("Contested by the seller")
        EXPIRED = "expired", _("Not sent in time")

    class Inspection(models.TextChoices):
        """What the seller found; all but the first contest the return (T-02)."""

        AS_IT_SHOULD = "as_it_should", _("It came back as it should")
        NOT_RECEIVED = "not_received", _("It did not come back")
        DAMAGED = "damaged", _("It came back damaged")
        EMPTY_OR_DIFFERENT = "empty_or_different", _("The parcel was empty, or held something else")
        MISSING_ITEMS = "missing_items", _("Some of it is missing")

    public_id = PublicIdField(prefix="ret")
    dispute = models.OneToOneField(Dispute, on_delete=models.PROTECT, related_name="return_shipment")
    status = models.CharField(max_length=20, choices=Status, default=Status.AWAITING_SHIPMENT)
    address = models.TextField(blank=True, help_text="Where the goods go, as it was when the return began")
    country = models.CharField(max_length=2, blank=True, help_text="Where that address is")
    city = models.CharField(max_length=120, blank=True)
    is_local = models.BooleanField(default=False, help_text="In the buyer's own country")
    agreed_at = models.DateTimeField()
    address_by = models.DateTimeField(
        null=True, blank=True, help_text="Until when the seller names the address; null: it was known"
    )
    send_by = models.DateTimeField(null=True, blank=True, help_text="Null until the address is known")
    carrier = models.CharField(max_length=120, blank=True)
    tracking_number = models.CharField(max_length=120, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)
    lost_at = models.DateTimeField(null=True, blank=True, help_text="In transit at most until then")
    delivered_at = models.DateTimeField(null=True, blank=True)
    is_elsewhere = models.BooleanField(
        default=False, help_text="The carrier says that it was delivered in another place than the address"
    )
    check_by = models.DateTimeField(null=True, blank=True)
    inspection = models.CharField(max_length=24, choices=Inspection, blank=True)
    contest_note = models.TextField(blank=True)
    postage_cap = models.BigIntegerField(default=0, help_text="Minor units, from the terms (T-04)")
    postage_receipt = models.ForeignKey(
        Evidence, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    postage_amount = models.BigIntegerField(default=0, help_text="What the receipt says, in minor units")
    postage_refunded = models.BigIntegerField(default=0, help_text="On its way to the buyer, or there")
    postage_owed = models.BigIntegerField(
        default=0, help_text="Due to the buyer, and neither in the dispute nor in the seller's balance yet"
    )
    postage_paid_how = models.CharField(
        max_length=120, blank=True, help_text="Paid by staff past the provider: the way and its reference"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    postage_cap__gte=0, postage_amount__gte=0, postage_refunded__gte=0, postage_owed__gte=0
                ),
                name="postage_not_below_zero",
            )
        ]
        indexes = [models.Index(fields=["id"], condition=Q(postage_owed__gt=0), name="postage_owed")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def postage_due(self) -> int:
        """What the receipt is worth under the terms: all of it, up to their cap (T-04). Minor units."""
        return min(self.postage_amount, self.postage_cap) if self.postage_receipt_id else 0


class ReplacementShipment(models.Model):
    """An identical product on its way to the buyer (T-03). What the seller does not send in time is refunded."""

    class Status(models.TextChoices):
        AWAITING_SHIPMENT = "awaiting_shipment", _("Waiting to be sent")
        IN_TRANSIT = "in_transit", _("On its way")
        DELIVERED = "delivered", _("Delivered")
        ACKNOWLEDGED = "acknowledged", _("Received by the buyer")
        CONTESTED = "contested", _("Contested by the buyer")
        EXPIRED = "expired", _("Not sent in time")

    public_id = PublicIdField(prefix="rpl")
    dispute = models.OneToOneField(Dispute, on_delete=models.PROTECT, related_name="replacement")
    status = models.CharField(max_length=20, choices=Status, default=Status.AWAITING_SHIPMENT)
    agreed_at = models.DateTimeField()
    send_by = models.DateTimeField()
    carrier = models.CharField(max_length=120, blank=True)
    tracking_number = models.CharField(max_length=120, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)
    lost_at = models.DateTimeField(null=True, blank=True, help_text="In transit at most until then")
    delivered_at = models.DateTimeField(null=True, blank=True)
    acknowledge_by = models.DateTimeField(null=True, blank=True)
    contest_note = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.public_id
