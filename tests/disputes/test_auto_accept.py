"""N-10: a seller's own rules for accepting by itself, tried on the last 90 days before they are switched on."""

from datetime import timedelta

import pytest

from disputes import services as disputes
from disputes.models import AutoAcceptRule, Dispute, DisputeEvent
from disputes.services import rules
from marketplace.core.access import Actor
from marketplace.core.errors import Forbidden, Invalid, NotFound, WrongState
from marketplace.core.money import Money
from marketplace.notifications.models import Notice
from marketplace.orders import services as orders
from tests import api, invariants, pages, world
from tests.world import DAY

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def store(clock):
    return world.shop(name="GadgetHome")


def owner(store) -> Actor:
    return world.acting(store.members.get())


def a_rule(store, up_to: int = 2000, *, on: bool = True, **wishes) -> AutoAcceptRule:
    rule = rules.make_rule(store.public_id, up_to=Money(up_to, "USD"), by=owner(store), **wishes)
    if on:
        rules.try_rule(rule.public_id, by=owner(store))
        rules.switch_on(rule.public_id, by=owner(store))
    return rule


def opened(clock, store, **wishes) -> Dispute:
    buyer, price = wishes.pop("buyer", None), wishes.pop("price", 1173)
    order = world.shipped(store=store, buyer=buyer, prices=(price,))
    clock.shift(11 * DAY)
    return Dispute.objects.select_related("order").get(pk=world.a_dispute(order, **wishes).pk)


# -- accepting ------------------------------------------------------------------------------------------------------


@pytest.mark.rule("N-10")
def test_a_rule_accepts_a_claim_as_it_is_opened_and_the_timeline_says_so(clock, store):
    rule = a_rule(store)
    dispute = opened(clock, store)
    assert (dispute.state, dispute.reached_by, dispute.settled_amount) == ("resolved", "agreement", 1173)
    event = DisputeEvent.objects.get(dispute=dispute, verb="accept_by_rule")
    assert (event.role, event.actor_id, event.data["rule"]) == ("system", None, rule.public_id)
    assert event.at == dispute.opened_at, "in the same moment, in the same transaction"
    words = pages.words(pages.client_of(dispute.buyer).get(f"/disputes/{dispute.public_id}/"))
    assert "A rule of the seller accepted the request" in words and rule.public_id in words
    told = set(Notice.objects.filter(case_id=dispute.public_id).values_list("subject", flat=True))
    assert {"The seller accepted your request", "Your rule accepted a request"} <= told
    invariants.check_all()


@pytest.mark.rule("N-10", "N-05")
def test_an_edit_that_fits_is_accepted_too(clock, store):
    a_rule(store, 500)
    dispute = opened(clock, store)
    assert dispute.state == "awaiting_seller"
    claim = world.claim_on(dispute.order, amount=500)
    assert disputes.edit_claim(dispute.pk, claim=claim, by=world.buyer_of(dispute)).state == "resolved"
    invariants.check_all()


@pytest.mark.rule("N-10")
def test_once_the_seller_has_answered_no_rule_speaks_for_them(clock, store):
    dispute = opened(clock, store)
    disputes.refuse_claim(dispute.pk, note="No.", by=world.seller_of(dispute))
    a_rule(store)
    claim = world.claim_on(dispute.order, amount=500)
    assert disputes.edit_claim(dispute.pk, claim=claim, by=world.buyer_of(dispute)).state == "negotiation"


@pytest.mark.rule("N-10")
@pytest.mark.parametrize(
    ("wish", "accepted"),
    [
        ({}, True),
        ({"up_to": 1173}, True),
        ({"up_to": 1172}, False),
        ({"reason": "quality"}, True),
        ({"reason": "quality.poor_workmanship"}, True),
        ({"reason": "quality.fades"}, False),
        ({"reason": "damaged"}, False),
        ({"on": False}, False),
    ],
)
def test_it_fits_by_reason_and_sum(clock, store, wish, accepted):
    a_rule(store, **wish)
    assert (opened(clock, store).state == "resolved") is accepted


