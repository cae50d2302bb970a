"""A dispute whose money a buyer's bank asks for: its clock stands still, and goes on where it stood (X-06).

No verbs of anybody: payments calls these inside its own transaction, with the order locked first, as always.
"""

from __future__ import annotations

from marketplace.core.access import Actor
from marketplace.orders.models import HoldBack
from marketplace.payments.freezing import Owner
from marketplace.payments.models import Chargeback

from ..models import Dispute, ReachedBy, Result, State
from . import proposals, requests
from .settling import settle

ENDED = (State.RESOLVED, State.CANCELLED)


def changed(chargeback: Chargeback) -> None:
    """The bank asked, or decided: every open dispute of the order stops, or goes on."""
    escrow = chargeback.payment.escrow_id
    found = Dispute.objects.filter(order__escrow=escrow).exclude(state__in=ENDED).order_by("pk")
    for pk in found.values_list("pk", flat=True):
        dispute = Dispute.lock(pk)
        if chargeback.status == Chargeback.Status.OPEN:
            dispute.frozen_at = dispute.order.frozen_at
            dispute.finish("freeze", Actor.system(), dispute.state)
        else:
            _decided(dispute, lost=chargeback.status == Chargeback.Status.LOST)


def _decided(dispute: Dispute, *, lost: bool) -> None:
    """It goes on, unless another bank still asks; what the bank paid is a part of whatever the buyer gets. Where that is
    all that the dispute was about, it ends."""
    before = dispute.state
    if not dispute.order.frozen_at:
        dispute.frozen_at, dispute.thawed_at = None, dispute.order.thawed_at
    if lost:
        hold = HoldBack.objects.get(key=dispute.public_id)
        dispute.from_bank = hold.from_bank
        dispute.say(amount=dispute.money(dispute.from_bank).as_json())
        if hold.amount == 0:
            dispute.end_by_bank()
            dispute.cancel_by = None
            requests.end(dispute)
            proposals.end(dispute)
            settle(
                dispute,
                amount=dispute.held,
                outcome=Result.REFUNDED,
                reached_by=ReachedBy.BANK,
                by=Actor.system(),
            )
        dispute.finish("bank_paid", Actor.system(), before)
    elif not dispute.frozen_at:
        dispute.finish("thaw", Actor.system(), before)


def _nothing(escrow_pk: int) -> None:
    """The order's own lock is enough: no dispute moves without it."""


def _no_party(escrow_pk: int, by: Actor) -> bool:
    """A dispute has no parties but its order's."""
    return False


OWNER = Owner(floor=2, lock=_nothing, changed=changed, is_party=_no_party)
