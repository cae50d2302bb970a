"""A store's own rules for accepting by itself (N-10)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Store
from marketplace.core.ids import PublicIdField
from marketplace.core.money import Money


class AutoAcceptRule(models.Model):
    """Accept a claim for this reason, up to this sum, of a buyer with so few disputes. What it says never changes: another
    wish is another rule, so that every acceptance names the words it was made by. It is on only once it was tried."""

    public_id = PublicIdField(prefix="rul")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="auto_accept_rules")
    reason = models.CharField(
        _("reason"),
        max_length=40,
        blank=True,
        help_text=_("A code or a group of the reason tree; empty: any"),
    )
    currency = models.CharField(_("currency"), max_length=3)
    up_to = models.BigIntegerField(_("up to (minor units)"))
    most_disputes = models.PositiveIntegerField(
        _("most disputes of the buyer in 90 days"), null=True, blank=True, help_text=_("Empty: any buyer")
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True, blank=True)
    is_on = models.BooleanField(default=False)
    switched_at = models.DateTimeField(null=True, blank=True)
    switched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(condition=Q(up_to__gt=0), name="rule_accepts_some_sum"),
            models.CheckConstraint(
                condition=Q(is_on=False) | Q(tried_at__isnull=False), name="rule_tried_before_it_is_on"
            ),
        ]
        indexes = [models.Index(fields=["store"], condition=Q(is_on=True), name="rules_switched_on")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def limit(self) -> Money:
        """It accepts claims up to this."""
        return Money(self.up_to, self.currency)
