"""With a mediator: the transitions of mediation (section 6). Only services call them."""

from __future__ import annotations

from typing import Any

from django_fsm import RETURN_VALUE, transition

from .words import State

#: where a decision may lead: carried out, or waiting for a second mediator (M-08)
DECIDED = RETURN_VALUE(
    State.RESOLVED, State.AWAITING_RETURN, State.AWAITING_REPLACEMENT, State.AWAITING_APPROVAL
)


def _is_unclaimed(dispute: Any) -> bool:
    return dispute.mediator_id is None


def _is_claimed(dispute: Any) -> bool:
    return dispute.mediator_id is not None


class Mediating:
    """Mixed into Dispute."""

    @transition(
        field="state",
        source=[State.MEDIATION, State.AWAITING_EVIDENCE],
        target=None,
        conditions=[_is_unclaimed],
    )
    def assign(self) -> None:
        """A mediator takes the case (M-02)."""

    @transition(
        field="state",
        source=[State.MEDIATION, State.AWAITING_EVIDENCE],
        target=None,
        conditions=[_is_claimed],
    )
    def release(self) -> None:
        """The mediator gives it back to the queue."""

    @transition(
        field="state", source=[State.MEDIATION, State.AWAITING_EVIDENCE], target=State.AWAITING_EVIDENCE
    )
    def require_evidence(self) -> None:
        """The mediator asks one side or both for things, with a checklist and a deadline (M-03)."""

    @transition(field="state", source=State.AWAITING_EVIDENCE, target=State.MEDIATION)
    def close_evidence_requests(self) -> None:
        """All was answered, or the time is over: decided on what is there (M-03)."""

    @transition(field="state", source=State.MEDIATION, target=State.AWAITING_CHOICE)
    def propose(self) -> None:
        """The buyer is to choose between the platform's proposal and the seller's (M-05)."""

    @transition(field="state", source=State.AWAITING_CHOICE, target=DECIDED)
    def choose_proposal(self, *, leads_to: str) -> str:
        """The buyer chose (M-05)."""
        return leads_to

    @transition(field="state", source=State.AWAITING_CHOICE, target=DECIDED)
    def hold_proposal(self, *, leads_to: str) -> str:
        """The buyer did not choose: the platform's proposal holds (M-05)."""
        return leads_to

    @transition(field="state", source=State.MEDIATION, target=DECIDED)
    def adjudicate(self, *, leads_to: str) -> str:
        """The mediator decides (M-06)."""
        return leads_to

    @transition(
        field="state",
        source=State.AWAITING_APPROVAL,
        target=RETURN_VALUE(State.RESOLVED, State.AWAITING_RETURN, State.AWAITING_REPLACEMENT),
    )
    def approve(self, *, leads_to: str) -> str:
        """A second mediator agrees with the decision (M-08)."""
        return leads_to

    @transition(field="state", source=State.AWAITING_APPROVAL, target=State.MEDIATION)
    def reject_approval(self) -> None:
        """A second mediator does not agree; the case goes back."""
