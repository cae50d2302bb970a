"""The guided questions, the room, the lists: journeys, refusals in words with their dates, and queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from disputes import services
from disputes.models import Dispute, Draft
from marketplace.core.access import Actor
from marketplace.core.clock import sweep
from marketplace.core.policy import ProtectionPolicy
from marketplace.core.publishing import draft_from, publish
from marketplace.evidence import services as evidence
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from tests import crowd, world
from tests.evidence import pictures
from tests.pages import answer, client_of, seller_user, version_on, words
from tests.sanctions.imposing import imposed
from tests.world import DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(clock: Any) -> Order:
    """Sent eleven days ago, one item: a dispute may be opened."""
    order = world.shipped(prices=(2490,), shipping=(300,))
    clock.shift(11 * DAY)
    return order


@pytest.fixture
def dispute(order: Order) -> Dispute:
    return world.a_dispute(order)


def photo(name: str = "crack.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pictures.jpeg(), "image/jpeg")


def fresh(dispute: Dispute) -> Dispute:
    return Dispute.objects.select_related("claim").get(pk=dispute.pk)


def room(dispute: Dispute, path: str = "") -> str:
    return f"/disputes/{dispute.public_id}/{path}"


# -- opening ----------------------------------------------------------------------------------------------------


@pytest.mark.rule("D-01", "D-04")
def test_not_received_takes_four_steps_and_no_typing(order: Order) -> None:
    client = client_of(order.buyer)
    start = client.get(f"/orders/{order.public_id}/problem/", follow=True)
    assert "Did you get the parcel?" in words(start)
    answer(client, order, "came", answer="no")
    check = client.get(answer(client, order, "what", answer="not_received.no_tracking")["Location"])
    assert "I ask for US$27.90, all I paid, with delivery." in words(check)
    sent = answer(client, order, "check", more="")
    dispute = Dispute.objects.select_related("claim").get()
    assert sent["Location"] == room(dispute, "sent/")
    assert "If they do nothing, you get US$27.90." in words(client.get(sent["Location"]))
    assert (dispute.claim.received, dispute.claim.amount, dispute.claim.remedy) == (False, 2790, "refund")
    assert not Draft.objects.exists()


@pytest.mark.rule("D-05", "D-07", "E-01")
def test_broken_with_a_photo(order: Order) -> None:
    client = client_of(order.buyer)
    answer(client, order, "came", answer="yes")
    guide = client.get(answer(client, order, "what", answer="damaged.in_transit")["Location"])
    assert "The outside of the parcel and its label" in words(guide)
    bad = SimpleUploadedFile("cat.jpg", b"<html>no photo</html>")
    again = answer(client, order, "evidence", files=[photo(), bad])
    assert "cat.jpg" in words(again)
    assert "crack.jpg" in words(again)  # the good one is kept
    ask = client.get(answer(client, order, "evidence")["Location"])
    assert "Send it back, get all my money" in words(ask)
    check = client.get(answer(client, order, "ask", answer="all")["Location"])
    assert "1 file" in words(check)
    answer(client, order, "check", more="The box was wet.")
    dispute = Dispute.objects.select_related("claim").get()
    assert not dispute.no_evidence_yet
    assert dispute.claim.amount == 2490
    assert dispute.claim.description.endswith("The box was wet.")
    page = client.get(room(dispute))
    assert "crack.jpg" in words(page)
    link = client.get(room(dispute, f"files/{dispute.exhibits.get().evidence.public_id}/"))
    assert "?t=" in link["Location"]
    assert client.get(link["Location"]).status_code == 200


@pytest.mark.rule("D-07")
def test_without_a_photo_there_is_a_warning_and_a_mark(order: Order) -> None:
    client = client_of(order.buyer)
    answer(client, order, "came", answer="yes")
    answer(client, order, "what", answer="quality.not_working")
    assert "Without a photo it is harder" in words(answer(client, order, "evidence"))
    answer(client, order, "evidence", skip="1")
    check = client.get(answer(client, order, "ask", answer="all")["Location"])
    assert "No photo yet" in words(check)
    answer(client, order, "check")
    assert Dispute.objects.get().no_evidence_yet
    assert "No photo yet" in words(client_of(order.buyer).get(room(Dispute.objects.get())))


def test_a_file_can_be_removed_before_sending(order: Order) -> None:
    client = client_of(order.buyer)
    answer(client, order, "came", answer="yes")
    answer(client, order, "what", answer="damaged.in_transit")
    answer(client, order, "evidence", files=[photo()], add="1")
    kept = Draft.objects.get().answers["evidence"]
    page = answer(client, order, "evidence", remove=kept[0])
    assert "crack.jpg" not in words(page)
    assert Draft.objects.get().answers["evidence"] == []


@pytest.mark.rule("D-06")
def test_a_part_is_one_to_a_hundred_percent(order: Order) -> None:
    client = client_of(order.buyer)
    answer(client, order, "came", answer="yes")
    answer(client, order, "what", answer="shipping.other_method")
    answer(client, order, "evidence", skip="1")
    part = client.get(answer(client, order, "ask", answer="part")["Location"])
    assert "50 % of what you paid" in words(part)
    assert "US$12.45" in words(part)
    wrong = {
        "0": "You can ask for US$0.25 to US$24.90",
        "-1": "cannot be below zero",
        "24.91": "You can ask for US$0.25 to US$24.90",
        "1.234": "2 digits after the dot",
        "NaN": "Enter an amount in digits",
        "5 EUR": "Enter an amount in digits",
    }
    for typed, said in wrong.items():
        page = answer(client, order, "part", amount=typed)
        assert said in words(page)
        assert f'value="{typed}"' in page.content.decode()
    answer(client, order, "part", amount="12,50")
    answer(client, order, "check")
    assert Dispute.objects.select_related("claim").get().claim.amount == 1250


def test_several_items_with_their_numbers(clock: Any) -> None:
    order = world.shipped(prices=(3000, 500), quantities=(3, 1))
    clock.shift(11 * DAY)
    client, first = client_of(order.buyer), order.lines.all()[0]
    answer(client, order, "came", answer="part")
    items = client.get(answer(client, order, "what", answer="incomplete.quantity_short")["Location"])
    assert "How many of" in words(items)
    assert "Choose at least one item." in words(answer(client, order, "items"))
    answer(client, order, "items", lines=[first.public_id], **{f"n_{first.public_id}": "2"})
    answer(client, order, "evidence", skip="1")
    answer(client, order, "ask", answer="all")
    answer(client, order, "check")
    dispute = Dispute.objects.get()
    assert [(line.order_line_id, line.quantity) for line in dispute.lines.all()] == [(first.pk, 2)]
    assert dispute.held == 2000


def test_payment_no_longer_wanted_and_own_words_can_be_reached(order: Order) -> None:
    client = client_of(order.buyer)
    answer(client, order, "came", answer="yes")
    more = words(client.get(answer(client, order, "what", answer="other")["Location"]))
    for label in (
        "I was charged twice",
        "I was charged a wrong amount",
        "I no longer want it",
        "Tell us in your own words",
    ):
        assert label in more
    answer(client, order, "detail", answer="no_fault.unwanted")
    assert "You ask for I send it back and ask for US$24.90." in words(
        client.get(f"/orders/{order.public_id}/problem/check/")
    )
    form = client.get(answer(client, order, "detail", answer="words")["Location"])
    assert "Which of these is nearest?" in words(form)
    short = answer(client, order, "words", words="Too short", nearest="damaged.in_transit")
    assert ">Too short</textarea>" in short.content.decode().replace("\r\n", "").replace(">\n", ">")
    answer(client, order, "words", words="The lamp hums all night long.", nearest="quality.poor_workmanship")
    assert Draft.objects.get().answers["reason"] == "quality.poor_workmanship"


@pytest.mark.rule("D-10")
def test_the_draft_waits_on_every_device_and_change_leads_back(order: Order) -> None:
    client = client_of(order.buyer)
    answer(client, order, "came", answer="yes")
    answer(client, order, "what", answer="damaged.in_transit")
    other_device = client_of(order.buyer)
    assert "You have begun to tell us about a problem" in words(
        other_device.get(f"/orders/{order.public_id}/")
    )
    resumed = other_device.get(f"/orders/{order.public_id}/problem/")
    assert resumed["Location"].endswith("/evidence/")
    answer(other_device, order, "evidence", skip="1")
    answer(other_device, order, "ask", answer="all")
    changed = client.post(
        f"/orders/{order.public_id}/problem/what/?change=1", {"answer": "counterfeit.brand"}
    )
    assert changed["Location"].endswith("/ask/")  # the one answer that no longer holds
    other_device.post(f"/orders/{order.public_id}/problem/")
    assert not Draft.objects.exists()


def test_a_page_the_answers_do_not_lead_to_sends_back(order: Order) -> None:
    client = client_of(order.buyer)
    for step in ("check", "part", "words", "nonsense"):
        assert client.get(f"/orders/{order.public_id}/problem/{step}/")["Location"].endswith("/problem/came/")
    assert "Choose one of these answers." in words(answer(client, order, "came", answer="what?"))


def test_a_second_tap_on_send_finds_the_dispute(order: Order) -> None:
    client = client_of(order.buyer)
    answer(client, order, "came", answer="no")
    answer(client, order, "what", answer="not_received.customs")
    answer(client, order, "check")
    again = answer(client, order, "check")
    assert again["Location"] == room(Dispute.objects.get())
    assert Dispute.objects.count() == 1


# -- refusals, in words and with their dates ----------------------------------------------------------------------


@pytest.mark.rule("D-02")
def test_too_early_says_the_exact_moment(clock: Any) -> None:
    order = world.shipped()
    client, url = client_of(order.buyer), f"/orders/{order.public_id}/problem/"
    page = client.get(url, follow=True)
    assert page.status_code == 200
    assert "You can open a dispute from: 11 March 2026" in words(page)
    assert "Wednesday 11 March 2026, 10:00 (UTC)" in words(page)
    clock.shift(10 * DAY - timedelta(seconds=1))
    assert client_of(order.buyer).get(url)["Location"].endswith("/not-yet/")
    clock.shift(timedelta(seconds=1))
    assert client_of(order.buyer).get(url)["Location"].endswith("/came/")


@pytest.mark.rule("D-02")
def test_too_late_says_when_it_ended_and_keeps_what_was_typed(order: Order, clock: Any) -> None:
    client = client_of(order.buyer)
    answer(client, order, "came", answer="no")
    answer(client, order, "what", answer="not_received.customs")
    clock.move_to(order.protection_ends_at + 15 * DAY)
    client = client_of(order.buyer)
    page = client.get(f"/orders/{order.public_id}/problem/check/", follow=True)
    assert "The time to open a dispute has ended" in words(page)
    assert "Wednesday 15 April 2026, 10:00 (UTC)" in words(page)


@pytest.mark.rule("D-02")
def test_payment_problems_may_be_told_at_once(clock: Any) -> None:
    order = world.an_order()
    client, url = client_of(order.buyer), f"/orders/{order.public_id}/problem/"
    page = words(client.get(url, follow=True))
    assert "The seller has not sent the parcel yet." in page or "It is too early" in page
    assert "I was charged twice or a wrong sum" in page
    client.post(url, {"about": "payment"})
    answer(client, order, "detail", answer="payment.charged_twice")
    answer(client, order, "evidence", skip="1")
    answer(client, order, "ask", answer="all")
    answer(client, order, "check")
    assert Dispute.objects.select_related("claim").get().claim.reason == "payment.charged_twice"


@pytest.mark.rule("D-03")
def test_in_the_country_says_from_when_and_keeps_the_answers(order: Order) -> None:
    orders.record_tracking(order.pk, code="in_destination_country", at=None, by=world.seller_of(order))
    client = client_of(order.buyer)
    answer(client, order, "came", answer="no")
    page = client.get(answer(client, order, "what", answer="not_received.no_tracking")["Location"])
    assert "Saturday 28 March 2026, 10:00 (UTC)" in words(page)
    assert "You said: “No tracking, or tracking does not change”." in words(page)
    refused = answer(client, order, "check")
    assert refused["Location"].endswith("/not-yet/")
    assert not Dispute.objects.exists()
    other = client.post(f"/orders/{order.public_id}/problem/not-yet/", follow=True)
    assert "What is wrong?" in words(other)


@pytest.mark.rule("D-03")
def test_what_was_typed_is_shown_where_the_carrier_was_quicker(order: Order, monkeypatch: Any) -> None:
    """The report of the carrier comes between the check page's look at the clock and the sending."""
    from disputes.views.questions import Question

    client = client_of(order.buyer)
    answer(client, order, "came", answer="no")
    answer(client, order, "what", answer="not_received.no_tracking")
    look = Question.astray

    def look_then_report(self: Question) -> Any:
        found = look(self)
        orders.record_tracking(order.pk, code="in_destination_country", at=None, by=world.seller_of(order))
        return found

    monkeypatch.setattr(Question, "astray", look_then_report)
    page = answer(client, order, "check", more="I waited every day at the door.")
    assert page.status_code == 409
    assert "Saturday 28 March 2026, 10:00 (UTC)" in words(page)
    assert "I waited every day at the door." in words(page)
    assert not Dispute.objects.exists()


