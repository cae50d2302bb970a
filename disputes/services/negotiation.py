"""Between opening and a mediator: the seller accepts, refuses or stays silent; both write and add files (section 4)."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.errors import Invalid
from marketplace.messaging import services as messaging
from marketplace.messaging.models import Message
from marketplace.orders import services as orders

from ..models import Dispute, ReachedBy
from .exhibits import attach, own_files
from .settling import carry_out, claimed

LONGEST_NOTE = 2000


def accept_claim(pk: int, *, by: Actor) -> Dispute:
    """The seller agrees: the buyer gets what was claimed, the seller the rest. For good (N-04)."""
    with step(Dispute, pk, "accept_claim", by=by) as dispute:
        dispute.answered_at = dispute.answered_at or dispute.at
        dispute.accept_claim()
        carry_out(dispute, claimed(dispute), reached_by=ReachedBy.AGREEMENT, by=by)
    return dispute


def grant_claim(pk: int, *, by: Actor) -> Dispute:
    """The seller never answered: the claim is granted as asked (N-01)."""
    with step(Dispute, pk, "grant_claim", by=by) as dispute:
        dispute.grant_claim()
        carry_out(dispute, claimed(dispute), reached_by=ReachedBy.SELLER_SILENCE, by=by)
    return dispute


def refuse_claim(pk: int, *, note: str, by: Actor) -> Dispute:
    """The seller says no, and why; the two may still agree until a mediator takes over (N-01, N-02)."""
    with step(Dispute, pk, "refuse_claim", by=by) as dispute:
        dispute.refuse_claim()
        dispute.answered_at = dispute.answered_at or dispute.at
        dispute.say(note=_note(note))
    return dispute


def escalate(pk: int, *, by: Actor) -> Dispute:
    """No agreement in time: from now on a mediator decides (N-02)."""
    with step(Dispute, pk, "escalate", by=by) as dispute:
        dispute.escalate()
        dispute.escalated_at = dispute.at
    return dispute


def cancel(pk: int, *, by: Actor) -> Dispute:
    """The buyer gives the claim up; the money is the order's again (N-06)."""
    with step(Dispute, pk, "cancel", by=by) as dispute:
        dispute.cancel()
        _give_up(dispute, by)
    return dispute


def staff_cancel(pk: int, *, reason: str, by: Actor) -> Dispute:
    """Staff end it, and both sides read why (N-06)."""
    with step(Dispute, pk, "staff_cancel", by=by) as dispute:
        dispute.staff_cancel()
        dispute.say(note=_note(reason, field="reason"))
        _give_up(dispute, by)
    return dispute


def _give_up(dispute: Dispute, by: Actor) -> None:
    dispute.ended_at = dispute.at
    dispute.lines.update(is_open=False)
    orders.lift_hold_back(dispute.order, key=dispute.public_id, at=dispute.at, by=by)


def send_message(pk: int, *, text: str, by: Actor) -> Message:
    """The two sides write to each other; messages are not evidence (N-08)."""
    with step(Dispute, pk, "send_message", by=by) as dispute:
        dispute.send_message()
        message = messaging.write(dispute.thread, text, role=dispute.role_of(by), by=by, at=dispute.now)
        dispute.say(message=message.public_id)
    return message


def provide_evidence(pk: int, *, evidence: Sequence[str], by: Actor) -> Dispute:
    """A side puts files of its own before the other and the mediator (section 11)."""
    with step(Dispute, pk, "provide_evidence", by=by) as dispute:
        dispute.provide_evidence()
        if not evidence:
            raise Invalid.field("evidence", "required", _("Choose at least one file."))
        role = dispute.role_of(by)
        added = attach(dispute, own_files(evidence, by), role=role, at=dispute.now)
        if role == "buyer":
            dispute.no_evidence_yet = False
        dispute.say(files=added)
    return dispute


def _note(text: str, *, field: str = "note") -> str:
    text = text.strip()
    if not text:
        raise Invalid.field(field, "required", _("Say why, in a sentence or two. The other side reads it."))
    if len(text) > LONGEST_NOTE:
        raise Invalid.field(field, "too_long", _("Use up to %(n)s characters.") % {"n": LONGEST_NOTE})
    return text
