"""What a decision on a report means to the appeals' room (A-07): who may appeal it, until when, who must not look at it again,
and what follows where it was wrong (C-11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts.models import StoreMember
from marketplace.appeals import services as appeals
from marketplace.appeals.models import Appeal, Kind
from marketplace.appeals.registry import Appealable, Sides, Window, own_page
from marketplace.core.access import Actor
from marketplace.core.errors import DomainError, Forbidden, WrongState
from marketplace.core.money import Money
from marketplace.orders import services as orders
from marketplace.payments.models import Refund
from marketplace.sanctions.causes import Cause

from .. import access, measures
from ..models import Decision, Report, State, TrackingResult
from ..reading import decision_of
from . import tracking
from .deciding import was_heard

REPORTER, SELLER, RESPONDENT = "reporter", "seller", "respondent"


def find(about: str) -> Report | None:
    """The report, if there is a decision about it."""
    related = ("policy", "order", "respondent_store", "respondent_user", "reporter")
    decided = Report.objects.filter(public_id=about, decisions__isnull=False).distinct()
    return decided.select_related(*related).first()


def standing(report: Report) -> Decision:
    """The decision that stands: the newest one."""
    return report.decisions.latest("pk")


def burdened_side(report: Report) -> str:
    """Whom the decision burdens: no action, the reporter; else whoever it is about. "": it is looked at anew."""
    if report.state == State.DISMISSED:
        return REPORTER
    if report.state != State.UPHELD:
        return ""
    return SELLER if report.respondent_store_id else RESPONDENT


def is_last_word(report: Report) -> bool:
    """Does the decision that stands come from an appeal? One that was made anew, after a hearing, does not."""
    decision = decision_of(report)
    if decision is None or not decision.appeal:
        return False
    turned = [each for each in report.events.all() if each.verb == "overturn"]
    return bool(turned) and turned[-1].to_state != State.UNDER_REVIEW


def may_appeal(report: Report, actor: Actor) -> str:
    """The side that the decision burdens, and nobody else (A-07); never against an appeal's own decision (threats.md S2)."""
    side = "" if is_last_word(report) else burdened_side(report)
    theirs = access.reporter if side == REPORTER else access.respondent
    return side if theirs(actor, report) else ""


def window(report: Report) -> Window:
    """From the decision, for the policy's days."""
    return window_of(report, standing(report).decided_at)


def window_of(report: Report, decided_at: datetime) -> Window:
    return Window(decided_at, decided_at + timedelta(days=report.policy.report_appeal_days))


def touched(report: Report) -> set[int]:
    """Who must not look at it again: who decided or held it, who reported, and whom it is about (A-02, threats.md A4)."""
    people: set[int | None] = set(report.decisions.values_list("moderator_id", flat=True))
    people |= {report.moderator_id, report.reporter_id, report.respondent_user_id}
    if report.respondent_store_id:
        members = StoreMember.objects.filter(store_id=report.respondent_store_id)
        people |= set(members.values_list("user_id", flat=True))
    return {each for each in people if each is not None}


def deciders_of(cause: str) -> set[int]:
    """Who must not look at an appeal against what this decision brought (A-02)."""
    decision = Decision.objects.select_related("report").filter(public_id=cause).first()
    return touched(decision.report) if decision else set()


def ask(report: Report, *, text: str, evidence: Sequence[str] = (), by: Actor) -> Appeal:
    """Appeal the decision on a report that the actor sees.

    Raises WrongState where nothing is decided, Forbidden for whoever it does not burden, and what the appeal itself refuses.
    """
    if access.role_in(by, report) is None:
        raise Forbidden(_("Only the people that this is about can ask us to look again."))
    if not burdened_side(report):
        raise WrongState(_("There is no decision yet that we could look at again."))
    if not may_appeal(report, by):
        raise Forbidden(_("You cannot ask us to look again: we decided as you wished, or looked twice."))
    return appeals.submit(Kind.REPORT, report.public_id, text=text, evidence=evidence, by=by)


def can_ask(report: Report, by: Actor, now: datetime) -> bool:
    """Would `ask` be open to this person now?"""
    side = may_appeal(report, by)
    if not side:
        return False
    try:
        appeals.check_open(Kind.REPORT, report.public_id, side, now, window(report))
    except DomainError:
        return False
    return True


def happened(appeal: Appeal, verb: str, by: Actor) -> None:
    """The report's own timeline says that somebody looks again, and that the decision stands. Inside the appeal's step."""
    stands = verb == "decide" and appeal.state == State.UPHELD
    if verb != "submit" and not stands:
        return
    report = _lock(appeal.about)
    report.say(appeal=appeal.public_id)
    report.finish("appeal" if verb == "submit" else "keep", by, report.state)


