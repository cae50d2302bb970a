"""What people write to each other on an order or a dispute. Messages are not evidence (N-08) and are never edited."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from marketplace.core.ids import PublicIdField


class Thread(models.Model):
    """One conversation; whatever it belongs to points at it."""

    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"thread {self.pk}"


class Message(models.Model):
    """One message, as it was sent. `role` is the author's part in the case at that time."""

    public_id = PublicIdField(prefix="msg")
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    text = models.TextField()
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.public_id