@pytest.mark.rule("N-10")
@pytest.mark.parametrize(
    ("apart", "accepted"), [(90 * DAY - SECOND, False), (90 * DAY, True), (90 * DAY + SECOND, True)]
)
def test_it_fits_by_the_buyers_disputes_of_the_last_90_days_whoever_sold(clock, store, apart, accepted):
    buyer = world.person()
    opened(clock, world.shop(), buyer=buyer)
    clock.shift(apart - 11 * DAY)
    a_rule(store, most_disputes=0)
    assert (opened(clock, store, buyer=buyer).state == "resolved") is accepted


@pytest.mark.rule("N-10")
def test_another_stores_rule_and_another_currency_accept_nothing(clock, store):
    a_rule(world.shop())
    rule = rules.make_rule(store.public_id, up_to=Money(9999, "EUR"), by=owner(store))
    rules.try_rule(rule.public_id, by=owner(store))
    rules.switch_on(rule.public_id, by=owner(store))
    assert opened(clock, store).state == "awaiting_seller"


@pytest.mark.rule("N-10", "Z-01")
def test_a_rule_may_accept_and_nothing_else_and_nobody_accepts_in_its_name(clock, store):
    dispute = opened(clock, store)
    rule = a_rule(store)
    actor = Actor.standing_rule(store.pk)
    for act in (
        lambda: disputes.accept_claim(dispute.pk, by=actor),
        lambda: disputes.refuse_claim(dispute.pk, note="No.", by=actor),
        lambda: disputes.grant_claim(dispute.pk, by=actor),
        lambda: disputes.accept_by_rule(dispute.pk, rule=rule, by=owner(store)),
        lambda: disputes.accept_by_rule(dispute.pk, rule=rule, by=Actor.system()),
        lambda: disputes.accept_by_rule(dispute.pk, rule=rule, by=Actor.standing_rule(world.shop().pk)),
    ):
        with pytest.raises(Forbidden):
            act()


# -- trying ---------------------------------------------------------------------------------------------------------


@pytest.mark.rule("N-10")
def test_a_trial_shows_which_disputes_it_would_have_accepted_and_for_how_much(clock, store):
    opened(clock, store)  # older than 90 days when it is tried
    clock.shift(60 * DAY)
    small = opened(clock, store, price=900)
    disputes.accept_claim(small.pk, by=world.seller_of(small))
    large = opened(clock, store, price=5000)
    disputes.refuse_claim(large.pk, note="No.", by=world.seller_of(large))
    clock.shift(20 * DAY)
    before = invariants.fingerprint()
    trial = rules.try_rule(a_rule(store, on=False).public_id, by=owner(store))
    assert trial.looked_at == 2
    assert [(each.dispute.pk, each.amount.minor, each.in_fact.minor) for each in trial.accepted] == [
        (small.pk, 900, 900)
    ]
    assert trial.total == Money(900, "USD")
    assert invariants.fingerprint() == before, "a trial touches no dispute"


@pytest.mark.rule("N-10")
def test_it_is_off_until_it_was_tried(clock, store):
    rule = a_rule(store, on=False)
    assert not rule.is_on
    with pytest.raises(WrongState, match="last 90 days"):
        rules.switch_on(rule.public_id, by=owner(store))
    rules.try_rule(rule.public_id, by=owner(store))
    assert rules.switch_on(rule.public_id, by=owner(store)).is_on
    with pytest.raises(WrongState):
        rules.switch_on(rule.public_id, by=owner(store))
    assert not rules.switch_off(rule.public_id, by=owner(store)).is_on
    assert opened(clock, store).state == "awaiting_seller"


