"""Section 8: one appeal a side, in time and length, looked at by somebody who had no part in the decision."""

from __future__ import annotations

import io
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from disputes import services as disputes
from disputes.models import Decision, Dispute
from disputes.services import conflicts
from marketplace.accounts.models import Restriction, StoreMember
from marketplace.appeals import services
from marketplace.appeals.models import Appeal, AppealEvent, AppealExclusion
from marketplace.core import reminders
from marketplace.core.errors import (
    Forbidden,
    Invalid,
    NotFound,
    Throttled,
    TooLate,
    VersionChanged,
    WrongState,
)
from marketplace.core.money import Money
from marketplace.core.workdays import is_working_day
from marketplace.coupons.models import CouponOffer
from marketplace.evidence import retention
from marketplace.evidence import services as files
from marketplace.evidence.access import may_see
from marketplace.evidence.models import Evidence
from marketplace.notifications.models import Notice
from marketplace.payments.models import LedgerAccount
from marketplace.payments.proof import prove
from marketplace.sanctions.models import Sanction
from tests import invariants, world
from tests.appeals.cases import FACTS, TEXT, again, appealed, decide, decided, decision_of, held, mediator
from tests.disputes.desk_cases import many, waiting
from tests.evidence.pictures import jpeg
from tests.sanctions.imposing import imposed
from tests.world import DAY

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def dispute(clock: Any) -> Dispute:
    return decided(clock)


def photo(by: Any) -> str:
    file = io.BytesIO(jpeg())
    return files.take(file, name="label.jpg", by=by, limits=files.limits_now()).public_id


def refused(error: type[Exception], call: Any) -> Any:
    """The error, and that nothing has moved."""
    before = invariants.fingerprint()
    with pytest.raises(error) as refusal:
        call()
    assert invariants.fingerprint() == before
    return refusal.value


def told(user: Any) -> str:
    rows = Notice.objects.filter(recipient=user).values_list("subject", "text")
    return " | ".join(f"{subject}: {text}" for subject, text in rows)


# -- sending one ---------------------------------------------------------------------------------------------------


@pytest.mark.rule("A-01")
@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_either_side_appeals_once(dispute: Dispute, side: str) -> None:
    appeal = appealed(dispute, side)
    assert (appeal.state, appeal.by_side, appeal.kind) == ("submitted", side, "decision")
    assert appeal.about == decision_of(dispute).public_id
    refused(WrongState, lambda: appealed(dispute, side))


@pytest.mark.rule("A-01")
def test_both_sides_may_have_one_open(dispute: Dispute) -> None:
    assert appealed(dispute, "buyer").pk != appealed(dispute, "seller").pk


@pytest.mark.rule("A-01")
def test_seven_days_to_the_second(clock: Any, dispute: Dispute) -> None:
    start = decision_of(dispute).decided_at
    clock.move_to(start + 7 * DAY)
    assert refused(TooLate, lambda: appealed(dispute)).possible_until == start + 7 * DAY
    clock.move_to(start + 7 * DAY + SECOND)
    refused(TooLate, lambda: appealed(dispute))
    clock.move_to(start + 7 * DAY - SECOND)
    assert appealed(dispute).is_open


@pytest.mark.rule("A-01", "M-08")
def test_a_decision_that_waits_for_approval_is_not_told_and_not_appealed(clock: Any) -> None:
    dispute, first = waiting(clock, prices=(70000,)), mediator()
    disputes.assign(dispute.pk, by=world.acting(first))
    reasons = {"reason_code": "quality.poor_workmanship", "facts": "It is torn."}
    disputes.adjudicate(dispute.pk, outcome="refunded", by=world.acting(first), **reasons)
    refused(NotFound, lambda: appealed(dispute))
    clock.shift(6 * DAY)
    disputes.approve(dispute.pk, by=world.acting(mediator()))
    clock.shift(6 * DAY)  # the seven days run from the approval
    assert appealed(dispute, "seller").is_open


