"""What people are told about a report: verb → messages (C-03). The respondent never reads who reported (C-05)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from marketplace.core.cases import CaseEvent
from marketplace.notifications.services import (
    OUTAGE,
    Members,
    Message,
    Person,
    Readers,
    of_an_outage,
    tell,
    unpin,
)

from . import measures

if TYPE_CHECKING:
    from .models import Report

#: what whoever is waited for reads after nobody could reach the site (Z-03)
_LONGER = of_an_outage(_("You have more time: report %(ref)s"))[0]
MESSAGES: dict[str, tuple[Message, ...]] = {
    "submit": (
        Message("submitter", _("We have your report %(ref)s"), _("Thank you. We want to answer before %(due)s.")),
    ),
    "assign": (
        Message("reporter", _("We are checking your report %(ref)s"), _("Somebody of our staff looks at it now.")),
        Message(
            "asked",
            _("A report about you: %(ref)s"),
            _("Somebody sent us a report. Read it and tell us your side before %(due)s. Nothing is decided yet."),
            needs_you=True,
        ),
    ),
    "request_info": (
        Message(
            "reporter",
            _("We need something for your report %(ref)s"),
            _("Please answer before %(due)s. If you do not, we go on with what we have."),
            needs_you=True,
        ),
    ),
    "resume_review": (
        Message("reporter", _("We go on with your report %(ref)s"), _("The time to answer is over. We look at what we have.")),
    ),
    "withdraw": (
        Message("heard", _("The report %(ref)s was taken back"), _("You do not have to do anything.")),
    ),
    "decide": (
        Message("upheld_reporter", _("We acted on your report %(ref)s"), _("You were right. Why: %(facts)s %(done)s")),
        Message(
            "dismissed_reporter",
            _("We closed your report %(ref)s"),
            _("We take no action. Why: %(facts)s You can ask us to look again."),
        ),
        Message(
            "upheld_respondent",
            _("We decided about the report %(ref)s"),
            _("The report was right. Why: %(facts)s You can ask us to look again."),
        ),
        Message("cleared", _("The report %(ref)s is closed"), _("We take no action. Why: %(facts)s")),
        Message(
            "must_track",
            _("Give valid tracking for an order: %(ref)s"),
            _(
                "A report was right. Why: %(facts)s Enter a valid tracking number before %(due)s. If you do not, we close the "
                "order and the buyer gets all the money back."
            ),
            needs_you=True,
        ),
    ),
    "overturn": (
        Message(
            "upheld_respondent",
            _("We looked again at the report %(ref)s"),
            _("The report was right. Why: %(facts)s This is our last word on it."),
        ),
        Message(
            "must_track",
            _("Give valid tracking for an order: %(ref)s"),
            _(
                "We looked again, and a report was right. Why: %(facts)s Enter a valid tracking number before %(due)s. If you "
                "do not, we close the order and the buyer gets all the money back."
            ),
            needs_you=True,
        ),
        Message(
            "dismissed_reporter",
            _("We looked again at your report %(ref)s"),
            _("We take no action after all. Why: %(facts)s This is our last word on it."),
        ),
        Message(
            "asked",
            _("A report about you: %(ref)s"),
            _("We look again at a report. Read it and tell us your side before %(due)s. Nothing is decided yet."),
            needs_you=True,
        ),
    ),
    OUTAGE: (
        replace(_LONGER, to="waited_reporter", needs_you=True),
        replace(_LONGER, to="waited_seller", needs_you=True),
    ),
    "enforce_tracking": (
        Message("given", _("The tracking is there: %(ref)s"), _("The seller gave valid tracking. The order goes on.")),
        Message(
            "refunded",
            _("The order was closed: %(ref)s"),
            _("No valid tracking came in time. %(amount)s goes back to the buyer."),
        ),
    ),
}  # fmt: skip

#: verbs that nobody needs a notice of, and why
SILENT: dict[str, str] = {
    "add_info": "the moderator sees it on the desk, where the case comes up by its date",
    "respond": "the moderator sees it on the desk; the reporter is told the result",
    "appeal": "the appeal itself tells whoever sent it",
    "keep": "the appeal itself tells whoever sent it; for the other side nothing changed",
    "counter_report": "the new report tells its own writer; the other side is told when it is asked",
}

#: the words of `Message.to`: to whom it goes; when, says `_fits`
REPORTERS = frozenset(
    {"submitter", "waited_reporter", "reporter", "upheld_reporter", "dismissed_reporter", "given", "refunded"}
)
RESPONDENTS = frozenset(
    {"asked", "waited_seller", "heard", "upheld_respondent", "cleared", "must_track", "given", "refunded"}
)


def announce(event: CaseEvent) -> None:
    """Called inside the step that wrote the event. Each side has its own address: a reporter without an account has the
    page of the secret link."""
    unpin(event)
    report = cast("Report", event.case)
    facts = {"ref": report.public_id, "facts": "", "amount": "", "done": _done(event), **event.data}
    fit = [each for each in MESSAGES.get(event.verb, ()) if _fits(each.to, event, report)]
    to_reporter = [each for each in fit if each.to in REPORTERS]
    own: dict[str, Readers] = {each.to: Person(report.reporter_id) for each in to_reporter}
    tell(event, to_reporter, own, facts, address_of(report), doer_too=event.verb == "submit")
    to_respondent = [each for each in fit if each.to in RESPONDENTS]
    theirs = {each.to: respondents(report) for each in to_respondent}
    tell(event, to_respondent, theirs, facts, f"/reports/{report.public_id}/")


def _done(event: CaseEvent) -> Any:
    """What followed, in each reader's own language (C-10)."""
    words = measures.seen_by_reporter(event.data.get("measures", ()))
    return format_lazy(" ".join(["{}"] * len(words)), *words)


def address_of(report: Report) -> str:
    """The reporter's page of the report."""
    return f"/reports/open/{report.secret}/" if report.secret else f"/reports/{report.public_id}/"


def respondents(report: Report) -> Readers:
    """The people behind the target."""
    store_pk = report.respondent_store_id
    return Members(store_pk) if store_pk else Person(report.respondent_user_id)


def _fits(to: str, event: CaseEvent, report: Report) -> bool:
    """Is a message to these for this very event?"""
    said, heard = event.data, report.heard_until is not None
    fits = {
        "asked": bool(said.get("asked")),
        "waited_reporter": report.phase == "info_requested",
        "waited_seller": report.phase == "awaiting_tracking",
        "heard": heard,
        "upheld_reporter": report.state == "upheld",
        "upheld_respondent": report.state == "upheld" and not said.get("tracking_due_at"),
        "dismissed_reporter": report.state == "dismissed",
        "cleared": report.state == "dismissed" and heard,
        "must_track": bool(said.get("tracking_due_at")),
        "given": said.get("result") == "given",
        "refunded": said.get("result") == "refunded",
    }
    return fits.get(to, True)
