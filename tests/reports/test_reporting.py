"""C-01 to C-03: what is asked, of whom, and every step up to the decision."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.core.clock import sweep
from marketplace.core.errors import Forbidden, Invalid, Throttled, TooEarly, TooLate, WrongState
from marketplace.notifications.models import Notice
from reports import services
from reports.models import Report, ReportEvent
from reports.services import ReportData, filing
from tests import world
from tests.reports.scenes import (
    ANSWERS,
    WORDS,
    about_listing,
    about_order,
    again,
    by_holder,
    decided,
    moderator,
    seller_of,
    taken,
)
from tests.sanctions.imposing import imposed
from tests.world import DAY

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def told(user):
    return " | ".join(f"{n.subject}: {n.text}" for n in Notice.objects.filter(recipient=user).order_by("pk"))


def fields(refusal):
    return {error.field for error in refusal.value.errors}


# -- what is asked -------------------------------------------------------------------------------------------------


@pytest.mark.rule("C-01")
@pytest.mark.parametrize("category", ANSWERS)
def test_each_category_has_its_questions(clock, category):
    order = world.shipped()
    report = about_listing(order, category)
    listing = order.lines.get().listing.public_id
    given = ANSWERS[category] | ({"listings": [listing]} if category == "intellectual_property" else {})
    assert (report.state, report.answers) == ("submitted", given)
    with pytest.raises(Invalid) as refusal:
        about_listing(order, category, answers={"colour": "red"})
    assert fields(refusal) == {f"answers.{name}" for name in given} | {"answers.colour"}
    assert Report.objects.count() == 1


@pytest.mark.rule("C-01")
def test_every_right_but_a_copyright_has_a_number(clock):
    order = world.shipped()
    copies = about_listing(order, "intellectual_property").answers
    without = {name: value for name, value in copies.items() if name != "registration_number"}
    assert about_listing(order, "intellectual_property", answers=without | {"right": "copyright"}).pk
    for right in ("trade_mark", "patent", "design"):
        with pytest.raises(Invalid) as refusal:
            about_listing(order, "intellectual_property", answers=without | {"right": right})
        assert fields(refusal) == {"answers.registration_number"}


@pytest.mark.rule("C-01")
def test_the_listings_that_are_named_are_here(clock):
    """By number or by link, each once; what is refused is named. The host's own addresses we cannot look up."""
    order = world.shipped()
    copies = about_listing(order, "intellectual_property").answers
    number = order.lines.get().listing.public_id

    def naming(listings):
        answers = copies | {"listings": listings}
        return about_listing(order, "intellectual_property", answers=answers).answers["listings"]

    assert naming([f"https://shop.example/listings/{number}/?from=mail#top", f" {number}"]) == [number]
    assert naming(["https://shop.example/item/7"]) == ["https://shop.example/item/7"]
    for wrong, said in (
        ([number, "lst_nowhere", "the red one"], "lst_nowhere, the red one"),
        (["https://shop.example/listings/lst_nowhere/"], "lst_nowhere"),
        ([number] * 51, "1 to 50"),
        ([], "answer this question"),
        ([" "], "answer this question"),
        (7, "1 to 50"),
    ):
        with pytest.raises(Invalid) as refusal:
            naming(wrong)
        assert fields(refusal) == {"answers.listings"}
        assert re.search(said, refusal.value.errors[0].message), refusal.value.errors
    answers = {"violation": "spam", "listings": ["lst_nowhere"]}
    with pytest.raises(Invalid) as refusal:
        about_listing(order, "search_manipulation", answers=answers)
    assert fields(refusal) == {"answers.listings"}


@pytest.mark.rule("C-01")
def test_trade_rules_are_about_an_order_of_ones_own(clock):
    order, other = world.shipped(), world.shipped()
    report = about_order(order, answers={"order_completed": False, "induced_confirmation": True})
    assert report.order == order
    assert report.answers["order_completed"] == "no"
    assert report.answers["induced_confirmation"] == "yes"
    for number in (other.public_id, "nothing"):
        with pytest.raises(Invalid) as refusal:
            about_order(order, answers={"order_number": number})
        assert fields(refusal) == {"answers.order_number"}
    with pytest.raises(Invalid) as refusal:
        about_order(other, by=world.buyer_of(order))
    assert fields(refusal) == {"answers.order_number", "target.id"}
    assert Report.objects.count() == 1


