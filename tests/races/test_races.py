"""Two acts at the same moment, on real transactions: one wins, the other is refused and leaves nothing behind (Z-06)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from disputes import services as disputes
from disputes.models import Dispute
from marketplace.core.access import Actor
from marketplace.core.clock import sweep
from marketplace.core.errors import DomainError
from marketplace.notifications.models import Notice
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.payments.models import Refund
from tests import invariants, world
from tests.world import DAY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.rule("Z-06")]
ROUNDS = 25


def race(*acts: Callable[[], object]) -> list[object]:
    """Run the acts at the same moment, each on its own connection: what each returned, or the refusal it met."""
    barrier = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            barrier.wait()
            results[place] = act()
        except DomainError as refusal:
            results[place] = refusal
        except BaseException as surprise:  # shown by the test, which expects refusals only
            results[place] = surprise
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    surprises = [r for r in results if isinstance(r, BaseException) and not isinstance(r, DomainError)]
    assert not surprises, surprises
    return results


def one_winner(results: list[object]) -> object:
    winners = [result for result in results if not isinstance(result, DomainError)]
    losers = [result for result in results if isinstance(result, DomainError)]
    assert len(winners) == 1, results
    assert all(loser.status in (409, 412, 403) for loser in losers), losers
    return winners[0]


def open_case(**wishes) -> Dispute:
    with time_machine.travel(timezone.now() - 12 * DAY):
        order = world.shipped(**wishes)
    return world.a_dispute(order)


def in_mediation(**wishes) -> Dispute:
    with time_machine.travel(timezone.now() - 20 * DAY):
        order = world.shipped(**wishes)
    with time_machine.travel(timezone.now() - 8 * DAY):
        dispute = world.a_dispute(order)
        disputes.refuse_claim(dispute.pk, note="No.", by=world.seller_of(dispute))
    disputes.escalate(dispute.pk, by=Actor.system())
    return dispute


def test_opening_twice_at_once_opens_one_dispute():
    for _ in range(ROUNDS):
        with time_machine.travel(timezone.now() - 12 * DAY):
            order = world.shipped()
        one_winner(race(*[partial(world.a_dispute, order)] * 3))
        assert Dispute.objects.filter(order=order).count() == 1
    invariants.check_all()


def test_the_seller_accepts_while_the_buyer_cancels():
    for _ in range(ROUNDS):
        dispute = open_case()
        seller, buyer = world.seller_of(dispute), world.buyer_of(dispute)
        one_winner(
            race(
                partial(disputes.accept_claim, dispute.pk, by=seller),
                partial(disputes.cancel, dispute.pk, by=buyer),
            )
        )
    invariants.check_all()


def test_two_members_of_the_store_accept_at_once():
    for _ in range(ROUNDS):
        dispute = open_case()
        seller = world.seller_of(dispute)
        one_winner(race(*[partial(disputes.accept_claim, dispute.pk, by=seller)] * 4))
        assert Refund.objects.filter(cause=f"dispute:{dispute.public_id}").count() == 1
        assert (
            Notice.objects.filter(
                case_id=dispute.public_id, subject="The seller accepted your request"
            ).count()
            == 1
        )
    invariants.check_all()


@pytest.mark.rule("N-01", "Z-03")
def test_the_seller_answers_as_the_clock_grants():
    """Around `due_at`: an act before it beats the clock, one at or after it is refused (T3)."""
    for number in range(ROUNDS):
        with time_machine.travel(timezone.now() - 20 * DAY):
            order = world.shipped()
        offset = timedelta(milliseconds=(number % 11 - 5) * 10)
        with time_machine.travel(timezone.now() - 5 * DAY - offset):
            dispute = world.a_dispute(order)
        seller = world.seller_of(dispute)
        results = race(partial(disputes.refuse_claim, dispute.pk, note="No.", by=seller), sweep)
        while Dispute.objects.get(pk=dispute.pk).state == "awaiting_seller":
            sweep()  # the race was before its deadline: wait for it
        dispute = Dispute.objects.get(pk=dispute.pk)
        answered = dispute.events.filter(verb="refuse_claim").first()
        if answered:
            assert answered.at < dispute.answer_due_at and dispute.state == "negotiation"
        else:
            assert dispute.state == "resolved" and isinstance(results[0], DomainError)
    invariants.check_all()


def test_many_sweeps_at_once_meet_each_deadline_once():
    cases = []
    for _ in range(ROUNDS):
        with time_machine.travel(timezone.now() - 20 * DAY):
            order = world.shipped()
        with time_machine.travel(timezone.now() - 6 * DAY):
            cases.append(world.a_dispute(order))
    counts = race(sweep, sweep, sweep)
    assert sum(count["dispute.grant_claim"] for count in counts) == ROUNDS
    assert Refund.objects.count() == ROUNDS
    invariants.check_all()


@pytest.mark.rule("M-02")
def test_two_mediators_take_the_same_case():
    mediators = [world.acting(world.person("", "mediator")) for _ in range(3)]
    for _ in range(ROUNDS):
        dispute = in_mediation()
        taken = race(*(partial(disputes.take_next, by=mediator) for mediator in mediators))
        assert [case.pk for case in taken if isinstance(case, Dispute)] == [dispute.pk]
        disputes.staff_cancel(dispute.pk, reason="Next round.", by=mediators[0])
    invariants.check_all()


def test_a_mediator_decides_while_the_buyer_cancels():
    by = world.acting(world.person("", "mediator"))
    for _ in range(ROUNDS):
        dispute = in_mediation()
        disputes.assign(dispute.pk, by=by)
        buyer = world.buyer_of(dispute)
        one_winner(
            race(
                partial(
                    disputes.adjudicate,
                    dispute.pk,
                    outcome="refunded",
                    reason_code="counterfeit.brand",
                    facts="Fake.",
                    by=by,
                ),
                partial(disputes.cancel, dispute.pk, by=buyer),
            )
        )
    invariants.check_all()


@pytest.mark.rule("O-05", "X-06")
def test_money_is_released_or_disputed_never_both():
    """The last moment of the window: a dispute opened in time holds the money back, or the release wins and it is too late."""
    for number in range(ROUNDS):
        with time_machine.travel(timezone.now() - 30 * DAY):
            order = world.shipped()
        offset = timedelta(milliseconds=(number % 11 - 5) * 10)
        with time_machine.travel(timezone.now() - 15 * DAY - offset):
            orders.confirm_receipt(order.pk, by=world.buyer_of(order))
        opened, _swept = race(partial(world.a_dispute, order), sweep)
        order = Order.objects.select_related("escrow").get(pk=order.pk)
        if isinstance(opened, Dispute):
            assert (order.escrow.released, order.held_back) == (0, 1173)
        else:
            assert order.held_back == 0
    sweep()
    invariants.check_all()
