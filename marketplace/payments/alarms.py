"""What lead mediators are told of refunds that wait for a person (X-04): once a refund and reason, with where to go."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core.access import LEAD_MEDIATOR
from marketplace.core.money import Money, format_money
from marketplace.notifications.models import Notice

from .models import Refund

UNANSWERED, FAILED = "unanswered", "failed"
WORDS = {
    UNANSWERED: (
        _("No answer about a refund of %(amount)s"),
        _("The payment provider does not say if it paid. Look into its books, then write down what you read there."),
    ),
    FAILED: (
        _("A refund of %(amount)s was not paid"),
        _("The payment provider did not pay it. Pay it another way."),
    ),
}  # fmt: skip


def tell_leads(refund: Refund, kind: str, at: datetime) -> None:
    """One notice for each lead; the same news twice is told once."""
    url = reverse("admin:payments_refund_change", args=[refund.pk])
    notices = [
        _notice(refund, kind, at, reader, url)
        for reader in User.objects.filter(Q(groups__name=LEAD_MEDIATOR), is_active=True)
    ]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)


def _notice(refund: Refund, kind: str, at: datetime, reader: User, url: str) -> Notice:
    with translation.override(reader.language or "en"):
        amount = format_money(Money(refund.owed, refund.payment.escrow.currency))
        subject, text = (str(words) % {"amount": amount} for words in WORDS[kind])
    return Notice(
        recipient=reader,
        key=f"payments.refund:{refund.pk}:{kind}",
        case_id=refund.public_id,
        url=url,
        subject=subject,
        text=text,
        created_at=at,
        mail=Notice.Mail.WAITING if reader.email else Notice.Mail.NONE,
        mail_next_at=at if reader.email else None,
    )
