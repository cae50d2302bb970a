"""What people are told: a notice on the site, and the same by mail. Written in the transaction of what it tells (F-07)."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from marketplace.core.ids import PublicIdField


class Notice(models.Model):
    """One thing told to one person, once: `key` names the event."""

    class Mail(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"
        NONE = "none"

    public_id = PublicIdField(prefix="ntc")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    key = models.CharField(
        max_length=80, help_text="The event that it tells, for example disputes.disputeevent:17"
    )
    case_id = models.CharField(max_length=40, help_text="Public id of the order, dispute, …")
    url = models.CharField(max_length=200)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    due_at = models.DateTimeField(null=True, blank=True)
    needs_you = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    mail = models.CharField(max_length=8, choices=Mail, default=Mail.WAITING)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mail_next_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(fields=["key", "recipient"], name="one_notice_per_event_and_person")
        ]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notice_by_recipient"),
            models.Index(fields=["mail_next_at"], condition=models.Q(mail="waiting"), name="mail_waiting"),
        ]

    def __str__(self) -> str:
        return self.subject
