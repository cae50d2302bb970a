"""Writing a report: what would be refused is said on its own page, in the numbers that hold (C-01, C-02)."""

import pytest

from marketplace.core.policy import ProtectionPolicy
from reports.models import Draft, Report, Statement
from reports.services import guests
from tests import api, world
from tests.reports.scenes import about_listing, decided, moderator, taken
from tests.reports.test_doors import browser, link_in_the_mail, written_by_a_guest

pytestmark = pytest.mark.django_db
BASE = "/reports/new/intellectual_property/"


def listing_of(order):
    return order.lines.get().listing.public_id


@pytest.mark.rule("C-02")
@pytest.mark.parametrize(
    ("kind", "number", "words"),
    [
        ("listing", "lst_nowhere", "We do not find what you report"),
        ("store", "Blue shop", "We do not find what you report"),
        ("order", "{order}", "We do not find what you report"),
        ("user", "{self}", "You cannot report yourself"),
    ],
)
def test_a_target_that_cannot_be_reported_is_said_on_its_page(clock, kind, number, words):
    person, order = world.person(), world.shipped()
    sent = {"type": kind, "id": number.format(order=order.public_id, self=person.public_id)}
    page = browser(person).post(f"{BASE}target/", sent)
    assert (page.status_code, words in page.content.decode()) == (422, True)
    assert not Draft.objects.filter(data__has_key="target").exists()


@pytest.mark.rule("C-02")
def test_whoever_has_no_account_is_not_asked_for_an_order_of_theirs(clock):
    assert "An order of mine" not in browser().get(f"{BASE}target/").content.decode()
    assert "An order of mine" in browser(world.person()).get(f"{BASE}target/").content.decode()


@pytest.mark.rule("C-01", "C-02")
def test_a_report_that_is_begun_on_another_listing_is_about_that_one(clock):
    """And not about the one of a draft that lies there."""
    first, second = listing_of(world.shipped()), listing_of(world.shipped())
    client = browser(world.person())
    client.post(f"{BASE}target/", {"type": "listing", "id": first})
    client.post(f"{BASE}listings/", {"answer": first})
    begun = client.get(f"{BASE}?type=listing&id={second}", follow=True).content.decode()
    assert second in begun and first not in begun
    client.post(f"{BASE}target/", {"type": "listing", "id": second})
    asked = client.get(f"{BASE}listings/").content.decode()
    assert second in asked and first not in asked


@pytest.mark.rule("C-01")
def test_each_text_says_how_long_it_may_be_and_counts_a_new_line_as_one(clock):
    most = ProtectionPolicy.objects.get(name="default").description_max
    person = world.person()
    client = browser(person)
    fits = "x\r\n" * (most // 2)  # as many as the policy takes, as a browser sends them
    assert f"Up to {most} letters" in client.get(f"{BASE}description/").content.decode()
    assert client.post(f"{BASE}description/", {"description": "x" * (most + 1)}).status_code == 422
    assert client.post(f"{BASE}description/", {"description": fits}).status_code == 302
    by = moderator()
    report = taken(about_listing(world.shipped(), by=world.acting(person)), by)
    for user, page in (
        (person, f"/reports/{report.public_id}/more/"),
        (report.respondent_store.members.get(), f"/reports/{report.public_id}/answer/"),
        (report.respondent_store.members.get(), f"/reports/{report.public_id}/counter-report/"),
    ):
        assert f"Up to {most} letters" in browser(user).get(page).content.decode()
        long = "y" * (most + 1)
        assert long in browser(user).post(page, {"text": long}).content.decode(), "nothing typed is lost"
        assert browser(user).post(page, {"text": fits}).status_code == 302
    desk = browser(by).get(f"/admin/reports/{report.public_id}/").content.decode()
    assert desk.count(f"Up to {most} letters") == 2, "the question, and the decision"
    browser(by).post(f"/admin/reports/{report.public_id}/ask/", {"text": fits})
    assert {len(each.text) for each in Statement.objects.all()} <= {most, most - 1}


@pytest.mark.rule("A-01", "A-07")
def test_without_an_account_a_review_is_asked_for_in_as_many_letters_as_by_others(clock):
    written_by_a_guest(browser(), world.shipped(), "letters@brand.example")
    draft = guests.read_link(link_in_the_mail().split("/")[-2])
    report = guests.confirm(draft, data=_proved(draft))
    taken(report)
    decided(report, "dismissed")
    most, page = report.policy.appeal_max_chars, f"/reports/open/{report.secret}/"
    assert f"Up to {most} letters" in browser().get(page).content.decode()
    long = browser().post(page, {"verb": "appeal", "text": "x" * (most + 1)})
    assert long.status_code == 422 and "x" * (most + 1) in long.content.decode()
    fits = "x\r\n" * (most // 2)
    assert browser().post(page, {"verb": "appeal", "text": fits}).status_code == 302


def _proved(draft):
    from dataclasses import replace

    return replace(guests.data_of(draft, secret=guests.new_secret()), on_pages=False)


@pytest.mark.rule("C-02")
def test_a_seller_who_reports_a_buyer_is_not_asked_what_only_a_buyer_knows(clock):
    order, base = world.shipped(), "/reports/new/trade_rules/"
    seller = order.store.members.get()
    client = browser(seller)
    named = client.post(f"{base}order-number/", {"answer": order.public_id})
    assert named["Location"] == f"{base}description/"
    client.post(f"{base}description/", {"description": "They ask for money for a good rating."})
    client.post(f"{base}files/", {})
    client.post(f"{base}contact/", {"name": "Ann", "email": "ann@example.org"})
    checked = client.get(f"{base}check/").content.decode()
    assert "Do you have the goods?" not in checked
    assert client.post(f"{base}check/").status_code == 302
    report = Report.objects.get()
    assert (report.target_order, report.respondent_user) == (order, order.buyer)
    assert report.answers == {"order_number": order.public_id}
    bought = browser(order.buyer).post(f"{base}order-number/", {"answer": order.public_id})
    assert bought["Location"] == f"{base}order-completed/"


@pytest.mark.rule("C-02", "Z-01")
def test_nor_by_the_api_where_a_buyer_is_still_asked(clock):
    order = world.shipped()
    sent = {
        "category": "trade_rules",
        "target": {"type": "order", "id": order.public_id},
        "answers": {"order_number": order.public_id},
        "description": "They ask for money for a good rating.",
    }
    for user, status in ((order.store.members.get(), 201), (order.buyer, 422)):
        response = api.client_of(user).post("/api/v1/reports/", sent, format="json")
        assert response.status_code == status, response.content
