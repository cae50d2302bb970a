"""What a payment provider told us, and the books of the built-in one."""

from __future__ import annotations

from django.db import models


class SandboxRefund(models.Model):
    """What the built-in sandbox provider was told; it stands for a provider's books in `make run`."""

    idempotency_key = models.CharField(max_length=120, unique=True)
    payment_reference = models.CharField(max_length=120, db_index=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.idempotency_key


class ProviderEvent(models.Model):
    """A webhook event taken from a provider, once; the state itself is always asked of the provider."""

    provider = models.CharField(max_length=20)
    event_id = models.CharField(max_length=120)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="one_row_per_provider_event")
        ]

    def __str__(self) -> str:
        return f"{self.provider}:{self.event_id}"
