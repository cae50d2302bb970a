"""B-02, B-03: when a flag is raised, what it says, and what comes of it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from disputes import services as disputes
from disputes.standing import services as standing
from disputes.standing.models import BuyerFigures, Flag, FlagEvent, Ground, Peers, State
from marketplace.core import daily
from marketplace.core.clock import sweep
from marketplace.core.errors import Forbidden, Invalid, VersionChanged, WrongState
from marketplace.messaging import services as messaging
from marketplace.messaging.models import MessageFlag
from marketplace.notifications.models import Notice
from marketplace.orders import services as orders
from marketplace.sanctions.models import KINDS, Sanction
from tests import world
from tests.sanctions.imposing import imposed
from tests.standing import people
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("B-02")]
SECOND = timedelta(seconds=1)
FACTS = "Three disputes in a week, all of them lost."


def of(user, ground=Ground.MANY):
    return list(Flag.objects.filter(user=user, ground=ground).order_by("pk"))


def again(flag):
    return Flag.objects.select_related("user", "policy").get(pk=flag.pk)


def nothing_moved(flag, before):
    return (
        Flag.objects.filter(pk=flag.pk).values().get(),
        FlagEvent.objects.count(),
        Notice.objects.count(),
    ) == before


def state(flag):
    return Flag.objects.filter(pk=flag.pk).values().get(), FlagEvent.objects.count(), Notice.objects.count()


# -- (a): three in thirty days -------------------------------------------------------------------------------------


def test_the_third_dispute_raises_a_flag_with_its_figures(clock):
    buyer = people.who_disputes(clock, times=2)
    assert of(buyer) == []
    world.a_dispute(buyer.orders.filter(disputes=None).first())
    [flag] = of(buyer)
    assert (flag.state, flag.facts) == (State.RAISED, {"disputes": 3, "days": 30})
    assert flag.events.get().verb == "raise"
    assert "We will look at your account" in Notice.objects.filter(recipient=buyer).values_list(
        "subject", flat=True
    )


@pytest.mark.parametrize(("wait", "flags"), [(30 * DAY - SECOND, 1), (30 * DAY, 0), (30 * DAY + SECOND, 0)])
def test_it_counts_thirty_times_24_hours(clock, wait, flags):
    buyer = world.person()
    made = people.bought(buyer, 3, promised_in=60 * DAY)
    clock.shift(11 * DAY)
    for order in made[:2]:
        world.a_dispute(order)
    clock.shift(wait)
    world.a_dispute(made[2])
    assert len(of(buyer)) == flags


def test_any_outcome_counts(clock):
    buyer = people.who_disputes(clock, times=1)
    first = buyer.disputes.get()
    disputes.cancel(first.pk, by=world.buyer_of(first))
    world.a_dispute(first.order)  # the same lines once more (D-08)
    assert of(buyer) == []
    world.a_dispute(buyer.orders.filter(disputes=None).first())
    assert len(of(buyer)) == 1


def test_there_is_one_open_flag_for_a_person_and_ground(clock):
    flag = people.flagged(clock)
    world.a_dispute(flag.user.orders.filter(disputes=None).first())
    standing.recount(timezone.now())
    standing.recount(timezone.now())
    assert of(flag.user) == [flag]
    with pytest.raises(IntegrityError), transaction.atomic():
        Flag.objects.create(
            user=flag.user, ground=flag.ground, policy=flag.policy, raised_at=flag.raised_at,
            created_at=flag.raised_at, entered_at=flag.raised_at, moved_at=flag.raised_at,
        )  # fmt: skip


def test_after_a_review_only_new_facts_raise_another(clock):
    flag = people.flagged(clock)
    clock.shift(DAY)
    standing.review(flag.pk, outcome="dismiss", facts="All were broken.", by=world.acting(people.moderator()))
    standing.recount(timezone.now())
    assert of(flag.user) == [again(flag)]
    clock.shift(SECOND)
    world.a_dispute(flag.user.orders.filter(disputes=None).first())
    assert [each.state for each in of(flag.user)] == [State.DISMISSED, State.RAISED]


# -- (b): the rate -------------------------------------------------------------------------------------------------


def crowd(clock, *habits):
    """Buyers with so many orders and disputes each, all of the same days."""
    buyers = [world.person() for _ in habits]
    made = [people.bought(buyer, n) for buyer, (n, _times) in zip(buyers, habits, strict=True)]
    clock.shift(11 * DAY)
    for orders_, (_n, times) in zip(made, habits, strict=True):
        for order in orders_[:times]:
            world.a_dispute(order)
    return buyers


def test_a_rate_above_the_marketplaces_line_raises_a_flag_with_the_range(clock):
    *_calm, few, often = crowd(clock, *[(5, 0)] * 21, (4, 2), (6, 2))
    assert daily.run()["standing"]
    assert Peers.objects.get(days=180).p95 == 0
    assert of(few, Ground.RATE) == [], "four orders are too few"
    [flag] = of(often, Ground.RATE)
    row = BuyerFigures.objects.get(user=often, days=180)
    expected = {
        "days": 180,
        "orders": 6,
        "disputes": 2,
        "rate": row.rate,
        "low": row.low,
        "high": row.high,
        "p95": 0.0,
        "population": 22,
    }
    assert flag.facts == pytest.approx(expected)


def test_the_lower_end_decides_not_the_bare_rate(clock):
    """A higher rate than the line's, of so few orders that it may be chance."""
    *_calm, also, chance = crowd(clock, *[(5, 0)] * 9, (10, 3), (5, 2))
    daily.run()
    peers = Peers.objects.get(days=180)
    assert (peers.population, peers.p95) == (11, 0.4)
    assert of(also, Ground.RATE) == of(chance, Ground.RATE) == []


