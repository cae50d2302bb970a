"""C-06 and C-08: what a decision obliges to, what it brings, and deciding together."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from disputes import services as disputes
from marketplace.accounts.models import Restriction
from marketplace.core.clock import sweep
from marketplace.core.errors import Invalid, WrongState
from marketplace.notifications.models import Notice
from marketplace.orders import services as orders
from marketplace.orders.models import Order, OrderEvent
from marketplace.payments.models import Refund
from marketplace.payments.proof import prove
from marketplace.sanctions.models import Sanction
from reports import measures, services
from reports.models import Decision, Report
from tests import invariants, world
from tests.reports.scenes import (
    about_listing,
    about_order,
    about_person,
    again,
    decided,
    moderator,
    taken,
    upheld,
)
from tests.world import DAY

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def order_of(report):
    return Order.objects.select_related("escrow", "store", "buyer").get(pk=report.order_id)


def sound():
    invariants.check_all()
    assert list(prove()) == []


def refunds():
    return list(Refund.objects.values_list("cause", "amount"))


# -- tracking by a date --------------------------------------------------------------------------------------------


@pytest.mark.rule("C-06")
def test_without_valid_tracking_the_order_is_closed_and_refunded_once(clock):
    order = world.shipped()
    report = upheld(clock, about_order(order))
    due = timezone.now() + 7 * DAY
    assert (report.tracking_due_at, report.due_at, report.due_verb) == (due, due, "enforce_tracking")
    assert Notice.objects.filter(recipient=order.store.members.get(), needs_you=True, due_at=due).exists()
    clock.move_to(due - SECOND)
    sweep()
    assert order_of(report).state == "shipped"
    clock.move_to(due)
    sweep()
    sweep()
    assert again(report).tracking_result == "refunded"
    assert order_of(report).state == "closed"
    assert refunds() == [(f"report:{report.public_id}", 1173)]
    sound()
    clock.shift(60 * DAY)
    sweep()
    assert refunds() == [(f"report:{report.public_id}", 1173)]
    sound()


@pytest.mark.rule("C-06")
@pytest.mark.parametrize(
    ("before_the_end", "result"), [(SECOND, "given"), (timedelta(0), "refunded")], ids=["before", "at"]
)
def test_a_new_number_before_the_end_is_valid(clock, before_the_end, result):
    order = world.shipped()
    report = upheld(clock, about_order(order))
    clock.move_to(report.tracking_due_at - before_the_end)
    orders.change_tracking(order.pk, carrier="Post", tracking_number="NEW1CN", by=world.seller_of(order))
    assert services.tracking_state(again(report)) is (result == "given")
    clock.move_to(report.tracking_due_at)
    sweep()
    assert again(report).tracking_result == result
    assert order_of(report).state == ("shipped" if result == "given" else "closed")
    assert order_of(report).demanded_by == ""
    sound()


@pytest.mark.rule("C-06", "O-07")
def test_an_old_or_a_doubtful_number_is_not_valid(clock):
    other = world.shipped()
    order = world.shipped()
    report = upheld(clock, about_order(order))
    assert not services.tracking_state(again(report))
    clock.shift(DAY)
    number = other.shipments.get().tracking_number
    orders.change_tracking(order.pk, carrier="Post", tracking_number=number, by=world.seller_of(order))
    assert order.shipments.get().doubts
    clock.move_to(report.tracking_due_at)
    sweep()
    assert again(report).tracking_result == "refunded"


@pytest.mark.rule("C-06", "O-05")
def test_nothing_is_released_while_tracking_is_demanded(clock):
    order = world.shipped()
    orders.confirm_receipt(order.pk, by=world.buyer_of(order))
    clock.shift(9 * DAY)
    report = upheld(clock, about_order(order))
    clock.shift(5 * DAY)  # the window after receipt has ended
    sweep()
    assert order_of(report).state == "delivered"
    orders.change_tracking(order.pk, carrier="Post", tracking_number="NEW1CN", by=world.seller_of(order))
    clock.move_to(report.tracking_due_at)
    sweep()
    assert again(report).tracking_result == "given"
    assert order_of(report).state == "completed"
    sound()


@pytest.mark.rule("C-06", "X-06")
def test_what_a_dispute_owns_goes_where_it_decides(clock):
    order = world.shipped(prices=(1000, 500))
    report = about_order(order)
    clock.shift(11 * DAY)
    line = order.lines.first()
    dispute = world.a_dispute(order, lines=[disputes.LineData(line.public_id, 1)])
    report = upheld(clock, report)
    clock.move_to(report.tracking_due_at)
    sweep()
    assert (f"report:{report.public_id}", 500) in refunds()
    sound()
    clock.shift(30 * DAY)
    sweep()
    assert sum(amount for _cause, amount in refunds()) == 1500
    assert order_of(report).state == "closed"
    assert dispute.pk
    sound()


@pytest.mark.rule("C-06")
def test_an_ended_order_owes_no_tracking(clock):
    order = world.shipped()
    report = about_order(order)
    orders.confirm_receipt(order.pk, by=world.buyer_of(order))
    clock.shift(15 * DAY)
    sweep()
    assert upheld(clock, report).tracking_due_at is None
    clock.shift(30 * DAY)
    sweep()
    assert refunds() == []


@pytest.mark.rule("C-06")
def test_the_moderator_may_name_another_date_to_come(clock):
    report = taken(about_order(world.shipped()))
    clock.shift(3 * DAY)
    for wrong in (
        {"tracking_due_at": timezone.now()},
        {"outcome": "dismissed", "tracking_due_at": timezone.now() + DAY},
    ):
        with pytest.raises(Invalid):
            decided(report, **wrong)
    assert not Decision.objects.exists()
    assert OrderEvent.objects.filter(verb="demand_tracking").count() == 0
    due = timezone.now() + 2 * DAY
    assert decided(report, tracking_due_at=due).tracking_due_at == due


# -- together, and with measures -----------------------------------------------------------------------------------


@pytest.mark.rule("C-08")
def test_reports_on_one_target_are_decided_together_and_each_reporter_is_answered(clock):
    order = world.shipped()
    first, second, other = about_listing(order), about_listing(order), about_listing(world.shipped())
    taken(first, moderator(), also=[second.public_id])
    assert again(second).moderator == again(first).moderator
    with pytest.raises(Invalid):
        decided(first, "dismissed", also=[other.public_id])
    assert not Decision.objects.exists()
    clock.shift(3 * DAY)
    decided(first, also=[second.public_id])
    for report in (first, second):
        assert again(report).state == "upheld"
        assert Notice.objects.filter(recipient=report.reporter, subject__contains="We acted").count() == 1
    assert again(other).state == "submitted"
    assert set(Decision.objects.values_list("main", flat=True)) == {first.pk}


@pytest.mark.rule("C-06", "C-08")
def test_decided_together_the_date_holds_for_each_that_asks_for_tracking(clock):
    """Whichever is locked first, and although one of them asks for nothing of the kind."""
    order = world.shipped()
    shop = {"target_kind": "store", "target_id": order.store.public_id}
    reports = [about_order(order, **shop), about_order(order, **shop, answers={"claim": "stop"})]
    reports.append(about_order(order, **shop, by=world.buyer_of(order)))
    first, _plain, main = reports
    numbers = [each.public_id for each in reports if each != main]
    taken(main, also=numbers)
    clock.shift(3 * DAY)
    due = timezone.now() + 2 * DAY
    decided(main, also=numbers, tracking_due_at=due)
    assert [again(each).tracking_due_at for each in reports] == [due, None, None], "one demand of one order"
    demand = OrderEvent.objects.get(verb="demand_tracking")
    assert (demand.data["report"], demand.data["due_at"]) == (first.public_id, due.isoformat())


@pytest.mark.rule("C-08")
@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("facts", " ", "required"),
        ("facts", "x" * 2001, "too_long"),
        ("reason_code", "", "required"),
        ("reason_code", "x" * 41, "too_long"),
    ],
)
def test_a_text_that_does_not_fit_is_refused_by_what_is_wrong_with_it(clock, field, text, code):
    report = taken(about_listing(world.shipped()))
    clock.shift(3 * DAY)
    with pytest.raises(Invalid) as refusal:
        decided(report, **{field: text})
    assert [(each.field, each.code) for each in refusal.value.errors] == [(field, code)]
    assert ("Use up to" in str(refusal.value)) == (code == "too_long")


@pytest.mark.rule("C-08", "C-11")
def test_false_data_can_cost_the_right_to_report(clock):
    report = taken(about_listing(world.shipped()))
    until = timezone.now() + 30 * DAY
    measure = {"kind": "no_reports", "ends_at": until.isoformat()}
    with pytest.raises(Invalid):
        decided(report, "dismissed", sanctions=[measure])
    decided(report, "dismissed", false_data=True, sanctions=[measure])
    restriction = Restriction.objects.get()
    sanction = Sanction.objects.get()
    assert sanction.cause == Decision.objects.get().public_id
    assert (restriction.user, restriction.cause, restriction.ends_at) == (
        report.reporter,
        sanction.public_id,
        until,
    )


@pytest.mark.rule("C-07", "C-11")
def test_everything_that_the_desk_offers_is_imposed_with_the_decision_as_its_cause(clock):
    report = about_listing(world.shipped())
    kinds = dict(measures.choices_against_respondent(report))
    assert set(kinds) == {"removed", "demoted", "strike", "orders_held", "suspended"}
    wanted = [{"kind": kind, "points": 3 if kind == "strike" else None} for kind in kinds]
    upheld(clock, report, sanctions=wanted)
    decision = Decision.objects.get()
    made = Sanction.objects.all()
    assert {each.kind for each in made} == set(kinds)
    assert {(each.cause, each.statement, each.rule) for each in made} == {
        (decision.public_id, decision.facts, decision.reason_code)
    }
    assert [each["kind"] for each in decision.sanctions] == list(kinds)
    sound()


@pytest.mark.rule("C-07")
def test_a_person_who_was_reported_can_be_warned_limited_or_blocked(clock):
    order = world.shipped()
    report = about_person(order)
    kinds = dict(measures.choices_against_respondent(report))
    assert set(kinds) == {"warning", "no_disputes", "no_reports", "no_orders", "block"}
    upheld(clock, report, sanctions=[{"kind": kind} for kind in kinds])
    assert {(each.kind, each.user) for each in Sanction.objects.all()} == {(k, order.buyer) for k in kinds}


@pytest.mark.rule("C-07", "C-08")
@pytest.mark.parametrize(
    ("decision", "measure", "field"),
    [
        ({"outcome": "upheld"}, {"kind": "warning"}, "sanctions"),
        ({"outcome": "upheld"}, {"kind": "strike"}, "sanctions"),
        ({"outcome": "upheld"}, {"kind": "removed", "ends_at": "2026-02-31T00:00:00Z"}, "sanctions"),
        ({"outcome": "upheld", "facts": "x" * 2001}, {"kind": "removed"}, "facts"),
        ({"outcome": "dismissed"}, {"kind": "removed"}, "sanctions"),
        ({"outcome": "dismissed", "false_data": True}, {"kind": "no_orders"}, "sanctions"),
    ],
)
def test_a_measure_that_does_not_fit_decides_nothing(clock, decision, measure, field):
    report = taken(about_listing(world.shipped()))
    clock.shift(3 * DAY)
    with pytest.raises(Invalid) as refusal:
        decided(report, sanctions=[measure], **decision)
    assert [each.field for each in refusal.value.errors] == [field]
    assert again(report).state == "under_review"
    assert not Sanction.objects.exists()


@pytest.mark.rule("C-08")
@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome": "maybe"}, {"facts": " "}, {"reason_code": ""}, {"outcome": "upheld", "false_data": True},
        {"sanctions": [{"kind": "jail"}]}, {"false_data": True, "sanctions": [{"kind": "no_reports", "ends_at": "2020-01-01T00:00:00Z"}]},
    ],
)  # fmt: skip
def test_a_decision_that_does_not_fit_decides_nothing(clock, wrong):
    report = taken(about_listing(world.shipped()))
    with pytest.raises(Invalid):
        decided(report, **{"outcome": "dismissed", **wrong})
    assert again(report).state == "under_review"
    assert not Decision.objects.exists()


@pytest.mark.rule("C-08", "Z-02")
def test_a_statement_of_reasons_is_never_changed_and_made_once(clock):
    report = taken(about_listing(world.shipped()))
    decided(report, "dismissed")
    with pytest.raises(WrongState):
        decided(report, "dismissed")
    for act in (lambda: Decision.objects.update(facts="x"), lambda: Decision.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
    assert Report.objects.get().state == "dismissed"