@pytest.mark.rule("A-01")
@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("x" * 1000, True),
        ("x" * 1001, False),
        ("😀" * 1000, True),  # one code point each, two units of UTF-16
        ("😀" * 1001, False),
        ("x\r\n" * 500, True),  # forms send two characters for a new line, people see one
        ("x\n" * 500 + "x", False),
        ("é" * 1000, True),
        ("   \r\n ", False),
        ("", False),
    ],
)
def test_a_thousand_characters_counted_as_people_count(dispute: Dispute, text: str, fits: bool) -> None:
    if fits:
        assert again(appealed(dispute, text=text)).text == text.replace("\r\n", "\n").strip()
    else:
        error = refused(Invalid, lambda: appealed(dispute, text=text))
        assert [each.field for each in error.errors] == ["text"]


@pytest.mark.rule("A-01")
def test_only_the_two_sides_and_only_of_what_is_there(dispute: Dispute) -> None:
    about = decision_of(dispute).public_id
    for groups, error in (((), NotFound), (("mediator",), Forbidden), (("lead_mediator",), Forbidden)):
        by = world.acting(world.person("", *groups))
        refused(error, lambda by=by: services.submit("decision", about, text=TEXT, by=by))
    by = world.buyer_of(dispute)
    refused(NotFound, lambda: services.submit("decision", "dec_none", text=TEXT, by=by))
    refused(NotFound, lambda: services.submit("nothing", about, text=TEXT, by=by))


@pytest.mark.rule("A-01", "E-03")
def test_further_evidence_goes_to_staff_who_had_no_part_and_to_nobody_else(dispute: Dispute) -> None:
    buyer = world.buyer_of(dispute)
    file = Evidence.objects.get(public_id=photo(buyer))
    appeal = appealed(dispute, evidence=[file.public_id])
    assert [each.evidence_id for each in appeal.files.all()] == [file.pk]
    decider = world.acting(decision_of(dispute).mediator)
    assert may_see(buyer, file)
    assert may_see(world.acting(mediator()), file)
    assert not may_see(decider, file)
    assert not may_see(world.seller_of(dispute), file)
    error = refused(Invalid, lambda: appealed(dispute, "seller", evidence=[file.public_id]))
    assert [each.field for each in error.errors] == ["evidence"]


@pytest.mark.rule("E-05")
def test_files_stay_while_the_appeal_is_open_and_the_keeping_time_after_it(
    clock: Any, dispute: Dispute
) -> None:
    appeal = appealed(dispute, evidence=[photo(world.buyer_of(dispute))])
    assert retention.sweep(timezone.now() + 1000 * DAY) == 0
    taken, by = held(appeal)
    services.decide(taken.pk, outcome="upheld", facts=FACTS, by=by)
    end = timezone.now() + 215 * DAY
    for seconds, gone in ((-1, 0), (0, 1)):
        Evidence.objects.update(look_at=timezone.now())
        assert retention.sweep(end + timedelta(seconds=seconds)) == gone
    assert again(appeal).events.filter(verb="remove_file").exists()


@pytest.mark.rule("A-01")
def test_five_a_day_each_person(clock: Any) -> None:
    """threats.md row 41: an appeal costs nobody anything before it is looked at, and nobody sends many."""
    buyer = world.person()
    cases = [decide(case) for case in many(clock, 7, buyer=buyer)]
    clock.shift(DAY)
    for case in cases[:5]:
        appealed(case)
    assert refused(Throttled, lambda: appealed(cases[5])).status == 429
    assert appealed(cases[5], "seller").is_open
    clock.shift(DAY - SECOND)
    refused(Throttled, lambda: appealed(cases[5]))
    clock.shift(SECOND)
    assert appealed(cases[5]).is_open


# -- who looks at it -----------------------------------------------------------------------------------------------


