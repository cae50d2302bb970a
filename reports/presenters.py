"""A report in its reader's words: where it stands, what comes next, what happened (C-10)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.appeals import services as appeals
from marketplace.appeals.models import Appeal, Kind
from marketplace.core.access import Actor
from marketplace.core.display import TimelineLine
from marketplace.sanctions.models import Kind as Measure

from . import access, measures, reading
from .kinds import in_words, needs_proof
from .models import AWAITING_TRACKING, Report, State, Statement, TargetKind, TrackingResult
from .services import appealing, tracking_state

HAPPENED: dict[str, Any] = {
    "submit": gettext_lazy("The report was sent"),
    "assign": gettext_lazy("We began to check it"),
    "request_info": gettext_lazy("We asked the reporter for something"),
    "add_info": gettext_lazy("The reporter told us more"),
    "resume_review": gettext_lazy("The time to answer ended; we went on"),
    "respond": gettext_lazy("The other side answered"),
    "counter_report": gettext_lazy("The other side sent a report of its own"),
    "withdraw": gettext_lazy("The reporter took it back"),
    "decide": gettext_lazy("We decided"),
    "appeal": gettext_lazy("We were asked to look again"),
    "keep": gettext_lazy("We looked again: the decision stands"),
    "overturn": gettext_lazy("We looked again: the decision was wrong"),
    "enforce_tracking": gettext_lazy("The time for valid tracking ended"),
    "remove_file": gettext_lazy("A file was removed: its time had passed"),
}
TONES = {State.UPHELD: "good", State.DISMISSED: "", State.WITHDRAWN: "", State.INFO_REQUESTED: "wait"}
#: verb → its button
BUTTONS: dict[str, Any] = {
    "respond": gettext_lazy("Tell us your side"),
    "add_info": gettext_lazy("Tell us more"),
    "counter_report": gettext_lazy("Report whoever reported me"),
    "withdraw": gettext_lazy("Take it back"),
}


def lacks_proof(report: Report) -> bool:
    """Does its reporter still owe a file that shows the right (C-01)? By the API it may come later."""
    files = report.files.filter(role="reporter", evidence__removed_at=None)
    return needs_proof(report.category, report.answers) and not files.exists()


def label_of(report: Report, *, to: str | None) -> str:
    """The state in a word or two. What the reporter was asked for is no matter of the other side's."""
    if report.state == State.INFO_REQUESTED and to != "reporter":
        return _("Being checked") if to == "respondent" else _("Waits for the reporter")
    return str(report.get_state_display())


def next_words(report: Report, role: str | None) -> list[str]:
    """What comes next, and what happens if nobody does anything."""
    if report.state in (State.UPHELD, State.DISMISSED):
        return [*_done_words(report, role), *_ended_words(report, role)]
    if role == "respondent" and report.state == State.WITHDRAWN:
        return [_("It was taken back. You do not have to do anything.")]
    if role == "respondent" and report.responded_at:
        return [_("We have your answer, and read it before we decide. You can add to it.")]
    if role == "respondent":
        return [
            _("Nothing is decided yet. Tell us your side: words, photos, bills."),
            _("If you say nothing, we decide with what we have."),
        ]
    return {
        State.SUBMITTED: [_("Somebody of our staff will look at it.")],
        State.UNDER_REVIEW: [_("We look at it, and the other side can tell us its view.")],
        State.INFO_REQUESTED: [
            _("We asked you something. Please answer."),
            _("If you do not answer, we go on with what we have."),
        ],
        State.WITHDRAWN: [_("You took it back. Nobody decides about it.")],
    }[State(report.state)]


def _done_words(report: Report, role: str | None) -> list[str]:
    """To whoever reported, what followed (C-10)."""
    decision = reading.decision_of(report)
    if role != "reporter" or decision is None or decision.false_data:
        return []
    return [str(words) for words in measures.seen_by_reporter([each["kind"] for each in decision.sanctions])]


def _own_measures(report: Report, actor: Actor) -> list[str]:
    """What the decision took from this reader; each has its reasons and its review on a page of its own (C-07)."""
    decision = reading.decision_for(report, actor)
    if decision is None or (access.role_in(actor, report) == "reporter" and not decision["false_data"]):
        return []
    return [
        str(Measure(kind).label) for kind in dict.fromkeys(each["kind"] for each in decision["sanctions"])
    ]


