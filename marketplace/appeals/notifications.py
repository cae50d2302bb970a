"""What people are told about an appeal: verb → messages; of its end by the outcome too (A-05)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.core.access import LEAD_MEDIATOR, MODERATOR
from marketplace.core.cases import CaseEvent
from marketplace.notifications.services import (
    Members,
    Message,
    Person,
    Readers,
    remind,
    tell,
    unpin,
)

from . import access, registry
from .models import Kind, State

if TYPE_CHECKING:
    from .models import Appeal

MESSAGES: dict[str, tuple[Message, ...]] = {
    "submit": (
        Message(
            "appellant",
            _("We look again: %(what)s"),
            _("We have what you wrote. Another person looks at it and answers by %(due)s."),
        ),
        Message(
            "other",
            _("The other side asked us to look again: %(what)s"),
            _("Another person looks at it and answers by %(due)s. You do not have to do anything. We take no money back from you."),
        ),
    ),
    "decide": (
        Message("appellant", _("Our answer: %(what)s"), _("We looked again. %(result)s Read why.")),
        Message("other", _("The second look has ended: %(what)s"), _("We looked again. %(result)s We take no money back from you.")),
    ),
}  # fmt: skip

#: the same of a second look, which neither side asked for: a lead mediator opened it (A-06)
SECOND_LOOK: dict[str, tuple[Message, ...]] = {
    "submit": tuple(
        Message(
            role,
            _("We look at this a second time: %(what)s"),
            _("Another person looks at the case again and answers by %(due)s. You do not have to do anything. We take no money back from you."),
        )
        for role in ("appellant", "other")
    ),
    "decide": MESSAGES["decide"],
}  # fmt: skip

#: verbs that nobody needs a notice of, and why
SILENT: dict[str, str] = {
    "assign": "who looks at it is the staff's own matter; the date of the answer stays the same",
    "release": "the same",
}

RESULTS: dict[str, object] = {
    State.UPHELD: _("The decision stands."),
    State.OVERTURNED: _("The decision was wrong."),
}


def people_of(appeal: Appeal) -> dict[str, Readers]:
    """The side that appealed, and the other one of the dispute, where there is one."""
    store: Readers = Members(appeal.store_id) if appeal.store_id else Person(None)
    if appeal.by_side == "seller" and appeal.store_id:
        return {"appellant": store, "other": Person(appeal.buyer_id)}
    return {"appellant": Person(appeal.appellant_id), "other": store}


def announce(event: CaseEvent) -> None:
    """Called inside the step that wrote the event."""
    unpin(event)
    appeal = cast("Appeal", event.case)
    people = people_of(appeal)
    what = registry.of(appeal.kind)
    subject = what.find(appeal.about)
    words = what.describe(subject) if subject is not None else appeal.get_kind_display()
    facts = {"what": words, "result": RESULTS.get(appeal.state, "")}
    messages = SECOND_LOOK if appeal.kind == Kind.SECOND_LOOK else MESSAGES
    for message in messages.get(event.verb, ()):
        doer_too = event.verb == "submit"  # both sides get mail, also whoever sent it
        tell(event, [message], people, facts, page_of(appeal), doer_too=doer_too)


def page_of(appeal: Appeal) -> str:
    """Where both sides read it: beside what it is about."""
    return registry.of(appeal.kind).result_link(appeal)


def tell_late(appeal: Appeal, kind: str) -> None:
    """Staff are told that an answer is late; from now on it stands above those that are not (A-02)."""
    appeal.overdue = 1
    type(appeal).objects.filter(pk=appeal.pk).update(overdue=1)
    leads = Q(groups__name=LEAD_MEDIATOR, is_active=True)
    if appeal.kind not in access.MEDIATED:
        leads |= Q(groups__name=MODERATOR, is_active=True)
    # the desk is closed to them
    kept_out = appeal.excluded_ids | {appeal.appellant_id, appeal.buyer_id, appeal.reviewer_id}
    people = {
        "reviewer": Q(pk=appeal.reviewer_id),
        "lead": leads & ~Q(pk__in=kept_out),
    }
    subject = _("An appeal is past the date of its answer")
    text = _(
        "The appeal %(item)s should be answered by now. It stands at the top of the list. Nothing is decided by itself."
    )
    messages = [Message(role, subject, text) for role in people]
    remind(
        appeal, kind, messages, people, {"item": appeal.public_id}, f"/admin/desk/appeals/{appeal.public_id}/"
    )
