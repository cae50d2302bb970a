"""What is sold and what was bought: the listings of a store, and the lines of an order.

A line keeps its own title and prices, as they were on the day: what the store changes later changes no order. Its `paid`
and `paid_shipping` are the most that a dispute about it can give back.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Measure, Store
from marketplace.core.ids import PublicIdField

from ..titles import WordsField
from .order import Order


class Listing(models.Model):
    """Something a store sells, as far as orders need to know it."""

    public_id = PublicIdField(prefix="lst")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="listings")
    reference = models.CharField(max_length=120)
    title = models.CharField(_("title"), max_length=300)
    words = WordsField(of="title")
    category = models.CharField(_("category"), max_length=120, blank=True)
    warranty_months = models.PositiveSmallIntegerField(_("warranty (months)"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "reference"], name="one_listing_per_store_reference")
        ]
        indexes = [GinIndex(fields=["words"], name="listing_by_words", fastupdate=False)]

    def __str__(self) -> str:
        return self.title


class ListingMeasure(Measure):
    """What holds for one listing, for one cause."""

    class Kind(models.TextChoices):
        REMOVED = "removed", _("removed")
        DEMOTED = "demoted", _("shown lower in search")

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="measures")
    kind = models.CharField(max_length=20, choices=Kind)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["listing", "kind", "cause"], name="one_listing_measure_per_cause")
        ]
        indexes = [
            models.Index(
                fields=["kind", "listing"], condition=Q(lifted_at=None), name="listing_measure_not_lifted"
            )
        ]

    def __str__(self) -> str:
        return f"{self.listing}: {self.get_kind_display()}"


class OrderLine(models.Model):
    """One line of an order. `paid` and `paid_shipping` are its share of what was really paid, after every discount (D-06)."""

    public_id = PublicIdField(prefix="lin")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="lines", db_index=False)
    reference = models.CharField(max_length=120)
    title = models.CharField(max_length=300, help_text="As it was when it was bought")
    quantity = models.PositiveIntegerField()
    unit_price = models.BigIntegerField()
    discount = models.BigIntegerField(default=0, help_text="Of the whole line")
    shipping = models.BigIntegerField(default=0, help_text="Of the whole line")
    paid = models.BigIntegerField(default=0)
    paid_shipping = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("pk",)
        indexes = [models.Index(fields=["listing", "-id"], name="line_by_listing")]
        constraints = [
            models.UniqueConstraint(fields=["order", "reference"], name="one_line_per_reference"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="line_quantity_at_least_one"),
            models.CheckConstraint(
                condition=Q(
                    unit_price__gte=0, discount__gte=0, shipping__gte=0, paid__gte=0, paid_shipping__gte=0
                ),
                name="line_amounts_not_below_zero",
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("paid") + F("paid_shipping")),
                name="line_refunds_within_paid",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def price(self) -> int:
        """What the goods of the line should have cost, discount taken off."""
        return self.unit_price * self.quantity - self.discount
