"""A report as one reader may see it: the respondent never learns who reported, nor reads the reporter's files (C-05)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from marketplace.appeals.models import Appeal, Kind
from marketplace.core.access import Actor
from marketplace.core.deadlines import NextDefault

from . import access, measures
from .kinds import Category
from .models import Decision, Report, State, Statement

#: verbs that are between the reporter and us
REPORTER_ONLY = frozenset({"submit", "add_info", "request_info", "resume_review"})
#: what each role reads of what was said
READS = {
    "reporter": frozenset({Statement.Kind.INFO, Statement.Kind.QUESTION}),
    "respondent": frozenset({Statement.Kind.RESPONSE, Statement.Kind.COUNTER_NOTICE}),
}


def _appeal(**which: Any) -> Subquery:
    found = Appeal.objects.filter(kind=Kind.REPORT, about=OuterRef("public_id"), **which).order_by("-pk")
    return Subquery(found.values(each=JSONObject(id="public_id", by="by_side", status="state"))[:1])


#: what a list reads along: each side's appeal (it has one at most), and the newest
APPEALS = {
    "reporters_appeal": _appeal(by_side="reporter"),
    "respondents_appeal": _appeal(by_side__in=("seller", "respondent")),
    "newest_appeal": _appeal(),
}


def sees_everything(report: Report, actor: Actor) -> bool:
    """A moderator to whom it is nothing of their own."""
    return access.free_moderator(actor, report)


def statements_for(report: Report, actor: Actor) -> list[Statement]:
    """What this reader may read of what was said. The reporter does not read the answer word for word: it may hold facts of
    others."""
    said = list(report.statements.all())
    if sees_everything(report, actor):
        return said
    role = access.role_in(actor, report)
    return [each for each in said if each.kind in READS.get(role or "", frozenset())]


def files_for(report: Report, actor: Actor) -> list[Any]:
    """The files that this reader may open: own ones; moderators all."""
    files = [each for each in report.files.all() if each.evidence.removed_at is None]
    if sees_everything(report, actor):
        return files
    return [each for each in files if each.evidence.owner_id == actor.user_id]


def contact_for(report: Report, actor: Actor) -> dict[str, str] | None:
    """The reporter's contact details: to the reporter and moderators. The respondent of a report of copies reads the name
    of whoever agreed to it, which the notice must carry; nothing else."""
    if sees_everything(report, actor) or access.reporter(actor, report):
        return {"name": report.contact_name, "email": report.contact_email, "phone": report.contact_phone}
    if report.category == Category.INTELLECTUAL_PROPERTY and report.show_name:
        return {"name": report.contact_name, "email": "", "phone": ""}
    return None


def target_for(report: Report, actor: Actor) -> dict[str, str]:
    """What is reported. Who counter-reports learns no name: the target is the report that it answers."""
    if report.counter_to_id and not sees_everything(report, actor) and access.reporter(actor, report):
        counter = report.counter_to
        return {"type": "report", "id": counter.public_id if counter else ""}
    return {"type": report.target_kind, "id": report.target.public_id}


def decision_of(report: Report) -> Decision | None:
    """The decision that stands: the newest one; none while the report is looked at anew."""
    if report.state not in (State.UPHELD, State.DISMISSED):
        return None
    return max(report.decisions.all(), key=lambda each: each.pk, default=None)


def decision_for(report: Report, actor: Actor) -> dict[str, Any] | None:
    """What was decided and why. Whoever reported reads of the measures what everybody can see (C-10); all of them are for
    moderators and for whom they burden."""
    decision = decision_of(report)
    if decision is None:
        return None
    burdened = report.respondent_store_id in actor.store_ids or report.respondent_user_id == actor.user_id
    shown = sees_everything(report, actor) or (burdened != decision.false_data)
    return {
        "id": decision.public_id,
        "outcome": decision.outcome,
        "reason_code": decision.reason_code,
        "facts": decision.facts,
        "sanctions": decision.sanctions if shown else _seen_of(decision),
        "false_data": decision.false_data if not burdened or sees_everything(report, actor) else False,
        "decided_at": decision.decided_at,
        "after_review": bool(decision.appeal),
    }


def _seen_of(decision: Decision) -> list[dict[str, Any]]:
    return (
        [] if decision.false_data else [each for each in decision.sanctions if each["kind"] in measures.SEEN]
    )


def is_other_side(report: Report, actor: Actor) -> bool:
    """Does this reader learn nothing of what goes on between the reporter and us (C-05)?"""
    return access.role_in(actor, report) == "respondent"


def hides_question(report: Report, actor: Actor) -> bool:
    """While the reporter is asked for something: to the other side the report is being checked."""
    return report.state == State.INFO_REQUESTED and is_other_side(report, actor)


def state_for(report: Report, actor: Actor) -> State:
    return State.UNDER_REVIEW if hides_question(report, actor) else State(report.state)


def due_for(report: Report, actor: Actor) -> datetime | None:
    """The date that this reader is told: the reporter's to answer is not the other side's."""
    return report.checked_by if hides_question(report, actor) else report.due_at


def default_for(report: Report, actor: Actor) -> NextDefault | None:
    return (
        NextDefault(report.checked_by, None, "moderator", None)
        if hides_question(report, actor)
        else report.next_default
    )


def in_state(rows: QuerySet[Report], state: str, actor: Actor) -> QuerySet[Report]:
    """Those that are in this state to this reader."""
    asked = Q(state=State.INFO_REQUESTED) & access.about(actor) & ~Q(reporter_id=actor.user_id)
    if state == State.UNDER_REVIEW:
        return rows.filter(Q(state=state) | asked)
    return (
        rows.filter(state=state).exclude(asked) if state == State.INFO_REQUESTED else rows.filter(state=state)
    )


def appeal_for(report: Any, actor: Actor) -> dict[str, str] | None:
    """The appeal of the reader's own side; moderators read the newest. Needs APPEALS read along."""
    if sees_everything(report, actor):
        return report.newest_appeal
    own = "reporters_appeal" if access.reporter(actor, report) else "respondents_appeal"
    return getattr(report, own)
