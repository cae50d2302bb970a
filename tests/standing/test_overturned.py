"""What an appeal found to be wrong is in nobody's standing any more, and nothing that came of it holds (B-06, C-11)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from disputes.models import Dispute
from disputes.standing import services as standing
from disputes.standing.models import BuyerFigures, Flag, FlagEvent, Ground, StoreFigures
from disputes.standing.reading import flags_for_mediators
from marketplace.appeals import services as appeals
from marketplace.core.errors import Forbidden
from marketplace.notifications.models import Notice
from marketplace.sanctions.models import Sanction
from tests import world
from tests.appeals import cases
from tests.sanctions.imposing import imposed
from tests.standing import oracle, people

pytestmark = pytest.mark.django_db
FACTS = "The photos are of this very item."


@pytest.fixture
def fraud(clock):
    return cases.decided(clock, "fraud")


def year(model, **whose):
    return model.objects.get(days=365, **whose)


def overturned(appeal, by=None):
    appeal, by = cases.held(appeal, by)
    return appeals.decide(appeal.pk, outcome="overturned", facts=FACTS, by=by)


def upheld(appeal):
    appeal, by = cases.held(appeal)
    return appeals.decide(appeal.pk, outcome="upheld", facts=FACTS, by=by)


def fraud_flag(dispute: Dispute) -> Flag:
    return Flag.objects.get(user=dispute.buyer, ground=Ground.FRAUD)


def contested(sanction: Sanction):
    return appeals.submit(
        "sanction", sanction.public_id, text="It was not so.", by=world.acting(sanction.user)
    )


def in_force(user):
    return set(Sanction.objects.in_force(timezone.now()).filter(user=user).values_list("cause", flat=True))


@pytest.mark.rule("B-01", "B-06")
def test_an_overturned_finding_of_fraud_counts_in_no_result(clock, fraud):
    before = year(BuyerFigures, user=fraud.buyer)
    assert (before.fraud, before.decided, before.against) == (1, 1, 1)
    overturned(cases.appealed(fraud))
    after = year(BuyerFigures, user=fraud.buyer)
    assert (after.disputes, after.fraud, after.lost, after.won, after.decided, after.against) == (1, *[0] * 5)
    standing.recount(timezone.now())
    store = year(StoreFigures, store=fraud.store)
    assert (store.disputes, store.won, store.lost, store.decided, store.against) == (1, 0, 0, 0, 0)
    oracle.check_figures(timezone.now(), list(BuyerFigures.objects.filter(days=365)), 365)


@pytest.mark.rule("B-06")
def test_one_that_stands_still_counts(fraud):
    upheld(cases.appealed(fraud))
    assert year(BuyerFigures, user=fraud.buyer).fraud == 1
    assert fraud_flag(fraud).state == "raised"
    assert in_force(fraud.buyer) == {cases.decision_of(fraud).public_id}


@pytest.mark.rule("B-06")
def test_a_lost_dispute_that_was_decided_wrongly_counts_in_no_result_either(clock):
    dispute = cases.decided(clock)
    assert year(BuyerFigures, user=dispute.buyer).lost == 1
    overturned(cases.appealed(dispute))
    after = year(BuyerFigures, user=dispute.buyer)
    assert (after.disputes, after.lost, after.won, after.decided) == (1, 0, 0, 0)


@pytest.mark.rule("B-02", "B-06")
def test_the_flag_that_it_raised_is_closed_and_no_other_comes(clock, fraud):
    overturned(cases.appealed(fraud))
    flag = fraud_flag(fraud)
    assert (flag.state, flag.due_at) == ("dismissed", None)
    assert FlagEvent.objects.filter(flag=flag).latest("pk").verb == "overturn"
    standing.recount(timezone.now())
    assert Flag.objects.filter(user=fraud.buyer, ground=Ground.FRAUD).count() == 1
    assert flags_for_mediators(fraud.buyer_id) == []


@pytest.mark.rule("C-11", "B-03")
@pytest.mark.parametrize("outcome", ["warn", "limit", "suspend"])
def test_what_its_review_brought_ends_with_it_and_nothing_else(clock, fraud, outcome):
    flag = fraud_flag(fraud)
    standing.review(flag.pk, outcome=outcome, facts="It was a lie.", by=world.acting(people.moderator()))
    if outcome == "suspend":
        standing.approve(flag.pk, by=world.acting(people.moderator()))
    other = imposed(fraud.buyer, "no_disputes", "rde_other")
    decision = cases.decision_of(fraud).public_id
    assert in_force(fraud.buyer) == {decision, flag.public_id, other.cause}
    overturned(cases.appealed(fraud))
    assert in_force(fraud.buyer) == {other.cause}
    assert fraud_flag(fraud).state == "dismissed"


@pytest.mark.rule("A-02", "A-07", "C-11")
def test_a_review_is_contested_by_the_sanction_that_it_brought(clock):
    flag, first = people.flagged(clock), people.moderator()
    standing.review(flag.pk, outcome="limit", facts="Three lies.", by=world.acting(first))
    other = imposed(flag.user, "no_orders", "rde_other")
    appeal = contested(Sanction.objects.get(cause=flag.public_id))
    with pytest.raises(Forbidden):
        appeals.assign(appeal.pk, by=world.acting(first))
    overturned(appeal, people.moderator())
    assert in_force(flag.user) == {other.cause}
    assert Flag.objects.get(pk=flag.pk).state == "dismissed", "mediators are not told of it any more"
    assert flags_for_mediators(flag.user_id) == []


@pytest.mark.rule("A-07")
def test_whoever_is_given_a_right_back_still_has_the_finding(clock, fraud):
    """The restriction was too much; the decision has an appeal of its own (A-01)."""
    overturned(contested(Sanction.objects.get(user=fraud.buyer)), people.moderator())
    assert in_force(fraud.buyer) == set()
    assert year(BuyerFigures, user=fraud.buyer).fraud == 1


@pytest.mark.rule("F-01")
@pytest.mark.parametrize("outcome", ["warn", "limit"])
def test_one_notice_tells_what_follows_and_where_to_contest_it(clock, outcome):
    flag = people.flagged(clock)
    before = Notice.objects.filter(recipient=flag.user).count()
    standing.review(flag.pk, outcome=outcome, facts="Three lies.", by=world.acting(people.moderator()))
    told = Notice.objects.filter(recipient=flag.user).order_by("pk")[before:]
    sanction = Sanction.objects.get()
    assert [(each.url, "Three lies." in each.text) for each in told] == [
        (f"/sanctions/{sanction.public_id}/", True)
    ]


@pytest.mark.rule("B-04", "C-11")
def test_the_page_names_where_it_comes_from_and_leads_there(fraud):
    sanction = Sanction.objects.get(user=fraud.buyer)
    client = Client()
    client.force_login(fraud.buyer)
    page = client.get(f"/sanctions/{sanction.public_id}/").content.decode()
    assert f'<a href="/disputes/{fraud.public_id}/">A decision in a dispute</a>' in page
    assert "Fraud: what was claimed did not happen" in page
