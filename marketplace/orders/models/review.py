"""What buyers said of their orders."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from marketplace.accounts.models import Store

from .order import Order


class Review(models.Model):
    """A buyer's rating of an order (O-13)."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="reviews")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="reviews", db_index=False)
    rating = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="rating_one_to_five"),
            models.UniqueConstraint(fields=["order", "created_at"], name="one_review_per_order_and_moment"),
        ]
        indexes = [models.Index(fields=["store", "-created_at", "-id"], name="review_by_store")]

    def __str__(self) -> str:
        return f"{self.rating}/5"
