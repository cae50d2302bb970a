"""O-10 and O-13: rating an ended order, a store's record, and what everybody may see of a listing."""

import pytest
from django.test import Client
from django.utils import timezone

from disputes import services as disputes
from marketplace.core.clock import sweep
from marketplace.core.errors import Forbidden, Invalid, WrongState
from marketplace.orders import services as orders
from marketplace.orders.models import Listing, Order, Review
from marketplace.orders.records import RECENT, record_of, tenths
from tests import api, invariants, pages, world
from tests.orders.sending import a_row, sent
from tests.warranty.claims import ended
from tests.world import DAY

pytestmark = pytest.mark.django_db


@pytest.mark.rule("O-13")
def test_after_completion_the_buyer_rates_the_order_once(clock):
    order = ended(clock)
    orders.rate(order.pk, rating=4, text=" Good. ", by=world.buyer_of(order))
    review = Review.objects.get()
    assert (review.rating, review.text, review.created_at) == (4, "Good.", timezone.now())
    before = invariants.fingerprint()
    with pytest.raises(WrongState):
        orders.rate(order.pk, rating=1, by=world.buyer_of(order))
    assert invariants.fingerprint() == before
    invariants.check_all()


@pytest.mark.rule("O-13")
def test_not_before_completion_and_only_the_buyer(clock):
    with pytest.raises(WrongState):
        orders.rate(world.shipped().pk, rating=4, by=world.acting(Order.objects.get().buyer))
    order = ended(clock)
    with pytest.raises(Forbidden):
        orders.rate(order.pk, rating=5, by=world.seller_of(order))


@pytest.mark.rule("O-13")
@pytest.mark.parametrize("rating", [0, 6, -1])
def test_a_rating_is_one_to_five(clock, rating):
    order = ended(clock)
    with pytest.raises(Invalid):
        orders.rate(order.pk, rating=rating, by=world.buyer_of(order))
    assert not Review.objects.exists()


@pytest.mark.rule("O-13")
def test_what_the_host_marketplace_sent_counts_as_the_rating(clock):
    review = {"rating": 2, "title": "", "text": "Late.", "created_at": "2026-02-25T10:00:00Z"}
    order = sent(a_row(reviews=[review]))
    assert order.rated_at
    assert record_of(order.store).rating == "2.0"


@pytest.mark.rule("O-13")
def test_a_store_that_sold_nothing_has_no_figures_and_says_so(clock):
    record = record_of(world.shop())
    assert (record.rating, record.dispute_rate, record.lost_share, record.median_answer) == (None,) * 4
    assert record.small_numbers == ["ratings", "orders", "disputes", "answers"]


@pytest.mark.rule("O-13", "B-06")
def test_rating_dispute_rate_share_lost_and_median_time_to_answer(clock):
    store = world.shop()
    disputed = [world.shipped(store=store) for _n in range(3)]
    for order in (world.shipped(store=store) for _n in range(5)):
        orders.confirm_receipt(order.pk, by=world.buyer_of(order))
    clock.shift(11 * DAY)
    silent, refused, agreed = (world.a_dispute(order) for order in disputed)
    clock.shift(DAY)
    disputes.accept_claim(agreed.pk, by=world.seller_of(agreed))
    clock.shift(DAY)
    disputes.refuse_claim(refused.pk, note="It was fine.", by=world.seller_of(refused))
    disputes.cancel(refused.pk, by=world.buyer_of(refused))
    clock.shift(40 * DAY)
    sweep()
    sweep()
    for order, stars in zip(
        Order.objects.filter(store=store, state="completed"), (5, 4, 4, 5, 5), strict=False
    ):
        orders.rate(order.pk, rating=stars, by=world.buyer_of(order))
    record = record_of(store)
    assert (record.rating, record.ratings) == ("4.6", 5)
    assert (record.dispute_rate, record.orders) == ("37.5", 8)
    # the one that the seller did not answer is lost; what was agreed or given up is not
    assert (record.lost, record.disputes, record.lost_share) == (1, 3, "33.3")
    assert record.median_answer == 2 * DAY
    assert record.small_numbers == ["disputes", "answers"]
    assert silent


@pytest.mark.rule("O-13")
def test_the_record_costs_three_questions_whatever_the_store_sold(clock, django_assert_num_queries):
    order = ended(clock)
    with django_assert_num_queries(3):
        record_of(order.store)
    assert RECENT >= 100


@pytest.mark.rule("O-13")
@pytest.mark.parametrize(
    ("part", "whole", "text"), [(23, 5, "4.6"), (1, 3, "0.3"), (2, 3, "0.7"), (0, 4, "0.0")]
)
def test_tenths_are_rounded_half_up(part, whole, text):
    assert tenths(part, whole) == text


# -- pages and API -------------------------------------------------------------------------------------------------


