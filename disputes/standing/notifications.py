"""What a person is told about a flag: verb → messages. The other side of a case never learns of it (F-02)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.core.cases import CaseEvent
from marketplace.notifications.services import Message, tell, unpin

from .models import State

if TYPE_CHECKING:
    from .models import Flag

MESSAGES: dict[str, tuple[Message, ...]] = {
    "raise": (
        Message(
            "person",
            _("We will look at your account"),
            _("Why: %(ground)s. Nothing changes for you now. You can tell us your side on the page."),
        ),
    ),
    "review": (
        Message(
            "person", _("We looked at your account"), _("Nothing follows from it. The reason: %(reasons)s")
        ),
    ),
}

#: verbs that nobody needs a notice of, and why
SILENT: dict[str, str] = {
    "approve": "the sanction that it brings tells the person",
    "add_statement": "whoever reviews the flag reads it there",
    "reject_approval": "nothing was done yet, and the person was told of nothing",
}


def announce(event: CaseEvent) -> None:
    """Called inside the step that wrote the event."""
    unpin(event)
    flag = cast("Flag", event.case)
    messages = MESSAGES.get(event.verb, ())
    if event.verb == "review":
        messages = (
            messages if flag.state == State.DISMISSED else ()
        )  # what follows tells the person of itself
    facts = {"reasons": flag.reasons, "ground": flag.get_ground_display()}
    tell(event, messages, {"person": Q(pk=flag.user_id)}, facts, "/standing/")
