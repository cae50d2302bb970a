"""N-03 to N-05 on the pages: asked and offered side by side, "for good" before accepting, the buyer's edit, few clicks."""

import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from disputes import services as disputes
from disputes.models import Dispute, DisputeEvidence, Offer
from marketplace.core.money import Money
from marketplace.evidence import services as evidence
from tests import api, pages, world
from tests.evidence import pictures
from tests.world import DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def dispute(clock):
    """Opened for all of the 31.73 that was paid; the item came."""
    order = world.shipped(prices=(1173, 2000))
    clock.shift(11 * DAY)
    return world.a_dispute(order)


def room(user, dispute: Dispute) -> str:
    answer = pages.client_of(user).get(f"/disputes/{dispute.public_id}/")
    assert answer.status_code == 200
    return answer.content.decode()


def counter(dispute: Dispute, minor: int = 1200, **wishes) -> Offer:
    terms = {
        "remedy": "return_and_refund",
        "amount": Money(minor, "USD"),
        "return_shipping_paid_by": "buyer",
    } | wishes
    disputes.make_offer(dispute.pk, by=world.seller_of(dispute), **terms)
    return dispute.offers.get(by="seller", status="open")


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


@pytest.mark.rule("N-03")
def test_asked_and_offered_stand_side_by_side_with_what_differs_marked_and_first(dispute):
    counter(dispute, note="You can keep the box.")
    html = room(dispute.buyer, dispute)
    words = plain(html)
    assert "The seller changed 3 of 3 things" in words
    assert "You asked" in words and "The seller offers" in words
    assert "US$19.73 less" in words and "You send it back first." in words and "You pay it." in words
    assert html.count('<tr class="changed">') == 3 and html.count("(changed)") == 3
    assert "You can keep the box." in words
    assert "Your next step: answer the seller" in words


@pytest.mark.rule("N-03")
def test_the_same_facts_differ_on_the_page_in_the_api_and_in_the_timeline(dispute):
    counter(dispute, 3173)
    html = room(dispute.buyer, dispute)
    (offer,) = api.client_of(dispute.buyer).get(api.path(dispute)).json()["offers"]
    event = dispute.events.get(verb="make_offer")
    assert offer["differs"] == event.data["differs"] == ["remedy", "return_shipping_paid_by"]
    assert html.count('<tr class="changed">') == 2
    assert "The seller changed 2 of 3 things" in plain(html)


@pytest.mark.rule("N-03")
def test_each_side_reads_the_offer_in_its_own_words_and_only_the_other_side_answers(dispute):
    offer = counter(dispute)
    accept = f"/disputes/{dispute.public_id}/offers/{offer.public_id}/accept/"
    assert accept in room(dispute.buyer, dispute)
    own = room(api.seller(dispute), dispute)
    assert accept not in own and "You offer" in plain(own) and "The buyer asked" in plain(own)


@pytest.mark.rule("N-03")
def test_older_offers_fold_below_with_why_they_were_not_taken(dispute):
    first = counter(dispute, 1000)
    disputes.deny_offer(dispute.pk, offer=first.public_id, note="Far too little.", by=world.buyer_of(dispute))
    counter(dispute, 1100)
    words = plain(room(api.seller(dispute), dispute))
    assert "1 earlier offer" in words and "Far too little." in words and "Not accepted" in words


@pytest.mark.rule("N-04")
def test_the_page_says_for_good_before_the_offer_is_accepted(dispute):
    offer = counter(dispute)
    url = f"/disputes/{dispute.public_id}/offers/{offer.public_id}/accept/"
    client = pages.client_of(dispute.buyer)
    page = client.get(url)
    words = pages.words(page)
    assert "This ends the dispute for good. You cannot change it later." in words
    assert "You must send the item back first." in words and "US$12.00" in words
    assert page.content.decode().count('class="btn alt"') >= 2, "accept and go back weigh the same"
    done = client.post(url, {"version": pages.version_on(page)}, follow=True)
    assert "You two agreed." in pages.words(done)
    assert Dispute.objects.get(pk=dispute.pk).state == "awaiting_return"


@pytest.mark.rule("N-04", "Z-06")
def test_an_offer_that_was_replaced_while_it_was_read_is_not_accepted(dispute):
    offer = counter(dispute)
    url = f"/disputes/{dispute.public_id}/offers/{offer.public_id}/accept/"
    client = pages.client_of(dispute.buyer)
    version = pages.version_on(client.get(url))
    counter(dispute, 100)
    answer = client.post(url, {"version": version})
    assert answer.status_code == 409
    assert "changed while you were reading" in pages.words(answer)
    assert Dispute.objects.get(pk=dispute.pk).state == "negotiation"
    assert client.get(url).status_code == 409, "and the old page says that there is a newer one"


@pytest.mark.rule("N-03")
def test_a_counter_offer_takes_three_clicks_from_the_shop(dispute):
    """Offer something else · one of the usual offers · send."""
    client = pages.client_of(api.seller(dispute))
    url = f"/disputes/{dispute.public_id}/offer/"
    assert url in client.get("/sell/").content.decode()
    page = client.get(url)
    assert "US$15.86 back, and nothing is sent back" in pages.words(page)
    done = client.post(url, {"version": pages.version_on(page), "offer": "50"}, follow=True)
    assert "We told the other side what you offer." in pages.words(done)
    offer = Offer.objects.get()
    assert (offer.remedy, offer.amount, offer.return_shipping_paid_by) == ("refund", 1586, "")


