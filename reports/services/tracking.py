"""What an upheld claim of trade rules obliges the seller to (C-06): valid tracking by a date, else the money goes back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.errors import Invalid, WrongState
from marketplace.orders import services as orders

from ..models import Report, State, TrackingResult


def can_demand(report: Report) -> bool:
    """Is it the claim that obliges the seller of its order?"""
    order = report.order
    return report.wants_tracking and order is not None and report.respondent_store_id == order.store_id


def check_date(outcome: str, reports: Iterable[Report]) -> None:
    """A date was named: raises Invalid where none of the reports that were decided together has such a one."""
    if outcome != State.UPHELD:
        words = _("Only an upheld report has such a date.")
        raise Invalid.field("tracking_due_at", "not_upheld", words)
    if not any(map(can_demand, reports)):
        words = _("Only a report that asks for the goods with tracking has such a date.")
        raise Invalid.field("tracking_due_at", "not_asked", words)


def demand(report: Report, due_at: datetime | None, by: Actor) -> None:
    """Inside the step that upholds it: from now on the order waits. Nothing where it is no such claim, or nothing is left that
    could go back."""
    order = report.order
    if order is None or not can_demand(report):
        return
    until = due_at or report.at + timedelta(days=report.policy.report_tracking_days)
    if until <= report.at:
        raise Invalid.field("tracking_due_at", "past", _("Choose a moment that is still to come."))
    if orders.demand_tracking(order, key=report.public_id, due_at=until, at=report.at, by=by):
        report.tracking_due_at = until
        report.say(tracking_due_at=until.isoformat())


def tracking_state(report: Report) -> bool:
    """Is there valid tracking by now? Asked on the page of the report while its time runs."""
    if report.order is None or report.ended_at is None or report.tracking_end is None:
        return False
    return orders.has_valid_tracking(report.order, since=report.ended_at, until=report.tracking_end)


def enforce_tracking(pk: int, *, by: Actor) -> Report:
    """The time has ended: with valid tracking the order goes on; without, it is closed and refunded in full, once.

    While a bank asks for the order's money nothing moves (X-06): the clock comes again.
    """
    with step(Report, pk, "enforce_tracking", by=by) as report:
        order = report.order
        if order is None or order.frozen_at is not None:
            raise WrongState(_("A bank asks for this money. It waits until the bank has decided."))
        report.enforce_tracking()
        if tracking_state(report):
            report.tracking_result = TrackingResult.GIVEN
            orders.lift_demand(order, key=report.public_id, at=report.at, by=by)
        else:
            report.tracking_result = TrackingResult.REFUNDED
            amount = orders.close_untracked(order, key=report.public_id, at=report.at, by=by)
            report.say(amount=order.money(amount).as_json())
        report.say(result=report.tracking_result)
    return report