@pytest.mark.rule("C-02")
def test_a_seller_may_report_a_buyer_and_nobody_themselves(clock):
    order = world.shipped()
    report = about_order(order, by=world.seller_of(order), answers={"claim": "stop"})
    assert report.respondent_user == order.buyer
    assert report.respondent_store is None
    with pytest.raises(Invalid) as refusal:
        about_listing(order, by=world.seller_of(order))
    assert fields(refusal) == {"target.id"}
    me = world.person()
    with pytest.raises(Invalid):
        services.submit(
            ReportData("search_manipulation", "user", me.public_id, WORDS, {"violation": "spam"}),
            by=world.acting(me),
        )
    assert Report.objects.count() == 1


@pytest.mark.rule("C-02")
def test_contact_details_are_the_accounts_unless_changed_for_this_report(clock):
    order, me = world.shipped(), world.person("ann", first_name="Ann")
    report = about_listing(order, by=world.acting(me))
    assert (report.contact_name, report.contact_email) == ("Ann", "ann@example.org")
    changed = about_listing(order, by=world.acting(me), contact={"email": "x@example.org", "phone": "1"})
    assert (changed.contact_email, changed.contact_phone) == ("x@example.org", "1")
    me.refresh_from_db()
    assert me.email == "ann@example.org"
    with pytest.raises(Invalid) as refusal:
        about_listing(order, by=world.acting(me), contact={"email": "nowhere"})
    assert fields(refusal) == {"contact.email"}