@pytest.mark.rule("N-03")
def test_something_else_is_offered_in_words_and_what_does_not_fit_is_said_beside_the_field(dispute):
    client, url = pages.client_of(api.seller(dispute)), f"/disputes/{dispute.public_id}/offer/"
    own = {"offer": "own", "remedy": "return_and_refund", "return_shipping_paid_by": "seller"}
    assert "Say how much money" in pages.words(client.post(url, own))
    too_much = client.post(url, own | {"amount": "40"})
    assert "Give an amount from US$0.01 to US$31.73." in pages.words(too_much)
    assert client.post(url, own | {"amount": "20,00", "postage_cap": "5"}).status_code == 302
    offer = Offer.objects.get()
    assert (offer.amount, offer.postage_cap, offer.return_shipping_paid_by) == (2000, 500, "seller")


@pytest.mark.rule("N-05")
def test_the_buyer_changes_what_is_asked_and_both_sides_see_what_it_was_before(dispute):
    client, url = pages.client_of(dispute.buyer), f"/disputes/{dispute.public_id}/edit/"
    page = client.get(url)
    words = pages.words(page)
    assert "at least 48 hours to answer" in words and world.DESCRIPTION in words
    lines = [line.public_id for line in dispute.order.lines.all()]
    form = {
        "version": pages.version_on(page),
        "received": "yes",
        "reason": "quality.fades",
        "lines": lines[:1],
        "remedy": "refund",
        "amount": "10.00",
        "description": "After one wash the colour was gone.",
    }
    done = client.post(url, form, follow=True)
    assert "We told the seller what you ask for now." in pages.words(done)
    for user in (dispute.buyer, api.seller(dispute)):
        words = plain(room(user, dispute))
        assert "What was asked before: 1 time" in words
        assert world.DESCRIPTION in words and "After one wash the colour was gone." in words
        assert "US$31.73" in words and "US$10.00" in words


@pytest.mark.rule("N-05")
def test_an_edit_that_does_not_fit_keeps_what_was_typed(dispute):
    client, url = pages.client_of(dispute.buyer), f"/disputes/{dispute.public_id}/edit/"
    lines = [line.public_id for line in dispute.order.lines.all()]
    form = {
        "received": "no",
        "reason": "quality.fades",
        "lines": lines,
        "remedy": "refund",
        "amount": "10.00",
        "description": "After one wash the colour was gone.",
    }
    answer = client.post(url, form)
    assert answer.status_code == 200
    words = pages.words(answer)
    assert "This reason is for items that came." in words and "the colour was gone" in words


@pytest.mark.rule("N-05", "E-01")
def test_files_come_with_the_edit_and_a_refused_one_does_not_lose_the_good_ones(dispute):
    client, url = pages.client_of(dispute.buyer), f"/disputes/{dispute.public_id}/edit/"
    page = client.get(url)
    assert 'enctype="multipart/form-data"' in page.content.decode() and 'type="file"' in page.content.decode()
    form = {
        "version": pages.version_on(page),
        "received": "yes",
        "reason": "quality.fades",
        "lines": [line.public_id for line in dispute.order.lines.all()],
        "remedy": "refund",
        "amount": "10.00",
        "description": "After one wash the colour was gone.",
    }
    good = SimpleUploadedFile("wash.jpg", pictures.jpeg(), "image/jpeg")
    bad = SimpleUploadedFile("cat.jpg", b"<html>no photo</html>")
    refused = client.post(url, form | {"files": [good, bad]})
    words = pages.words(refused)
    assert "cat.jpg" in words and "1 file is here already." in words and "the colour was gone" in words
    assert Dispute.objects.get().claim.revision == 1 and not DisputeEvidence.objects.exists()
    (kept,) = refused.context["form"].kept
    assert client.post(url, form | {"uploaded": [kept]}).status_code == 302
    assert Dispute.objects.get().claim.revision == 2
    assert [row.evidence.public_id for row in DisputeEvidence.objects.all()] == [kept]


@pytest.mark.rule("N-05", "E-03")
def test_a_file_of_somebody_else_does_not_come_with_the_edit(dispute):
    seller = world.seller_of(dispute)
    theirs = evidence.take(BytesIO(pictures.jpeg()), name="x.jpg", by=seller, limits=evidence.limits_now())
    client, url = pages.client_of(dispute.buyer), f"/disputes/{dispute.public_id}/edit/"
    page = client.get(url)
    form = {
        "version": pages.version_on(page),
        "received": "yes",
        "reason": "quality.fades",
        "lines": [line.public_id for line in dispute.order.lines.all()],
        "remedy": "refund",
        "description": "After one wash the colour was gone.",
        "uploaded": [theirs.public_id],
    }
    assert client.post(url, form).status_code in (200, 422)
    assert Dispute.objects.get().claim.revision == 1 and not DisputeEvidence.objects.exists()


@pytest.mark.rule("N-03", "N-05")
def test_the_room_asks_the_database_a_fixed_number_of_questions(dispute):
    client = pages.client_of(dispute.buyer)
    counts = []
    for amount in (900, 800, 700, 600):
        counter(dispute, amount)
        claim = world.claim_on(dispute.order, amount=amount)
        disputes.edit_claim(dispute.pk, claim=claim, by=world.buyer_of(dispute))
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/disputes/{dispute.public_id}/")
        counts.append(len(queries))
    assert counts[1] == counts[-1], counts
