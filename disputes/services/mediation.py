"""A mediator takes a case, or the next one of the queue, and gives it back (M-02). Deciding it: deciding.py."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.errors import Forbidden, WrongState

from .. import access
from ..models import Dispute, State
from .conflicts import check_free

#: how the queue is ordered; one index serves it (models/waiting.py says how the places come about)
QUEUE = ("-overdue", "queue_at", "pk")
#: of the next so many cases, some are taken by others at the same moment
TRIES = 20


def assign(pk: int, *, by: Actor) -> Dispute:
    """The mediator takes this case; two can never hold one (M-02). Forbidden, in words, for one who is tied to a side."""
    with step(Dispute, pk, "assign", by=by) as dispute:
        check_free(dispute, by)
        dispute.assign()
        dispute.mediator_id = by.user_id
        dispute.assigned_at = dispute.at
    return dispute


def release(pk: int, *, by: Actor) -> Dispute:
    """The mediator gives the case back to the queue."""
    with step(Dispute, pk, "release", by=by) as dispute:
        dispute.release()
        dispute.mediator = None
        dispute.assigned_at = None
    return dispute


def take_next(*, by: Actor) -> Dispute | None:
    """The queue's next case for this mediator; None where there is none (M-02).

    What is past its date goes first, also where the workers have not told of it yet (M-09). Of two who ask at the same
    moment one gets it and the other the one after it: `assign` decides under the case's lock.
    """
    if not by.is_mediator:
        raise Forbidden(_("Only mediators take cases."))
    free = Dispute.objects.filter(access.free_for(by), state=State.MEDIATION, mediator=None, cancel_by=None)
    late = Q(due_at__lte=timezone.now())
    for rows in (free.filter(late), free.exclude(late)):
        for pk in rows.order_by(*QUEUE).values_list("pk", flat=True)[:TRIES]:
            try:
                return assign(pk, by=by)
            except (WrongState, Forbidden):
                continue  # another mediator was quicker, or a tie has just come to light
    return None
