"""What people are told about a sanction: verb → messages. Whom it burdens reads why, until when, and how to contest it (C-07)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.utils.translation import gettext_lazy as _

from marketplace.core.cases import CaseEvent
from marketplace.notifications.services import Members, Message, Person, Readers, tell, unpin

from .models import Kind

if TYPE_CHECKING:
    from .models import Sanction

_IMPOSED = _("%(kind)s: %(name)s")

MESSAGES: dict[str, tuple[Message, ...]] = {
    "impose": (
        Message(
            "person",
            _IMPOSED,
            _("The reason: %(statement)s This has no end date. Open the page to see the rule and how you can contest it."),
        ),
    ),
    "take_back": (
        Message("person", _("Taken back. %(kind)s: %(name)s"), _("We took this back. The reason: %(note)s")),
    ),
    "undo": (
        Message("person", _("Taken back. %(kind)s: %(name)s"), _("What it came from was not right. It does not hold any more.")),
    ),
    "expire": (
        Message("person", _("Over. %(kind)s: %(name)s"), _("Its time has ended. It does not hold any more.")),
    ),
}  # fmt: skip

#: `impose` for one that ends
UNTIL = Message(
    "person",
    _IMPOSED,
    _(
        "The reason: %(statement)s It holds until %(due)s. Open the page to see the rule and how you can contest it."
    ),
)

#: verbs that nobody needs a notice of, and why
SILENT: dict[str, str] = {}


def announce(event: CaseEvent) -> None:
    """Called inside the step that wrote the event."""
    unpin(event)
    sanction = cast("Sanction", event.case)
    store = sanction.burdened_store_id
    readers: Readers = Person(sanction.user_id) if store is None else Members(store)
    people = {"person": readers}
    facts = {
        "kind": Kind(sanction.kind).label,
        "name": sanction.target_name,
        "statement": sanction.statement,
        "note": sanction.note,
    }
    messages = MESSAGES.get(event.verb, ())
    if event.verb == "impose" and sanction.ends_at:
        messages = (UNTIL,)
    tell(event, messages, people, facts, f"/sanctions/{sanction.public_id}/")