def test_each_opened_dispute_is_held_against_the_line_of_the_day(clock):
    buyers = crowd(clock, *[(5, 0)] * 20, (6, 0))
    daily.run()
    assert not Flag.objects.exists()
    world.a_dispute(buyers[-1].orders.first())
    assert len(of(buyers[-1], Ground.RATE)) == 1
    assert not Flag.objects.exclude(user=buyers[-1]).exists()


# -- (c) and (d) ---------------------------------------------------------------------------------------------------


def test_a_finding_of_fraud_raises_a_flag_once(clock):
    order = world.shipped()
    clock.shift(11 * DAY)
    dispute = people.decided(clock, order, outcome="fraud", reason_code="fraud.false_evidence")
    [flag] = of(order.buyer, Ground.FRAUD)
    assert flag.facts == {"dispute": dispute.public_id, "decision": dispute.decisions.get().public_id}
    standing.review(flag.pk, outcome="warn", facts=FACTS, by=world.acting(people.moderator()))
    clock.shift(DAY)
    standing.recount(timezone.now())
    assert len(of(order.buyer, Ground.FRAUD)) == 1


def insult(dispute, n, by):
    for _ in range(n):
        disputes.send_message(dispute.pk, text="You are an idiot.", warned=True, by=by)


@pytest.mark.rule("N-07")
def test_the_third_insult_goes_to_the_senders_standing(clock):
    order = world.shipped()
    clock.shift(11 * DAY)
    dispute = world.a_dispute(order)
    seller = world.seller_of(dispute)
    insult(dispute, 2, seller)
    assert not Flag.objects.exists()
    insult(dispute, 1, seller)
    [flag] = Flag.objects.all()
    assert (flag.user_id, flag.ground, flag.facts) == (
        seller.user_id,
        Ground.INSULTS,
        {"messages": 3, "days": 30},
    )


@pytest.mark.rule("N-07")
def test_insults_on_an_order_are_met_by_the_daily_round_and_dismissed_ones_do_not_count(clock):
    order = world.shipped()
    for _ in range(3):
        orders.send_message(order.pk, text="You are an idiot.", by=world.buyer_of(order))
    mod = world.acting(people.moderator())
    messaging.handle_flag(MessageFlag.objects.first().pk, upheld=False, note="A song.", by=mod)
    standing.recount(timezone.now())
    assert not Flag.objects.exists()
    orders.send_message(order.pk, text="You are an idiot.", by=world.buyer_of(order))
    standing.recount(timezone.now())
    assert of(order.buyer, Ground.INSULTS)