@pytest.mark.rule("C-02")
def test_the_database_holds_one_target_and_nobody_against_themselves(clock):
    report = about_listing(world.shipped())
    rows = Report.objects.filter(pk=report.pk)
    for wrong in (
        {"target_store": report.respondent_store},
        {"target_listing": None},
        {"respondent_user": report.reporter, "respondent_store": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)


def test_who_is_restricted_reads_why_and_sends_nothing(clock):
    me = world.person()
    imposed(me, "no_reports", why="Made up.")
    with pytest.raises(Forbidden, match="Made up") as refusal:
        about_listing(world.shipped(), by=world.acting(me))
    assert refusal.value.code == "restricted"
    assert Report.objects.count() == 0


def test_a_person_sends_so_many_a_day_and_no_more(clock, monkeypatch):
    monkeypatch.setattr(filing, "MOST_A_DAY", 2)
    order, me = world.shipped(), world.acting(world.person())
    about_listing(order, by=me)
    about_listing(order, by=me)
    clock.shift(DAY - SECOND)
    with pytest.raises(Throttled):
        about_listing(order, by=me)
    clock.shift(SECOND)
    assert about_listing(order, by=me).pk


# -- its states ----------------------------------------------------------------------------------------------------


@pytest.mark.rule("C-03")
def test_every_change_is_told(clock):
    order = world.shipped()
    report = about_order(order)
    buyer, seller = order.buyer, order.store.members.get()
    assert f"We have your report {report.public_id}" in told(buyer)
    assert told(seller).count("report") == 0
    taken(report)
    assert "We are checking" in told(buyer)
    assert "A report about you" in told(seller)
    services.request_info(report.pk, text="Which day was it?", by=by_holder(report))
    assert "We need something" in told(buyer)
    services.add_info(report.pk, text="It was Monday.", by=world.buyer_of(order))
    assert again(report).state == "under_review"
    services.respond(report.pk, text="I asked nothing.", by=seller_of(report))
    decided(report, "dismissed")
    assert "We take no action" in told(buyer)
    assert "We take no action" in told(seller)
    assert order.buyer.email not in told(seller)


@pytest.mark.rule("C-03")
def test_who_does_not_answer_is_not_waited_for(clock):
    report = taken(about_listing(world.shipped()))
    services.request_info(report.pk, text="Which one?", by=by_holder(report))
    due = again(report).due_at
    assert due == timezone.now() + 3 * DAY
    clock.move_to(due - SECOND)
    sweep()
    assert again(report).state == "info_requested"
    clock.move_to(due)
    with pytest.raises(TooLate):
        services.add_info(report.pk, text="This one.", by=world.acting(report.reporter))
    sweep()
    sweep()
    assert again(report).state == "under_review"
    assert ReportEvent.objects.filter(report=report, verb="resume_review").count() == 1
    services.add_info(report.pk, text="This one.", by=world.acting(report.reporter))
    assert report.statements.count() == 2


@pytest.mark.rule("C-03")
def test_it_can_be_taken_back_until_it_is_decided(clock):
    report = about_listing(world.shipped())
    services.withdraw(report.pk, by=world.acting(report.reporter))
    assert again(report).state == "withdrawn"
    for verb, words in (("withdraw", {}), ("add_info", {"text": "More."})):
        with pytest.raises(WrongState):
            getattr(services, verb)(report.pk, **words, by=world.acting(report.reporter))


@pytest.mark.rule("C-03")
def test_nobody_else_does_any_of_it(clock):
    report = about_listing(world.shipped())
    strangers = (world.person(), world.staff("", "mediator"), report.respondent_store.members.get())
    before = ReportEvent.objects.count()
    for verb, words in (
        ("assign", {}), ("withdraw", {}), ("add_info", {"text": "x"}), ("request_info", {"text": "x"}),
        ("respond", {"text": "x"}), ("counter_report", {"text": "x"}), ("resume_review", {}), ("enforce_tracking", {}),
        ("decide", {"outcome": "upheld", "facts": "x", "reason_code": "x"}),
    ):  # fmt: skip
        for who in strangers:
            with pytest.raises(Forbidden):
                getattr(services, verb)(report.pk, **words, by=world.acting(who))
    assert ReportEvent.objects.count() == before


# -- the other side ------------------------------------------------------------------------------------------------


@pytest.mark.rule("C-05")
def test_the_other_side_is_heard_for_three_days_before_a_decision_against_it(clock):
    report = taken(about_listing(world.shipped()))
    until = again(report).heard_until
    assert until == timezone.now() + 3 * DAY
    clock.move_to(until - SECOND)
    with pytest.raises(TooEarly) as refusal:
        decided(report)
    assert refusal.value.possible_from == until
    assert again(report).state == "under_review"
    clock.move_to(until)
    assert decided(report).state == "upheld"


@pytest.mark.rule("C-05")
def test_once_it_answered_nobody_has_to_wait(clock):
    report = taken(about_listing(world.shipped()))
    services.respond(report.pk, text="It is a toy.", by=seller_of(report))
    assert decided(report).state == "upheld"


@pytest.mark.rule("C-05")
def test_to_dismiss_nobody_has_to_be_heard(clock):
    assert decided(taken(about_listing(world.shipped())), "dismissed").state == "dismissed"


@pytest.mark.rule("C-05")
def test_phishing_and_what_a_law_forbids_to_tell_go_without(clock):
    order = world.shipped()
    seller = order.store.members.get()
    phishing = taken(about_listing(order, "search_manipulation", answers={"violation": "phishing"}))
    silent = taken(about_listing(order), unheard_reason="Police asked us not to tell: § 1.")
    assert phishing.heard_until is silent.heard_until is None
    assert "report about you" not in told(seller)
    for report in (phishing, silent):
        assert not Report.objects.visible_to(world.acting(seller)).filter(pk=report.pk).exists()
        with pytest.raises(Forbidden):
            services.respond(report.pk, text="x", by=world.acting(seller))
        assert decided(report).state == "upheld"
        assert Report.objects.visible_to(world.acting(seller)).filter(pk=report.pk).exists()
    assert "You can ask us to look again" in told(seller)


@pytest.mark.rule("C-05")
def test_a_counter_report_is_one_of_its_own_once(clock):
    report = taken(about_listing(world.shipped()))
    seller = seller_of(report)
    services.counter_report(report.pk, text="This is a rival of mine.", by=seller)
    counter = Report.objects.get(counter_to=report)
    assert (counter.reporter_id, counter.target_user) == (seller.user_id, report.reporter)
    with pytest.raises(WrongState):
        services.counter_report(report.pk, text="Again.", by=seller)
    assert Report.objects.count() == 2


@pytest.mark.rule("C-05")
def test_a_counter_notice_is_for_copies_only(clock):
    order = world.shipped()
    copies = taken(about_listing(order, "intellectual_property"))
    services.respond(copies.pk, text="I am licensed.", counter_notice=True, by=seller_of(copies))
    assert copies.statements.get().kind == "counter_notice"
    other = taken(about_listing(order))
    with pytest.raises(Invalid):
        services.respond(other.pk, text="I am licensed.", counter_notice=True, by=seller_of(other))
    assert not other.statements.exists()


# -- nobody handles their own --------------------------------------------------------------------------------------


@pytest.mark.rule("C-05", "Z-01")
def test_nobody_handles_a_report_by_or_about_themselves(clock):
    from django.contrib.auth.models import Group

    order = world.shipped()
    seller, me = order.store.members.get(), moderator()
    seller.groups.add(Group.objects.get(name="moderator"))
    mine, about = about_listing(order, by=world.acting(me)), about_listing(order)
    for report, who in ((mine, me), (about, seller)):
        with pytest.raises(Forbidden):
            services.assign(report.pk, by=world.acting(who))
        with pytest.raises(IntegrityError), transaction.atomic():
            Report.objects.filter(pk=report.pk).update(moderator=who)
    assert not Report.objects.visible_to(world.acting(seller)).exists()