@pytest.mark.rule("D-04")
def test_too_much_text_is_kept_beside_its_field(order: Order) -> None:
    client = client_of(order.buyer)
    answer(client, order, "came", answer="no")
    answer(client, order, "what", answer="not_received.customs")
    page = answer(client, order, "check", more="long " * 500)
    assert "Describe what happened in 20 to 2000 characters." in words(page)
    assert "long long long" in words(page)
    assert not Dispute.objects.exists()


@pytest.mark.rule("D-08")
def test_an_item_is_disputed_once(dispute: Dispute) -> None:
    client = client_of(dispute.buyer)
    page = words(client.get(f"/orders/{dispute.order.public_id}/problem/", follow=True))
    assert "There is an open dispute about this item already." in page
    services.accept_claim(dispute.pk, by=world.seller_of(dispute))
    page = words(client.get(f"/orders/{dispute.order.public_id}/problem/", follow=True))
    assert "A dispute about this item has ended. It cannot be opened again." in page


@pytest.mark.rule("D-08")
def test_other_items_of_the_order_stay_open(clock: Any) -> None:
    order = world.shipped(prices=(1000, 2000))
    clock.shift(11 * DAY)
    first, second = order.lines.all()
    world.a_dispute(order, lines=[services.LineData(first.public_id, 1)])
    client = client_of(order.buyer)
    answer(client, order, "came", answer="no")
    page = client.get(answer(client, order, "what", answer="not_received.customs")["Location"])
    assert second.title in words(page)
    assert "US$20.00" in words(page)
    answer(client, order, "check")
    assert Dispute.objects.count() == 2


