"""What was reported and decided before: of the same shop or person, and by the same reporter (C-08, C-09)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from marketplace.core.access import Actor
from marketplace.orders.models import Listing
from marketplace.sanctions.models import Sanction
from marketplace.sanctions.services import points_of

from ..models import OPEN, Decision, Report, State
from .things import Things

SHOWN = 10
_ENDS = (State.UPHELD, State.DISMISSED, State.WITHDRAWN)


@dataclass(frozen=True)
class Tally:
    """How reports ended. `false`: with false data of the reporter's."""

    total: int = 0
    open: int = 0
    upheld: int = 0
    dismissed: int = 0
    withdrawn: int = 0
    false: int = 0


@dataclass(frozen=True)
class Before:
    """One earlier report, with the decision that stands; `same_thing`: on the very same target."""

    report: Report
    decision: Decision | None
    same_thing: bool


@dataclass(frozen=True)
class Earlier:
    """`points`: of the shop's strikes that count today; None where no shop is reported."""

    tally: Tally
    on_same_thing: int
    reports: list[Before]
    sanctions: list[Sanction]
    points: int | None
    by_reporter: Tally


def before(report: Report, things: Things, by: Actor) -> Earlier:
    """Only reports that the moderator may see: none of their own, none about themselves."""
    theirs = _seen(by).filter(_same_respondent(report)).exclude(pk=report.pk)
    sent = _seen(by).filter(reporter_id=report.reporter_id).exclude(pk=report.pk)
    store_pk = report.respondent_store_id
    return Earlier(
        tally=_tally(theirs),
        on_same_thing=theirs.filter(report.same_target).count(),
        reports=_newest(theirs, report),
        sanctions=_sanctions(report, things.listings),
        points=points_of(store_pk, timezone.now()) if store_pk else None,
        by_reporter=_tally(sent),
    )


def _seen(by: Actor) -> QuerySet[Report]:
    return Report.objects.visible_to(by).exclude(reporter_id=by.user_id)


def _same_respondent(report: Report) -> Q:
    if report.respondent_store_id:
        return Q(respondent_store_id=report.respondent_store_id)
    return Q(respondent_user_id=report.respondent_user_id)


def _tally(rows: QuerySet[Report]) -> Tally:
    ended = {state.value: Count("pk", Q(state=state), distinct=True) for state in _ENDS}
    found = rows.order_by().aggregate(
        total=Count("pk", distinct=True),
        open=Count("pk", Q(state__in=OPEN), distinct=True),
        false=Count("pk", Q(decisions__false_data=True), distinct=True),
        **ended,
    )
    return Tally(**found)


def _newest(rows: QuerySet[Report], report: Report) -> list[Before]:
    """Those on the same thing first, then by date."""
    name = f"target_{report.target_kind}_id"
    same = getattr(report, name)
    shown = list(rows.filter(**{name: same}).order_by("-pk")[:SHOWN])
    shown += rows.exclude(pk__in=[each.pk for each in shown]).order_by("-pk")[: SHOWN - len(shown)]
    decisions: dict[int, Decision] = {}
    for decision in Decision.objects.filter(report__in=shown).order_by("pk"):
        decisions[decision.report_id] = decision
    return [Before(each, decisions.get(each.pk), getattr(each, name) == same) for each in shown]


def _sanctions(report: Report, listings: Sequence[Listing]) -> list[Sanction]:
    """What was taken from the shop, the person or the listings, in force or over, the newest first."""
    which = Q(listing__in=[each.pk for each in listings])
    if report.respondent_store_id:
        which |= Q(store_id=report.respondent_store_id)
    if report.respondent_user_id:
        which |= Q(user_id=report.respondent_user_id)
    return list(Sanction.objects.filter(which).select_related("listing").order_by("-pk")[:SHOWN])
