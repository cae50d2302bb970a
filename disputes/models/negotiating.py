"""Between opening and agreement: the transitions of negotiation (section 4). Only services call them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_fsm import RETURN_VALUE, transition

from .words import Remedy, State

if TYPE_CHECKING:
    from .claim import Claim

#: while the two sides can still agree by themselves
TALKING = [State.AWAITING_SELLER, State.NEGOTIATION]
#: until a decision the buyer may give the claim up (N-06)
UNDECIDED = [*TALKING, State.MEDIATION, State.AWAITING_EVIDENCE, State.AWAITING_CHOICE]
#: where carrying terms out may lead
CARRIED_OUT = RETURN_VALUE(State.RESOLVED, State.AWAITING_RETURN, State.AWAITING_REPLACEMENT)


def _is_given_up_on_a_condition(dispute: Any) -> bool:
    return dispute.cancel_by is not None


def _has_never_waited(dispute: Any) -> bool:
    return dispute.cancel_condition == ""


class Negotiating:
    """Mixed into Dispute."""

    claim: Claim

    @transition(field="state", source=TALKING, target=RETURN_VALUE(State.RESOLVED, State.AWAITING_RETURN))
    def accept_claim(self) -> str:
        """The seller agrees to what was asked."""
        return self._after_claim()

    @transition(
        field="state",
        source=State.AWAITING_SELLER,
        target=RETURN_VALUE(State.RESOLVED, State.AWAITING_RETURN),
    )
    def accept_by_rule(self) -> str:
        """A rule of the seller's agrees to what was asked (N-10)."""
        return self._after_claim()

    @transition(
        field="state",
        source=State.AWAITING_SELLER,
        target=RETURN_VALUE(State.RESOLVED, State.AWAITING_RETURN),
    )
    def grant_claim(self) -> str:
        """The seller never answered (N-01)."""
        return self._after_claim()

    def _after_claim(self) -> str:
        return State.AWAITING_RETURN if self.claim.remedy == Remedy.RETURN_AND_REFUND else State.RESOLVED

    @transition(field="state", source=TALKING, target=State.NEGOTIATION)
    def refuse_claim(self) -> None:
        """The seller says no; both may still agree until a mediator takes over (N-02)."""

    @transition(field="state", source=TALKING, target=None)
    def edit_claim(self) -> None:
        """The buyer asks for something else, or says it better (N-05)."""

    @transition(field="state", source=TALKING, target=RETURN_VALUE(State.AWAITING_SELLER, State.NEGOTIATION))
    def make_offer(self, *, answers_claim: bool) -> str:
        """One side proposes terms. The seller's are an answer to the claim; the buyer's leave it unanswered (N-03)."""
        return State.NEGOTIATION if answers_claim else str(self.state)  # type: ignore[attr-defined]  # Dispute's

    @transition(field="state", source=TALKING, target=CARRIED_OUT)
    def accept_offer(self, *, leads_to: str) -> str:
        """The other side takes the terms. For good (N-04)."""
        return leads_to

    @transition(field="state", source=TALKING, target=None)
    def deny_offer(self) -> None:
        """The other side does not take the terms, and says why."""

    @transition(field="state", source=TALKING, target=State.MEDIATION)
    def escalate(self) -> None:
        """No agreement in time, or the buyer asks for it: a mediator decides (N-02)."""

    @transition(field="state", source=UNDECIDED, target=State.CANCELLED)
    def cancel(self) -> None:
        """The buyer gives up the claim (N-06)."""

    @transition(
        field="state",
        source=[*TALKING, State.MEDIATION],
        target=None,
        conditions=[_has_never_waited],
    )
    def cancel_conditionally(self) -> None:
        """The buyer gives it up once the money or the parcel has come; until then nothing is lost (N-09)."""

    @transition(
        field="state",
        source=[*TALKING, State.MEDIATION],
        target=None,
        conditions=[_is_given_up_on_a_condition],
    )
    def resume(self) -> None:
        """The condition was not met: the dispute goes on where it stood (N-09)."""

    @transition(field="state", source=[*UNDECIDED, State.AWAITING_APPROVAL], target=State.CANCELLED)
    def staff_cancel(self) -> None:
        """Staff end it, with a reason (N-06)."""

    @transition(
        field="state",
        source=[
            *UNDECIDED,
            State.AWAITING_APPROVAL,
            State.AWAITING_RETURN,
            State.RETURN_IN_TRANSIT,
            State.AWAITING_REPLACEMENT,
        ],
        target=None,
    )
    def send_message(self) -> None:
        """The two sides write to each other."""

    @transition(
        field="state",
        source=[
            *TALKING,
            State.MEDIATION,
            State.AWAITING_EVIDENCE,
            State.RETURN_IN_TRANSIT,
            State.AWAITING_REPLACEMENT,
        ],
        target=None,
    )
    def provide_evidence(self) -> None:
        """A side adds files."""
