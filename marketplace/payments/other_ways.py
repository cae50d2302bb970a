"""A refund that the provider did not pay is paid another way, once (X-04). Staff record it; nothing here names a destination.

By hand: staff have paid it past the provider and write down how, with its reference. To another payment: of the same
order, as far as that has room, through its provider. Both are for lead mediators who are no party to the order; the row
keeps who it was. A row is locked after its escrow, and looked at again: of two who try, one gets a refusal.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.core.access import LEAD_MEDIATOR, Actor
from marketplace.core.errors import Forbidden, Invalid, NotFound, WrongState
from marketplace.core.money import Money
from marketplace.core.policy import ProtectionPolicy

from . import chargebacks, freezing, ledger, outbox
from .models import Escrow, Payment, Refund

METHOD_CHARS, REFERENCE_CHARS = 40, 60
Status = Refund.Status


def may(by: Actor, refund: Refund) -> bool:
    """Lead mediators, but never in a matter of their own (threats.md A4)."""
    escrow = refund.payment.escrow
    tied = escrow.store_id in by.store_ids or any(
        owner.is_party(escrow.pk, by) for owner in freezing.owners()
    )
    return by.is_in(LEAD_MEDIATOR) and not tied


def needs_other_lead(by: Actor, refund: Refund) -> bool:
    """Above the policy's limit, whoever read in the provider's books that it was not paid does not pay it too (M-08)."""
    if refund.books_read_by_id is None or refund.books_read_by_id != by.user_id:
        return False
    policy = ProtectionPolicy.objects.in_force("default", timezone.now())
    return policy.needs_approval(Money(refund.owed, refund.payment.escrow.currency))


def permit(by: Actor, refund: Refund) -> None:
    """Raises Forbidden where they may not."""
    if not may(by, refund):
        raise Forbidden(_("Only a lead mediator who is no party to the order may do this."))


def payments_with_room(refund: Refund) -> list[Payment]:
    """The other payments of the same order that can still take what is owed; none for the rest of a refund of which a
    bank has paid a part: that is paid by hand."""
    if refund.from_bank:
        return []
    others = Payment.objects.filter(escrow=refund.payment.escrow_id).exclude(pk=refund.payment_id)
    return [each for each in others if each.is_money and each.amount - each.refunded >= refund.owed]


def pay_by_hand(pk: int, *, method: str, reference: str, by: Actor) -> Refund:
    """Staff have paid it past the provider: how, and the reference by which the buyer finds it.

    Raises Forbidden, NotFound, Invalid (fields), WrongState (not failed, paid meanwhile, or frozen).
    """
    method, reference = method.strip(), reference.strip()
    if not 1 <= len(method) <= METHOD_CHARS:
        raise Invalid.field("method", "required", _("Write how you paid, in a few words."))
    if not 1 <= len(reference) <= REFERENCE_CHARS:
        raise Invalid.field("reference", "required", _("Write the reference of the payment you made."))
    with transaction.atomic():
        row = _failed(pk, by)
        now = timezone.now()
        row.status, row.confirmed_at, row.next_try_at = Status.CONFIRMED, now, None
        row.paid_by, row.paid_how = Refund.PaidBy.HAND, f"{method}, {reference}"
        row.settled_by_id = by.person_id
        row.save()
        ledger.post(
            ledger.move(
                ledger.refunds_of(row.payment.public_id),
                ledger.OUTSIDE,
                row.owed,
                kind="by_hand",
                key=f"refund:{row.public_id}:another_way",
                at=now,
                currency=row.payment.escrow.currency,
            )
        )
        outbox.tell(row)
    return row


def send_to_payment(pk: int, *, payment: str, by: Actor) -> Refund:
    """Send it to another payment of the same order: a row of its own, in the failed one's place, that the outbox delivers.

    `payment`: its public id. Raises as `pay_by_hand`; Invalid where that payment is not of the order or has no room.
    """
    with transaction.atomic():
        row = _failed(pk, by)
        target = next((each for each in payments_with_room(row) if each.public_id == payment), None)
        if target is None:
            words = _("Choose a payment of this order that can still take the whole sum.")
            raise Invalid.field("payment", "no_room", words)
        now = timezone.now()
        fresh = Refund.objects.create(
            payment=target,
            cause=f"{row.cause}{Refund.INSTEAD}{row.public_id}",
            amount=row.owed,
            decided_at=now,
            next_try_at=now,
            expected_from=now.date() + (row.expected_from - row.decided_at.date()),
            expected_to=now.date() + (row.expected_to - row.decided_at.date()),
            replaces=row,
            settled_by_id=by.person_id,
        )
        _move(row, fresh)
        outbox.tell(fresh)
    return fresh


def _move(row: Refund, fresh: Refund) -> None:
    """Books: the one payment gave back less, the other more; the buyer's money changes its account."""
    Payment.objects.filter(pk=row.payment_id).update(refunded=F("refunded") - fresh.amount)
    room = Payment.objects.filter(pk=fresh.payment_id, refunded__lte=F("amount") - fresh.amount)
    if not room.update(refunded=F("refunded") + fresh.amount):
        raise WrongState(_("This payment has been refunded already."))
    ledger.post(
        ledger.move(
            ledger.refunds_of(row.payment.public_id),
            ledger.refunds_of(fresh.payment.public_id),
            fresh.amount,
            kind="elsewhere",
            key=f"refund:{row.public_id}:another_way",
            at=fresh.decided_at,
            currency=row.payment.escrow.currency,
        )
    )


def _failed(pk: int, by: Actor) -> Refund:
    """The row, locked after its escrow; refused unless it failed, nobody paid it since, and nothing is frozen."""
    escrow_pk = Refund.objects.filter(pk=pk).values_list("payment__escrow", flat=True).first()
    if escrow_pk is None:
        raise NotFound(_("This does not exist."))
    escrow = Escrow.objects.select_for_update().get(pk=escrow_pk)
    row = Refund.objects.select_for_update(of=("self",)).select_related("payment__escrow").get(pk=pk)
    permit(by, row)
    if row.status != Status.FAILED or hasattr(row, "replaced_by"):
        raise WrongState(_("This refund does not wait for you: it is on its way, or was paid already."))
    if needs_other_lead(by, row):
        raise Forbidden(
            _("You found that this was not paid. For so large a sum, another lead mediator pays it.")
        )
    if escrow.freezes:
        raise WrongState(freezing.frozen_words())
    if chargebacks.is_borne_by_bank(row):
        raise WrongState(
            _(
                "The buyer has got this money from the bank, at least in part. Ask the provider before you pay."
            )
        )
    return row
