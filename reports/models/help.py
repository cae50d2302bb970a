"""What the help for moderators looks things up in: words that a country forbids, and what things usually cost (C-09)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.messaging.models import Term

from ..kinds import GOODS


class ForbiddenTerm(Term):
    """A word for goods that a country forbids to sell; without a country, that we forbid everywhere."""

    country = models.CharField(
        _("country"), max_length=2, blank=True, help_text=_("Two letters, like DE. Empty: everywhere.")
    )
    goods = models.CharField(_("what it is"), max_length=20, choices=list(GOODS))
    language = models.CharField(_("language"), max_length=2, help_text=_("Two letters, like pt."))

    class Meta:
        verbose_name = _("word for forbidden goods")
        verbose_name_plural = _("words for forbidden goods")
        ordering = ("country", "goods", "language", "term")
        constraints = [
            models.UniqueConstraint(
                fields=["country", "goods", "language", "term"], name="one_row_per_forbidden_term"
            )
        ]

    def __str__(self) -> str:
        return f"{self.country or '–'} {self.get_goods_display()}: {self.term}"

    def clean(self) -> None:
        """Countries in capitals, languages in small letters, as they are compared."""
        super().clean()
        self.country, self.language = self.country.upper(), self.language.lower()


class PriceRange(models.Model):
    """What the listings of one category cost in one currency, each as it was last sold; counted anew once a day.

    Half of them lie between `low` and `high`. Minor units; nothing that was given away is counted.
    """

    category = models.CharField(max_length=120, blank=True)
    currency = models.CharField(max_length=3)
    listings = models.PositiveIntegerField()
    low = models.BigIntegerField()
    middle = models.BigIntegerField()
    high = models.BigIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category", "currency"], name="one_price_range_per_category")
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.currency}"
