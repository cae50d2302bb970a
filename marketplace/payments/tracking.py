"""Where a refund stands, as its buyer follows it: what was done, when the money is expected, what to do when it is late (X-03)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from babel.dates import format_date
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.core.display import Step, date_text, locale_for
from marketplace.core.money import Money, format_money

from .models import Refund

Status, PaidBy = Refund.Status, Refund.PaidBy
#: how the cause of a refund begins that a dispute decided; its tracker stands in the dispute's room
BY_DISPUTE = "dispute:"


@dataclass(frozen=True)
class Track:
    """One refund on its way to one payment. `trouble`: the heading of what is wrong; `advice`: what happens, what to do."""

    amount: Money
    method: str
    steps: list[Step]
    trouble: str
    advice: list[str] = field(default_factory=list)


def refunds_for(escrow_pk: int, cause: str) -> list[Refund]:
    """The refunds that one cause decided, one for each payment used, as they stand now; with their payments."""
    rows = Refund.objects.decided_by(cause).filter(payment__escrow_id=escrow_pk)
    return list(rows.select_related("payment__escrow").order_by("pk"))


def tracks_for(escrow_pk: int, cause: str) -> list[Track]:
    """The same, told to people."""
    return [track(refund) for refund in refunds_for(escrow_pk, cause)]


def tracks_without_dispute(escrow_pk: int) -> list[Track]:
    """The refunds of an order that no dispute decided: called off, or never sent by a seller we did not trust."""
    rows = Refund.objects.standing().filter(payment__escrow_id=escrow_pk)
    rows = rows.exclude(cause__startswith=BY_DISPUTE).select_related("payment__escrow").order_by("pk")
    return [track(refund) for refund in rows]


def track(refund: Refund) -> Track:
    """One refund, told to people today."""
    trouble, advice = _advice(refund, timezone.now().date())
    amount = Money(refund.amount, refund.payment.escrow.currency)
    return Track(amount, refund.payment.method, steps(refund), trouble, advice)


def facts(refund: Refund) -> dict[str, Any]:
    """One refund as the API tells it; a row of `refunds[]`. Its payment and escrow are read along."""
    return {
        "id": refund.public_id,
        "payment": refund.payment.public_id,
        "status": refund.status,
        "amount": Money(refund.amount, refund.payment.escrow.currency),
        "decided_at": refund.decided_at,
        "sent_at": refund.sent_at,
        "confirmed_at": refund.confirmed_at,
        "expected": list(refund.expected),
        "late": refund.is_late(timezone.now().date()),
        "paid_by": refund.paid_by,
        "bank_reference": refund.bank_reference,
    }


def steps(refund: Refund) -> list[Step]:
    """Agreed, sent, bank working, in your account: each with its date, the last with the dates we expect."""
    agreed = Step(_("Agreed"), "done", date_text(refund.decided_at))
    if refund.paid_by == PaidBy.BANK:
        return [agreed, Step(_("Paid by your bank"), "done", _on(refund.confirmed_at))]
    if refund.paid_by == PaidBy.HAND:
        return [agreed, Step(_("Paid another way"), "done", _on(refund.confirmed_at))]
    if refund.status == Status.FAILED:
        return [
            agreed,
            Step(_("With our staff"), "now", _on(refund.failed_at)),
            Step(_("Paid another way"), "later"),
        ]
    sent, there = refund.sent_at, refund.confirmed_at
    window = _("%(first)s to %(last)s") % {
        "first": _day(refund.expected_from),
        "last": _day(refund.expected_to),
    }
    return [
        agreed,
        Step(_("Sent to your bank"), "done" if sent or there else "now", _on(sent or there)),
        Step(_("Bank working"), "done" if there else "now" if sent else "later"),
        Step(_("In your account"), "done" if there else "later", _on(there) if there else window),
    ]


def _advice(refund: Refund, today: date) -> tuple[str, list[str]]:
    """What is wrong, in a heading, and what to do; both empty while all goes as it should."""
    late = refund.is_late(today)
    if refund.paid_by == PaidBy.BANK:
        return "", [_("Your bank gave you this money. So we do not send it a second time.")]
    if refund.paid_by == PaidBy.HAND:
        return "", [_("Our staff paid it another way: %(how)s.") % {"how": refund.paid_how}]
    if refund.status == Status.FAILED:
        return _("We could not send the money"), _failed(refund)
    if refund.status == Status.DECIDED and refund.payment.escrow.freezes:
        return _("This has to wait"), [
            _(
                "Your bank asked us for the same money. We go on when the bank has decided. We write to you then."
            )
        ]
    if late and refund.sent_at:
        return _("Your refund is late"), [
            _("It should have come by %(day)s. Ask your bank where it is.")
            % {"day": _day(refund.expected_to)},
            _give_number(refund),
        ]
    if late:
        return _("Your refund is late"), [
            _(
                "We have not got an answer from our payment partner. The money is still yours, and our staff look into it."
            ),
            _("Nothing is ever sent twice. To ask us, give this number: %(number)s")
            % {"number": refund.public_id},
        ]
    if refund.status == Status.UNKNOWN:
        return "", [_("We ask the bank whether the money has left. It is never sent twice.")]
    if refund.status == Status.CONFIRMED and today > refund.expected_to:
        return "", [_("You cannot see it? Ask your bank."), _give_number(refund)]
    return "", []


def _failed(refund: Refund) -> list[str]:
    words = [
        _("The bank or the card did not take it. The money is still yours."),
        _("Our staff look for another way to pay you. You do not have to do anything. We write to you."),
    ]
    if refund.from_bank:
        sum_ = format_money(Money(refund.from_bank, refund.payment.escrow.currency))
        words.append(_("Your bank gave you %(sum)s of it. We pay the rest.") % {"sum": sum_})
    return words


def _give_number(refund: Refund) -> str:
    """The number by which a bank finds it: its own where we know it, else the provider's."""
    return _("Give the bank this number: %(number)s") % {
        "number": refund.bank_reference or refund.provider_id
    }


def _on(at: datetime | None) -> str:
    return date_text(at) if at else ""


def _day(day: date) -> str:
    language: Any = locale_for()
    return format_date(day, "d MMMM y" if language.language == "en" else "long", locale=language)
