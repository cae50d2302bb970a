"""A suspicious seller: paid orders that a moderator puts on hold before they are sent (O-08). Only services call these."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django_fsm import RETURN_VALUE, transition

from .states import State

#: where a hold that failed leads: closed, unless a dispute still owns a part of the money
FAILED = RETURN_VALUE(State.ON_HOLD, State.CLOSED)


def _is_being_checked(order: Any) -> bool:
    return order.hold_failed_at is None


def _is_proved(order: Any) -> bool:
    return order.proved_at is not None


def _is_not_proved(order: Any) -> bool:
    return order.proved_at is None


class Holdable:
    """Mixed into Order."""

    escrow: Any
    proved_at: datetime | None
    hold_failed_at: datetime | None

    @transition(field="state", source=State.PAID, target=State.ON_HOLD)
    def hold(self) -> None:
        """A moderator doubts that the seller is honest: nothing is sent until it is clear."""

    @transition(field="state", source=State.ON_HOLD, target=None, conditions=[_is_being_checked])
    def prove(self) -> None:
        """The seller shows that the order is honest, in words and files."""

    @transition(field="state", source=State.ON_HOLD, target=State.PAID, conditions=[_is_being_checked])
    def accept_proof(self) -> None:
        """The moderator believes it: the order goes on."""

    @transition(
        field="state", source=State.ON_HOLD, target=FAILED, conditions=[_is_being_checked, _is_proved]
    )
    def refuse_proof(self) -> str:
        """The moderator does not: all that no dispute owns goes back to the buyer."""
        return self._after_failure()

    @transition(
        field="state", source=State.ON_HOLD, target=FAILED, conditions=[_is_being_checked, _is_not_proved]
    )
    def close_on_silence(self) -> str:
        """The seller proved nothing in time: all that no dispute owns goes back to the buyer."""
        return self._after_failure()

    def _after_failure(self) -> str:
        return State.ON_HOLD if self.escrow.held.minor else State.CLOSED
