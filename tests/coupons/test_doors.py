"""The wallet, the page where pieces are chosen, and the same in the API: one act, whichever door it comes through."""

import pytest
from django.db import transaction
from django.test import Client

from marketplace.core.clock import sweep
from marketplace.coupons.models import Coupon, CouponEvent, CouponOffer, CouponOfferEvent
from marketplace.notifications.models import Notice
from marketplace.payments.models import LedgerEntry
from tests import api, invariants, world
from tests.contracts.test_doors import _of
from tests.coupons.given import chosen, offered, sound
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A-04", "Z-01")]
ROWS = {
    CouponOffer: "state version due_at due_verb issued_at moved_at",
    Coupon: "state amount currency user_id issued_at due_at due_verb spent",
    CouponOfferEvent: "verb from_state to_state actor_id role at data",
    CouponEvent: "verb from_state to_state actor_id role at data",
    LedgerEntry: "transaction__kind account__kind amount",
    Notice: "recipient_id subject text url needs_you",
}


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def rows():
    return {model.__name__: _of(model, names.split()) for model, names in ROWS.items()}


def by_page(offer, user, **data):
    return browser(user).post(f"/coupons/offers/{offer.public_id}/", {"choice": "4", "sure": "1"} | data)


def by_api(offer, user, *pieces):
    body = {"pieces": list(pieces) or ["5.00"] * 4}
    return api.client_of(user).post(f"/api/v1/coupons/offers/{offer.public_id}/split/", body, format="json")


def outcome(knock, offer):
    with transaction.atomic():
        response = knock(offer, offer.user)
        assert response.status_code in (200, 302), response.content
        invariants.check_all()
        after = rows()
        again = knock(offer, offer.user)
        assert again.status_code == 409, again
        assert rows() == after
        transaction.set_rollback(True)
    return after


def test_both_doors_write_the_same_rows_and_refuse_a_second_time(clock):
    offer = offered()
    before = rows()
    assert outcome(by_page, offer) == outcome(by_api, offer) != before
    assert rows() == before


@pytest.mark.parametrize("knock", [by_page, by_api])
def test_whoever_may_not_is_refused_at_both_doors(clock, knock):
    offer = offered()
    people = {
        404: (world.person(), world.person("", "integrator"), api.seller(world.shipped())),
        403: (world.staff("", "mediator"), world.staff("", "moderator")),
    }
    before = rows()
    for status, those in people.items():
        for person in those:
            assert knock(offer, person).status_code == status
            assert rows() == before


def test_nobody_sees_anybody_elses(clock):
    coupon = chosen(offered())[0]
    stranger = world.person()
    assert "US$20.00" not in browser(stranger).get("/coupons/").content.decode()
    client = api.client_of(stranger)
    assert client.get("/api/v1/coupons/").json()["results"] == []
    assert client.get("/api/v1/coupons/offers/").json()["results"] == []
    assert client.get(f"/api/v1/coupons/{coupon.public_id}/").status_code == 404


# -- the pages -----------------------------------------------------------------------------------------------------


def test_the_choice_is_looked_at_once_more_before_anything_happens(clock):
    offer = offered()
    page = browser(offer.user).get(f"/coupons/offers/{offer.public_id}/").content.decode()
    for words in ("1 × US$20.00", "4 × US$5.00", "Other amounts", "not the coupon"):
        assert words in page
    looked = browser(offer.user).post(f"/coupons/offers/{offer.public_id}/", {"choice": "4"})
    assert looked.status_code == 200
    assert "Take 4 coupons, US$20.00 together" in looked.content.decode()
    assert not Coupon.objects.exists()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "This field is required"),
        ({"choice": "3"}, "Select a valid choice"),
        ({"choice": "own"}, "Enter the amounts"),
        ({"choice": "own", "pieces": "5.00\n5.00"}, "They must make US$20.00 together"),
        ({"choice": "own", "pieces": "nineteen 0.01"}, "1. Enter an amount in digits"),
        ({"choice": "own", "pieces": "1\n" * 11}, "between 1 and 10 coupons"),
    ],
)
@pytest.mark.parametrize("sure", [{}, {"sure": "1"}])
def test_what_does_not_fit_is_said_beside_the_field_and_nothing_typed_is_lost(clock, data, words, sure):
    offer = offered()
    response = browser(offer.user).post(f"/coupons/offers/{offer.public_id}/", data | sure)
    page = response.content.decode()
    assert response.status_code == 200
    assert words in page
    assert data.get("pieces", "").split("\n")[0] in page
    assert not Coupon.objects.exists()