@pytest.mark.rule("A-02")
def test_whoever_decided_approved_or_is_tied_does_not_look_at_it(clock: Any) -> None:
    dispute, first, second = waiting(clock, prices=(70000,)), mediator(), mediator("lead_mediator")
    disputes.assign(dispute.pk, by=world.acting(first))
    reasons = {"reason_code": "quality.poor_workmanship", "facts": "It is torn."}
    disputes.adjudicate(dispute.pk, outcome="refunded", by=world.acting(first), **reasons)
    disputes.approve(dispute.pk, by=world.acting(second))
    appeal = appealed(dispute, "seller")
    works_there = mediator()
    StoreMember.objects.create(store=dispute.store, user=works_there)
    tied = mediator()
    conflicts.declare(
        mediator=tied, user=dispute.buyer, why="My brother.", by=world.acting(mediator("lead_mediator"))
    )
    for person in (first, second, works_there, tied):
        error = refused(Forbidden, lambda p=person: services.assign(appeal.pk, by=world.acting(p)))
        assert "part in this case" in error.detail
    refused(Forbidden, lambda: services.assign(appeal.pk, by=world.acting(mediator("moderator"))))
    assert services.assign(appeal.pk, by=world.acting(mediator())).state == "under_review"


@pytest.mark.rule("A-02")
def test_a_tie_that_comes_to_light_while_it_is_looked_at_stops_the_answer(dispute: Dispute) -> None:
    appeal, by = held(appealed(dispute))
    reviewer = appeal.reviewer
    conflicts.declare(mediator=reviewer, user=dispute.buyer, why="We are friends.", by=by)
    refused(Forbidden, lambda: services.decide(appeal.pk, outcome="overturned", facts=FACTS, by=by))
    assert services.release(appeal.pk, by=by).reviewer is None


@pytest.mark.rule("A-02")
@pytest.mark.parametrize("who", ["decider", "buyer", "seller", "tied", "written down"])
def test_the_database_refuses_such_a_reviewer_whoever_writes(dispute: Dispute, who: str) -> None:
    appeal = appealed(dispute, "seller")
    tied = mediator()
    conflicts.declare(
        mediator=tied, store=dispute.store, why="I worked there.", by=world.acting(mediator("lead_mediator"))
    )
    people = {
        "decider": decision_of(dispute).mediator_id,
        "buyer": dispute.buyer_id,
        "seller": world.seller_of(dispute).user_id,
        "tied": tied.pk,
        "written down": mediator().pk,
    }
    AppealExclusion.objects.get_or_create(appeal=appeal, user_id=people["written down"])
    sql = "UPDATE appeals_appeal SET reviewer_id = %s, state = 'under_review' WHERE id = %s"
    refuse = pytest.raises(IntegrityError, match=r"part in what|tied")
    with refuse, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [people[who], appeal.pk])
    assert again(appeal).reviewer is None


@pytest.mark.rule("A-02")
@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM appeals_appealexclusion",
        "UPDATE appeals_appealexclusion SET user_id = user_id",
        "UPDATE appeals_appeal SET text = 'nothing'",
        "UPDATE appeals_appeal SET most = most + 1",
        "UPDATE appeals_appeal SET appellant_id = reviewer_id",
        "DELETE FROM appeals_appealevent",
        "UPDATE appeals_appealevent SET verb = 'x'",
    ],
)
def test_what_was_sent_and_who_is_kept_out_never_changes(dispute: Dispute, sql: str) -> None:
    appeal, _by = held(appealed(dispute))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert (again(appeal).text, AppealExclusion.objects.count() > 2) == (TEXT, True)


@pytest.mark.rule("A-02")
def test_hundreds_of_random_assignments_give_no_conflict(clock: Any) -> None:
    """threats.md row 31, smaller: whoever is asked, nobody ever holds what they had a part in."""
    chance = random.Random(7)
    staff = [mediator("lead_mediator" if number % 4 == 0 else "mediator") for number in range(12)]
    cases = [decide(case, by=chance.choice(staff)) for case in many(clock, 4)]
    appeals = [appealed(case, side) for case in cases for side in ("buyer", "seller")]
    done = conflicts = 0
    for _ in range(400):
        appeal, person = chance.choice(appeals), chance.choice(staff)
        try:
            services.assign(appeal.pk, by=world.acting(person))
        except Forbidden:
            assert Decision.objects.filter(public_id=appeal.about, mediator=person).exists()
            continue
        except WrongState:
            continue
        done += 1
        conflicts += Decision.objects.filter(public_id=appeal.about, mediator=person).exists()
        services.release(appeal.pk, by=world.acting(person))
    assert (done > 300, conflicts) == (True, 0)


