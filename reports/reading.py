"""A report as one reader may see it: the respondent never learns who reported, nor reads the reporter's files (C-05)."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from marketplace.appeals.models import Appeal, Kind
from marketplace.core.access import Actor

from . import access
from .kinds import Category
from .models import Decision, Report, State, Statement

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
    """What was decided and why. What was done against whom is for moderators and for whom it burdens."""
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
        "sanctions": decision.sanctions if shown else [],
        "false_data": decision.false_data if not burdened or sees_everything(report, actor) else False,
        "decided_at": decision.decided_at,
        "after_review": bool(decision.appeal),
    }


def appeal_for(report: Any, actor: Actor) -> dict[str, str] | None:
    """The appeal of the reader's own side; moderators read the newest. Needs APPEALS read along."""
    if sees_everything(report, actor):
        return report.newest_appeal
    own = "reporters_appeal" if access.reporter(actor, report) else "respondents_appeal"
    return getattr(report, own)
