"""What people are told about feedback: verb → messages. The other side never learns what was said (F-02)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.core.access import LEAD_MEDIATOR
from marketplace.core.cases import CaseEvent
from marketplace.notifications.services import Members, Message, Person, Readers, tell, unpin

from ..services.appealing import title_of

if TYPE_CHECKING:
    from .models import Feedback

#: of `give` only where it is poor: a good one waits for nobody
MESSAGES: dict[str, tuple[Message, ...]] = {
    "give": (
        Message(
            "writer",
            _("We read what you told us: %(item)s"),
            _(
                "You said that we handled this dispute badly. A lead mediator reads it by %(due)s, and tells you what follows. "
                "You do not have to do anything."
            ),
        ),
        Message(
            "lead",
            _("Poor feedback: %(item)s"),
            _("A side rated how we handled the dispute with %(rating)s of 5. Read it by %(due)s."),
        ),
    ),
    "set_aside": (
        Message(
            "writer",
            _("We have read what you told us: %(item)s"),
            _("A lead mediator has read it. There is no second look at the dispute. The reason: %(reason)s"),
        ),
    ),
}

#: verbs that nobody needs a notice of, and why
SILENT: dict[str, str] = {
    "open_second_look": "the second look is an appeal, which tells both sides",
}


def announce(event: CaseEvent) -> None:
    """Called inside the step that wrote the event."""
    unpin(event)
    feedback = cast("Feedback", event.case)
    if event.verb == "give" and not feedback.is_poor:
        return
    facts = {"item": title_of(feedback.dispute), "rating": feedback.rating, "reason": feedback.reason}
    for message in MESSAGES.get(event.verb, ()):
        to_lead = message.to == "lead"
        who = {message.to: leads(feedback) if to_lead else side_of(feedback)}
        tell(event, [message], who, facts, page_of(feedback, to_lead), doer_too=not to_lead)


def side_of(feedback: Feedback) -> Readers:
    return Members(feedback.dispute.store_id) if feedback.side == "seller" else Person(feedback.author_id)


def leads(feedback: Feedback) -> Readers:
    """Lead mediators who had no part in the dispute."""
    return Q(groups__name=LEAD_MEDIATOR, is_active=True) & ~Q(pk__in=feedback.kept_out)


def page_of(feedback: Feedback, is_lead: bool) -> str:
    if is_lead:
        return reverse("admin:feedback_desk_case", args=[feedback.public_id])
    return reverse("disputes:feedback", args=[feedback.dispute.public_id])