def _ended_words(report: Report, role: str | None) -> list[str]:
    if report.phase == AWAITING_TRACKING:
        there = (
            _("A valid number is there now.")
            if tracking_state(report)
            else _("There is no valid number yet.")
        )
        if role == "respondent":
            return [
                _("Enter a valid tracking number for this order in time."),
                _("If you do not, we close the order and the buyer gets all the money back."),
                there,
            ]
        return [
            _("The seller has to enter a valid tracking number in time."),
            _("If not, we close the order and the buyer gets all the money back."),
            there,
        ]
    words = [_("We acted on it.") if report.state == State.UPHELD else _("We take no action.")]
    if report.tracking_result:
        words.append(str(TrackingResult(report.tracking_result).label) + ".")
    return words


def page_of(report: Report, actor: Actor) -> dict[str, Any]:
    """The whole page of a report, to this reader."""
    role = access.role_in(actor, report)
    verbs = report.verbs_for(actor, now=report.now)
    return {
        "report": report,
        "role": role,
        "label": label_of(report, to=role),
        "tone": TONES.get(State(report.state), "wait"),
        "words": next_words(report, role),
        "due": reading.due_for(report, actor),
        "due_is_end": bool(report.due_verb) and not reading.hides_question(report, actor),
        "answers": in_words(report.category, report.answers),
        "contact": reading.contact_for(report, actor),
        "target": target_card(report, actor),
        "decision": reading.decision_for(report, actor),
        "follows": _own_measures(report, actor),
        "statements": [(Statement.Kind(s.kind).label, s) for s in reading.statements_for(report, actor)],
        "files": [file_card(report, each) for each in reading.files_for(report, actor)],
        "buttons": _buttons(report, role, verbs),
        "review": review_of(report, actor, role),
        "timeline": timeline_of(report, actor),
        "form": None,
        "appeal_form": None,
    }


def _buttons(report: Report, role: str | None, verbs: Sequence[str]) -> list[tuple[Any, str]]:
    shown = [
        (label, reverse(f"reports:{verb}", args=[report.public_id]))
        for verb, label in BUTTONS.items()
        if verb in verbs
    ]
    if role == "respondent" and report.phase == AWAITING_TRACKING and report.order:
        shown.insert(
            0,
            (
                _("Go to the order and enter the number"),
                reverse("orders:detail", args=[report.order.public_id]),
            ),
        )
    return shown


def target_card(report: Report, actor: Actor) -> dict[str, str]:
    """What is reported: its number, its name, and its page where this reader may open it."""
    target = reading.target_for(report, actor)
    if target["type"] == "report":
        return {"id": target["id"], "name": "", "url": ""}
    reported: Any = report.target
    name = url = ""
    match target["type"]:
        case TargetKind.LISTING:
            name, url = reported.title, reverse("listings:detail", args=[reported.public_id])
        case TargetKind.STORE:
            name, url = reported.name, reverse("stores:detail", args=[reported.public_id])
        case TargetKind.ORDER if reported.role_of(actor) in ("buyer", "seller"):
            url = reverse("orders:detail", args=[reported.public_id])
        case TargetKind.USER:
            name = reported.shown_name
    return {"id": target["id"], "name": name, "url": url}


def review_of(report: Report, actor: Actor, role: str | None) -> dict[str, Any]:
    """Asking for a review, until when; and the reader's own review, once there is one (A-05, A-07)."""
    sides = ["reporter"] if role == "reporter" else ["seller", "respondent"]
    own = Appeal.objects.filter(kind=Kind.REPORT, about=report.public_id, by_side__in=sides).first()
    can_ask = own is None and appealing.can_ask(report, actor, report.now)
    return {
        "own": own,
        "can_ask": can_ask,
        "until": appeals.ends_at(appealing.window(report)) if can_ask else None,
    }


def file_card(report: Report, each: Any) -> dict[str, Any]:
    return {
        "url": reverse("reports:file", args=[report.public_id, each.evidence.public_id]),
        "name": each.evidence.name,
        "kind": each.evidence.get_kind_display(),
    }


def timeline_of(report: Report, actor: Actor) -> list[TimelineLine]:
    """Newest first. The respondent's begins when they were asked; no name of anybody stands in it."""
    role = access.role_in(actor, report)
    hidden = reading.REPORTER_ONLY if role == "respondent" else frozenset()
    names = {"moderator": "Redress", "system": "Redress", "reviewer": "Redress"}
    names |= {role: _("You")} if role else {"reporter": _("the reporter")}
    return [
        TimelineLine(str(HAPPENED.get(e.verb, e.verb)), e.at, by=names.get(e.role, _("the other side")))
        for e in sorted(report.events.all(), key=lambda each: -each.pk)
        if e.verb not in hidden
    ]
