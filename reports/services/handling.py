"""A report between its sending and its decision: taking it, asking, hearing, and taking it back (C-03, C-05)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.errors import Forbidden, Invalid, WrongState

from ..kinds import Category
from ..models import Report, State, Statement
from .words import attach, own_files, said, state

LONGEST_REASON = 500


def assign(pk: int, *, unheard_reason: str = "", also: Sequence[str] = (), by: Actor) -> Report:
    """A moderator takes it, and the respondent is asked for their side, for the policy's days (C-05).

    Not asked: whoever is reported for phishing; and where `unheard_reason` says which law forbids it. `also`: other reports
    on the same target, taken with it (C-08).
    """
    with transaction.atomic():
        taken = {each: _assign(each, unheard_reason.strip(), who) for each, who in with_others(pk, also, by)}
    return taken[pk]


def _assign(pk: int, unheard_reason: str, by: Actor) -> Report:
    with step(Report, pk, "assign", by=by) as report:
        if len(unheard_reason) > LONGEST_REASON:
            words = _("Use up to %(n)s characters.") % {"n": LONGEST_REASON}
            raise Invalid.field("unheard_reason", "too_long", words)
        if report.state == State.UNDER_REVIEW and report.moderator_id == by.user_id:
            raise WrongState(_("You have this report already."))
        report.assign()
        report.moderator_id = by.person_id
        report.unheard_reason = unheard_reason or report.unheard_reason
        if report.heard_until is None and not report.is_phishing and not report.unheard_reason:
            report.heard_until = report.at + timedelta(days=report.policy.respondent_days)
            report.say(asked=True, heard_until=report.heard_until.isoformat())
    return report


def with_others(pk: int, also: Sequence[str], by: Actor) -> list[tuple[int, Actor]]:
    """A report and others on the same target, by primary key, in the order in which rows are locked; each with the actor as
    they act on it: the version that they have seen is that of the one that they had open (C-08).

    Raises Invalid for one that is about something else, or does not exist for the actor.
    """
    if not also:
        return [(pk, by)]
    main = Report.objects.get(pk=pk)
    same = Report.objects.visible_to(by).filter(main.same_target, public_id__in=also)
    found = dict(same.values_list("public_id", "pk"))
    if set(also) - found.keys():
        raise Invalid.field("also", "other", _("One of these reports is about something else."))
    return [(each, by if each == pk else by.having_seen(None)) for each in sorted({pk, *found.values()})]


def request_info(pk: int, *, text: str, evidence: Sequence[str] = (), by: Actor) -> Report:
    """The moderator asks the reporter. After the time it is looked at as it is."""
    with step(Report, pk, "request_info", by=by) as report:
        report.request_info()
        state(report, Statement.Kind.QUESTION, text, evidence, by)
    return report


def add_info(pk: int, *, text: str, evidence: Sequence[str] = (), by: Actor) -> Report:
    """The reporter says more, asked or not."""
    with step(Report, pk, "add_info", by=by) as report:
        report.add_info()
        state(report, Statement.Kind.INFO, text, evidence, by)
    return report


def resume_review(pk: int, *, by: Actor) -> Report:
    """The reporter did not answer in time: the report is looked at as it is."""
    with step(Report, pk, "resume_review", by=by) as report:
        report.resume_review()
    return report


def respond(
    pk: int, *, text: str, evidence: Sequence[str] = (), counter_notice: bool = False, by: Actor
) -> Report:
    """The respondent says their side. Against a report of copies it may be a counter-notice: that the use is allowed."""
    with step(Report, pk, "respond", by=by) as report:
        report.respond()
        if counter_notice and report.category != Category.INTELLECTUAL_PROPERTY:
            words = _("A counter-notice is for reports of copies only.")
            raise Invalid.field("counter_notice", "wrong_category", words)
        kind = Statement.Kind.COUNTER_NOTICE if counter_notice else Statement.Kind.RESPONSE
        state(report, kind, text, evidence, by)
        report.responded_at = report.responded_at or report.at
    return report


def withdraw(pk: int, *, by: Actor) -> Report:
    """The reporter takes it back: it ends, and nobody decides."""
    with step(Report, pk, "withdraw", by=by) as report:
        report.withdraw()
        report.ended_at = report.at
    return report


def counter_report(pk: int, *, text: str, evidence: Sequence[str] = (), by: Actor) -> Report:
    """The respondent reports the reporter, whoever that is: a report of its own, tied to this one, once (C-05).

    It is an answer, so no sanction takes it away (C-12)."""
    with step(Report, pk, "counter_report", by=by) as report:
        if by.user_id is None:
            raise Forbidden(_("Sign in first."))
        if report.is_countered:
            raise WrongState(_("There is a counter-report already."))
        report.counter_report()
        _file_counter(report, said(text, "text", report.policy.description_max), evidence, by)
    return report


def _file_counter(report: Report, text: str, evidence: Sequence[str], by: Actor) -> None:
    files = own_files(evidence, by)
    counter = Report(
        reporter_id=by.person_id, category=Category.TRADE_RULES, target_user_id=report.reporter_id,
        respondent_user_id=report.reporter_id, counter_to=report, order=report.order, policy=report.policy,
        description=text, submitted_at=report.at,
    )  # fmt: skip
    counter.now = counter.at = counter.created_at = counter.entered_at = counter.moved_at = report.at
    counter.save()
    attach(counter, files, "reporter", report.at)
    counter.say(counter_to=report.public_id)
    counter.start("submit", by=by, now=report.at)
    report.say(counter=counter.public_id)
