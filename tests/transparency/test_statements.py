"""Statements of reasons, in the schema of the DSA Transparency Database, without a word that names anybody (Z-08)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from marketplace.accounts.models import Restriction
from marketplace.orders.models import Listing
from marketplace.sanctions import services as sanctions
from marketplace.sanctions.models import Sanction
from marketplace.transparency.services import span_of
from marketplace.transparency.statements import statements
from tests import api, world
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("Z-08")]
SEPTEMBER = datetime(2026, 9, 1, tzinfo=UTC)
SECRET = "Ann Smith of 3 Elm Road wrote a false claim."
#: what the database takes, by field
ALLOWED = {
    "decision_provision": {"DECISION_PROVISION_PARTIAL_SUSPENSION", "DECISION_PROVISION_PARTIAL_TERMINATION"},
    "decision_ground": {"DECISION_GROUND_INCOMPATIBLE_CONTENT"},
    "category": {"STATEMENT_CATEGORY_SCAMS_AND_FRAUD", "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"},
    "source_type": {"SOURCE_VOLUNTARY", "SOURCE_TYPE_OTHER_NOTIFICATION"},
    "automated_detection": {"Yes", "No"},
    "automated_decision": {"AUTOMATED_DECISION_NOT_AUTOMATED"},
    "account_type": {"ACCOUNT_TYPE_PRIVATE"},
    "incompatible_content_illegal": {"Yes", "No"},
}
REQUIRED = {
    *ALLOWED,
    "puid",
    "incompatible_content_ground",
    "incompatible_content_explanation",
    "content_type",
    "content_type_other",
    "content_date",
    "territorial_scope",
    "application_date",
    "decision_facts",
}


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(SEPTEMBER, tick=False) as traveller:
        yield traveller


def imposed(**wishes: Any) -> Sanction:
    by = world.acting(world.staff("", "moderator"))
    how = {"kind": "no_disputes", "statement": SECRET, "rule": SECRET, "ends_at": None, "by": by} | wishes
    return sanctions.impose_by_hand(target=world.person(), **how)


def of_september() -> list[dict[str, Any]]:
    span = span_of("2026-09")
    assert span is not None
    return list(statements(*span))


def test_a_statement_has_what_the_database_asks_for(clock: Any) -> None:
    row = imposed(ends_at=SEPTEMBER + 30 * DAY)
    (statement,) = of_september()
    assert statement.keys() >= REQUIRED
    for field, values in ALLOWED.items():
        assert statement[field] in values
    assert statement["puid"] == row.public_id
    assert (statement["application_date"], statement["content_date"]) == ("2026-09-01", "2026-09-01")
    assert statement["end_date_service_restriction"] == "2026-10-01"
    assert statement["decision_provision"] == "DECISION_PROVISION_PARTIAL_SUSPENSION"
    assert set(statement["territorial_scope"]) >= {"DE", "FR", "IS"}


def test_one_without_an_end_is_for_good(clock: Any) -> None:
    imposed()
    (statement,) = of_september()
    assert statement["decision_provision"] == "DECISION_PROVISION_PARTIAL_TERMINATION"
    assert "end_date_service_restriction" not in statement


@pytest.mark.parametrize("kind", Restriction.Kind.values)
def test_nothing_that_somebody_wrote_goes_out(clock: Any, kind: str) -> None:
    row = imposed(kind=kind)
    written = json.dumps(of_september())
    for word in ("Smith", "Elm", row.user.username, row.user.email, row.user.public_id):
        assert word not in written


def test_a_month_holds_what_began_in_it(clock: Any) -> None:
    second = timedelta(seconds=1)
    for at in (SEPTEMBER - second, SEPTEMBER, SEPTEMBER + 30 * DAY - second, SEPTEMBER + 30 * DAY):
        clock.move_to(at)
        imposed()
    assert [each["application_date"] for each in of_september()] == ["2026-09-01", "2026-09-30"]


def test_where_it_comes_from_is_told(clock: Any) -> None:
    """A restriction by a mediator's decision is a fraud's; by a moderator alone it is our own."""
    from disputes import services as disputes
    from tests.contracts.test_doors import held

    case = held(clock)
    by = world.acting(case.mediator)
    start = datetime.now(UTC)
    disputes.adjudicate(
        case.pk, outcome="fraud", reason_code="fraud.false_claim", facts="It was made up.", by=by
    )
    disputes.approve(case.pk, by=world.acting(world.staff("", "lead_mediator")))
    made = list(statements(start, start + DAY))
    assert [each["category"] for each in made] == ["STATEMENT_CATEGORY_SCAMS_AND_FRAUD"]
    assert made[0]["source_type"] == "SOURCE_TYPE_OTHER_NOTIFICATION"


def test_the_command_writes_a_line_each(clock: Any) -> None:
    imposed(), imposed()
    out = StringIO()
    call_command("export_statements", "2026-09", stdout=out)
    assert [json.loads(line) for line in out.getvalue().splitlines()] == of_september()


@pytest.mark.parametrize(
    "month", ["", "2026", "2026-13", "2026-9", "0000-01", "9999-12", "²⁰²⁶-01", "2026-09-01"]
)
def test_what_is_no_month_is_refused(clock: Any, month: str) -> None:
    with pytest.raises(CommandError):
        call_command("export_statements", month)
    client = api.client_of(world.staff("", "moderator"))
    if month:
        body = api.refused(client.get("/api/v1/transparency/statements/", {"month": month}), 422)
        assert body["errors"][0]["field"] == "month"


def test_staff_read_them_in_the_api_and_nobody_else(clock: Any) -> None:
    imposed()
    url = "/api/v1/transparency/statements/"
    answer = api.client_of(world.staff("", "moderator")).get(url)
    assert answer.json() == {"month": "2026-09", "statements": of_september()}
    for person in (world.person(), world.person("", "integrator")):
        api.refused(api.client_of(person).get(url), 403)
    api.refused(api.client_of(None).get(url), 401)


def test_a_month_costs_the_same_number_of_questions(clock: Any, django_assert_num_queries: Any) -> None:
    by = world.acting(world.staff("", "moderator"))
    for more in (10, 190):
        user = world.person()
        for n in range(more):
            sanctions.impose(
                target=user, kind="no_orders", cause=f"flg_{more}{n}", statement="x", rule="x", at=SEPTEMBER, by=by
            )  # fmt: skip
        with django_assert_num_queries(2):
            of_september()


def test_what_is_taken_from_listings_and_shops_is_told_too(clock: Any) -> None:
    by, shop = world.acting(world.staff("", "moderator")), world.shop()
    listing = Listing.objects.create(store=shop, reference="p-1", title="Thing")
    start = timezone.now()
    for target, kind in ((listing, "removed"), (listing, "demoted"), (shop, "suspended")):
        sanctions.impose(
            target=target,
            kind=kind,
            cause="by hand",
            statement="Anna wrote it.",
            rule="Listings",
            at=start,
            by=by,
        )
    told = list(statements(start, start + DAY))
    assert [row.get("decision_visibility") for row in told] == [
        ["DECISION_VISIBILITY_CONTENT_REMOVED"],
        ["DECISION_VISIBILITY_CONTENT_DEMOTED"],
        None,
    ]
    assert told[2]["decision_account"] == "DECISION_ACCOUNT_SUSPENDED"
    assert {row["account_type"] for row in told} == {"ACCOUNT_TYPE_BUSINESS"}
    assert "Anna" not in json.dumps(told)


@pytest.mark.parametrize("kind", Restriction.Kind.values)
def test_every_restriction_has_its_words(clock: Any, kind: str) -> None:
    start = timezone.now()
    imposed(kind=kind)
    assert len(list(statements(start, start + DAY))) == 1
