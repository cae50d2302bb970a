"""Each kind of sanction: what it brings, and that ending it ends exactly that (C-07, C-11, C-12)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.accounts import restrictions
from marketplace.accounts.models import Restriction, StoreMeasure
from marketplace.core.clock import sweep
from marketplace.core.errors import Forbidden, Invalid, WrongState
from marketplace.notifications.models import Notice
from marketplace.orders import services as orders
from marketplace.orders.models import ListingMeasure, Order
from marketplace.orders.public import listing_facts, store_facts
from marketplace.sanctions import services
from marketplace.sanctions.models import Sanction
from tests import world
from tests.orders.sending import a_row, send, sender
from tests.sanctions.imposing import imposed, moderator
from tests.world import DAY

pytestmark = pytest.mark.django_db


def lines(sanction):
    return [(event.verb, event.to_state) for event in sanction.events.order_by("pk")]


def state_of(order):
    return Order.objects.get(pk=order.pk).state


# -- orders -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("C-07", "O-08")
def test_a_held_store_has_its_paid_orders_on_hold_and_new_ones_as_they_are_paid():
    store = world.shop()
    paid, sent = world.an_order(store=store), world.shipped(store=store)
    unpaid = world.an_order(store=store, paid=False)
    other = world.an_order()
    imposed(store, "orders_held")
    assert [state_of(order) for order in (paid, sent, unpaid, other)] == [
        "on_hold",
        "shipped",
        "awaiting_payment",
        "paid",
    ]
    world.pay(unpaid, 1173)
    assert state_of(unpaid) == "on_hold"
    assert unpaid.holds.get().reason == "Because of rep_one."
    assert [event.verb for event in unpaid.events.order_by("pk")][-2:] == ["pay", "hold"]


@pytest.mark.rule("C-11", "O-08")
def test_undoing_lets_go_exactly_the_orders_it_holds():
    store, by = world.shop(), moderator()
    alone = world.an_order(store=store)
    orders.hold(alone.pk, reason="This one looks odd.", by=by)
    ours = world.an_order(store=store)
    imposed(store, "orders_held")
    services.undo("rep_one", by=by, at=timezone.now())
    assert (state_of(alone), state_of(ours)) == ("on_hold", "paid")
    assert ours.events.order_by("pk").last().verb == "lift_hold"
    assert not StoreMeasure.objects.in_force(timezone.now()).exists()


@pytest.mark.rule("C-11")
def test_an_order_held_for_two_causes_goes_on_when_both_are_gone():
    store, by = world.shop(), moderator()
    order = world.an_order(store=store)
    imposed(store, "orders_held", "rep_one")
    imposed(store, "orders_held", "rep_two")
    services.undo("rep_one", by=by, at=timezone.now())
    assert state_of(order) == "on_hold"
    assert order.holds.get().reason == "Because of rep_two."
    services.undo("rep_two", by=by, at=timezone.now())
    assert state_of(order) == "paid"


@pytest.mark.rule("C-07")
def test_time_on_hold_does_not_count_against_the_seller():
    with time_machine.travel("2026-03-01T00:00:00Z", tick=False) as clock:
        order = world.an_order()
        imposed(order.store, "orders_held")
        clock.shift(3 * DAY)
        services.undo("rep_one", by=moderator(), at=timezone.now())
        assert Order.objects.get(pk=order.pk).hold_time == 3 * DAY


# -- listings and stores that sell nothing -----------------------------------------------------------------------------


@pytest.fixture
def sold():
    """A listing that a host marketplace sells, and whoever sends its orders."""
    by = sender()
    [taken] = send(a_row(), by=by)
    return Order.objects.get(public_id=taken.order).lines.get().listing, by


def later(**wishes):
    """The row of an order that is placed a moment from now."""
    now = timezone.now() + timedelta(seconds=1)
    wishes = {"reference": "new", "payments": [], "placed_at": now.isoformat(), **wishes}
    with time_machine.travel(now + timedelta(seconds=1), tick=False):
        return send(a_row(**wishes))[0]


@pytest.mark.rule("C-07")
@pytest.mark.parametrize(
    ("kind", "of_store", "code"),
    [("removed", False, "listing_removed"), ("suspended", True, "store_suspended")],
)
def test_no_new_order_is_taken_and_undoing_lets_it_be_sold_again(sold, kind, of_store, code):
    listing, by = sold
    imposed(listing.store if of_store else listing, kind)
    before = Order.objects.count()
    refused = later()
    assert refused.result == "refused"
    assert [fault.code for fault in refused.errors] == [code]
    assert Order.objects.count() == before
    services.undo("rep_one", by=by, at=timezone.now())
    assert later().result == "taken"


@pytest.mark.rule("C-07")
def test_what_was_bought_before_is_taken_with_all_its_protection(sold):
    listing, by = sold
    imposed(listing, "removed")
    [taken] = send(a_row(reference="bought-before"), by=by)
    assert taken.result == "taken"


@pytest.mark.rule("C-07")
def test_a_removed_listing_and_a_suspended_store_show_nothing_for_sale(sold):
    listing, by = sold
    store = listing.store.public_id
    imposed(listing, "demoted", "rep_low")
    facts = listing_facts(listing.public_id)
    assert (facts.removed, facts.demoted) == (False, True)
    assert store_facts(store).listings == [listing]
    imposed(listing, "removed")
    assert listing_facts(listing.public_id).removed
    assert store_facts(store).listings == []
    services.undo("rep_one", by=by, at=timezone.now())
    imposed(listing.store, "suspended")
    assert (store_facts(store).listings, store_facts(store).suspended) == ([], True)
    assert listing_facts(listing.public_id).store_suspended


@pytest.mark.rule("C-12")
def test_a_suspended_store_still_sends_answers_and_gives_evidence():
    order = world.an_order()
    imposed(order.store, "suspended")
    world.shipped(order)
    assert state_of(order) == "shipped"
    orders.send_message(order.pk, text="It is on its way.", by=world.seller_of(order))


# -- strikes ----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("C-07")
@pytest.mark.parametrize(("seconds", "points"), [(-1, 3), (0, 0), (1, 0)])
def test_a_strike_counts_for_365_days(seconds, points):
    with time_machine.travel("2026-03-01T00:00:00Z", tick=False) as clock:
        store = world.shop()
        strike = imposed(store, "strike")
        clock.shift(365 * DAY + timedelta(seconds=seconds))
        assert services.points_of(store.pk, timezone.now()) == points
        sweep()
        strike = Sanction.objects.get(pk=strike.pk)
        assert strike.state == ("expired" if seconds >= 0 else "in_force")
        sweep()
        assert len(lines(strike)) == (2 if seconds >= 0 else 1)


@pytest.mark.rule("C-11")
def test_strikes_of_other_causes_still_count():
    store = world.shop()
    imposed(store, "strike", "rep_one", points=3)
    imposed(store, "strike", "rep_two", points=4)
    services.undo("rep_one", by=moderator(), at=timezone.now())
    assert services.points_of(store.pk, timezone.now()) == 4


# -- people -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("C-07", "D-09")
@pytest.mark.parametrize("kind", ["no_disputes", "block"])
def test_whoever_may_not_dispute_is_told_why(kind):
    with time_machine.travel("2026-03-01T00:00:00Z", tick=False) as clock:
        order = world.shipped()
        clock.shift(12 * DAY)
        imposed(order.buyer, kind)
        with pytest.raises(Forbidden) as refusal:
            world.a_dispute(order)
        assert refusal.value.code == "restricted"
        assert "Because of rep_one." in refusal.value.detail
        assert not order.disputes.exists()
        services.undo("rep_one", by=moderator(), at=timezone.now())
        world.a_dispute(order)


@pytest.mark.rule("C-07")
@pytest.mark.parametrize("kind", ["no_orders", "block"])
def test_whoever_may_not_buy_has_no_new_order_taken(sold, kind):
    listing, by = sold
    imposed(Order.objects.get(lines__listing=listing).buyer, kind)
    refused = later()
    assert [fault.code for fault in refused.errors] == ["restricted"]
    services.undo("rep_one", by=by, at=timezone.now())
    assert later().result == "taken"


@pytest.mark.rule("C-07", "C-12")
def test_the_blocked_start_no_talk_and_rate_nothing_but_answer_in_a_dispute():
    from disputes import services as disputes

    with time_machine.travel("2026-03-01T00:00:00Z", tick=False) as clock:
        order = world.shipped()
        clock.shift(12 * DAY)
        dispute = world.a_dispute(order)
        imposed(order.buyer, "block")
        buyer = world.acting(order.buyer)
        with pytest.raises(Forbidden):
            orders.send_message(order.pk, text="Hello", by=buyer)
        disputes.send_message(dispute.pk, text="Here is what happened.", by=buyer)
        disputes.cancel(dispute.pk, by=buyer)


@pytest.mark.rule("C-07")
def test_a_block_does_not_end_with_the_restriction_beside_it():
    user, by = world.person(), moderator()
    imposed(user, "no_reports", "rep_one")
    imposed(user, "block", "rep_two")
    services.undo("rep_one", by=by, at=timezone.now())
    assert restrictions.in_force(user.pk, "no_reports", timezone.now()).kind == "block"
    services.undo("rep_two", by=by, at=timezone.now())
    assert restrictions.in_force(user.pk, "no_reports", timezone.now()) is None


def test_a_warning_takes_nothing():
    user = world.person()
    imposed(user, "warning")
    assert not Restriction.objects.exists()
    assert Notice.objects.get(recipient=user).subject.startswith("Warning:")


# -- the record -------------------------------------------------------------------------------------------------------


@pytest.mark.rule("C-11")
def test_a_cause_brings_a_sanction_once_and_undoing_twice_changes_nothing():
    store, by = world.shop(), moderator()
    first, again = imposed(store, "suspended", by=by), imposed(store, "suspended", by=by)
    assert first == again
    assert len(services.undo("rep_one", by=by, at=timezone.now())) == 1
    assert services.undo("rep_one", by=by, at=timezone.now()) == []
    assert lines(first) == [("impose", "in_force"), ("undo", "taken_back")]
    assert StoreMeasure.objects.count() == 1


@pytest.mark.rule("C-07", "Z-02")
def test_the_statement_never_changes_and_nothing_is_deleted():
    sanction = imposed(world.shop(), "suspended")
    for change in ({"statement": "Another reason."}, {"points": 1}, {"cause": "rep_two"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Sanction.objects.filter(pk=sanction.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Sanction.objects.filter(pk=sanction.pk)._raw_delete("default")
    assert Sanction.objects.get(pk=sanction.pk).statement == "Because of rep_one."


@pytest.mark.rule("C-07")
def test_the_people_of_the_store_are_told_why_until_when_and_that_it_ended():
    with time_machine.travel("2026-03-01T00:00:00Z", tick=False) as clock:
        store = world.shop()
        member = store.members.get()
        sanction = imposed(store, "suspended", ends_at=timezone.now() + 5 * DAY)
        [notice] = Notice.objects.filter(recipient=member)
        assert "Because of rep_one." in notice.text
        assert "6 March 2026" in notice.text
        assert notice.url == f"/sanctions/{sanction.public_id}/"
        clock.shift(5 * DAY - timedelta(seconds=1))
        assert sweep()["sanction.expire"] == 0
        assert StoreMeasure.objects.in_force(timezone.now()).exists()
        clock.shift(timedelta(seconds=1))
        assert not StoreMeasure.objects.in_force(timezone.now()).exists()  # before the worker came
        assert sweep()["sanction.expire"] == 1
        assert Notice.objects.filter(recipient=member).order_by("-pk").first().subject.startswith("Over.")


@pytest.mark.rule("C-07")
@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({"kind": "removed"}, "kind"),
        ({"statement": " "}, "statement"),
        ({"statement": "x" * 2001}, "statement"),
        ({"rule": ""}, "rule"),
        ({"kind": "strike"}, "points"),
        ({"points": 2}, "points"),
        ({"ends_at": timezone.now() - DAY}, "ends_at"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(wishes, field):
    wishes = {"kind": "suspended", "statement": "Because.", "rule": "Terms, 4.2", **wishes}
    with pytest.raises(Invalid) as refusal:
        services.impose_by_hand(target=world.shop(), by=moderator(), **wishes)
    assert [fault.field for fault in refusal.value.errors] == [field]
    assert not Sanction.objects.exists()
    assert not StoreMeasure.objects.exists()


# -- by hand ----------------------------------------------------------------------------------------------------------


def by_hand(target, kind="suspended", by=None):
    return services.impose_by_hand(
        target=target, kind=kind, statement="Because.", rule="Terms, 4.2", by=by or moderator()
    )


@pytest.mark.rule("C-07", "C-11")
def test_what_was_imposed_by_hand_is_taken_back_by_hand():
    store, by = world.shop(), moderator()
    imposed(store, "suspended", "rep_one")
    sanction = by_hand(store, by=by)
    services.take_back(sanction.pk, note="It was another shop.", by=by)
    sanction = Sanction.objects.get(pk=sanction.pk)
    assert (sanction.state, sanction.note, sanction.ended_by_id) == (
        "taken_back",
        "It was another shop.",
        by.user_id,
    )
    assert StoreMeasure.objects.in_force(timezone.now()).count() == 1
    with pytest.raises(WrongState):
        services.take_back(sanction.pk, note="Again.", by=by)


@pytest.mark.rule("A-07", "C-11")
def test_what_a_decision_brought_is_undone_through_its_appeal_alone():
    sanction = imposed(world.shop(), "suspended")
    with pytest.raises(Forbidden):
        services.take_back(sanction.pk, note="I do not like it.", by=moderator())
    assert Sanction.objects.get(pk=sanction.pk).state == "in_force"


@pytest.mark.rule("C-07", "A-02")
def test_only_staff_sanction_and_never_themselves():
    mod = world.staff("mod", "moderator")
    store = world.shop(mod)
    for by, target in (
        (world.acting(world.staff("med", "mediator")), world.person()),
        (world.acting(world.person()), world.person()),
    ):
        with pytest.raises(Forbidden):
            by_hand(target, "warning", by)
    with pytest.raises(Forbidden):
        by_hand(store, by=world.acting(mod))
    with pytest.raises(Forbidden):
        by_hand(mod, "warning", world.acting(mod))
    assert not Sanction.objects.exists()


def test_a_listing_is_met_by_rows_of_its_own(sold):
    listing, _by = sold
    imposed(listing, "removed")
    assert ListingMeasure.objects.get().cause == Sanction.objects.get().public_id