@pytest.mark.rule("D-09")
def test_a_restriction_is_shown_with_its_reason_and_end(order: Order) -> None:
    ends = order.shipped_at + 30 * DAY
    sanction = imposed(order.buyer, "no_disputes", why="Two photos were not yours.", ends_at=ends)
    page = client_of(order.buyer).get(f"/orders/{order.public_id}/problem/")
    assert page.status_code == 403
    assert "Two photos were not yours." in words(page)
    assert "Tuesday 31 March 2026, 10:00 (UTC)" in words(page)
    assert f'href="/sanctions/{sanction.public_id}/"' in page.content.decode()


def test_only_the_buyer_has_the_questions(order: Order) -> None:
    for user in (seller_user(order), world.person(), world.person("", "mediator")):
        for path in ("", "came/", "not-yet/"):
            assert client_of(user).get(f"/orders/{order.public_id}/problem/{path}").status_code == 404
            assert client_of(user).post(f"/orders/{order.public_id}/problem/{path}").status_code == 404


# -- the room -----------------------------------------------------------------------------------------------------


@pytest.mark.rule("Z-05")
def test_both_sides_see_what_happens_if_nothing_is_done(dispute: Dispute) -> None:
    buyer = words(client_of(dispute.buyer).get(room(dispute)))
    seller = words(client_of(seller_user(dispute)).get(room(dispute)))
    for page in (buyer, seller):
        assert "Tuesday 17 March 2026, 10:00 (UTC)" in page
    assert "If they do nothing, you get US$24.90." in buyer
    assert "If you do nothing, the buyer gets US$24.90 and you get US$0.00." in seller


