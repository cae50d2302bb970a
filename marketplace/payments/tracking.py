"""Where a refund stands, as its buyer follows it (X-03)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from babel.dates import format_date
from django.utils.translation import gettext as _

from marketplace.core.display import Step, date_text, locale_for

from .models import Refund

Status = Refund.Status


def refunds_for(escrow_pk: int, cause: str) -> list[Refund]:
    """The refunds that one cause decided, one for each payment used; with their payments."""
    rows = Refund.objects.decided_by(cause).filter(payment__escrow_id=escrow_pk)
    return list(rows.select_related("payment").order_by("pk"))


def steps(refund: Refund) -> list[Step]:
    """Agreed, sent, bank working, in your account: each with its date, the last with the dates we expect."""
    sent, there = refund.sent_at, refund.confirmed_at
    window = _("%(first)s to %(last)s") % {
        "first": _day(refund.expected_from),
        "last": _day(refund.expected_to),
    }
    return [
        Step(_("Agreed"), "done", date_text(refund.decided_at)),
        Step(_("Sent to your bank"), "done" if sent or there else "now", _on(sent or there)),
        Step(_("Bank working"), "done" if there else "now" if sent else "later"),
        Step(_("In your account"), "done" if there else "later", _on(there) if there else window),
    ]


def _on(at: datetime | None) -> str:
    return date_text(at) if at else ""


def _day(day: date) -> str:
    language: Any = locale_for()
    return format_date(day, "d MMMM y" if language.language == "en" else "long", locale=language)