def overturn(appeal: Appeal, by: Actor) -> None:
    """The decision was wrong: its effects are undone, those and no others (C-11), and another takes its place.

    A report that was dismissed is upheld. Where the other side was never heard, it is asked first, and the reviewer decides
    then (C-05). Money that went back to a buyer stays there (A-03); the appeal gives the seller as much.
    """
    report = _lock(appeal.about)
    before, wrong = report.state, standing(report)
    measures.undo(wrong.public_id, by=by, at=report.at)
    report.overturn(was_heard(report, wrong.decided_at))
    if report.state == State.UNDER_REVIEW:
        _hear(report, by)
    else:
        _supersede(report, wrong, appeal, by)
    report.finish("overturn", by, before)


def _lock(public_id: str) -> Report:
    return Report.lock(Report.objects.only("pk").get(public_id=public_id).pk)


def _hear(report: Report, by: Actor) -> None:
    """The other side gets its time to answer; the reviewer has the report now."""
    report.moderator_id, report.ended_at = by.person_id, None
    report.heard_until = report.at + timedelta(days=report.policy.respondent_days)
    report.say(asked=True, heard_until=report.heard_until.isoformat())


def _supersede(report: Report, wrong: Decision, appeal: Appeal, by: Actor) -> None:
    report.ended_at = report.at
    made = Decision.objects.create(
        report=report, main=report, moderator_id=by.person_id, outcome=report.state, reason_code=wrong.reason_code,
        facts=appeal.facts, appeal=appeal.public_id, decided_at=report.at,
    )  # fmt: skip
    report.say(outcome=made.outcome, facts=made.facts, reason_code=made.reason_code, appeal=made.appeal)
    if report.state == State.UPHELD:
        report.heard_until = report.heard_until or report.at
        tracking.demand(report, None, by)
    elif report.tracking_due_at and not report.tracking_result and report.order:
        report.tracking_result = TrackingResult.OVERTURNED
        orders.lift_demand(report.order, key=report.public_id, at=report.at, by=by)


def most(report: Report) -> Money | None:
    """What the seller lost by the decision: all that went back to the buyer (C-06). Nobody else lost money by one."""
    if report.order is None or report.tracking_result != TrackingResult.REFUNDED:
        return None
    gone = Refund.objects.filter(cause=f"report:{report.public_id}").aggregate(sum=Sum("amount"))["sum"]
    return report.order.money(gone) if gone else None


def sides(report: Report) -> Sides:
    """A shop appeals as a whole. The reporter's appeal is nobody else's to read."""
    return Sides(store=report.respondent_store_id if burdened_side(report) == SELLER else None)


def describe(report: Report) -> str:
    return _("The decision on the report %(ref)s") % {"ref": report.public_id}


def told(report: Report) -> Sequence[tuple[str, str]]:
    """What was decided, as both sides read it: once an appeal has changed it, what it was before."""
    *before, decision = report.decisions.order_by("pk")
    is_open = Appeal.objects.filter(kind=Kind.REPORT, about=report.public_id, decided_at=None).exists()
    if decision.appeal and not is_open:
        decision = before[-1]
    rows = [(_("Result"), decision.get_outcome_display()), (_("Rule"), decision.reason_code)]
    return [*rows, (_("Why"), decision.facts)]


def result_link(appeal: Appeal) -> str:
    """A reporter without an account has the page of the secret link; nobody else reads their appeal."""
    secret = Report.objects.only("secret").get(public_id=appeal.about).secret
    if appeal.by_side == REPORTER and secret:
        return reverse("reports:open", args=[secret])
    return own_page(appeal)


def policy(report: Report) -> Any:
    return report.policy


def page_of(cause: str) -> str:
    return reverse("reports:detail", args=[Report.objects.get(decisions__public_id=cause).public_id])


#: a decision on a report, as the cause of a sanction
DECISION = Cause(gettext_lazy("A decision on a report"), deciders=deciders_of, page=page_of)
REPORT = Appealable(
    find=find,
    may_appeal=may_appeal,
    window=window,
    excluded=touched,
    overturn=overturn,
    describe=describe,
    link=lambda report: reverse("reports:detail", args=[report.public_id]),
    told=told,
    desk_link=lambda report: reverse("admin:reports_case", args=[report.public_id]),
    policy=policy,
    most=most,
    sides=sides,
    happened=happened,
    result_link=result_link,
)
