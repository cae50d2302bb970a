"""What the buyer is told of a refund on its way (X-03, X-04). Called in the transaction that changed it."""

from __future__ import annotations

from datetime import UTC, datetime, time

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from marketplace.core.display import date_text
from marketplace.core.money import Money, format_money
from marketplace.notifications.models import Notice
from marketplace.payments.models import Refund

MESSAGES = {
    Refund.Status.CONFIRMED: (
        _("Your refund was paid: %(reference)s"),
        _("%(amount)s went back to where you paid from. Your bank may need until %(date)s to show it."),
    ),
    Refund.Status.FAILED: (
        _("Your refund is late: %(reference)s"),
        _("We could not send %(amount)s back to where you paid from. The money is still yours. Our staff take care of it. You do not have to do anything."),
    ),
}  # fmt: skip


def tell_buyer(refund: Refund) -> None:
    """One notice for each refund and status that the buyer waits for; the same news twice is told once."""
    message = MESSAGES.get(Refund.Status(refund.status))
    if message is None:
        return
    escrow = refund.payment.escrow
    order, reader = escrow.order, escrow.order.buyer
    at = refund.failed_at or refund.confirmed_at
    assert at is not None, "both states have their moment"
    with translation.override(reader.language or "en"):
        words = {
            "reference": order.reference,
            "amount": format_money(Money(refund.amount, escrow.currency), translation.get_language() or "en"),
            "date": date_text(datetime.combine(refund.expected_to, time(12), UTC), zone=UTC),
        }
        subject, text = (str(part) % words for part in message)
    Notice.objects.bulk_create(
        [
            Notice(
                recipient=reader,
                key=f"payments.refund:{refund.pk}:{refund.status}",
                case_id=order.public_id,
                url=f"/orders/{order.public_id}/",
                subject=subject[:200],
                text=text,
                created_at=at,
                mail=Notice.Mail.WAITING if reader.email else Notice.Mail.NONE,
                mail_next_at=at if reader.email else None,
            )
        ],
        ignore_conflicts=True,
    )