# -- B-03: what comes of it ----------------------------------------------------------------------------------------


@pytest.mark.rule("B-03")
def test_a_flag_alone_changes_nothing(clock):
    flag = people.flagged(clock)
    buyer = flag.user
    assert not Sanction.objects.exists()
    another = world.a_dispute(buyer.orders.filter(disputes=None).first())
    assert another.state == "awaiting_seller"
    clock.shift(400 * DAY)
    sweep()
    assert again(flag).state == State.RAISED, "no clock decides about it"


@pytest.mark.rule("B-03")
@pytest.mark.parametrize(
    ("outcome", "state_", "kinds"),
    [("dismiss", "dismissed", []), ("warn", "warned", ["warning"]), ("limit", "limited", ["no_disputes"])],
)
def test_a_review_has_its_effect_and_its_reasons(clock, outcome, state_, kinds):
    flag = people.flagged(clock)
    reviewed = standing.review(flag.pk, outcome=outcome, facts=FACTS, by=world.acting(people.moderator()))
    assert reviewed.state == state_
    made = Sanction.objects.filter(user=flag.user)
    assert [each.kind for each in made] == kinds
    for each in made:
        assert (each.cause, each.statement) == (flag.public_id, FACTS)
        assert each.ends_at == (timezone.now() + 180 * DAY if outcome == "limit" else None)
    told = Notice.objects.filter(recipient=flag.user).order_by("-pk").first()
    assert FACTS in told.text


@pytest.mark.rule("B-03", "D-09")
def test_a_limit_ends_when_it_is_said(clock):
    flag = people.flagged(clock)
    until = timezone.now() + 3 * DAY
    standing.review(flag.pk, outcome="limit", facts=FACTS, until=until, by=world.acting(people.moderator()))
    order = flag.user.orders.filter(disputes=None).first()
    clock.move_to(until - SECOND)
    with pytest.raises(Forbidden) as refusal:
        world.a_dispute(order)
    assert refusal.value.code == "restricted"
    clock.move_to(until)
    assert world.a_dispute(order)


@pytest.mark.rule("B-03")
def test_a_suspension_waits_for_a_second_person(clock):
    flag, first = people.flagged(clock), world.acting(people.moderator())
    standing.review(flag.pk, outcome="suspend", facts=FACTS, by=first)
    assert again(flag).state == State.AWAITING_APPROVAL
    assert not Sanction.objects.exists()
    assert not Notice.objects.filter(recipient=flag.user, text__contains=FACTS).exists()
    before = state(flag)
    with pytest.raises(Forbidden):
        standing.approve(flag.pk, by=first)
    assert nothing_moved(flag, before)
    standing.approve(flag.pk, by=world.acting(people.moderator()))
    assert again(flag).state == State.SUSPENDED
    assert Sanction.objects.get().kind == "block"
    assert Notice.objects.filter(recipient=flag.user, text__contains=FACTS).exists()


@pytest.mark.rule("B-03")
def test_a_second_person_may_send_it_back(clock):
    flag = people.flagged(clock)
    standing.review(flag.pk, outcome="suspend", facts=FACTS, by=world.acting(people.moderator()))
    second = world.acting(people.moderator())
    before = state(flag)
    with pytest.raises(Invalid):
        standing.reject_approval(flag.pk, note=" ", by=second)
    assert nothing_moved(flag, before)
    standing.reject_approval(flag.pk, note="The photos are real.", by=second)
    flag = again(flag)
    assert (flag.state, flag.outcome, flag.reasons, flag.reviewer_id) == (State.RAISED, "", "", None)
    assert flag.events.last().data["note"] == "The photos are real."
    assert not Sanction.objects.exists()


