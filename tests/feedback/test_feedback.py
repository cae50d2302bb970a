"""A-06: after the end each side says once how we handled it; of a 1 or 2 a lead mediator may open one second look."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from disputes import services as disputes
from disputes.feedback import services
from disputes.feedback.figures import figures
from disputes.feedback.models import Feedback, FeedbackEvent
from disputes.models import Dispute
from disputes.services import conflicts
from disputes.standing import services as standing
from disputes.standing.models import BuyerFigures, Flag
from marketplace.accounts.models import Restriction
from marketplace.appeals import services as appeals
from marketplace.appeals.models import Appeal
from marketplace.core.access import Actor
from marketplace.core.errors import Forbidden, Invalid, TooEarly, VersionChanged, WrongState
from marketplace.core.money import Money
from marketplace.core.workdays import add_working_days
from marketplace.coupons.models import CouponOffer
from marketplace.evidence import retention
from marketplace.evidence.models import Evidence
from marketplace.notifications.models import Notice
from tests import invariants, world
from tests.appeals.cases import FACTS, appealed, decided, held
from tests.appeals.test_appeals import photo, refused, told
from tests.feedback.given import REASON, TEXT, again, final, lead, looked_at, poor, said, side_of
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A-06")]
SECOND = timedelta(seconds=1)


@pytest.fixture
def dispute(clock: Any) -> Dispute:
    return final(clock)


def cancelled() -> Dispute:
    """The buyer closed it; nobody of us decided anything."""
    dispute = world.a_dispute(world.shipped())
    return disputes.cancel(dispute.pk, by=world.buyer_of(dispute))


# -- saying it -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["buyer", "seller"])
@pytest.mark.parametrize(
    ("rating", "state"), [(1, "waiting"), (2, "waiting"), (3, "given"), (4, "given"), (5, "given")]
)
def test_each_side_says_it_once_and_a_1_or_2_waits_for_a_lead(
    dispute: Dispute, side: str, rating: int, state: str
) -> None:
    feedback = said(dispute, rating, side, heard=2, understood=5)
    assert (feedback.state, feedback.side, feedback.is_open) == (state, side, state == "waiting")
    assert (feedback.heard, feedback.respected, feedback.understood) == (2, None, 5)
    refused(WrongState, lambda: said(dispute, 5, side))
    other = "seller" if side == "buyer" else "buyer"
    assert said(dispute, 5, other).pk != feedback.pk


def test_only_after_the_end_and_it_does_not_matter_how_it_ended(clock: Any) -> None:
    dispute = world.a_dispute(waited(clock))
    refused(WrongState, lambda: said(dispute))
    disputes.cancel(dispute.pk, by=world.buyer_of(dispute))
    assert said(dispute).is_open


def waited(clock: Any) -> Any:
    order = world.shipped()
    clock.shift(11 * DAY)
    return order


def test_only_the_two_sides(dispute: Dispute) -> None:
    for groups in ((), ("mediator",), ("lead_mediator",), ("integrator",)):
        by = world.acting(world.person("", *groups))
        refused(Forbidden, lambda by=by: services.give(dispute.pk, rating=1, by=by))


def test_whoever_read_an_older_state_is_told(dispute: Dispute) -> None:
    by = world.buyer_of(dispute).having_seen(dispute.version - 1)
    refused(VersionChanged, lambda: services.give(dispute.pk, rating=1, by=by))


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("", True),
        ("x" * 1000, True),
        ("x" * 1001, False),
        ("😀" * 1000, True),
        ("😀" * 1001, False),
        ("x\r\n" * 500, True),
    ],
)
def test_words_are_optional_and_counted_as_people_count(dispute: Dispute, text: str, fits: bool) -> None:
    if fits:
        assert again(said(dispute, text=text)).text == text.replace("\r\n", "\n").strip()
    else:
        error = refused(Invalid, lambda: said(dispute, text=text))
        assert [each.field for each in error.errors] == ["text"]


def test_all_that_does_not_fit_is_said_at_once(dispute: Dispute) -> None:
    error = refused(Invalid, lambda: said(dispute, 6, text="x" * 1001, heard=0, respected=6))
    assert [each.field for each in error.errors] == ["rating", "heard", "respected", "text"]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE feedback_feedback SET rating = 2",
        "UPDATE feedback_feedback SET text = ''",
        "UPDATE feedback_feedback SET state = 'given'",
        "UPDATE feedback_feedback SET handled_by_id = author_id, handled_at = now(), state = 'second_look'",
        "UPDATE feedback_feedbackevent SET verb = 'x'",
        "DELETE FROM feedback_feedbackevent",
    ],
)
def test_what_was_said_never_changes_whoever_writes(clock: Any, sql: str) -> None:
    feedback = poor(clock)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert (again(feedback).rating, again(feedback).state) == (1, "waiting")


# -- who learns of it ----------------------------------------------------------------------------------------------


@pytest.mark.rule("F-01", "F-02")
def test_a_poor_one_is_told_to_its_side_and_to_leads_who_had_no_part_and_never_to_the_other(
    clock: Any,
) -> None:
    decider, free = lead(), lead()
    dispute = final(clock, by=decider)
    seller = dispute.store.members.get()
    before = told(decider), told(seller)
    said(dispute)
    assert "A lead mediator reads it by" in told(dispute.buyer)
    assert "Poor feedback" in told(free)
    assert (told(decider), told(seller)) == before


def test_a_good_one_waits_for_nobody(dispute: Dispute) -> None:
    lead()
    before = Notice.objects.count()
    feedback = said(dispute, 3)
    assert (feedback.is_open, feedback.read_by, Notice.objects.count()) == (False, None, before)


@pytest.mark.rule("F-02")
def test_only_its_own_side_and_leads_of_other_cases_see_it(clock: Any) -> None:
    feedback = poor(clock)
    dispute = feedback.dispute

    def sees(by: Actor) -> bool:
        return Feedback.objects.visible_to(by).exists()

    assert sees(world.buyer_of(dispute))
    assert sees(world.acting(lead()))
    for other in (
        world.seller_of(dispute),
        world.acting(world.person()),
        world.acting(world.staff("", "mediator")),
        world.acting(world.staff("", "moderator")),
    ):
        assert not sees(other)
    seller = dispute.store.members.get()
    seller.groups.set(lead().groups.all())
    assert not sees(world.acting(seller)), "a lead who is the other side"


# -- the second look -----------------------------------------------------------------------------------------------


def test_a_lead_opens_one_in_the_name_of_who_was_treated_badly(clock: Any) -> None:
    feedback = poor(clock)
    look = looked_at(feedback)
    dispute = feedback.dispute
    assert (look.kind, look.about, look.by_side) == ("second_look", dispute.public_id, "buyer")
    assert (look.appellant, look.text, look.most) == (dispute.buyer, TEXT, dispute.held)
    assert look.answer_due_at == add_working_days(timezone.now(), 15, look.policy.calendar)
    assert again(feedback).state == "second_look"
    assert [event.verb for event in feedback.events.all()] == ["give", "open_second_look"]


def test_without_words_the_reviewer_reads_the_rating(clock: Any) -> None:
    assert looked_at(said(final(clock), 2, text="")).text == "Without words: 2 of 5, Bad."


@pytest.mark.rule("A-05")
def test_both_sides_are_told_and_neither_learns_what_the_other_said(clock: Any) -> None:
    feedback = poor(clock)
    looked_at(feedback)
    for person in (feedback.dispute.buyer, feedback.dispute.store.members.get()):
        assert "We look at this a second time" in told(person)
        assert TEXT not in told(person)
        assert "asked us" not in told(person)


@pytest.mark.rule("A-02")
def test_it_is_answered_like_an_appeal_by_somebody_who_had_no_part(clock: Any) -> None:
    feedback = poor(clock)
    decider = feedback.dispute.decisions.get().mediator
    look = looked_at(feedback)
    refused(Forbidden, lambda: appeals.assign(look.pk, by=world.acting(decider)))
    look, by = held(look)
    appeals.decide(look.pk, outcome="overturned", facts=FACTS, compensation=Money(500, "USD"), by=by)
    assert CouponOffer.objects.get().user == feedback.dispute.buyer
    assert "The decision was wrong." in told(feedback.dispute.buyer)
    invariants.check_all()


@pytest.mark.rule("A-02")
def test_whoever_decided_approved_or_is_tied_neither_opens_nor_sets_aside(clock: Any) -> None:
    decider, tied = lead(), lead()
    feedback = said(final(clock, by=decider))
    conflicts.declare(mediator=tied, user=feedback.dispute.buyer, why="My aunt.", by=world.acting(lead()))
    reviewer = lead()
    for person in (decider, tied):
        by = world.acting(person)
        error = refused(Forbidden, lambda by=by: services.open_second_look(feedback.pk, by=by))
        assert "part in this case" in error.detail
        refused(Forbidden, lambda by=by: services.set_aside(feedback.pk, reason=REASON, by=by))
    assert list(Feedback.objects.waiting_for(world.acting(decider))) == []
    assert list(Feedback.objects.waiting_for(world.acting(reviewer))) == [feedback]


@pytest.mark.rule("A-02")
def test_whoever_answered_the_appeal_has_no_part_in_the_second_look(clock: Any) -> None:
    dispute, answerer = decided(clock), lead()
    appeal, by = held(appealed(dispute), answerer)
    appeals.decide(appeal.pk, outcome="upheld", facts=FACTS, by=by)
    clock.shift(7 * DAY)
    feedback = said(dispute)
    refused(Forbidden, lambda: services.open_second_look(feedback.pk, by=by))
    look = looked_at(feedback)
    refused(Forbidden, lambda: appeals.assign(look.pk, by=by))


@pytest.mark.parametrize("groups", [("mediator",), ("moderator",), ()])
def test_only_lead_mediators(clock: Any, groups: tuple[str, ...]) -> None:
    feedback = poor(clock)
    by = world.acting(world.person("", *groups))
    refused(Forbidden, lambda: services.open_second_look(feedback.pk, by=by))
    refused(Forbidden, lambda: services.set_aside(feedback.pk, reason=REASON, by=by))


@pytest.mark.rule("A-02")
def test_where_nobody_of_us_decided_whoever_opened_it_does_not_answer_it(clock: Any) -> None:
    """Else one person alone would find it wrong and pay for it."""
    dispute = world.a_dispute(waited(clock))
    disputes.accept_claim(dispute.pk, by=world.seller_of(dispute))
    opener = lead()
    look = looked_at(said(dispute), opener)
    refused(Forbidden, lambda: appeals.assign(look.pk, by=world.acting(opener)))
    assert held(look)[0].reviewer != opener


def test_where_somebody_decided_whoever_opened_it_may_answer_it(clock: Any) -> None:
    opener = lead()
    assert held(looked_at(poor(clock), opener), opener)[0].reviewer == opener


@pytest.mark.rule("A-01")
def test_the_appeal_comes_first_to_the_second(clock: Any) -> None:
    dispute = decided(clock)
    end = dispute.decisions.get().decided_at + 7 * DAY
    feedback, by = said(dispute), world.acting(lead())
    clock.move_to(end - SECOND)
    assert refused(TooEarly, lambda: services.open_second_look(feedback.pk, by=by)).possible_from == end
    assert feedback.verbs_for(by) == ["set_aside"]
    clock.move_to(end)
    assert again(feedback).verbs_for(by) == ["open_second_look", "set_aside"]
    assert services.open_second_look(feedback.pk, by=by).state == "second_look"


def test_not_while_an_appeal_is_open(clock: Any) -> None:
    dispute = decided(clock)
    appeal = appealed(dispute, "seller")
    clock.shift(7 * DAY)
    feedback, by = said(dispute), world.acting(lead())
    refused(WrongState, lambda: services.open_second_look(feedback.pk, by=by))
    taken, reviewer = held(appeal)
    appeals.decide(taken.pk, outcome="upheld", facts=FACTS, by=reviewer)
    assert looked_at(feedback).is_open


def test_one_second_look_a_dispute_whichever_side_it_was_for(dispute: Dispute) -> None:
    first, second = said(dispute), said(dispute, 2, "seller")
    looked_at(first)
    by = world.acting(lead())
    for feedback in (first, second):
        refused(WrongState, lambda f=feedback: services.open_second_look(f.pk, by=by))
    assert again(second).verbs_for(by) == ["set_aside"]
    assert services.set_aside(second.pk, reason=REASON, by=by).state == "set_aside"
    assert Appeal.objects.count() == 1


def test_there_is_no_appeal_against_it_and_nobody_asks_for_one_themselves(clock: Any) -> None:
    feedback = poor(clock)
    for side in ("buyer", "seller"):
        by = side_of(feedback.dispute, side)
        with pytest.raises(Exception, match=r"does not exist|Only"):
            appeals.submit("second_look", feedback.dispute.public_id, text=TEXT, by=by)
    assert not Appeal.objects.exists()


@pytest.mark.rule("A-03")
def test_nobody_is_compensated_twice_for_the_same(clock: Any) -> None:
    dispute = decided(clock)
    appeal, by = held(appealed(dispute))
    appeals.decide(appeal.pk, outcome="overturned", facts=FACTS, compensation=Money(1000, "USD"), by=by)
    clock.shift(7 * DAY)
    assert looked_at(said(dispute)).most == dispute.held - 1000


@pytest.mark.rule("A-03", "A-07", "B-06", "C-11")
def test_a_fraud_that_was_none_gives_back_what_it_took(clock: Any) -> None:
    dispute = final(clock, outcome="fraud")
    assert Restriction.objects.in_force(timezone.now()).exists()
    look, by = held(looked_at(said(dispute)))
    appeals.decide(look.pk, outcome="overturned", facts=FACTS, by=by)
    assert not Restriction.objects.in_force(timezone.now()).exists()
    assert not Flag.objects.filter(state="raised").exists()
    figures_of = BuyerFigures.objects.get(user=dispute.buyer, days=90)
    assert (figures_of.disputes, figures_of.fraud, figures_of.lost) == (1, 0, 0)
    standing.recount(timezone.now())
    assert not Flag.objects.filter(state="raised").exists()
    figures_of.refresh_from_db()
    assert (figures_of.fraud, figures_of.decided) == (0, 0)


@pytest.mark.rule("E-05")
def test_the_files_of_the_dispute_stay_while_it_is_looked_at(clock: Any) -> None:
    dispute = world.a_dispute(waited(clock))
    disputes.provide_evidence(
        dispute.pk, evidence=[photo(world.buyer_of(dispute))], by=world.buyer_of(dispute)
    )
    disputes.cancel(dispute.pk, by=world.buyer_of(dispute))
    look = looked_at(said(dispute))
    assert retention.sweep(timezone.now() + 1000 * DAY) == 0
    taken, by = held(look)
    appeals.decide(taken.pk, outcome="upheld", facts=FACTS, by=by)
    Evidence.objects.update(look_at=timezone.now())
    assert retention.sweep(timezone.now() + 1000 * DAY) == 1


# -- setting it aside ----------------------------------------------------------------------------------------------


def test_it_is_set_aside_with_a_reason_that_its_side_reads(clock: Any) -> None:
    feedback, by = poor(clock), world.acting(lead())
    for reason in ("", "  \n ", "x" * 2001):
        error = refused(Invalid, lambda r=reason: services.set_aside(feedback.pk, reason=r, by=by))
        assert [each.field for each in error.errors] == ["reason"]
    services.set_aside(feedback.pk, reason=REASON, by=by)
    assert REASON in told(feedback.dispute.buyer)
    assert REASON not in told(feedback.dispute.store.members.get())
    refused(WrongState, lambda: services.set_aside(feedback.pk, reason=REASON, by=by))
    refused(WrongState, lambda: services.open_second_look(feedback.pk, by=by))
    assert FeedbackEvent.objects.count() == 2


def test_somebody_elses_act_meanwhile_is_said(clock: Any) -> None:
    feedback, by = poor(clock), world.acting(lead()).having_seen(9)
    refused(VersionChanged, lambda: services.set_aside(feedback.pk, reason=REASON, by=by))


# -- how people felt -----------------------------------------------------------------------------------------------


def test_figures_are_by_side_and_by_how_it_ended_for_them(clock: Any) -> None:
    said(final(clock), 1, heard=1, respected=2, understood=3)
    said(final(clock), 4, heard=4)
    said(final(clock, outcome="refunded"), 5, "seller")
    rows = {row.who: (row.number, row.poor, row.means) for row in figures(timezone.now())}
    assert rows == {
        "Buyers who got nothing back": (2, 1, ["2.5", "2.5", "2.0", "3.0"]),
        "Shops that gave something back": (1, 0, ["5.0", "–", "–", "–"]),
    }
    assert figures(timezone.now() + 90 * DAY) == []


# -- two at once ---------------------------------------------------------------------------------------------------


def at_once(*acts: Any) -> list[Exception]:
    """Each in its own thread and transaction; who was refused."""
    start, refusals = Barrier(len(acts)), []

    def run(act: Any) -> None:
        try:
            start.wait(10)
            act()
        except WrongState as refusal:
            refusals.append(refusal)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[act]) for act in acts]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    return refusals


@pytest.mark.rule("Z-06")
@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_taps_at_once_are_one_feedback(clock: Any) -> None:
    dispute = final(clock)
    assert len(at_once(lambda: said(dispute, 1), lambda: said(dispute, 5))) == 1
    assert Feedback.objects.count() == 1


@pytest.mark.rule("Z-06")
@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_leads_at_once_open_one_second_look_for_either_side(clock: Any) -> None:
    dispute = final(clock)
    both = said(dispute), said(dispute, 1, "seller")
    leads = [world.acting(lead()) for _ in both]
    acts = [
        lambda f=feedback, by=by: services.open_second_look(f.pk, by=by)
        for feedback, by in zip(both, leads, strict=True)
    ]
    assert len(at_once(*acts)) == 1
    assert Appeal.objects.filter(kind="second_look").count() == 1
    assert Feedback.objects.filter(state="second_look").count() == 1
    assert Feedback.objects.filter(state="waiting").count() == 1