@pytest.mark.rule("O-13")
def test_everybody_reads_a_stores_page_and_small_numbers_are_said_as_such(clock):
    order = ended(clock)
    orders.rate(order.pk, rating=4, text="Good <b>thing</b>.", by=world.buyer_of(order))
    page = Client().get(f"/stores/{order.store.public_id}/")
    words = pages.words(page)
    assert "4.0 of 5 (1 rating) Small numbers" in words
    assert "Good <b>thing</b>." in words
    assert order.buyer.shown_name not in words
    assert Client().get("/stores/sto_nothing/").status_code == 404


@pytest.mark.rule("O-10")
def test_a_listing_shows_price_record_and_the_warranty_at_the_bottom(clock):
    order = ended(clock, prices=(2400,), quantities=(2,))
    listing = Listing.objects.get()
    words = pages.words(Client().get(f"/listings/{listing.public_id}/"))
    assert listing.title in words
    assert "US$12.00" in words
    assert "12 months from the day you get it." in words
    for term in ("not your doing", "you pay the postage", "Free gifts are not covered."):
        assert term in words
    assert words.index("record") < words.index("Free gifts")
    assert order.store.name in words


@pytest.mark.rule("O-10")
def test_a_listing_that_nobody_bought_and_that_has_no_warranty(clock):
    order = world.an_order(paid=False)
    listing = Listing.objects.get(lines__order=order)
    Listing.objects.update(warranty_months=0)
    words = pages.words(Client().get(f"/listings/{listing.public_id}/"))
    assert "Not sold yet" in words
    assert "gives no warranty" in words


@pytest.mark.rule("O-10", "O-13")
def test_the_api_tells_the_same(clock):
    order = ended(clock)
    orders.rate(order.pk, rating=5, by=world.buyer_of(order))
    client = api.client_of(world.person())
    store = client.get(f"/api/v1/stores/{order.store.public_id}/").json()
    assert (store["record"]["rating"], store["record"]["small_numbers"][0]) == ("5.0", "ratings")
    listing = Listing.objects.get()
    told = client.get(f"/api/v1/listings/{listing.public_id}/").json()
    assert told["price"] == {"amount": "11.73", "currency": "USD"}
    assert told["warranty_months"] == 12
    assert told["store"]["id"] == store["id"]
    api.refused(client.get("/api/v1/listings/lst_nothing/"), 404)


@pytest.mark.rule("O-13")
def test_the_buyer_rates_on_a_page_that_the_order_leads_to(clock):
    order = ended(clock)
    client = pages.client_of(order.buyer)
    assert f"/orders/{order.public_id}/rate/" in client.get(f"/orders/{order.public_id}/").content.decode()
    wrong = client.post(f"/orders/{order.public_id}/rate/", {"rating": "9"})
    assert wrong.status_code == 200
    done = client.post(f"/orders/{order.public_id}/rate/", {"rating": "5", "text": "Fine."}, follow=True)
    assert "Thank you. Your rating is on the store's page." in pages.words(done)


@pytest.mark.rule("O-08")
def test_the_seller_sends_a_proof_with_a_file_and_the_moderator_reads_it(clock, settings, tmp_path):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.evidence import pictures

    local = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path), "base_url": None},
    }
    settings.STORAGES = settings.STORAGES | {"evidence": local}
    moderator = world.staff("mo", "moderator")
    order = world.an_order()
    orders.hold(order.pk, reason="Who is this?", by=world.acting(moderator))
    url, seller = f"/orders/{order.public_id}/", pages.client_of(pages.seller_user(order))
    assert "Who is this?" in pages.words(seller.get(url))
    file = SimpleUploadedFile("bill.jpg", pictures.jpeg(), "image/jpeg")
    bad = SimpleUploadedFile("bad.jpg", b"no photo", "image/jpeg")
    refused = seller.post(f"{url}prove/", {"text": "Our bill.", "files": bad})
    assert refused.status_code == 200
    assert "bad.jpg" in pages.words(refused)
    assert seller.post(f"{url}prove/", {"text": "Our bill.", "files": file}).status_code == 302
    staff, buyer = pages.client_of(moderator), pages.client_of(order.buyer)
    page = staff.get(url).content.decode()
    assert "Our bill." in page
    link = next(part.split('"')[0] for part in page.split('href="') if "/prove/evd_" in part)
    assert staff.get(link).status_code == 302
    assert "Our bill." not in buyer.get(url).content.decode()
    assert buyer.get(link).status_code == 404
    assert pages.client_of(moderator).get(f"/admin/orders/order/{order.public_id}/change/").status_code == 200
    held = staff.post(f"/stores/{order.store.public_id}/hold/", {"reason": "All of them."}, follow=True)
    assert "0 orders are on hold." in pages.words(held)
