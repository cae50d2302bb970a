"""Whom a sanction burdens contests it; granted, its effects are gone and nothing else (A-07, C-11, C-12)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from disputes.models import Decision
from marketplace.accounts import restrictions
from marketplace.accounts.models import StoreMeasure, StoreMember
from marketplace.appeals import services as appeals
from marketplace.appeals.models import Appeal
from marketplace.core.clock import sweep
from marketplace.core.errors import Forbidden, NotFound, TooLate, WrongState
from marketplace.notifications.models import Notice
from marketplace.sanctions import causes
from marketplace.sanctions.models import Sanction
from tests import world
from tests.appeals.cases import decided
from tests.sanctions.imposing import imposed
from tests.world import DAY

pytestmark = pytest.mark.django_db
TEXT = "It was another shop."


def granted(appeal: Appeal, by=None) -> None:
    by = by or world.acting(world.staff("", "moderator"))
    appeals.assign(appeal.pk, by=by)
    appeals.decide(appeal.pk, outcome="overturned", facts="You are right.", by=by)


@pytest.mark.rule("A-07", "C-11", "C-12")
def test_a_suspended_store_appeals_and_only_that_suspension_ends():
    store = world.shop()
    mine, other = imposed(store, "suspended", "rep_one"), imposed(store, "suspended", "rep_two")
    strike = imposed(store, "strike", "rep_one")
    member = world.acting(store.members.get())
    granted(appeals.submit("sanction", mine.public_id, text=TEXT, by=member))
    assert list(StoreMeasure.objects.in_force(timezone.now()).values_list("cause", flat=True)) == [
        other.public_id
    ]
    assert type(strike).objects.get(pk=strike.pk).state == "in_force"


@pytest.mark.rule("A-07", "F-02")
def test_a_shop_contests_as_a_whole(clock):
    first, second = world.person(), world.person()
    shop = world.shop(first)
    StoreMember.objects.create(store=shop, user=second)
    sanction = imposed(shop, "suspended")
    appeal = appeals.submit("sanction", sanction.public_id, text=TEXT, by=world.acting(first))
    with pytest.raises(WrongState):
        appeals.submit("sanction", sanction.public_id, text="Once more.", by=world.acting(second))
    assert f"/appeals/{appeal.public_id}/" in page_of(second, sanction)
    for user, status in ((first, 200), (second, 200), (world.person(), 404)):
        client = Client()
        client.force_login(user)
        assert client.get(f"/appeals/{appeal.public_id}/").status_code == status
    granted(appeal)
    assert Notice.objects.filter(recipient=second, subject__startswith="Our answer").exists()


@pytest.mark.rule("A-07")
@pytest.mark.parametrize(("days", "open_"), [(179, True), (180, False)])
def test_one_that_is_over_is_contested_all_the_180_days_and_told_to_be_wrong(clock, days, open_):
    user = world.person()
    sanction = imposed(user, "no_reports", ends_at=timezone.now() + 30 * DAY)
    clock.shift(days * DAY)
    sweep()
    assert Sanction.objects.get().state == "expired"
    contest = f"/appeals/new/sanction/{sanction.public_id}/"
    assert (contest in page_of(user, sanction)) is open_
    if open_:
        ended_at = Sanction.objects.get().ended_at
        granted(appeals.submit("sanction", sanction.public_id, text=TEXT, by=world.acting(user)))
        after = Sanction.objects.get()
        assert (after.state, after.ended_at) == ("taken_back", ended_at)
        assert contest not in page_of(user, sanction)
    else:
        with pytest.raises(TooLate):
            appeals.submit("sanction", sanction.public_id, text=TEXT, by=world.acting(user))


def page_of(user, sanction) -> str:
    client = Client()
    client.force_login(user)
    return client.get(f"/sanctions/{sanction.public_id}/").content.decode()


@pytest.mark.rule("A-02", "A-07")
def test_who_imposed_it_does_not_look_at_it_again_and_strangers_do_not_appeal():
    by = world.acting(world.staff("", "moderator"))
    user = world.person()
    sanction = imposed(user, "block", by=by)
    with pytest.raises(NotFound):
        appeals.submit("sanction", sanction.public_id, text=TEXT, by=world.acting(world.person()))
    appeal = appeals.submit("sanction", sanction.public_id, text=TEXT, by=world.acting(user))
    with pytest.raises(Forbidden):
        appeals.assign(appeal.pk, by=by)
    assert Appeal.objects.get(pk=appeal.pk).state == "submitted"
    assert restrictions.in_force(user.pk, "no_orders", timezone.now()) is not None


@pytest.mark.rule("A-02", "A-07")
def test_both_who_found_a_fraud_are_kept_from_the_appeal_against_its_sanction(clock):
    dispute = decided(clock, "fraud")
    decision = Decision.objects.get(dispute=dispute)
    people = causes.deciders_of(decision.public_id)
    assert {decision.mediator_id, decision.approval.mediator_id, dispute.buyer_id} <= people


@pytest.mark.rule("C-12")
@pytest.mark.parametrize("door", ["page", "api"])
@pytest.mark.parametrize("kind", ["block", "no_disputes", "no_reports", "no_orders"])
def test_a_restricted_person_still_reads_and_appeals_at_every_door(kind, door):
    user = world.person()
    sanction = imposed(user, kind)
    client = Client()
    client.force_login(user)
    assert client.get(f"/sanctions/{sanction.public_id}/").status_code == 200
    if door == "page":
        form = client.get(f"/appeals/new/sanction/{sanction.public_id}/")
        assert form.status_code == 200
    else:
        sent = {"kind": "sanction", "about": sanction.public_id, "text": TEXT}
        answer = client.post("/api/v1/appeals/", sent, "application/json")
        assert answer.status_code == 201, answer.content
        assert Appeal.objects.get().about == sanction.public_id
