"""The parcels of an order: who carries them, under which number, and what the carrier reported.

Every number that a parcel ever had is kept (`TrackingNumber`), and one report is one row however often it is sent (O-06).
"""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.core.ids import PublicIdField

from .order import Order


class Shipment(models.Model):
    """One parcel. Its present number is here; every number it ever had is in `numbers` (O-06)."""

    public_id = PublicIdField(prefix="shp")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="shipments")
    carrier = models.CharField(max_length=120, blank=True)
    tracking_number = models.CharField(max_length=120, blank=True, db_index=True)
    shipped_at = models.DateTimeField()
    promised_by = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    doubts = models.JSONField(
        default=list, blank=True, help_text="Why its tracking is doubtful (O-07): codes of tracking.DOUBTS"
    )
    doubts_cleared = models.JSONField(
        default=list,
        blank=True,
        help_text="Doubts that a moderator looked into; they do not come back for this number",
    )
    doubtful_at = models.DateTimeField(_("doubtful since"), null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        indexes = [
            models.Index(
                fields=["-doubtful_at"], condition=Q(doubtful_at__isnull=False), name="parcel_doubtful"
            )
        ]

    def __str__(self) -> str:
        return self.tracking_number or self.public_id


class TrackingNumber(models.Model):
    """A number that a parcel had, from when on."""

    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="numbers")
    carrier = models.CharField(max_length=120, blank=True)
    number = models.CharField(max_length=120)
    key = models.CharField(max_length=120, help_text="Its letters and digits alone: by these it is compared")
    since = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        indexes = [models.Index(fields=["key"], name="parcel_by_number")]

    def __str__(self) -> str:
        return self.number

    @classmethod
    def of(cls, shipment: Shipment, since: datetime) -> TrackingNumber:
        """The number that the parcel travels under, not yet saved."""
        number = shipment.tracking_number
        return cls(
            shipment=shipment, carrier=shipment.carrier, number=number, key=cls.key_of(number), since=since
        )

    @staticmethod
    def key_of(number: str) -> str:
        """ "rr 700-1 cn" and "RR7001CN" are one number."""
        return "".join(sign for sign in number.upper() if sign.isalnum())


class TrackingEvent(models.Model):
    """What a carrier reported of a parcel."""

    class Code(models.TextChoices):
        IN_TRANSIT = "in_transit", _("On its way")
        IN_DESTINATION_COUNTRY = "in_destination_country", _("In the country of destination")
        OUT_FOR_DELIVERY = "out_for_delivery", _("Out for delivery")
        DELIVERED = "delivered", _("Delivered")
        RETURNED = "returned", _("Sent back by the carrier")

    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="tracking_events")
    code = models.CharField(max_length=24, choices=Code)
    at = models.DateTimeField()
    country = models.CharField(max_length=2, blank=True)
    city = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ("at", "pk")
        constraints = [
            models.UniqueConstraint(fields=["shipment", "code", "at"], name="one_row_per_tracking_event")
        ]

    def __str__(self) -> str:
        return self.get_code_display()
