"""The tables of the ground floor."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from .policy import ProtectionPolicy

__all__ = ["IdempotentAnswer", "ProtectionPolicy"]


class IdempotentAnswer(models.Model):
    """The answer given to one `Idempotency-Key` of one user, so that the same request is answered alike for 24 h."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_answer_per_idempotency_key")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.key}"