@pytest.mark.parametrize("pieces", [" 5.00\r\n5.00 10.01\r\n", "5,00\r\n5,00\r\n10,01", "5.00, 5,00, 10.01,"])
def test_own_amounts_through_the_page(clock, pieces):
    offer = offered(minor=2001)
    data = {"choice": "own", "pieces": pieces, "sure": "1"}
    assert browser(offer.user).post(f"/coupons/offers/{offer.public_id}/", data).status_code == 302
    assert sorted(offer.coupons.values_list("amount", flat=True)) == [500, 500, 1001]
    sound()


def test_the_wallet_shows_what_waits_what_can_be_used_and_what_is_over(clock):
    user = world.person()
    client = browser(user)
    assert "No coupons" in client.get("/coupons/").content.decode()
    assert "/coupons/" not in client.get("/me/").content.decode()
    first = offered(user, 700)
    chosen(first)
    clock.shift(60 * DAY)
    sweep()
    second = offered(user, 900)
    chosen(second)
    offered(user, 1100)
    client = browser(user)  # signed in anew: nobody stays signed in for so long
    page = client.get("/coupons/").content.decode()
    for words in (
        "We give you US$11.00 in coupons",
        "US$9.00",
        "You can use it",
        "US$7.00",
        "Expired",
        first.source,
    ):
        assert words in page, words
    assert "/coupons/" in client.get("/me/").content.decode()


def test_the_wallet_leads_to_the_case_that_gave_it(clock):
    offer = offered()
    assert f'href="/appeals/{offer.source}/"' in browser(offer.user).get("/coupons/").content.decode()


def test_a_coupon_whose_time_is_over_is_not_shown_as_good_before_the_worker_comes(clock):
    offer = offered()
    chosen(offer)
    clock.shift(60 * DAY)
    page = browser(offer.user).get("/coupons/").content.decode()
    assert "Expired" in page
    assert "Use before" not in page


# -- the API -------------------------------------------------------------------------------------------------------


def test_an_offer_and_its_coupons_in_the_api(clock):
    offer = offered()
    client = api.client_of(offer.user)
    (row,) = client.get("/api/v1/coupons/offers/").json()["results"]
    assert row["amount"] == {"amount": "20.00", "currency": "USD"}
    assert (row["status"], row["cause"], row["coupons"]) == ("offered", offer.source, [])
    assert [each["action"] for each in row["available_actions"]] == ["split"]
    assert row["next_default"]["action"] == "issue_whole"
    answer = by_api(offer, offer.user, "5.00", "15.00")
    assert answer.status_code == 200, answer.content
    assert answer["ETag"] == f'"{offer.public_id}:2"'
    assert [each["amount"]["amount"] for each in answer.json()["coupons"]] == ["5.00", "15.00"]
    listed = client.get("/api/v1/coupons/").json()["results"]
    assert {each["status"] for each in listed} == {"issued"}
    assert {each["use_before"] for each in listed} == {"2026-04-30T10:00:00Z"}


def test_the_api_says_what_does_not_fit(clock):
    offer = offered()
    body = api.refused(by_api(offer, offer.user, "5.00", "x"), 422)
    assert body["errors"][0]["field"] == "pieces.1"
    api.refused(by_api(offer, offer.user, "5.00"), 422)
    client, url = api.client_of(offer.user), f"/api/v1/coupons/offers/{offer.public_id}/split/"
    api.refused(client.post(url, {"pieces": ["20.00"], "more": 1}, format="json"), 400, "unknown_field")
    api.refused(client.post(url, {"pieces": "20.00"}, format="json"), 422)
    api.refused(client.post(url, {"pieces": [20.0]}, format="json"), 422)
    clock.move_to(offer.due_at)
    api.refused(by_api(offer, offer.user, "20.00"), 409, "too_late")
    assert not Coupon.objects.exists()


def test_lists_ask_the_same_number_of_questions(clock, django_assert_max_num_queries):
    user = world.person()
    counts = []
    for more in (10, 190):
        for _n in range(more // 10):
            chosen(offered(user), *["2.00"] * 10)
        for url, client in (
            ("/coupons/", browser(user)),
            ("/api/v1/coupons/", api.client_of(user)),
            ("/api/v1/coupons/offers/", api.client_of(user)),
        ):
            client.get(url)
            with django_assert_max_num_queries(15) as asked:
                client.get(url)
            counts.append((url, len(asked.captured_queries)))
    assert counts[:3] == counts[3:]
