"""Goods that travel because of a dispute: the return to the seller, and the replacement to the buyer (section 5)."""

from __future__ import annotations

from django.db import models
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
    is_local = models.BooleanField(default=False, help_text="In the buyer's own country")
    agreed_at = models.DateTimeField()
    send_by = models.DateTimeField()
    carrier = models.CharField(max_length=120, blank=True)
    tracking_number = models.CharField(max_length=120, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)
    lost_at = models.DateTimeField(null=True, blank=True, help_text="In transit at most until then")
    delivered_at = models.DateTimeField(null=True, blank=True)
    check_by = models.DateTimeField(null=True, blank=True)
    inspection = models.CharField(max_length=24, choices=Inspection, blank=True)
    contest_note = models.TextField(blank=True)
    postage_cap = models.BigIntegerField(default=0, help_text="Minor units, from the terms (T-04)")
    postage_receipt = models.ForeignKey(
        Evidence, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    postage_amount = models.BigIntegerField(default=0, help_text="What the receipt says, in minor units")

    def __str__(self) -> str:
        return self.public_id


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