@pytest.mark.rule("N-04")
def test_accepting_is_reviewed_then_done_once(dispute: Dispute) -> None:
    client = client_of(seller_user(dispute))
    review = client.get(room(dispute, "accept/"))
    assert "Accept and refund US$24.90" in words(review)
    assert fresh(dispute).state == "awaiting_seller"
    assert client.head(room(dispute, "accept/")).status_code == 200
    version = version_on(review)
    page = words(client.post(room(dispute, "accept/"), {"version": version}, follow=True))
    assert "The buyer gets US$24.90 back." in page
    assert fresh(dispute).outcome == "refunded"
    again = client.post(room(dispute, "accept/"), {"version": version})
    assert again.status_code == 409
    tracker = words(client_of(dispute.buyer).get(room(dispute)))
    assert "Refund of US$24.90" in tracker
    assert "Sent to your bank" in tracker


@pytest.mark.rule("N-01", "N-02")
def test_refusing_needs_words_and_then_a_mediator_follows(dispute: Dispute, clock: Any) -> None:
    client = client_of(seller_user(dispute))
    assert "Why do you say no?" in words(client.post(room(dispute, "refuse/"), {"note": ""}))
    client.post(room(dispute, "refuse/"), {"note": "It was whole <when> sent."})
    page = words(client_of(dispute.buyer).get(room(dispute)))
    assert "It was whole <when> sent." in page
    assert (
        "If you two do not agree by Thursday 19 March 2026, 10:00 (UTC), a mediator decides about US$24.90."
        in page
    )
    clock.shift(7 * DAY)
    sweep()
    assert "A mediator looks at this" in words(client_of(dispute.buyer).get(room(dispute)))
    assert client_of(seller_user(dispute)).get(room(dispute, "accept/")).status_code == 409