@pytest.mark.parametrize(
    ("wishes", "fields"),
    [
        ({"outcome": "hang"}, {"outcome"}),
        ({"facts": " "}, {"facts"}),
        ({"facts": "x" * 2001}, {"facts"}),
        ({"outcome": "warn", "until": 1}, {"until"}),
        ({"outcome": "limit", "until": -1}, {"until"}),
        ({"outcome": "limit", "until": 0, "facts": ""}, {"until", "facts"}),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_moves(clock, wishes, fields):
    flag = people.flagged(clock)
    if "until" in wishes:
        wishes = wishes | {"until": timezone.now() + wishes["until"] * DAY}
    before = state(flag)
    with pytest.raises(Invalid) as refusal:
        standing.review(
            flag.pk, **{"outcome": "dismiss", "facts": FACTS} | wishes, by=world.acting(people.moderator())
        )
    assert {each.field for each in refusal.value.errors} == fields
    assert nothing_moved(flag, before)
    assert not Sanction.objects.exists()


@pytest.mark.rule("B-03")
@pytest.mark.parametrize("role", ["buyer", "stranger", "mediator", "integrator", "superuser", "clock"])
def test_only_moderators_and_leads_review(clock, role):
    flag = people.flagged(clock)
    actors = {
        "buyer": lambda: world.acting(flag.user),
        "stranger": lambda: world.acting(world.person()),
        "mediator": lambda: world.acting(world.staff("", "mediator")),
        "integrator": lambda: world.acting(world.person("", "integrator")),
        "superuser": lambda: world.acting(world.staff(is_superuser=True)),
        "clock": lambda: world.Actor.system(),
    }
    before = state(flag)
    with pytest.raises(Forbidden):
        standing.review(flag.pk, outcome="dismiss", facts=FACTS, by=actors[role]())
    assert nothing_moved(flag, before)


def test_nobody_reviews_their_own_flag_superusers_included(clock):
    buyer = world.staff("", "moderator", "lead_mediator")
    people.who_disputes(clock, buyer=buyer)
    [flag] = of(buyer)
    with pytest.raises(Forbidden):
        standing.review(flag.pk, outcome="dismiss", facts=FACTS, by=world.acting(buyer))
    with pytest.raises(IntegrityError), transaction.atomic():
        Flag.objects.filter(pk=flag.pk).update(reviewer=buyer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Flag.objects.filter(pk=flag.pk).update(state=State.SUSPENDED)


def test_who_read_an_old_version_is_told(clock):
    flag = people.flagged(clock)
    standing.add_statement(flag.pk, text="They were broken.", by=world.acting(flag.user))
    with pytest.raises(VersionChanged):
        standing.review(
            flag.pk, outcome="warn", facts=FACTS, by=world.acting(people.moderator()).having_seen(1)
        )


def test_an_ended_flag_moves_no_more(clock):
    flag = people.flagged(clock)
    standing.review(flag.pk, outcome="dismiss", facts=FACTS, by=world.acting(people.moderator()))
    before = state(flag)
    with pytest.raises(WrongState):
        standing.review(flag.pk, outcome="limit", facts=FACTS, by=world.acting(people.moderator()))
    with pytest.raises(WrongState):
        standing.add_statement(flag.pk, text="But no.", by=world.acting(flag.user))
    assert nothing_moved(flag, before)


# -- B-04: the person's side ---------------------------------------------------------------------------------------


@pytest.mark.rule("B-04")
@pytest.mark.parametrize(
    ("text", "fits"), [("é" * 1000, True), ("😀" * 1000, True), ("x" * 1001, False), ("  ", False)]
)
def test_a_statement_has_at_most_a_thousand_code_points(clock, text, fits):
    flag = people.flagged(clock)
    before = state(flag)
    if fits:
        standing.add_statement(flag.pk, text=text, by=world.acting(flag.user))
        assert again(flag).statement == text
    else:
        with pytest.raises(Invalid):
            standing.add_statement(flag.pk, text=text, by=world.acting(flag.user))
        assert nothing_moved(flag, before)


@pytest.mark.rule("B-04", "C-12")
def test_the_person_may_speak_whatever_else_they_may_not(clock):
    flag = people.flagged(clock)
    for kind in KINDS["user"]:
        imposed(flag.user, kind)
    assert standing.add_statement(flag.pk, text="They were broken.", by=world.acting(flag.user)).stated_at
    with pytest.raises(Forbidden):
        standing.add_statement(flag.pk, text="x", by=world.acting(people.moderator()))
