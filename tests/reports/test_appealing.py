"""A-07: whoever a decision on a report burdens can ask for another look, and what follows where the decision was wrong."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.accounts.models import Restriction, StoreMember
from marketplace.appeals import services as appeals
from marketplace.appeals.models import Appeal
from marketplace.core.clock import sweep
from marketplace.core.errors import Forbidden, Invalid, NotFound, TooLate, WrongState
from marketplace.core.money import Money
from marketplace.notifications.models import Notice
from marketplace.orders.models import Order
from marketplace.payments.proof import prove
from marketplace.sanctions.models import Sanction
from reports import services
from reports.models import Decision, Report, ReportEvent
from reports.services import appealing
from tests import api, invariants, world
from tests.reports.scenes import (
    about_listing,
    about_order,
    again,
    by_holder,
    decided,
    moderator,
    seller_of,
    taken,
    upheld,
)
from tests.reports.test_doors import browser, certificate
from tests.sanctions.imposing import imposed
from tests.world import DAY

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
WRONG = {"outcome": "overturned", "facts": "The second photo shows it."}
TEXT = "You did not look at the second photo."


def dismissed(report, *, heard=True, clock=None, **wishes):
    taken(report)
    if heard:
        clock.shift(3 * DAY)
    return decided(report, "dismissed", **wishes)


def reporter_of(report):
    return world.acting(report.reporter)


def appealed(report, by):
    return appeals.submit("report", report.public_id, text=TEXT, by=by)


def answered(appeal, **answer):
    by = world.acting(moderator())
    appeals.assign(appeal.pk, by=by)
    return appeals.decide(appeal.pk, **{**WRONG, **answer}, by=by)


def sound():
    invariants.check_all()
    assert list(prove()) == []


def verbs(report):
    return list(ReportEvent.objects.filter(report=report).order_by("pk").values_list("verb", flat=True))


# -- who, and until when -------------------------------------------------------------------------------------------


@pytest.mark.rule("A-07")
def test_a_dismissal_is_the_reporters_to_appeal_and_nobody_elses(clock):
    report = dismissed(about_listing(world.shipped()), clock=clock)
    for other in (seller_of(report), world.acting(world.person())):
        with pytest.raises(NotFound):
            appealed(report, other)
    for staff in (by_holder(report), world.acting(moderator())):
        with pytest.raises(Forbidden):
            appealed(report, staff)
    assert not Appeal.objects.exists()
    appeal = appealed(report, reporter_of(report))
    assert (appeal.by_side, appeal.store, appeal.most) == ("reporter", None, 0)
    assert verbs(report)[-1] == "appeal"
    with pytest.raises(WrongState):
        appealed(report, reporter_of(report))
    assert Appeal.objects.count() == 1


@pytest.mark.rule("A-07")
def test_an_upheld_report_is_the_other_sides_to_appeal(clock):
    report = upheld(clock, about_listing(world.shipped()))
    with pytest.raises(NotFound):
        appealed(report, reporter_of(report))
    assert not Appeal.objects.exists()
    appeal = appealed(report, seller_of(report))
    assert (appeal.by_side, appeal.store) == ("seller", report.respondent_store)


@pytest.mark.rule("A-07")
@pytest.mark.parametrize("which", ["dismissed", "upheld"])
@pytest.mark.parametrize(
    ("from_the_end", "is_open"),
    [(-SECOND, True), (timedelta(0), False), (SECOND, False)],
    ids=["before", "at", "after"],
)
def test_the_time_to_appeal_ends_after_180_days(clock, which, from_the_end, is_open):
    report = about_listing(world.shipped())
    report = dismissed(report, clock=clock) if which == "dismissed" else upheld(clock, report)
    by = reporter_of(report) if which == "dismissed" else seller_of(report)
    clock.move_to(Decision.objects.get().decided_at + 180 * DAY + from_the_end)
    body = api.client_of(by_user(by)).get(f"/api/v1/reports/{report.public_id}/").json()
    assert ("appeal" in [each["action"] for each in body["available_actions"]]) is is_open
    page = browser(by_user(by)).get(f"/reports/{report.public_id}/").content.decode()
    assert ("Ask for a review" in page) is is_open
    if is_open:
        assert appealed(report, by).pk
        return
    with pytest.raises(TooLate):
        appealed(report, by)
    assert not Appeal.objects.exists()


def by_user(actor):
    from marketplace.accounts.models import User

    return User.objects.get(pk=actor.user_id)


@pytest.mark.rule("A-07")
def test_what_is_not_decided_cannot_be_appealed(clock):
    report = taken(about_listing(world.shipped()))
    for by in (reporter_of(report), seller_of(report)):
        with pytest.raises(NotFound):
            appealed(report, by)
        with pytest.raises(WrongState):
            appealing.ask(report, text=TEXT, by=by)
    services.withdraw(report.pk, by=reporter_of(report))
    with pytest.raises(WrongState):
        appealing.ask(again(report), text=TEXT, by=reporter_of(report))
    assert not Appeal.objects.exists()


@pytest.mark.rule("A-02", "A-07")
def test_whoever_decided_or_is_tied_to_it_does_not_look_again(clock):
    report = dismissed(about_listing(world.shipped()), clock=clock)
    decider = again(report).moderator
    kin = moderator()
    StoreMember.objects.create(store=report.respondent_store, user=kin)
    appeal = appealed(report, reporter_of(report))
    for wrong in (decider, kin, world.staff("", "mediator")):
        with pytest.raises(Forbidden):
            appeals.assign(appeal.pk, by=world.acting(wrong))
    assert Appeal.objects.get().state == "submitted"
    for right in (moderator(), world.staff("", "lead_mediator")):
        appeals.assign(appeal.pk, by=world.acting(right))
        appeals.release(appeal.pk, by=world.acting(right))


# -- what follows --------------------------------------------------------------------------------------------------


@pytest.mark.rule("A-03", "A-07")
def test_a_dismissal_that_was_wrong_is_followed_by_an_upheld_report(clock):
    report = dismissed(about_listing(world.shipped()), clock=clock)
    appeal = answered(appealed(report, reporter_of(report)))
    after = again(report)
    first, second = Decision.objects.order_by("pk")
    assert (after.state, after.ended_at) == ("upheld", timezone.now())
    assert (first.outcome, first.appeal) == ("dismissed", "")
    assert (second.outcome, second.appeal, second.facts) == ("upheld", appeal.public_id, WRONG["facts"])
    assert second.moderator == Appeal.objects.get().reviewer
    assert verbs(report)[-2:] == ["appeal", "overturn"]
    told = Notice.objects.filter(
        recipient=report.respondent_store.members.get(), subject__contains="looked again"
    )
    assert told.count() == 1
    body = api.client_of(report.reporter).get(f"/api/v1/reports/{report.public_id}/").json()
    assert (body["decision"]["after_review"], body["decision"]["outcome"]) == (True, "upheld")
    assert body["appeal"] == {"id": appeal.public_id, "by": "reporter", "status": "overturned"}
    # nobody appeals what an appeal decided
    for by in (seller_of(report), reporter_of(report)):
        with pytest.raises(NotFound):
            appealed(after, by)
    assert Appeal.objects.count() == 1
    sound()


@pytest.mark.rule("C-05", "A-07")
def test_who_was_never_heard_is_heard_before_a_dismissal_is_turned(clock):
    report = dismissed(about_listing(world.shipped()), heard=False)
    appeal = answered(appealed(report, reporter_of(report)))
    after = again(report)
    reviewer = Appeal.objects.get().reviewer
    assert (after.state, after.moderator, after.ended_at) == ("under_review", reviewer, None)
    assert after.heard_until == timezone.now() + 3 * DAY
    seller = report.respondent_store.members.get()
    assert Notice.objects.filter(recipient=seller, needs_you=True, text__contains="look again").count() == 1
    services.respond(report.pk, text="It is a kitchen knife.", by=seller_of(report))
    decided(after)
    assert again(report).state == "upheld"
    assert Decision.objects.latest("pk").appeal == appeal.public_id
    # that is no appeal's decision: the shop has not asked for another look yet
    assert appealed(after, seller_of(report)).by_side == "seller"
    assert browser(report.reporter).get(f"/appeals/{appeal.public_id}/").status_code == 200


@pytest.mark.rule("A-07", "C-11")
def test_overturning_takes_back_its_own_effects_and_no_others(clock):
    report = about_listing(world.shipped())
    until = (timezone.now() + 300 * DAY).isoformat()
    measure = [{"kind": "no_reports", "ends_at": until}]
    report = dismissed(report, clock=clock, false_data=True, sanctions=measure)
    imposed(report.reporter, "no_disputes", "flg_x")
    answered(appealed(report, reporter_of(report)))
    assert Sanction.objects.get(kind="no_reports").state == "taken_back"
    lifted = dict(Restriction.objects.values_list("kind", "lifted_at"))
    assert lifted == {"no_reports": timezone.now(), "no_disputes": None}


@pytest.mark.rule("A-07", "C-06")
def test_no_tracking_is_owed_any_more_once_the_decision_was_wrong(clock):
    order = world.shipped()
    report = upheld(clock, about_order(order))
    appeal = appealed(report, seller_of(report))
    clock.shift(DAY)
    answered(appeal)
    after = again(report)
    assert (after.state, after.tracking_result, after.due_at) == ("dismissed", "overturned", None)
    assert Order.objects.get().demanded_by == ""
    reporter = Notice.objects.filter(recipient=report.reporter, subject__contains="looked again")
    assert reporter.count() == 1
    clock.move_to(report.tracking_due_at + DAY)
    sweep()
    assert Order.objects.get().state == "shipped"
    sound()


@pytest.mark.rule("A-03", "C-06")
def test_money_that_went_back_stays_there_and_the_seller_gets_as_much_from_us(clock):
    order = world.shipped()
    report = upheld(clock, about_order(order))
    clock.move_to(report.tracking_due_at)
    sweep()
    assert again(report).tracking_result == "refunded"
    appeal = appealed(report, seller_of(report))
    assert appeal.most == 1173
    by = world.acting(moderator())
    appeals.assign(appeal.pk, by=by)
    with pytest.raises(Invalid):
        appeals.decide(appeal.pk, **WRONG, compensation=Money(1174, appeal.currency), by=by)
    assert Appeal.objects.get().state == "under_review"
    appeals.decide(appeal.pk, **WRONG, compensation=Money(1173, appeal.currency), by=by)
    assert (again(report).state, again(report).tracking_result) == ("dismissed", "refunded")
    assert Order.objects.get().state == "closed"
    sound()


@pytest.mark.rule("A-03", "C-06")
def test_a_seller_who_appeals_at_once_gets_what_was_lost_meanwhile(clock):
    """The time for tracking is shorter than that of an answer: the order is closed while the appeal lies there."""
    report = upheld(clock, about_order(world.shipped()))
    appeal = appealed(report, seller_of(report))
    assert appeal.most == 0, "nothing is lost yet"
    user = moderator()
    by = world.acting(user)
    appeals.assign(appeal.pk, by=by)
    with pytest.raises(Invalid):
        appeals.decide(appeal.pk, **WRONG, compensation=Money(1, "USD"), by=by)
    clock.move_to(report.tracking_due_at)
    sweep()
    page = browser(user).get(f"/admin/desk/appeals/{appeal.public_id}/").content.decode()
    assert "Up to US$11.73" in page
    with pytest.raises(Invalid):
        appeals.decide(appeal.pk, **WRONG, compensation=Money(1174, "USD"), by=by)
    answered = appeals.decide(appeal.pk, **WRONG, compensation=Money(1173, "USD"), by=by)
    assert (answered.most, answered.compensated) == (1173, Money(1173, "USD"))
    sound()


@pytest.mark.rule("A-07", "C-06")
def test_a_claim_that_was_right_after_all_obliges_the_seller(clock):
    order = world.shipped()
    report = dismissed(about_order(order), clock=clock)
    answered(appealed(report, reporter_of(report)))
    due = timezone.now() + 7 * DAY
    assert (again(report).due_at, again(report).due_verb) == (due, "enforce_tracking")
    seller = order.store.members.get()
    assert Notice.objects.filter(recipient=seller, needs_you=True, due_at=due).count() == 1
    clock.move_to(due)
    sweep()
    assert again(report).tracking_result == "refunded"
    sound()


@pytest.mark.rule("A-07")
def test_a_decision_that_stands_changes_nothing(clock):
    report = upheld(clock, about_listing(world.shipped()))
    answered(appealed(report, seller_of(report)), outcome="upheld")
    assert again(report).state == "upheld"
    assert Decision.objects.count() == 1
    assert verbs(report)[-2:] == ["appeal", "keep"]


# -- the doors -----------------------------------------------------------------------------------------------------


@pytest.mark.rule("A-07", "C-10")
def test_the_page_leads_to_the_appeal_and_the_api_takes_it_too(clock):
    report = dismissed(about_listing(world.shipped()), clock=clock)
    client = browser(report.reporter)
    page = client.get(f"/reports/{report.public_id}/").content.decode()
    link = f"/appeals/new/report/{report.public_id}/"
    assert link in page
    assert client.get(link).status_code == 200
    sent = api.client_of(report.reporter).post(
        f"/api/v1/reports/{report.public_id}/appeal/", {"text": TEXT, "evidence": []}, format="json"
    )
    assert (sent.status_code, sent.json()["appeal"]["status"]) == (200, "submitted")
    page = client.get(f"/reports/{report.public_id}/").content.decode()
    assert link not in page
    assert f"/appeals/{sent.json()['appeal']['id']}/" in page
    seller = api.client_of(report.respondent_store.members.get())
    refused = seller.post(f"/api/v1/reports/{report.public_id}/appeal/", {"text": TEXT}, format="json")
    assert refused.status_code == 403
    assert seller.get(f"/api/v1/reports/{report.public_id}/").json()["appeal"] is None


@pytest.mark.rule("A-07")
def test_a_person_without_an_account_asks_on_the_page_of_the_secret_link(clock):
    report = about_listing(world.shipped())
    Report.objects.filter(pk=report.pk).update(secret="s" * 43)
    dismissed(report, clock=clock)
    url = f"/reports/open/{'s' * 43}/"
    stranger = browser()
    assert "What did we miss?" in stranger.get(url).content.decode()
    assert stranger.post(url, {"verb": "appeal", "text": " "}).status_code == 422
    long = stranger.post(url, {"verb": "appeal", "text": "x" * 1001})
    assert (long.status_code, "x" * 1001 in long.content.decode()) == (422, True)
    assert not Appeal.objects.exists()
    sent = {"verb": "appeal", "text": TEXT, "files": certificate("label.jpg")}
    assert stranger.post(url, sent)["Location"] == url
    appeal = Appeal.objects.get()
    assert [each.evidence.name for each in appeal.files.all()] == ["label.jpg"], (
        "with further evidence (A-01)"
    )
    assert (
        "label.jpg" in browser(moderator()).get(f"/admin/desk/appeals/{appeal.public_id}/").content.decode()
    )
    answered(appeal)
    told = Notice.objects.filter(recipient=report.reporter, subject__startswith="Our answer")
    assert list(told.values_list("url", flat=True)) == [url]
    assert WRONG["facts"] in stranger.get(url).content.decode()
    seller = Notice.objects.filter(recipient=report.respondent_store.members.get())
    assert not any("ssss" in url for url in seller.values_list("url", flat=True))


def test_a_list_with_decisions_and_appeals_asks_as_often_for_many(clock, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    order, me, counts = world.shipped(), world.person(), []
    for _round in range(2):
        clock.shift(DAY)  # a person sends few a day
        for _each in range(3):
            report = dismissed(about_listing(order, by=world.acting(me)), heard=False)
        appealed(report, world.acting(me))
        with CaptureQueriesContext(connection) as asked:
            assert len(api.client_of(me).get("/api/v1/reports/").json()["results"]) % 3 == 0
        counts.append(len(asked))
    assert counts[0] == counts[1], counts
