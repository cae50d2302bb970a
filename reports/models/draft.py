"""A report before it is sent."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from marketplace.core.ids import PublicIdField

from ..kinds import Category
from .report import Report


class Draft(models.Model):
    """A report that is being written. `writer` None: a person without an account, known by the key in their session."""

    public_id = PublicIdField(prefix="rdr")
    writer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    category = models.CharField(max_length=24, choices=Category)
    data = models.JSONField(default=dict)
    mailed_to = models.EmailField(blank=True)
    saved_at = models.DateTimeField()
    sent_as = models.OneToOneField(Report, null=True, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return self.public_id