@pytest.mark.rule("A-02")
def test_the_answer_is_due_in_fifteen_working_days_of_the_policys_calendar(dispute: Dispute) -> None:
    appeal = appealed(dispute)
    days = [appeal.submitted_at.date() + timedelta(days=n) for n in range(1, 60)]
    working = [day for day in days if is_working_day(day, dispute.policy.calendar)]
    assert appeal.answer_due_at == datetime.combine(working[14], appeal.submitted_at.timetz()).astimezone(UTC)
    assert appeal.due_at == appeal.answer_due_at
    assert (appeal.due_verb, appeal.next_default.waiting_for) == ("", "reviewer")


@pytest.mark.rule("A-02")
def test_a_late_answer_is_told_to_staff_once_and_rises(clock: Any, dispute: Dispute) -> None:
    lead = world.staff("", "lead_mediator")
    appeal, _by = held(appealed(dispute))
    clock.move_to(appeal.answer_due_at - SECOND)
    reminders.send()
    assert again(appeal).overdue == 0
    for _ in range(2):
        clock.move_to(appeal.answer_due_at)
        reminders.send()
    assert again(appeal).overdue == 1
    assert told(lead).count("past the date") == 1
    assert told(appeal.reviewer).count("past the date") == 1
    assert again(appeal).state == "under_review"  # nothing is decided by a clock


# -- the answer ----------------------------------------------------------------------------------------------------


@pytest.mark.rule("A-03")
def test_upheld_the_decision_stands_and_nothing_leads_on(dispute: Dispute) -> None:
    appeal, by = held(appealed(dispute))
    services.decide(appeal.pk, outcome="upheld", facts=FACTS, by=by)
    appeal = again(appeal)
    assert (appeal.state, appeal.facts, appeal.is_open) == ("upheld", FACTS, False)
    for verb in (
        lambda: services.decide(appeal.pk, outcome="overturned", facts=FACTS, by=by),
        lambda: services.release(appeal.pk, by=by),
        lambda: services.assign(appeal.pk, by=world.acting(mediator())),
        lambda: appealed(dispute),
    ):
        refused(WrongState, verb)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.filter(pk=appeal.pk).update(facts="Changed.")


