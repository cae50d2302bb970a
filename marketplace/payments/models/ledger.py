"""The double-entry ledger: accounts, movements of money, and their lines, which are only ever added."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


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