@pytest.mark.rule("N-06")
def test_closing_says_what_is_lost(dispute: Dispute) -> None:
    client = client_of(dispute.buyer)
    page = client.get(room(dispute, "cancel/"))
    assert "you give up US$24.90" in words(page)
    assert "once more until: Wednesday 15 April 2026" in words(page)
    client.post(room(dispute, "cancel/"), {"version": version_on(page)})
    assert fresh(dispute).state == "cancelled"
    second = world.a_dispute(dispute.order)
    assert "You cannot open a dispute about this again." in words(client.get(room(second, "cancel/")))
    assert client_of(seller_user(dispute)).get(room(second, "cancel/")).status_code == 403


@pytest.mark.rule("Z-06")
def test_an_old_page_moves_nothing_and_keeps_the_words(dispute: Dispute) -> None:
    client = client_of(seller_user(dispute))
    version = version_on(client.get(room(dispute, "refuse/")))
    services.send_message(dispute.pk, text="Please answer.", by=world.buyer_of(dispute))
    note = "It was whole when we sent it to you."
    page = client.post(room(dispute, "refuse/"), {"version": version, "note": note})
    assert page.status_code == 409
    assert "This changed while you were reading" in words(page)
    assert note in words(page)
    assert fresh(dispute).state == "awaiting_seller"


@pytest.mark.rule("Z-03")
def test_after_the_deadline_the_default_has_won(dispute: Dispute, clock: Any) -> None:
    clock.shift(5 * DAY)
    client = client_of(seller_user(dispute))
    page = client.post(room(dispute, "accept/"))
    assert page.status_code == 409
    assert "Tuesday 17 March 2026, 10:00 (UTC)" in words(page)
    assert "We carry out now what was promised" in words(client.get(room(dispute)))


