"""Reports on one target, from the desk and by the API: taken together, decided together, each reporter answered (C-08)."""

import pytest

from reports import services
from reports.models import Decision
from tests import api, world
from tests.reports.scenes import about_listing, again, moderator, seller_of, taken
from tests.reports.test_doors import browser
from tests.world import DAY

pytestmark = pytest.mark.django_db

DECISION = {"outcome": "upheld", "facts": "We saw it.", "reason_code": "none"}


def two_reports():
    """On one listing; the shop has answered the one that is open, so it has changed more often than the other."""
    order, by = world.shipped(), moderator()
    main, other = about_listing(order), about_listing(order)
    taken(main, by, also=[other.public_id])
    services.respond(main.pk, text="It is not so.", by=seller_of(main))
    return again(main), again(other), by


@pytest.mark.rule("C-08", "Z-06")
def test_what_was_seen_is_the_version_of_the_report_that_was_open(clock):
    """Else no two could be decided together, once something had happened to one of them."""
    main, other, by = two_reports()
    clock.shift(3 * DAY)
    assert main.version != other.version
    sent = {**DECISION, "also": [other.public_id], "step": "send", "version": main.version}
    response = browser(by).post(f"/admin/reports/{main.public_id}/decide/", sent)
    assert response.status_code == 302, response.content.decode()
    assert {again(main).state, again(other).state} == {"upheld"}


@pytest.mark.rule("C-08", "Z-06")
def test_by_the_api_too_and_an_old_version_is_still_refused(clock):
    main, other, by = two_reports()
    clock.shift(3 * DAY)
    decide, body = f"/api/v1/reports/{main.public_id}/decide/", {**DECISION, "also": [other.public_id]}
    for version, status in ((main.version - 1, 412), (main.version, 200)):
        response = api.client_of(by).post(
            decide, body, format="json", headers={"If-Match": f'"{main.public_id}:{version}"'}
        )
        assert response.status_code == status, response.content
        assert Decision.objects.count() == (2 if status == 200 else 0)


@pytest.mark.rule("C-08", "Z-06")
def test_together_they_are_taken_although_one_of_them_was_added_to(clock):
    order, by = world.shipped(), moderator()
    main, other = about_listing(order), about_listing(order)
    services.add_info(other.pk, text="And one more thing.", by=world.acting(other.reporter))
    sent = {"also": [other.public_id], "version": again(main).version}
    browser(by).post(f"/admin/reports/{main.public_id}/assign/", sent)
    assert [again(each).moderator for each in (main, other)] == [by, by]


@pytest.mark.rule("C-08")
@pytest.mark.parametrize(
    "sent",
    [
        {**DECISION, "step": "change"},
        {**DECISION, "step": "preview", "facts": ""},
        {**DECISION, "step": "preview", "measures": ["strike"]},
        {**DECISION, "step": "preview", "version": "1"},
    ],
    ids=["change", "form", "service", "version"],
)
def test_what_was_ticked_to_be_decided_with_it_stays_ticked(clock, sent):
    main, other, by = two_reports()
    clock.shift(3 * DAY)
    page = browser(by).post(f"/admin/reports/{main.public_id}/decide/", {"also": [other.public_id], **sent})
    assert f'value="{other.public_id}" checked' in page.content.decode()


@pytest.mark.rule("C-08")
def test_the_moderator_reads_what_each_other_report_says_and_whom_it_waits_for(clock):
    main, other, by = two_reports()
    services.request_info(other.pk, text="Which one?", by=world.acting(by))
    page = browser(by).get(f"/admin/reports/{main.public_id}/").content.decode()
    assert "Waits for the reporter" in page
    assert "We need something from you" not in page
    assert page.count(other.description) == 2, "the report's own words, and the other's beside its number"


@pytest.mark.rule("Z-01")
@pytest.mark.parametrize("sent", [{"unheard_reason": "a\0b"}, {"also": "rpt_\0"}])
def test_odd_bytes_at_the_desk_are_refused_in_words(clock, sent):
    report, by = about_listing(world.shipped()), moderator()
    refused = browser(by).post(f"/admin/reports/{report.public_id}/assign/", sent)
    assert (refused.status_code, "characters that are no text" in refused.content.decode()) == (422, True)
    assert again(report).state == "submitted"
