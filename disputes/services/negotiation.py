"""Between opening and a mediator: the seller accepts, refuses or stays silent, the buyer gives up, at once or on a
condition; both write and add files (section 4). Offers, edits and the store's own rules stand in modules of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.errors import Invalid
from marketplace.messaging import services as messaging
from marketplace.messaging.models import Category, Message
from marketplace.orders import services as orders

from ..models import Dispute, ReachedBy
from ..standing import services as standing
from . import proposals, requests
from .exhibits import attach, attach_messages, known_to_both, own_files
from .notes import LONGEST_NOTE as LONGEST_NOTE
from .notes import needed
from .offers import end_talks
from .settling import answered_in, carry_out, claimed


def accept_claim(pk: int, *, by: Actor) -> Dispute:
    """The seller agrees: the buyer gets what was claimed, the seller the rest. For good (N-04)."""
    with step(Dispute, pk, "accept_claim", by=by) as dispute:
        dispute.answered_at = dispute.answered_at or dispute.at
        dispute.accept_claim()
        end_talks(dispute)
        carry_out(dispute, claimed(dispute), reached_by=ReachedBy.AGREEMENT, by=by)
    return dispute


def grant_claim(pk: int, *, by: Actor) -> Dispute:
    """The seller never answered: the claim is granted as asked (N-01)."""
    with step(Dispute, pk, "grant_claim", by=by) as dispute:
        dispute.grant_claim()
        end_talks(dispute)
        carry_out(dispute, claimed(dispute), reached_by=ReachedBy.SELLER_SILENCE, by=by)
    return dispute


def refuse_claim(pk: int, *, note: str, by: Actor) -> Dispute:
    """The seller says no, and why; the two may still agree until a mediator takes over (N-01, N-02)."""
    with step(Dispute, pk, "refuse_claim", by=by) as dispute:
        dispute.refuse_claim()
        dispute.answered_at = dispute.answered_at or dispute.at
        dispute.say(note=needed(note))
    return dispute


def escalate(pk: int, *, by: Actor) -> Dispute:
    """No agreement in time, or the buyer asks for it by hand: from now on a mediator decides (N-02)."""
    with step(Dispute, pk, "escalate", by=by) as dispute:
        dispute.escalate()
        end_talks(dispute)
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
        dispute.say(note=needed(reason, field="reason"))
        _give_up(dispute, by)
    return dispute


def cancel_conditionally(pk: int, *, condition: str, by: Actor) -> Dispute:
    """The buyer gives it up once the money or the parcel has come; until then the escrow stays held, and nobody's time
    runs (N-09). Once in a dispute. `condition`: "money" or "parcel"."""
    with step(Dispute, pk, "cancel_conditionally", by=by) as dispute:
        dispute.cancel_conditionally()
        if condition not in Dispute.Condition.values:
            raise Invalid.field("condition", "unknown", _("Choose the money or the parcel."))
        dispute.cancel_condition = condition
        dispute.cancel_asked_at = dispute.at
        dispute.cancel_by = dispute.at + dispute.policy.conditional_cancel
        dispute.say(condition=condition)
    return dispute


def resume(pk: int, *, by: Actor) -> Dispute:
    """It did not come: the dispute goes on where it stood. All deadlines move by the time that it rested (N-09)."""
    with step(Dispute, pk, "resume", by=by) as dispute:
        dispute.resume()
        asked_at = dispute.cancel_asked_at
        assert asked_at is not None  # the transition is only possible while it rests
        dispute.paused_for += dispute.at - asked_at
        dispute.cancel_by = None
    return dispute


def _give_up(dispute: Dispute, by: Actor) -> None:
    end_talks(dispute)
    requests.end(dispute)
    proposals.end(dispute)
    dispute.ended_at = dispute.at
    dispute.lines.update(is_open=False)
    orders.lift_hold_back(
        dispute.order, key=dispute.public_id, at=dispute.at, by=by, answered_in=answered_in(dispute)
    )


def send_message(pk: int, *, text: str, by: Actor, warned: bool = False) -> Message:
    """The two sides write to each other; messages are not evidence (N-08). `warned`: sent after reading the warnings."""
    with step(Dispute, pk, "send_message", by=by) as dispute:
        dispute.send_message()
        role = dispute.role_of(by)
        message = messaging.write(dispute.thread, text, role=role, by=by, at=dispute.now, warned=warned)
        dispute.say(message=message.public_id)
        if Category.INSULT in message.warnings:
            standing.insult_written(by.person_id, at=dispute.now)
    return message


def provide_evidence(
    pk: int,
    *,
    by: Actor,
    evidence: Sequence[str] = (),
    messages: Sequence[str] = (),
    answers: Sequence[Mapping[str, Any]] = (),
) -> Dispute:
    """A side puts files of its own, or messages of the two, before the other and the mediator (section 11, N-08).

    `answers` say what they are in answer to, item by item of the mediator's requests (M-03).
    """
    with step(Dispute, pk, "provide_evidence", by=by) as dispute:
        dispute.provide_evidence()
        if not evidence and not messages and not answers:
            raise Invalid.field("evidence", "required", _("Choose at least one file."))
        role = dispute.role_of(by)
        every = [*evidence, *(file for row in answers for file in row.get("evidence", ()))]
        if every:
            added = attach(dispute, own_files(every, by), role=role, at=dispute.now)
            dispute.say(files=known_to_both(added))
        if messages:
            dispute.say(messages=attach_messages(dispute, messages, role=role, at=dispute.now))
        if answers or evidence:
            requests.answer(dispute, role, answers, evidence)
        if role == "buyer" and (every or messages):
            dispute.no_evidence_yet = False
    return dispute
