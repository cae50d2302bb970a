"""The decision about a report, alone or with others on the same target, and what follows from it (C-05 to C-08)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from marketplace.appeals.models import Appeal, Kind
from marketplace.appeals.models import State as Answer
from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.errors import FieldError, Invalid, TooEarly

from .. import measures
from ..models import Decision, Report, State
from . import tracking
from .handling import LONGEST_REASON, with_others
from .words import said

LONGEST_CODE = 40


def decide(
    pk: int,
    *,
    outcome: str,
    facts: str,
    reason_code: str,
    sanctions: Sequence[Mapping[str, Any]] = (),
    false_data: bool = False,
    tracking_due_at: datetime | None = None,
    unheard_reason: str = "",
    also: Sequence[str] = (),
    by: Actor,
) -> Report:
    """Uphold or dismiss it, with reasons; `also`: other reports on the same target, decided with it, each reporter answered.

    Upheld before the respondent answered or had their time: TooEarly, except for phishing and where `unheard_reason` says
    which law forbids asking (C-05). `sanctions` are imposed once, with this report as their cause; `tracking_due_at` holds
    for every one of them that asks for tracking (C-06).
    """
    with transaction.atomic():
        done, main = (
            {},
            Report.objects.select_related("target_listing", "respondent_store", "respondent_user").get(pk=pk),
        )
        for each, who in with_others(pk, also, by):
            with step(Report, each, "decide", by=who) as report:
                _check(report, outcome, facts, reason_code, false_data, unheard_reason)
                _write(report, main, outcome, facts, reason_code, false_data, sanctions, who)
                if outcome == State.UPHELD:
                    tracking.demand(report, tracking_due_at, who)
            done[each] = report
        if tracking_due_at is not None:
            tracking.check_date(outcome, done.values())
    return done[pk]


def _check(
    report: Report, outcome: str, facts: str, reason_code: str, false_data: bool, unheard_reason: str
) -> None:
    errors = []
    if outcome not in (State.UPHELD, State.DISMISSED):
        errors.append(FieldError("outcome", "unknown", _("Choose whether you act or not.")))
    facts_wanted = _("Say what you found. Both sides read it.")
    errors += _misfits("facts", facts, report.policy.description_max, facts_wanted)
    errors += _misfits("reason_code", reason_code, LONGEST_CODE, _("Name the rule, in a word or two."))
    if false_data and outcome != State.DISMISSED:
        errors.append(FieldError("false_data", "upheld", _("A report with false data is not upheld.")))
    if errors:
        raise Invalid(errors=errors)
    if unheard_reason.strip():
        report.unheard_reason = said(unheard_reason, "unheard_reason", LONGEST_REASON)
    if outcome == State.UPHELD and not was_heard(report, report.now):
        words = _("The other side has not been heard yet. It has time until then, or until it answers.")
        raise TooEarly(words, possible_from=report.heard_end)


def _misfits(field: str, text: str, longest: int, wanted: str) -> list[FieldError]:
    """What is wrong with a text; `wanted`: what is said where there is none."""
    try:
        said(text, field, longest, wanted)
    except Invalid as refusal:
        return list(refusal.errors)
    return []


def was_heard(report: Report, at: datetime) -> bool:
    """Had the respondent answered by then, or had their time; or must they not be asked (C-05)?"""
    if report.is_phishing or report.unheard_reason or report.responded_at:
        return True
    return report.heard_end is not None and at >= report.heard_end


def _write(
    report: Report,
    main: Report,
    outcome: str,
    facts: str,
    reason_code: str,
    false_data: bool,
    sanctions: Sequence[Mapping[str, Any]],
    by: Actor,
) -> None:
    report.decide(outcome)
    report.ended_at = report.at
    if outcome == State.UPHELD and report.heard_until is None:
        report.heard_until = report.at  # from now on it is theirs to read, and to appeal
    is_main = report.pk == main.pk
    # what an upheld one brings is written beside each; what false data costs is this one reporter's
    wanted = measures.checked(main, outcome, false_data, sanctions if is_main or not false_data else ())
    decision = Decision.objects.create(
        report=report, main=main, moderator_id=by.person_id, outcome=outcome, reason_code=reason_code.strip(),
        facts=facts.strip(), false_data=false_data, sanctions=[each.as_json() for each in wanted], decided_at=report.at, appeal=_reopened_by(report),
    )  # fmt: skip
    if is_main:
        measures.impose(report, decision, wanted, by)
    report.say(outcome=outcome, facts=decision.facts, reason_code=decision.reason_code, false_data=false_data)
    report.say(measures=[each.kind for each in wanted])


def _reopened_by(report: Report) -> str:
    """The appeal after which it is decided anew; "" for the first decision."""
    if not report.decisions.exists():
        return ""
    found = Appeal.objects.filter(kind=Kind.REPORT, about=report.public_id, state=Answer.OVERTURNED)
    return str(found.latest("decided_at").public_id)
