"""A draft tried on past cases: how many would have gone another way, and which (P-03)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from disputes import services
from disputes.models import Dispute
from disputes.simulation import (
    CHECKED,
    GRANTED,
    MEDIATOR_FIRST,
    MORE_TALK,
    MORE_TIME,
    TOO_EARLY,
    TOO_LATE,
    TOO_SMALL,
    simulate,
)
from marketplace.core.clock import sweep
from marketplace.core.money import Money
from marketplace.core.policy import ProtectionPolicy
from marketplace.core.publishing import draft_from
from tests import world
from tests.api import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.rule("P-03")]
DAY = timedelta(days=1)
SHIPPED = datetime(2026, 3, 1, 12, tzinfo=UTC)
OPENED = SHIPPED + 12 * DAY


@pytest.fixture
def draft() -> ProtectionPolicy:
    return draft_from(ProtectionPolicy.objects.get(name="default", version=1))


def a_past_case(*, answer: str = "", answered: int = 1, amount: str | None = None) -> Dispute:
    """Shipped on day 0, disputed on day 12, answered so many days later; then the clock runs to its end."""
    with time_machine.travel(SHIPPED, tick=False) as clock:
        order = world.shipped()
        clock.move_to(OPENED)
        wishes = {"amount": Money.parse(amount, order.currency)} if amount else {}
        dispute = world.a_dispute(order, **wishes)
        clock.move_to(OPENED + answered * DAY)
        seller = world.seller_of(dispute)
        if answer == "accept":
            services.accept_claim(dispute.pk, by=seller)
        elif answer == "refuse":
            services.refuse_claim(dispute.pk, note="It works here.", by=seller)
        clock.move_to(OPENED + 30 * DAY)
        sweep()
        dispute = Dispute.objects.get(pk=dispute.pk)
        if dispute.state == "mediation":
            mediator = world.acting(world.staff("", "mediator"))
            services.assign(dispute.pk, by=mediator)
            services.adjudicate(
                dispute.pk,
                outcome="refunded",
                reason_code="quality.not_working",
                facts="Broken.",
                by=mediator,
            )
    dispute = Dispute.objects.get(pk=dispute.pk)
    assert dispute.state == "resolved"
    return dispute


def tried(draft: ProtectionPolicy, **numbers: object) -> dict[object, int]:
    """Difference → cases, of the draft with these numbers."""
    for name, value in numbers.items():
        setattr(draft, name, value)
    draft.save()
    return dict(simulate(draft, now=OPENED + 60 * DAY).by_difference)


def test_a_draft_with_the_same_numbers_changes_nothing(draft):
    a_past_case(), a_past_case(answer="accept"), a_past_case(answer="refuse")
    assert tried(draft) == {}


@pytest.mark.parametrize(
    ("case", "numbers", "difference"),
    [
        ({"answer": "refuse", "answered": 4}, {"seller_response_days": 3}, GRANTED),
        ({}, {"seller_response_days": 6}, MORE_TIME),
        (
            {"answer": "accept", "answered": 4},
            {"seller_response_days": 5, "negotiation_days": 4},
            MEDIATOR_FIRST,
        ),
        ({"answer": "refuse"}, {"negotiation_days": 15}, MORE_TALK),
        ({}, {"dispute_wait_days": 13}, TOO_EARLY),
        ({"answer": "accept"}, {"max_delivery_days": 3, "post_receipt_days": 9}, TOO_LATE),
        ({"answer": "accept", "amount": "0.50"}, {"claim_min_percent": 50}, TOO_SMALL),
        ({"answer": "refuse"}, {"approval_limit_minor": 100}, CHECKED),
    ],
)
def test_a_case_that_would_have_gone_another_way_is_counted_and_listed(draft, case, numbers, difference):
    differs = a_past_case(**case)
    found = tried(draft, **numbers)
    assert found == {difference: 1}
    trial = simulate(draft, now=OPENED + 60 * DAY)
    assert (trial.looked_at, trial.differing) == (1, 1)
    assert trial.cases == [(differs, [difference])]


def test_the_moment_counts_to_the_second(draft):
    """An answer one second before the draft's deadline still counts; at it, the claim would have been granted."""
    case = a_past_case(answer="refuse", answered=3)
    assert tried(draft, seller_response_days=3) == {GRANTED: 1}
    Dispute.objects.filter(pk=case.pk).update(answered_at=OPENED + 3 * DAY - timedelta(seconds=1))
    assert tried(draft, seller_response_days=3) == {}


def test_cases_of_other_policies_and_older_ones_are_left_alone(draft):
    a_past_case(answer="refuse", answered=4)
    draft.seller_response_days = 3
    draft.save()
    classic = draft_from(ProtectionPolicy.objects.get(name="classic", version=1))
    classic.seller_response_days = 3
    classic.save()
    assert simulate(classic, now=OPENED + 60 * DAY).looked_at == 0
    assert simulate(draft, now=OPENED + 400 * DAY).looked_at == 0


def test_trying_writes_nothing_and_asks_a_fixed_number_of_questions(draft, django_assert_max_num_queries):
    for _ in range(3):
        a_past_case(answer="refuse", answered=4)
    before = list(Dispute.objects.order_by("pk").values())
    draft.seller_response_days = 3
    with django_assert_max_num_queries(5):
        assert simulate(draft, now=OPENED + 60 * DAY).differing == 3
    assert list(Dispute.objects.order_by("pk").values()) == before


def test_a_lead_tries_the_draft_on_its_page_and_through_the_api(client: Client, draft):
    case = a_past_case(answer="refuse", answered=4)
    draft.seller_response_days = 3
    draft.save()
    lead = world.staff("lena", "lead_mediator")
    with time_machine.travel(OPENED + 60 * DAY):
        client.force_login(lead)
        page = client.get(f"/admin/core/protectionpolicy/{draft.pk}/simulate/").content.decode()
        assert "1 would have gone another way" in page and case.public_id in page
        address = f"/api/v1/policies/default.{draft.version}/simulate/"
        answer = client_of(lead).post(address)
        assert answer.status_code == 200, answer.content
        assert answer.json()["differing"] == 1
        assert answer.json()["cases"][0]["dispute"] == case.public_id
        assert client_of(world.person()).post(address).status_code == 403
        assert client_of(lead).post("/api/v1/policies/default.99/simulate/").status_code == 404
    client.force_login(world.staff("", "mediator"))
    assert client.get(f"/admin/core/protectionpolicy/{draft.pk}/simulate/").status_code == 403