@pytest.mark.rule("A-03")
@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"outcome": "perhaps"}, "outcome"),
        ({"facts": "  \r\n"}, "facts"),
        ({"facts": "x" * 5001}, "facts"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_in_words(
    dispute: Dispute, wish: dict[str, str], field: str
) -> None:
    appeal, by = held(appealed(dispute))
    answer = {"outcome": "overturned", "facts": FACTS, **wish}
    error = refused(Invalid, lambda: services.decide(appeal.pk, by=by, **answer))
    assert [each.field for each in error.errors] == [field]


@pytest.mark.rule("A-02")
def test_only_whoever_holds_it_answers(dispute: Dispute) -> None:
    appeal, by = held(appealed(dispute))
    answer = {"outcome": "upheld", "facts": FACTS}
    others = [world.acting(mediator()), world.buyer_of(dispute), world.seller_of(dispute)]
    for other in others:
        refused(Forbidden, lambda o=other: services.decide(appeal.pk, by=o, **answer))
    refused(VersionChanged, lambda: services.decide(appeal.pk, by=by.having_seen(1), **answer))
    lead = world.acting(mediator("lead_mediator"))
    assert services.release(appeal.pk, by=lead).state == "submitted"
    refused(Forbidden, lambda: services.decide(appeal.pk, by=by, **answer))


@pytest.mark.rule("A-03", "A-07")
def test_overturned_fraud_gives_back_the_right_that_it_took_and_no_other(clock: Any) -> None:
    dispute = decided(clock, "fraud")
    other = imposed(dispute.buyer, "no_disputes", "dec_other")
    appeal, by = held(appealed(dispute))
    services.decide(appeal.pk, outcome="overturned", facts=FACTS, by=by)
    ended = Sanction.objects.exclude(state="in_force")
    assert [(each.cause, each.state) for each in ended] == [(appeal.about, "taken_back")]
    assert list(Restriction.objects.in_force(timezone.now()).values_list("cause", flat=True)) == [
        other.public_id
    ]


@pytest.mark.rule("A-03")
def test_overturned_gives_from_our_own_account_and_takes_nothing_back(dispute: Dispute) -> None:
    shop = LedgerAccount.objects.get(kind="seller")
    before = shop.balance
    appeal, by = held(appealed(dispute))
    answer = {"outcome": "overturned", "facts": FACTS}
    services.decide(appeal.pk, compensation=Money(1000, "USD"), by=by, **answer)
    offered = CouponOffer.objects.get()
    assert (offered.user, offered.amount, offered.cause) == (
        dispute.buyer,
        1000,
        f"appeal:{appeal.public_id}",
    )
    assert again(appeal).compensation == 1000
    sellers, by = held(appealed(dispute, "seller"))
    services.decide(sellers.pk, compensation=Money(1173, "USD"), by=by, **answer)
    assert LedgerAccount.objects.get(pk=shop.pk).balance == before + 1173
    sold = Dispute.objects.select_related("order__escrow").get(pk=dispute.pk).order.escrow
    assert (sold.released, sold.refunded) == (1173, 0)
    invariants.check_all()
    assert list(prove()) == []


@pytest.mark.rule("A-03")
@pytest.mark.parametrize(
    ("outcome", "sum_", "code"),
    [
        ("upheld", Money(1, "USD"), "not_allowed"),
        ("overturned", Money(1174, "USD"), "out_of_range"),
        ("overturned", Money(-1, "USD"), "out_of_range"),
        ("overturned", Money(5, "EUR"), "currency"),
    ],
)
def test_a_sum_that_does_not_fit_is_refused(dispute: Dispute, outcome: str, sum_: Money, code: str) -> None:
    appeal, by = held(appealed(dispute))
    error = refused(
        Invalid, lambda: services.decide(appeal.pk, outcome=outcome, facts=FACTS, compensation=sum_, by=by)
    )
    assert [(each.field, each.code) for each in error.errors] == [("compensation", code)]


@pytest.mark.rule("A-03", "M-08")
def test_above_the_limit_only_a_lead_mediator_gives(clock: Any) -> None:
    dispute = decided(clock, prices=(70000,))
    appeal, by = held(appealed(dispute))
    answer = {"outcome": "overturned", "facts": FACTS, "compensation": Money(50001, "USD")}
    error = refused(Invalid, lambda: services.decide(appeal.pk, by=by, **answer))
    assert [each.code for each in error.errors] == ["needs_lead"]
    services.release(appeal.pk, by=by)
    appeal, lead = held(appeal, mediator("lead_mediator"))
    assert services.decide(appeal.pk, by=lead, **answer).compensation == 50001
    invariants.check_all()


@pytest.mark.rule("A-05")
def test_both_sides_are_told_at_the_start_and_at_the_end_and_staffs_matters_to_nobody(
    dispute: Dispute,
) -> None:
    seller = dispute.store.members.get()
    appeal, by = held(appealed(dispute))
    assert "We look again" in told(dispute.buyer)
    assert "The other side asked us" in told(seller)
    before = Notice.objects.count()
    services.release(appeal.pk, by=by)
    services.assign(appeal.pk, by=by)
    assert Notice.objects.count() == before
    services.decide(appeal.pk, outcome="overturned", facts=FACTS, by=by)
    assert "The decision was wrong." in told(dispute.buyer)
    assert "The decision was wrong." in told(seller)
    assert AppealEvent.objects.count() == 5


def test_the_queue_holds_what_this_reviewer_may_take_late_first(clock: Any, dispute: Dispute) -> None:
    first = appealed(dispute)
    clock.shift(DAY)
    second = appealed(dispute, "seller")
    decider, other = world.acting(decision_of(dispute).mediator), world.acting(mediator())
    assert list(Appeal.objects.open_for(decider)) == []
    assert list(Appeal.objects.open_for(world.acting(mediator("moderator")))) == []
    assert list(Appeal.objects.open_for(world.buyer_of(dispute))) == []
    assert list(Appeal.objects.open_for(other).order_by("-overdue", "answer_due_at")) == [first, second]
    assert Money(1, "USD") not in {first.compensated, second.compensated}
