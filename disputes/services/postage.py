"""Return postage that the seller pays: the buyer's receipt, up to the cap of the terms (T-04).

It is paid when the dispute ends: first from what the dispute holds beyond the refund. What that does not cover is the
seller's debt: taken from what the same order paid the seller, as soon as the balance holds it; or paid by staff past the
provider, for more than was paid cannot go back the way it came. Until then it is owed, for everybody concerned to see.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.core.access import LEAD_MEDIATOR, Actor
from marketplace.core.cases import step
from marketplace.core.errors import Forbidden, Invalid, WrongState
from marketplace.core.money import Money, format_money, share
from marketplace.evidence.models import Evidence
from marketplace.payments import balances

from .. import access
from ..models import Dispute, Payer, Result, ReturnShipment, Terms
from .exhibits import attach, own_files

log = logging.getLogger(__name__)

METHOD_CHARS, REFERENCE_CHARS = 40, 60
BATCH = 100


def cap_of(dispute: Dispute, terms: Terms) -> int:
    """Up to how much postage is paid back: as the terms say, or else the policy's part of the refund. Minor units."""
    if terms.return_shipping_paid_by != Payer.SELLER:
        return 0
    return terms.postage_cap or share(terms.amount, dispute.policy.postage_cap_percent, 100)


def submit_postage_receipt(pk: int, *, evidence: str, amount: Money, by: Actor) -> Dispute:
    """The buyer shows what the postage cost. A later receipt takes the place of an earlier one (T-04)."""
    with step(Dispute, pk, "submit_postage_receipt", by=by) as dispute:
        dispute.submit_postage_receipt()
        file = _receipt(evidence, by)
        if amount.currency != dispute.currency:
            message = _("Give the amount in %(currency)s.") % {"currency": dispute.currency}
            raise Invalid.field("amount", "currency", message)
        if amount.minor < 1:
            raise Invalid.field("amount", "out_of_range", _("Give the sum that stands on the receipt."))
        attach(dispute, [file], role="buyer", at=dispute.now)
        parcel = dispute.return_shipment
        parcel.postage_receipt, parcel.postage_amount = file, amount.minor
        parcel.save()
        dispute.say(amount=amount.as_json(), due=dispute.money(parcel.postage_due).as_json())
    return dispute


def _receipt(public_id: str, by: Actor) -> Evidence:
    if not public_id:
        raise Invalid.field("evidence", "required", _("Add a photo of the receipt."))
    (file,) = own_files([public_id], by)
    return file


def due_at_the_end(dispute: Dispute, amount: int, outcome: str) -> int:
    """What the end of the dispute owes the buyer for postage: only where the goods went back and the buyer was right."""
    parcel = getattr(dispute, "return_shipment", None)
    if parcel is None or parcel.shipped_at is None or not (amount > 0 or outcome == Result.REPLACED):
        return 0
    return parcel.postage_due - parcel.postage_refunded


def book(dispute: Dispute, *, due: int, paid: int) -> None:
    """So much was due and so much was in what the dispute held; the rest is the seller's debt from now on."""
    if due == 0:
        return
    parcel = dispute.return_shipment
    parcel.postage_refunded += paid
    parcel.postage_owed = due - paid
    _collect(dispute, parcel)
    parcel.save()
    if parcel.postage_owed:
        dispute.say(postage_owed=dispute.money(parcel.postage_owed).as_json())


def _collect(dispute: Dispute, parcel: ReturnShipment) -> bool:
    """Take the debt from what this order paid the seller, if all of it is there."""
    owed, order = parcel.postage_owed, dispute.order
    cause = f"dispute:{dispute.public_id}:postage:balance"
    if not owed:
        return False
    try:
        balances.refund_from_balance(order.escrow, owed, cause=cause, at=dispute.now, policy=order.policy)
    except WrongState:
        return False  # it is tried again, and staff see it
    parcel.postage_refunded, parcel.postage_owed = parcel.postage_refunded + owed, 0
    return True


def collect_owed() -> int:
    """Try every debt again; how many were paid. Each in a transaction of its own; run by the workers (disputes/tasks.py)."""
    owing = ReturnShipment.objects.filter(postage_owed__gt=0, dispute__order__escrow__released__gt=0)
    paid = 0
    for pk, dispute_pk in list(owing.order_by("pk").values_list("pk", "dispute_id")[:BATCH]):
        try:
            with transaction.atomic():
                dispute, parcel = _locked(pk, dispute_pk)
                owed = parcel.postage_owed
                if _collect(dispute, parcel):
                    parcel.save()
                    _tell(dispute, owed, by=Actor.system())
                    paid += 1
        except Exception:  # one debt that cannot be booked must not keep the others from being paid
            log.exception("postage was not collected: return %s", pk)
    return paid


def pay_by_hand(pk: int, *, method: str, reference: str, by: Actor) -> ReturnShipment:
    """Staff paid the buyer what is owed, past the provider; the seller's balance bears it. `pk`: of the return.

    Raises Forbidden, Invalid (fields), WrongState (nothing owed any more, or the balance does not hold it).
    """
    method, reference = method.strip(), reference.strip()
    if not 1 <= len(method) <= METHOD_CHARS:
        raise Invalid.field("method", "required", _("Write how you paid, in a few words."))
    if not 1 <= len(reference) <= REFERENCE_CHARS:
        raise Invalid.field("reference", "required", _("Write the reference of the payment you made."))
    with transaction.atomic():
        dispute, parcel = _locked(pk, ReturnShipment.objects.values_list("dispute_id", flat=True).get(pk=pk))
        if not may_pay(by, dispute):
            raise Forbidden(_("This step belongs to somebody else."))
        owed, key = parcel.postage_owed, f"postage:{parcel.public_id}"
        if not owed:
            raise WrongState(_("Nothing is owed any more."))
        if not balances.pay_postage(dispute.store, dispute.currency, owed, key=key, at=timezone.now()):
            words = _("The seller's balance does not hold %(sum)s yet.")
            raise WrongState(words % {"sum": format_money(dispute.money(owed))})
        parcel.postage_refunded, parcel.postage_owed = parcel.postage_refunded + owed, 0
        parcel.postage_paid_how = f"{method}, {reference}"
        parcel.save()
        _tell(dispute, owed, by=by)
    return parcel


def _tell(dispute: Dispute, paid: int, *, by: Actor) -> None:
    """A line of the timeline, and word to the buyer; the dispute itself has ended and stays so."""
    dispute.say(amount=dispute.money(paid).as_json())
    dispute.finish("pay_postage", by, dispute.state)


def may_pay(by: Actor, dispute: Any) -> bool:
    """Lead mediators, but never in a matter of their own."""
    return by.is_in(LEAD_MEDIATOR) and not access.party(by, dispute)


def _locked(pk: int, dispute_pk: int) -> tuple[Dispute, ReturnShipment]:
    dispute = Dispute.lock(dispute_pk)
    return dispute, ReturnShipment.objects.select_for_update().get(pk=pk)
