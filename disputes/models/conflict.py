"""Who must not decide about whom: ties of mediators to stores and people (M-02, threats.md A4).

Whoever is a side of a case is kept out by the case's own rows; this table holds all other ties. Triggers refuse a tied
mediator on a case, a decision and an approval, whoever writes (migration 0003).
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Store
from marketplace.core.ids import PublicIdField

from .. import access


class ConflictOfInterest(models.Model):
    """One mediator is tied to one store or one person, and so gets none of their cases."""

    public_id = PublicIdField(prefix="tie")
    mediator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="ties", verbose_name=_("mediator")
    )
    store = models.ForeignKey(
        Store, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("store")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("person"),
    )
    why = models.TextField(_("why"), max_length=1000)
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who said so")
    )
    said_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(
                condition=Q(store=None, user__isnull=False) | Q(store__isnull=False, user=None),
                name="tied_to_one_store_or_person",
            ),
            models.UniqueConstraint(fields=["mediator", "store"], name="one_tie_to_a_store"),
            models.UniqueConstraint(fields=["mediator", "user"], name="one_tie_to_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.mediator} – {self.store or self.user}"


def _read(user_id: int | None) -> Iterable[tuple[int | None, int | None]]:
    return ConflictOfInterest.objects.filter(mediator_id=user_id).values_list("user_id", "store_id")


access.ties_are_read_by(_read)