@pytest.mark.rule("T-01", "T-02", "T-03")
def test_a_return_from_both_sides(order: Order, clock: Any) -> None:
    dispute = world.a_dispute(order, remedy="return_and_refund")
    buyer, seller = client_of(order.buyer), client_of(seller_user(order))
    review = seller.get(room(dispute, "accept/"))
    assert "refund US$27.90 after the return" in words(review)
    seller.post(room(dispute, "accept/"))
    assert "Your next step: send the item back" in words(buyer.get(room(dispute)))
    assert "Tracking number" in words(buyer.post(room(dispute, "return/"), {"carrier": "Post"}))
    buyer.post(room(dispute, "return/"), {"carrier": "Post", "tracking_number": "RT77"})
    assert "RT77" in words(seller.get(room(dispute)))
    page = seller.post(room(dispute, "return/wrong/"), {"note": "x"})
    assert "What is wrong with the return?" in words(page)
    seller.post(room(dispute, "return/received/"))
    assert "You get US$27.90 back." in words(buyer.get(room(dispute)))


def test_contesting_a_return_asks_a_mediator(order: Order) -> None:
    dispute = world.a_dispute(order, remedy="return_and_refund")
    services.accept_claim(dispute.pk, by=world.seller_of(dispute))
    services.ship_return(dispute.pk, carrier="Post", tracking_number="RT1", by=world.buyer_of(dispute))
    seller = client_of(seller_user(order))
    seller.post(room(dispute, "return/wrong/"), {"code": "damaged", "note": "The lamp is broken."})
    assert "The lamp is broken." in words(client_of(order.buyer).get(room(dispute)))
    assert fresh(dispute).state == "mediation"


@pytest.mark.rule("M-07")
def test_a_decision_is_read_by_both_with_its_reasons(dispute: Dispute, clock: Any) -> None:
    mediator = world.acting(world.person("", "mediator"))
    services.refuse_claim(dispute.pk, note="No.", by=world.seller_of(dispute))
    clock.shift(7 * DAY)
    sweep()
    services.assign(dispute.pk, by=mediator)
    services.adjudicate(
        dispute.pk,
        outcome="no_refund",
        reason_code="evidence.insufficient",
        facts="No photo shows a fault.",
        by=mediator,
    )
    for user in (dispute.buyer, seller_user(dispute)):
        page = words(client_of(user).get(room(dispute)))
        assert "No photo shows a fault." in page
        assert "The decision and its reasons" in page


@pytest.mark.rule("M-08")
def test_a_decision_being_checked_is_nobodys_to_read(clock: Any) -> None:
    order = world.shipped(prices=(90000,))
    clock.shift(11 * DAY)
    dispute = world.a_dispute(order)
    mediator = world.acting(world.person("", "mediator"))
    services.refuse_claim(dispute.pk, note="No.", by=world.seller_of(dispute))
    clock.shift(7 * DAY)
    sweep()
    services.assign(dispute.pk, by=mediator)
    services.adjudicate(
        dispute.pk, outcome="refunded", reason_code="quality.smell", facts="It smells.", by=mediator
    )
    page = words(client_of(order.buyer).get(room(dispute)))
    assert "It smells." not in page
    assert "The mediator decided" not in page
    assert "With a mediator" in page


def test_files_are_added_and_bad_ones_told_apart(dispute: Dispute) -> None:
    client = client_of(seller_user(dispute))
    page = client.post(
        room(dispute, "files/"), {"files": [photo("fine.jpg"), SimpleUploadedFile("x.jpg", b"nothing")]}
    )
    assert "x.jpg" in words(page)
    assert [row.role for row in dispute.exhibits.all()] == ["seller"]
    assert "Add photos" in words(client.post(room(dispute, "files/")))
    client.post(room(dispute, "files/"), {"files": [SimpleUploadedFile("b.png", pictures.png())]})
    assert "b.png" in words(client_of(dispute.buyer).get(room(dispute)))


def test_a_message_is_sent_once(dispute: Dispute) -> None:
    client = client_of(dispute.buyer)
    for _twice in range(2):
        client.post(room(dispute), {"text": "Please look at it."})
    assert dispute.thread.messages.count() == 1
    assert "Write your message first." in client.post(room(dispute), {"text": " "}).content.decode()


