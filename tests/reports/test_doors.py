"""The doors of the report centre: pages, API and desk write the same rows; nobody learns who reported (C-04, C-05, C-10)."""

import re
from io import BytesIO
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marketplace.accounts.models import Restriction, User
from marketplace.evidence import services as evidence
from marketplace.evidence.models import Evidence
from marketplace.orders import services as orders
from reports import services
from reports.models import Decision, Draft, Report, ReportEvent, Statement
from tests import api, world
from tests.evidence import pictures
from tests.reports.scenes import (
    about_listing,
    about_order,
    again,
    by_holder,
    decided,
    moderator,
    seller_of,
    taken,
    upheld,
)
from tests.sanctions.imposing import imposed
from tests.world import DAY

pytestmark = pytest.mark.django_db


def browser(user: User | None = None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def rows() -> dict[str, list[Any]]:
    """What a verb may write, without the ids that each row is given anew."""
    return {
        "reports": list(
            Report.objects.order_by("pk").values_list(
                "state",
                "version",
                "due_at",
                "moderator",
                "heard_until",
                "responded_at",
                "ended_at",
                "description",
            )
        ),
        "said": list(Statement.objects.order_by("pk").values_list("kind", "author", "role", "text")),
        "decisions": list(
            Decision.objects.order_by("pk").values_list("outcome", "facts", "reason_code", "moderator")
        ),
        "events": list(
            ReportEvent.objects.order_by("pk").values_list("verb", "from_state", "to_state", "actor", "role")
        ),
    }


SAID = {"text": "It was on a Monday."}
DECISION = {"outcome": "dismissed", "facts": "Nothing is to be seen.", "reason_code": "none"}
#: verb → who, its page and what is sent there, its endpoint and body
DOORS = {
    "add_info": ("reporter", "/reports/{id}/more/", SAID, "add-info", SAID),
    "withdraw": ("reporter", "/reports/{id}/withdraw/", {}, "withdraw", {}),
    "respond": ("seller", "/reports/{id}/answer/", SAID, "respond", SAID),
    "counter_report": ("seller", "/reports/{id}/counter-report/", SAID, "counter-report", SAID),
    "request_info": ("moderator", "/admin/reports/{id}/ask/", SAID, "request-info", SAID),
    "decide": ("moderator", "/admin/reports/{id}/decide/", {**DECISION, "step": "send"}, "decide", DECISION),
}


def who(report, role):
    people = {
        "reporter": report.reporter,
        "seller": report.respondent_store.members.get(),
        "moderator": report.moderator,
    }
    return people[role]


@pytest.mark.rule("Z-01")
@pytest.mark.parametrize("verb", DOORS)
def test_both_doors_write_the_same_rows(clock, verb):
    report = again(taken(about_listing(world.shipped())))
    role, page, data, endpoint, body = DOORS[verb]
    user, before, written = who(report, role), rows(), []
    for knock in (
        lambda: browser(user).post(page.format(id=report.public_id), data),
        lambda: api.client_of(user).post(
            f"/api/v1/reports/{report.public_id}/{endpoint}/", body, format="json"
        ),
    ):
        with transaction.atomic():
            response = knock()
            assert response.status_code in (200, 302), response.content
            written.append(rows())
            transaction.set_rollback(True)
    assert written[0] == written[1] != before
    assert written[0]["events"][-1][0] in (verb, "submit")


@pytest.mark.rule("Z-01", "C-08")
def test_both_doors_take_a_report_with_the_others(clock):
    order = world.shipped()
    report, other = about_listing(order), about_listing(order)
    user, written = moderator(), []
    for knock in (
        lambda: browser(user).post(f"/admin/reports/{report.public_id}/assign/", {"also": [other.public_id]}),
        lambda: api.client_of(user).post(
            f"/api/v1/reports/{report.public_id}/assign/", {"also": [other.public_id]}, format="json"
        ),
    ):
        with transaction.atomic():
            assert knock().status_code in (200, 302)
            written.append(rows())
            transaction.set_rollback(True)
    assert written[0] == written[1]
    assert [state for state, *_ in written[0]["reports"]] == ["under_review"] * 2


# -- sending -------------------------------------------------------------------------------------------------------


@pytest.mark.rule("C-01", "C-02")
def test_the_api_takes_a_report_and_names_what_does_not_fit(clock):
    order = world.shipped()
    client = api.client_of(order.buyer)
    body = {
        "category": "trade_rules",
        "target": {"type": "order", "id": order.public_id},
        "answers": {"order_number": order.public_id, "order_completed": False, "induced_confirmation": True, "goods_received": "no"},
        "description": "The seller asked me to confirm at once.",
        "contact": {"phone": "+49 1"},
    }  # fmt: skip
    sent = client.post("/api/v1/reports/", body, format="json")
    assert sent.status_code == 201, sent.content
    assert (sent.json()["status"], sent.json()["contact"]["phone"]) == ("submitted", "+49 1")
    wrong = client.post("/api/v1/reports/", {**body, "answers": {"claim": "money"}}, format="json")
    assert wrong.status_code == 422
    assert {error["field"] for error in wrong.json()["errors"]} == {
        "answers.order_number", "answers.order_completed", "answers.induced_confirmation", "answers.goods_received",
        "answers.claim",
    }  # fmt: skip


@pytest.mark.rule("C-01")
def test_each_question_has_its_page_and_nothing_typed_is_lost(clock):
    order = world.shipped()
    listing = order.lines.get().listing.public_id
    client = browser(world.person())
    start = client.get(f"/reports/?listing={listing}").content.decode()
    assert f"/reports/new/prohibited_products/?type=listing&amp;id={listing}" in start
    assert "does not bring money back" in start
    base = "/reports/new/prohibited_products/"
    assert listing in client.get(f"{base}target/?type=listing&id={listing}").content.decode()
    for step, data in (
        ("target", {"type": "listing", "id": f"https://shop.example/listings/{listing}/"}),
        ("rule", {"answer": "weapons"}),
        ("country", {"answer": "DE"}),
        ("urgent", {"answer": "yes"}),
        ("files", {}),
        ("contact", {"name": "Ann", "email": "ann@example.org"}),
    ):
        response = client.post(f"{base}{step}/", data)
        assert response.status_code == 302, (step, response.content)
    short = client.post(f"{base}description/", {"description": "short"}).content.decode()
    assert "Say what happened" in short and ">\nshort</textarea>" in short, "at once, not ten pages later"
    refused = client.post(f"{base}check/")
    assert refused.status_code == 422
    assert "Say what happened" in refused.content.decode()
    assert not Report.objects.exists()
    mended = client.post(f"{base}description/?change=1", {"description": "This is a forbidden knife."})
    assert mended["Location"] == f"{base}check/"
    sent = client.post(f"{base}check/")
    report = Report.objects.get()
    assert sent["Location"] == f"/reports/{report.public_id}/"
    assert (report.is_urgent, report.answers) == (True, {"rule": "weapons", "country": "DE"})
    assert not Draft.objects.exists()


def test_a_tap_that_is_no_answer_is_asked_again(clock):
    client = browser(world.person())
    response = client.post("/reports/new/search_manipulation/violation/", {"answer": "nonsense"})
    assert response.status_code == 422
    assert "Choose one of the answers" in response.content.decode()


@pytest.mark.rule("N-07", "C-01")
def test_a_message_is_reported_in_three_clicks_with_nothing_typed(clock):
    order = world.shipped()
    orders.send_message(
        order.pk, text="Please confirm receipt now, I send it later.", by=world.seller_of(order)
    )
    client = browser(order.buyer)
    page = client.get(f"/orders/{order.public_id}/").content.decode()
    link = re.search(r"/reports/message/msg_\w+/", page)
    assert link is not None
    assert "Send my report" in client.get(link[0]).content.decode()
    client.post(link[0])
    report = Report.objects.get()
    assert (report.category, report.order, report.message.text) == (
        "trade_rules", order, "Please confirm receipt now, I send it later.",
    )  # fmt: skip
    for stranger in (order.store.members.get(), world.person()):
        assert browser(stranger).get(link[0]).status_code == 404


# -- without an account --------------------------------------------------------------------------------------------


def certificate(name="certificate.jpg"):
    return SimpleUploadedFile(name, pictures.jpeg(), content_type="image/jpeg")


def link_in_the_mail():
    link = re.search(r"/reports/confirm/\S+/", mail.outbox[-1].body)
    assert link is not None
    return link[0]


def written_by_a_guest(client, order, email="owner@brand.example"):
    base = "/reports/new/intellectual_property/"
    listing = order.lines.get().listing.public_id
    for step, data in (
        ("target", {"type": "listing", "id": listing}),
        ("authority", {"answer": "owner"}),
        ("right", {"answer": "trade_mark"}),
        ("holder", {"answer": "Brand"}),
        ("registration-number", {"answer": "DE 1"}),
        ("listings", {"answer": listing}),
        ("show_name", {"answer": "no"}),
        ("description", {"description": "It copies our mark on every side."}),
        ("true-statement", {"answer": "on"}),
        ("contact", {"name": "Olga Owner", "email": email}),
    ):
        response = client.post(f"{base}{step}/", data)
        assert response.status_code == 302, (step, response.content)
    return client.post(f"{base}check/")


@pytest.mark.rule("C-01", "C-10")
def test_without_an_account_the_mail_address_is_checked_first(clock):
    order, client = world.shipped(), browser()
    page = written_by_a_guest(client, order)
    assert page.status_code == 200
    assert not Report.objects.exists()
    link = re.search(r"/reports/confirm/\S+/", mail.outbox[-1].body)
    assert link is not None
    assert browser().get(link[0]).status_code == 200
    assert not Report.objects.exists(), "to look is not to send"
    assert browser().get(link[0][:-3] + "x/").status_code == 404
    first, second = (browser().post(link[0], {"files": certificate()})["Location"] for _each in range(2))
    report = Report.objects.get()
    assert first == second == f"/reports/open/{report.secret}/"
    assert not report.reporter.has_usable_password()
    stranger = browser()
    assert "Olga Owner" in stranger.get(first).content.decode()
    assert stranger.get("/reports/open/" + "x" * 43 + "/").status_code == 404
    assert stranger.post(first, {"text": "It is the shop's whole range."}).status_code == 302
    assert stranger.post(first, {"verb": "withdraw"}).status_code == 302
    assert again(report).state == "withdrawn"


@pytest.mark.rule("C-01", "E-03")
def test_whoever_claims_a_right_without_an_account_adds_the_proof_once_the_address_is_theirs(clock):
    page = written_by_a_guest(browser(), world.shipped(), "proof@brand.example")
    assert page.status_code == 200, "the proof is not asked for before the mail"
    link, visitor = link_in_the_mail(), browser()
    refused = visitor.post(link)
    assert (
        refused.status_code == 422
        and "Add a file that shows that the right is yours" in refused.content.decode()
    )
    broken = visitor.post(
        link, {"files": SimpleUploadedFile("virus.jpg", b"MZ no picture", content_type="image/jpeg")}
    )
    assert broken.status_code == 422 and "virus.jpg" in broken.content.decode()
    assert not Report.objects.exists() and not Evidence.objects.exists()
    sent = visitor.post(link, {"files": [certificate(), certificate("same.jpg")]})
    report = Report.objects.get()
    assert sent["Location"] == f"/reports/open/{report.secret}/"
    (file,) = report.files.select_related("evidence")
    assert (file.role, file.evidence.owner_id, file.evidence.private) == (
        "reporter",
        report.reporter_id,
        True,
    )
    assert "certificate.jpg" in visitor.get(sent["Location"]).content.decode()
    opened = f"/reports/{report.public_id}/files/{file.evidence.public_id}/"
    assert browser(moderator()).get(opened).status_code == 302
    for nobody in (browser(world.person()), browser(report.respondent_store.members.get())):
        assert nobody.get(opened).status_code == 404
    assert (
        "certificate.jpg" in browser(moderator()).get(f"/admin/reports/{report.public_id}/").content.decode()
    )


@pytest.mark.rule("C-01")
def test_they_can_add_files_later_on_the_page_of_the_secret_link(clock):
    written_by_a_guest(browser(), world.shipped(), "later@brand.example")
    link = link_in_the_mail()
    page = browser().post(link, {"files": certificate()})["Location"]
    more = SimpleUploadedFile("contract.jpg", pictures.jpeg(comment=b"another"), content_type="image/jpeg")
    assert browser().post(page, {"text": "The contract.", "files": more}).status_code == 302
    report = Report.objects.get()
    assert [each.evidence.name for each in report.files.order_by("pk")] == ["certificate.jpg", "contract.jpg"]
    assert report.statements.get().text == "The contract."


def copies(order, **changed):
    """The body that the contract names, and nothing besides (api.md, section 6)."""
    listing = order.lines.get().listing.public_id
    return {
        "category": "intellectual_property",
        "target": {"type": "listing", "id": listing},
        "answers": {
            "right": "trade_mark",
            "holder": "Acme",
            "registration_number": "DE 1",
            "authority": "owner",
            "listings": [listing],
        },
        "description": "It copies our mark on every side.",
        "evidence": [],
        "contact": {"name": "Ann", "email": "ann@example.org", "phone": ""},
    } | changed


@pytest.mark.rule("C-01")
def test_the_api_takes_the_answers_of_the_contract_and_the_moderator_reads_that_a_proof_is_missing(clock):
    order = world.shipped()
    client = api.client_of(order.buyer)
    sent = client.post("/api/v1/reports/", copies(order), format="json")
    assert sent.status_code == 201, sent.content
    assert sent.json()["answers"] == copies(order)["answers"]
    report = Report.objects.get()
    desk, words = f"/admin/reports/{report.public_id}/", "No proof yet"
    assert words in browser(moderator()).get(desk).content.decode()
    proof = evidence.take(
        BytesIO(pictures.jpeg()),
        name="certificate.jpg",
        by=world.acting(order.buyer),
        limits=evidence.limits_now(),
    )
    said = {"text": "Here is our certificate.", "evidence": [proof.public_id]}
    assert (
        client.post(f"/api/v1/reports/{report.public_id}/add-info/", said, format="json").status_code == 200
    )
    assert words not in browser(moderator()).get(desk).content.decode()
    other = copies(order)["answers"] | {"authority": "other"}
    sent = client.post("/api/v1/reports/", copies(order, answers=other), format="json")
    desk = f"/admin/reports/{sent.json()['id']}/"
    assert words not in browser(moderator()).get(desk).content.decode()


@pytest.mark.rule("C-01")
def test_by_the_api_nobody_may_say_that_it_is_not_true(clock):
    order = world.shipped()
    client = api.client_of(order.buyer)
    answers = copies(order)["answers"]
    for wrong in (False, "no", "maybe"):
        body = copies(order, answers=answers | {"true_statement": wrong})
        refused = client.post("/api/v1/reports/", body, format="json")
        assert refused.status_code == 422
        assert [error["field"] for error in refused.json()["errors"]] == ["answers.true_statement"]
    assert not Report.objects.exists()
    body = copies(order, answers=answers | {"true_statement": True})
    assert client.post("/api/v1/reports/", body, format="json").json()["answers"]["true_statement"] == "yes"


@pytest.mark.rule("C-01")
def test_the_pages_ask_for_the_statement_the_proof_and_listings_that_are_here(clock):
    order = world.shipped()
    listing, client = order.lines.get().listing.public_id, browser(world.person())
    base = "/reports/new/intellectual_property/"

    def put(step, **data):
        return client.post(f"{base}{step}/", data)

    put("target", type="listing", id=listing)
    put("authority", answer="owner")
    put("right", answer="copyright")
    assert put("registration-number", answer="").status_code == 302
    put("right", answer="trade_mark")
    assert put("registration-number", answer="").status_code == 422
    assert listing in client.get(f"{base}listings/").content.decode(), "it need not be named twice"
    wrong = put("listings", answer=f"{listing}\nlst_nowhere")
    assert wrong.status_code == 422 and "We do not know these listings: lst_nowhere" in wrong.content.decode()
    assert put("listings", answer="\n".join(f"lst_{n}" for n in range(51))).status_code == 422
    assert put("listings", answer="").status_code == 422
    for step, data in (
        ("holder", {"answer": "Acme"}),
        ("registration-number", {"answer": "DE 1"}),
        ("listings", {"answer": listing}),
        ("show_name", {"answer": "no"}),
        ("description", {"description": "It copies our mark on every side."}),
        ("contact", {"name": "Ann", "email": "ann@example.org"}),
    ):
        assert put(step, **data).status_code == 302, step
    unsworn = put("true-statement")
    assert unsworn.status_code == 422 and "Confirm that it is true" in unsworn.content.decode()
    refused = put("check").content.decode()
    assert "Confirm that it is true" in refused and "Add a file that shows that the right is yours" in refused
    assert not Report.objects.exists()
    put("true-statement", answer="on")
    put("files", files=certificate())
    assert put("check").status_code == 302
    assert Report.objects.get().answers["true_statement"] == "yes"


def test_such_a_link_dies_after_two_days(clock):
    written_by_a_guest(browser(), world.shipped())
    link = re.search(r"/reports/confirm/\S+/", mail.outbox[-1].body)
    assert link is not None
    assert "The link works until Tuesday 3 March 2026, 10:00 (UTC)" in mail.outbox[-1].body
    clock.shift(2 * DAY)
    assert browser().get(link[0]).status_code == 200
    clock.shift(1)
    late = browser().post(link[0])
    assert (late.status_code, "Your report was not sent" in late.content.decode()) == (410, True)
    assert not Report.objects.exists()


def test_one_address_gets_few_mails_and_other_categories_want_an_account(clock):
    from django.core.cache import cache

    cache.clear()
    order, client = world.shipped(), browser()
    statuses = [written_by_a_guest(client, order, "often@brand.example").status_code for _each in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert len(mail.outbox) == 3
    cache.clear()
    for category in ("trade_rules", "search_manipulation"):
        assert "/account/login/" in client.get(f"/reports/new/{category}/")["Location"]


def test_whoever_is_restricted_reads_it_before_the_first_question(clock):
    me = world.person()
    imposed(me, "no_reports", why="Made up.")
    page = browser(me).get("/reports/new/trade_rules/order-number/")
    assert page.status_code == 403
    assert "Made up." in page.content.decode()


# -- reading -------------------------------------------------------------------------------------------------------


@pytest.mark.rule("C-05")
def test_the_other_side_never_learns_who_reported(clock):
    order = world.shipped()
    ann = world.person("ann-secret", first_name="Annabel", last_name="Secretly")
    report = taken(
        about_listing(order, "intellectual_property", by=world.acting(ann), contact={"phone": "+49 555"})
    )
    services.request_info(report.pk, text="Which side of it?", by=by_holder(report))
    services.add_info(report.pk, text="The left side.", by=world.acting(ann))
    seller = order.store.members.get()
    services.counter_report(report.pk, text="This is a rival of mine.", by=seller_of(report))
    counter = Report.objects.get(counter_to=report)
    seen = [
        browser(seller).get(url).content.decode()
        for url in (f"/reports/{report.public_id}/", f"/reports/{counter.public_id}/", "/sell/reports/", "/reports/mine/", "/notifications/")
    ] + [
        api.client_of(seller).get(f"/api/v1/reports/{each.public_id}/").content.decode() for each in (report, counter)
    ]  # fmt: skip
    for secret in ("Annabel", "ann-secret", "+49 555", ann.public_id, "The left side"):
        assert not any(secret in page for page in seen), secret
    Report.objects.filter(pk=report.pk).update(show_name=True)
    shown = api.client_of(seller).get(f"/api/v1/reports/{report.public_id}/").json()["contact"]
    assert shown == {"name": "Annabel Secretly", "email": "", "phone": ""}


@pytest.mark.rule("C-10")
def test_the_reporter_reads_what_was_done_and_what_comes_next(clock):
    report = about_order(world.shipped())
    page = browser(report.reporter).get(f"/reports/{report.public_id}/").content.decode()
    assert "We want to answer before" in page
    taken(report)
    clock.shift(3 * DAY)
    services.decide(
        report.pk,
        outcome="upheld",
        facts="There was no parcel.",
        reason_code="trade.tracking",
        by=by_holder(report),
    )
    page = browser(report.reporter).get(f"/reports/{report.public_id}/").content.decode()
    assert "There was no parcel." in page
    assert "the buyer gets all the money back" in page
    assert "There is no valid number yet." in page


@pytest.mark.rule("C-06", "C-10")
def test_the_seller_reads_what_to_do_and_goes_to_the_order_from_there(clock):
    report = again(upheld(clock, about_order(world.shipped())))
    page = (
        browser(report.respondent_store.members.get()).get(f"/reports/{report.public_id}/").content.decode()
    )
    assert "Enter a valid tracking number for this order in time." in page
    order = f'href="/orders/{report.order.public_id}/"'
    assert page.count(order) == 2, "the button, and the number of what was reported"
    reporter = browser(report.reporter).get(f"/reports/{report.public_id}/").content.decode()
    assert "The seller has to enter a valid tracking number" in reporter
    assert reporter.count(order) == 1


@pytest.mark.rule("C-04")
def test_my_reports_are_filtered_and_found_by_number(clock):
    order, me = world.shipped(), world.person()
    mine = about_listing(order, by=world.acting(me))
    withdrawn = about_listing(order, "search_manipulation", by=world.acting(me))
    services.withdraw(withdrawn.pk, by=world.acting(me))
    other = about_listing(order)
    client = browser(me)
    for query, shown in (
        ("", {mine, withdrawn}), ("?status=withdrawn", {withdrawn}), ("?category=prohibited_products", {mine}),
        (f"?q={mine.public_id}", {mine}), (f"?q={other.public_id}", set()), ("?status=nonsense", {mine, withdrawn}),
    ):  # fmt: skip
        page = client.get(f"/reports/mine/{query}").content.decode()
        assert {
            each for each in (mine, withdrawn, other) if f"/reports/{each.public_id}/" in page
        } == shown, query
    body = api.client_of(me).get("/api/v1/reports/?status=withdrawn").json()
    assert [row["id"] for row in body["results"]] == [withdrawn.public_id]


@pytest.mark.parametrize("path", ["/reports/mine/", "/api/v1/reports/", "/admin/reports/"])
def test_lists_ask_the_database_as_often_for_many_as_for_few(clock, path, monkeypatch):
    monkeypatch.setattr("reports.services.filing.MOST_A_DAY", 1000)
    me, order, counts = world.person(), world.shipped(), []
    client = browser(moderator()) if "admin" in path else api.client_of(me) if "api" in path else browser(me)
    for more in (3, 15):
        for _each in range(more):
            about_listing(order, by=world.acting(me))
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(path).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1], counts


@pytest.mark.rule("C-05")
def test_the_desk_is_closed_to_whom_it_is_about_and_to_mediators(clock):
    from django.contrib.auth.models import Group

    report = about_listing(world.shipped())
    seller = world.staff("", "moderator")
    report.respondent_store.members.get().storemember_set.update(user=seller)
    url = f"/admin/reports/{report.public_id}/"
    assert browser(seller).get(url).status_code == 404
    assert report.public_id not in browser(seller).get("/admin/reports/").content.decode()
    assert browser(world.staff("", "mediator")).get(url).status_code == 403
    assert Group.objects.filter(name="moderator").exists()
    assert report.contact_name in browser(moderator()).get(url).content.decode()


def test_the_preview_decides_nothing_and_nothing_typed_is_lost(clock):
    report = taken(about_listing(world.shipped()))
    holder = again(report).moderator
    url = f"/admin/reports/{report.public_id}/decide/"
    data = {
        **DECISION,
        "false_data": "on",
        "reporter_measures": "no_reports",
        "measures_until": "2027-01-01T00:00",
    }
    preview = browser(holder).post(url, {**data, "step": "preview"})
    assert "Nothing is to be seen." in preview.content.decode()
    assert "No new reports." in preview.content.decode()
    assert not Decision.objects.exists()
    back = browser(holder).post(url, {**data, "step": "change"})
    assert "Nothing is to be seen." in back.content.decode()
    early = browser(holder).post(
        url, {**data, "outcome": "upheld", "false_data": "", "reporter_measures": [], "step": "send"}
    )
    assert early.status_code == 409
    assert browser(holder).post(url, {**data, "step": "send"}).status_code == 302
    assert Restriction.objects.get().user == report.reporter


@pytest.mark.rule("F-07")
def test_the_desk_names_the_zone_in_which_a_moment_is_read(clock):
    li = world.staff("li", "moderator", time_zone="Asia/Shanghai")
    report = taken(about_order(world.shipped()), by=li)
    page = browser(li).get(f"/admin/reports/{report.public_id}/").content.decode()
    assert page.count("Time zone: Asia/Shanghai.") == 2, "the date of the tracking, and the end of a measure"


@pytest.mark.rule("C-05", "Z-01")
def test_what_can_be_done_once_is_not_offered_again_and_an_answer_is_said_to_be_there(clock):
    report = taken(about_listing(world.shipped()))
    seller, page = report.respondent_store.members.get(), f"/reports/{report.public_id}/"
    offer = f"{page}counter-report/"
    before = browser(seller).get(page).content.decode()
    assert offer in before and "If you say nothing, we decide with what we have" in before
    services.respond(report.pk, text="It is not so.", by=seller_of(report))
    services.counter_report(report.pk, text="This is a rival of mine.", by=seller_of(report))
    after = browser(seller).get(page).content.decode()
    assert offer not in after and "If you say nothing" not in after and "We have your answer" in after
    actions = api.client_of(seller).get(f"/api/v1{page}").json()["available_actions"]
    assert [each["action"] for each in actions] == ["respond"]
    assert "There is a counter-report already" in browser(seller).post(offer, SAID).content.decode()


@pytest.mark.rule("C-05", "A-07")
def test_whoever_reported_without_an_account_can_answer_what_is_reported_of_them(clock):
    """They have an account without a password; the sign-in page, where the notice leads, says how to get one."""
    written_by_a_guest(browser(), world.shipped(), "rival@brand.example")
    report = Report.objects.get(secret=browser().post(link_in_the_mail(), {"files": certificate()})["Location"].split("/")[-2])  # fmt: skip
    services.counter_report(taken(report).pk, text="This is a rival of mine.", by=seller_of(report))
    counter = taken(Report.objects.get(counter_to=report))
    guest = browser()
    asked = guest.get(f"/reports/{counter.public_id}/", follow=True).content.decode()
    assert "Did you report something without an account?" in asked and "/account/password/reset/" in asked
    mail.outbox.clear()
    guest.post("/account/password/reset/", {"email": "rival@brand.example"})
    choose = re.search(r"/account/password/reset/key/\S+/", mail.outbox[-1].body)
    assert choose is not None
    form = guest.get(choose[0], follow=True).request["PATH_INFO"]
    guest.post(form, {"password1": "quite-a-long-one-7", "password2": "quite-a-long-one-7"})
    guest.post("/account/login/", {"login": "rival@brand.example", "password": "quite-a-long-one-7"})
    assert guest.post(f"/reports/{counter.public_id}/answer/", SAID).status_code == 302
    assert again(counter).responded_at is not None


@pytest.mark.rule("C-07", "C-10")
def test_whom_a_decision_burdens_reads_on_its_page_what_followed_and_where_to_contest_it(clock):
    report = taken(about_listing(world.shipped()))
    clock.shift(3 * DAY)
    decided(report, sanctions=[{"kind": "removed"}, {"kind": "strike", "points": 2}])
    false = taken(about_listing(world.shipped()))
    decided(false, "dismissed", false_data=True, sanctions=[{"kind": "warning"}])

    def page(user, of):
        return browser(user).get(f"/reports/{of.public_id}/").content.decode()

    for user, of, words in (
        (report.respondent_store.members.get(), report, "Listing removed, Strike."),
        (false.reporter, false, "Warning."),
    ):
        assert f"What followed for you: {words}" in page(user, of) and 'href="/sanctions/"' in page(user, of)
    for user, of in ((report.reporter, report), (false.respondent_store.members.get(), false)):
        assert "What followed for you" not in page(user, of), "it is not theirs"
