"""What is kept of each month: plain numbers by name. No row of a case stands behind a page that the public reads."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class MonthFigures(models.Model):
    """The figures of one month, made once it has ended (Z-08). A kept month is never counted again."""

    month = models.CharField(_("month"), max_length=7, unique=True, help_text="2026-10")
    figures = models.JSONField(_("figures"), help_text=_("Name and number; the names stand in words.py"))
    made_at = models.DateTimeField(_("made"))

    class Meta:
        ordering: ClassVar[tuple[str, ...]] = ("-month",)
        verbose_name = _("figures of a month")
        verbose_name_plural = _("figures of months")

    def __str__(self) -> str:
        return self.month

    @property
    def first_day(self) -> date:
        return date.fromisoformat(f"{self.month}-01")
