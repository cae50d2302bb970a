"""What people are reminded of about a report: who is waited for → message (F-01). Written by core/reminders.py, at half of the time
and 24 h before the end. Staff are told once when a report is past its target date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.core.access import MODERATOR
from marketplace.notifications.services import Message, Person, Readers, remind

from .models.reminding import LATE, REPORTER, RESPONDENT, SELLER
from .notifications import address_of, respondents
from .services import tracking_state

if TYPE_CHECKING:
    from .models import Report

REMINDERS: dict[str, Message] = {
    REPORTER: Message(
        REPORTER,
        _("Answer about your report before %(due)s: %(ref)s"),
        _("We asked you something. If you do not answer, we go on with what we have."),
        needs_you=True,
    ),
    RESPONDENT: Message(
        RESPONDENT,
        _("Tell us your side before %(due)s: %(ref)s"),
        _("Somebody sent us a report about you. If you say nothing, we decide with what we have."),
        needs_you=True,
    ),
    SELLER: Message(
        SELLER,
        _("Enter valid tracking before %(due)s: %(ref)s"),
        _("If you do not, we close the order and the buyer gets all the money back."),
        needs_you=True,
    ),
}
_LATE = Message(
    MODERATOR,
    _("A report is past its target date: %(ref)s"),
    _("It should be decided by now. Nothing is decided by itself."),
)


def write(report: Report, kind: str) -> None:
    """Inside the transaction that plans the next one. Each is written once for its deadline and kind, however often it is due."""
    facts = {"ref": report.public_id}
    if kind == LATE:
        people: dict[str, Readers] = {MODERATOR: _staff(report)}
        remind(report, kind, [_LATE], people, facts, f"/admin/reports/{report.public_id}/")
        return
    own: dict[str, Readers] = {REPORTER: Person(report.reporter_id)}
    people = own | dict.fromkeys((RESPONDENT, SELLER), respondents(report))
    for window in report.windows:
        which = window.kind_at(report.now)
        if not which or (window.to == SELLER and tracking_state(report)):
            continue
        url = address_of(report) if window.to == REPORTER else f"/reports/{report.public_id}/"
        remind(report, which, [REMINDERS[window.to]], people, facts, url, due_at=window.ends)


def _staff(report: Report) -> Readers:
    """Whoever has it; else every moderator to whom it is nothing of their own (threats.md A4)."""
    if report.moderator_id:
        return Person(report.moderator_id)
    own = Q(pk=report.reporter_id) | Q(pk=report.respondent_user_id)
    if report.respondent_store_id:
        own |= Q(storemember__store_id=report.respondent_store_id)
    return Q(groups__name=MODERATOR, is_active=True) & ~own
