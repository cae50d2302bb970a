"""The tables of the ground floor."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from .policy import ProtectionPolicy

__all__ = ["Heartbeat", "IdempotentAnswer", "Outage", "ProtectionPolicy", "Tick"]


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


class Heartbeat(models.Model):
    """At this moment the site answered: people could reach it. At most one a minute; see outages.py."""

    at = models.DateTimeField(db_index=True)
    boot = models.CharField(max_length=100, help_text="The run of the machine that `up` counts from")
    up = models.PositiveBigIntegerField(help_text="Seconds")

    def __str__(self) -> str:
        return self.at.isoformat()


class Outage(models.Model):
    """For so long nobody could reach the site: from the last heartbeat before it to the first one after."""

    started_at = models.DateTimeField(unique=True)
    ended_at = models.DateTimeField()
    told_at = models.DateTimeField(
        null=True, blank=True, help_text="When all whose time is longer by it were told"
    )

    def __str__(self) -> str:
        return f"{self.started_at.isoformat()} - {self.ended_at.isoformat()}"


class Tick(models.Model):
    """The last good reading of a machine's clocks by its workers; see gate.py."""

    boot = models.CharField(max_length=100, unique=True)
    at = models.DateTimeField()
    up = models.PositiveBigIntegerField(help_text="Seconds")
    stopped_at = models.DateTimeField(null=True, blank=True, help_text="Since then the clock is not believed")

    def __str__(self) -> str:
        return self.boot