@pytest.mark.rule("N-10")
def test_a_trial_asks_the_database_a_fixed_number_of_questions(clock, store, django_assert_max_num_queries):
    for _ in range(4):
        opened(clock, store)
    rule = a_rule(store, on=False)
    with django_assert_max_num_queries(9):
        assert len(rules.try_rule(rule.public_id, by=owner(store)).accepted) == 4


@pytest.mark.rule("N-10")
def test_rules_that_say_nonsense_and_rules_of_others_are_refused(store):
    with pytest.raises(Invalid):
        a_rule(store, reason="weather")
    with pytest.raises(Invalid):
        a_rule(store, 0)
    stranger = owner(world.shop())
    with pytest.raises(NotFound):
        rules.make_rule(store.public_id, up_to=Money(1, "USD"), by=stranger)
    rule = a_rule(store, on=False)
    for act in (rules.try_rule, rules.switch_on, rules.switch_off):
        with pytest.raises(NotFound):
            act(rule.public_id, by=stranger)


# -- doors ----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("N-10", "Z-01")
def test_in_the_api_a_rule_is_made_tried_and_switched(clock, store):
    opened(clock, store)
    client, path = api.client_of(store.members.get()), f"/api/v1/stores/{store.public_id}/auto-accept-rules/"
    made = client.post(path, {"reason": "quality", "up_to": {"amount": "20.00", "currency": "USD"}})
    assert (made.status_code, made.json()["is_on"]) == (201, False)
    one = f"{path}{made.json()['id']}/"
    api.refused(client.post(f"{one}switch-on/"), 409, "wrong_state")
    trial = client.post(f"{one}try/").json()
    assert (trial["looked_at"], trial["total"]["amount"]) == (1, "11.73")
    assert client.post(f"{one}switch-on/").json()["is_on"]
    assert [each["id"] for each in client.get(path).json()["results"]] == [made.json()["id"]]
    assert not client.post(f"{one}switch-off/").json()["is_on"]
    other = api.client_of(world.shop().members.get())
    for url in (path, f"{one}try/"):
        api.refused(other.post(url, {}), 404)


@pytest.mark.rule("N-10")
def test_on_the_pages_a_rule_is_made_tried_and_switched(clock, store):
    opened(clock, store)
    client = pages.client_of(store.members.get())
    assert "No rules" in pages.words(client.get("/sell/rules/"))
    form = {
        "store": store.public_id,
        "reason": "quality",
        "up_to": "20",
        "currency": "usd",
        "most_disputes": "",
    }
    page = client.post("/sell/rules/new/", form, follow=True)
    url = page.redirect_chain[-1][0]
    assert "Try it first" in pages.words(page)
    tried = pages.words(client.post(url, {"act": "try"}))
    assert "It would have accepted 1, for US$11.73." in tried
    assert "The rule is on" in pages.words(client.post(url, {"act": "on"}, follow=True))
    assert AutoAcceptRule.objects.get().is_on
    assert opened(clock, store).state == "resolved"
    client.post(url, {"act": "off"})
    assert opened(clock, store).state == "awaiting_seller"
    assert pages.client_of(world.person()).get("/sell/rules/").status_code == 404


@pytest.mark.rule("N-10", "X-06")
def test_while_a_bank_asks_for_the_money_no_rule_accepts(clock, store):
    dispute = opened(clock, store)
    Dispute.objects.filter(pk=dispute.pk).update(frozen_at=dispute.opened_at)
    a_rule(store)
    dispute = Dispute.objects.select_related("claim").get(pk=dispute.pk)
    assert rules.accept_where_a_rule_does(dispute).state == "awaiting_seller"


@pytest.mark.rule("N-10")
def test_a_rule_accepts_a_return_too(clock, store):
    a_rule(store)
    order = world.shipped(store=store)
    clock.shift(11 * DAY)
    orders.confirm_receipt(order.pk, by=world.buyer_of(order))
    dispute = world.a_dispute(order, remedy="return_and_refund", reason="damaged.in_transit")
    assert dispute.state == "awaiting_return"
