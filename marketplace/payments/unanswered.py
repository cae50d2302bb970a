"""A refund about which the provider gives no answer (X-04, threats.md row 8): have it asked again, or write down its books.

Both are for lead mediators who are no party to the order. What the provider's own books say is believed once nothing can be
sent any more: the time in which a lost question may be sent again is over, and no worker asks at this moment. The key of the
refund stays what it was. Above the policy's limit (M-08) a second lead pays what the first one found unpaid (other_ways.py).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.errors import Invalid, NotFound, WrongState

from . import other_ways, outbox
from .models import Escrow, Refund

NOTE_CHARS, REFERENCE_CHARS = 500, 120
Status = Refund.Status


def waits(refund: Refund, now: datetime) -> bool:
    """Is it without an answer, and with staff (Refund.objects.with_staff)?"""
    return refund.status == Status.UNKNOWN and Refund.objects.with_staff(now).filter(pk=refund.pk).exists()


def asked_enough(refund: Refund, now: datetime) -> bool:
    """Can nothing be sent any more, by us or by a worker that asks at this moment?"""
    in_work = refund.leased_until is not None and refund.leased_until > now
    over = refund.look_up_only or outbox.is_past_resending(refund, now)
    return refund.status == Status.UNKNOWN and over and not in_work


def ask_again(pk: int, *, by: Actor) -> Refund:
    """The provider is asked at the next run of the workers, with the key that the refund has. Asking twice asks once.

    Raises Forbidden, NotFound, WrongState (it is not unanswered).
    """
    with transaction.atomic():
        row = _locked(pk, by)
        if row.status != Status.UNKNOWN:
            raise WrongState(_("There is an answer about this refund. Look at it again."))
        row.next_try_at = timezone.now()
        row.save(update_fields=["next_try_at"])
    return row


def record_books(pk: int, *, paid: bool, note: str, bank_reference: str = "", by: Actor) -> Refund:
    """What a lead read in the provider's own books. Paid: the refund is confirmed, and the buyer gets the bank's number.
    Not paid: it failed; the money is still the buyer's, and waits to be paid another way.

    Raises Forbidden, NotFound, Invalid (fields), WrongState (answered meanwhile, or it may still be sent or asked about).
    """
    note, bank_reference = note.strip(), bank_reference.strip()
    _check(paid=paid, note=note, bank_reference=bank_reference)
    with transaction.atomic():
        row = _locked(pk, by)
        now = timezone.now()
        if not asked_enough(row, now):
            raise WrongState(
                _("We still ask the provider about this refund. Wait for that, then look again.")
            )
        row.books_read_by_id, row.leased_until = by.person_id, None
        if paid:
            outbox.paid_by_the_books(row, bank_reference, note, now)
        else:
            outbox.unpaid_by_the_books(row, note, now)
        row.save()
        outbox.tell(row)
    return row


def _check(*, paid: bool, note: str, bank_reference: str) -> None:
    if not 1 <= len(note) <= NOTE_CHARS:
        words = _("Write what you read there, in up to %(n)s characters.") % {"n": NOTE_CHARS}
        raise Invalid.field("note", "required", words)
    if paid and not 1 <= len(bank_reference) <= REFERENCE_CHARS:
        words = _("Write the bank's number of this refund. The buyer finds the money with it.")
        raise Invalid.field("bank_reference", "required", words)
    if not paid and bank_reference:
        words = _("A refund that was not paid has no bank's number. Leave this empty.")
        raise Invalid.field("bank_reference", "not_paid", words)


def _locked(pk: int, by: Actor) -> Refund:
    """The row, locked after its escrow, for a lead who is no party."""
    escrow_pk = Refund.objects.filter(pk=pk).values_list("payment__escrow", flat=True).first()
    if escrow_pk is None:
        raise NotFound(_("This does not exist."))
    Escrow.objects.select_for_update().get(pk=escrow_pk)
    row = Refund.objects.select_for_update(of=("self",)).select_related("payment__escrow").get(pk=pk)
    other_ways.permit(by, row)
    return row