@pytest.mark.rule("F-02", "Z-04")
def test_others_do_not_find_it(dispute: Dispute) -> None:
    stranger = client_of(world.person())
    for path in (
        "",
        "sent/",
        "files/",
        "accept/",
        "refuse/",
        "cancel/",
        "return/",
        "return/received/",
        "return/wrong/",
    ):
        assert stranger.get(room(dispute, path)).status_code == 404
        assert stranger.post(room(dispute, path)).status_code in (404, 405)
    assert client_of(None).get(room(dispute)).status_code == 302


# -- lists, public pages --------------------------------------------------------------------------------------------


def test_needs_you_comes_first(clock: Any) -> None:
    seller = world.person()
    store = world.shop(seller)
    old = world.shipped(store=store)
    new = world.shipped(store=store)
    clock.shift(11 * DAY)
    refused = world.a_dispute(old)
    services.refuse_claim(refused.pk, note="No.", by=world.acting(seller))
    clock.shift(DAY)
    waiting = world.a_dispute(new)
    page = client_of(seller).get("/disputes/").content.decode()
    assert page.index(waiting.public_id) < page.index(refused.public_id)
    assert "Nothing found" in words(client_of(seller).get("/disputes/?show=ended"))


@pytest.mark.rule("F-05", "P-02")
def test_time_limits_are_those_of_the_policy_in_force() -> None:
    client = client_of(None)
    standard, classic = (
        words(client.get("/help/time-limits/")),
        words(client.get("/help/time-limits/?policy=classic")),
    )
    assert "You two find an agreement, from opening 7 days" in standard
    assert "You two find an agreement, from opening 15 days" in classic
    assert "3 to 20 working days" in standard
    assert "5 to 15 days" in classic
    assert client.get("/help/time-limits/?policy=nonsense").status_code == 200
    assert "Something wrong with an order?" in words(client.get("/"))
    assert client_of(world.person()).get("/")["Location"] == "/orders/"


def queries(user: Any, path: str) -> int:
    client = client_of(user)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def test_pages_ask_the_same_number_of_questions(clock: Any) -> None:
    """Lists and the room: as many queries with 200 rows as with 10; the room at most 17."""
    order = world.shipped()
    clock.shift(11 * DAY)
    first = world.a_dispute(order)
    buyer, seller = order.buyer, seller_user(order)
    services.send_message(first.pk, text="A message", by=world.acting(buyer))
    file = evidence.take(photo(), name="photo.jpg", by=world.acting(buyer), limits=evidence.limits_now())
    services.provide_evidence(first.pk, evidence=[file.public_id], by=world.acting(buyer))
    counts: dict[str, list[int]] = {}
    for number in (crowd.FEW, crowd.MANY):
        crowd.disputes(first, number - Dispute.objects.count())
        crowd.talk(first, number)
        for user, path in (
            (buyer, "/disputes/"),
            (seller, "/sell/"),
            (buyer, room(first)),
            (seller, room(first)),
        ):
            counts.setdefault(f"{user.pk} {path}", []).append(queries(user, path))
    assert all(few == many for few, many in counts.values()), counts
    assert max(queries(user, room(first)) for user in (buyer, seller)) <= 17


@pytest.mark.rule("F-05", "P-02")
def test_the_guides_speak_with_the_numbers_of_the_policy_in_force() -> None:
    client = client_of(None)
    before = words(client.get("/help/"))
    assert "The seller has 5 days." in before
    assert "You can also ask a mediator" not in before
    assert "You can also ask a mediator" in words(client.get("/help/?policy=classic"))
    files = words(client.get("/help/evidence/"))
    assert "The broken part, close up" in files
    assert "Photos and screenshots 2 MB jpg, jpeg, bmp, gif, png" in files

    draft = draft_from(ProtectionPolicy.objects.get(name="default", version=1))
    draft.seller_response_days, draft.photo_max_bytes = 4, 3 * 1024 * 1024
    draft.save()
    publish(draft.pk, by=Actor.system())
    assert "The seller has 4 days." in words(client.get("/help/"))
    assert "Photos and screenshots 3 MB" in words(client.get("/help/evidence/"))
