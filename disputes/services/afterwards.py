"""What every step of a dispute brings with it, once its rows are saved: people are told, and standing is counted (B-01)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from marketplace.core.cases import CaseEvent

from .. import notifications
from ..models import State
from ..standing import services as standing

if TYPE_CHECKING:
    from ..models import Dispute

ENDED = (State.RESOLVED, State.CANCELLED)


def announce(event: CaseEvent) -> None:
    """Called inside the step that wrote the event."""
    notifications.announce(event)
    dispute = cast("Dispute", event.case)
    if event.verb == "open":
        standing.dispute_opened(dispute)
    elif event.to_state in ENDED and event.from_state != event.to_state:
        standing.dispute_ended(dispute)
