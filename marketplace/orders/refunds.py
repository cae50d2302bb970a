"""What the buyer is told of a refund on its way (X-03, X-04). Called in the transaction that changed it."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

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


#: what a refund was paid by in the end, where that was not the provider
OTHER_WAYS = {
    Refund.PaidBy.HAND: (
        _("Your refund was paid: %(reference)s"),
        _("Our staff paid %(amount)s another way: %(how)s. It is done. We do not pay it again."),
    ),
    Refund.PaidBy.BANK: (
        _("Your bank paid your refund: %(reference)s"),
        _("Your bank gave you %(amount)s. It is the same money. So we do not pay it again."),
    ),
}
SENT_ELSEWHERE = (
    _("Your refund is on its way again: %(reference)s"),
    _("We send %(amount)s to the other way you paid with: %(method)s. It comes until %(date)s."),
)


def _message(refund: Refund) -> tuple[Any, Any] | None:
    if refund.paid_by != Refund.PaidBy.PROVIDER and refund.status == Refund.Status.CONFIRMED:
        return OTHER_WAYS[Refund.PaidBy(refund.paid_by)]
    if refund.replaces_id and refund.status == Refund.Status.DECIDED:
        return SENT_ELSEWHERE
    return MESSAGES.get(Refund.Status(refund.status))


def tell_buyer(refund: Refund) -> None:
    """One notice for each refund and status that the buyer waits for; the same news twice is told once."""
    message = _message(refund)
    if message is None:
        return
    escrow = refund.payment.escrow
    order, reader = escrow.order, escrow.order.buyer
    at = refund.confirmed_at or refund.failed_at or refund.decided_at
    with translation.override(reader.language or "en"):
        words = {
            "reference": order.reference,
            "amount": format_money(Money(refund.amount, escrow.currency), translation.get_language() or "en"),
            "how": refund.paid_how,
            "method": refund.payment.method,
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
