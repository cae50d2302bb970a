"""Policies on screen: draft, edit, compare, publish; and nothing published ever changes (P-01, P-02)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client

from marketplace.core import publishing
from marketplace.core.errors import WrongState
from marketplace.core.policy import ProtectionPolicy
from tests import world

pytestmark = pytest.mark.django_db
LIST = "/admin/core/protectionpolicy/"


@pytest.fixture
def published() -> ProtectionPolicy:
    return ProtectionPolicy.objects.get(name="default", status="published")


@pytest.fixture
def lead(client: Client) -> Client:
    client.force_login(world.staff("lena", "lead_mediator"))
    return client


def form_of(draft: ProtectionPolicy, **changes: Any) -> dict[str, Any]:
    """The draft's form as a browser sends it."""
    sent = {}
    for parameter in ProtectionPolicy.parameters():
        value = changes.get(parameter.name, getattr(draft, parameter.name))
        if isinstance(value, dict):
            value = json.dumps(value)
        if value is not False:
            sent[parameter.name] = "on" if value is True else value
    return sent


def make_draft(lead: Client, published: ProtectionPolicy) -> ProtectionPolicy:
    response = lead.post(f"{LIST}{published.pk}/draft/")
    draft = ProtectionPolicy.objects.get(status="draft")
    assert response["Location"] == f"{LIST}{draft.pk}/change/"
    return draft


@pytest.mark.rule("P-01", "P-02")
def test_a_lead_drafts_edits_reviews_and_publishes(lead: Client, published: ProtectionPolicy) -> None:
    before = world.an_order()
    draft = make_draft(lead, published)
    response = lead.post(
        f"{LIST}{draft.pk}/change/", form_of(draft, seller_response_days=4, manual_escalation=True)
    )
    assert response["Location"] == f"{LIST}{draft.pk}/publish/"
    assert ProtectionPolicy.objects.in_force("default", before.paid_at) == published
    page = lead.get(f"{LIST}{draft.pk}/publish/")
    assert page.context["rows"] == [
        ("seller's time to answer a claim (days)", "5", "4"),
        ("buyer may ask a mediator once the seller refused or countered", "No", "Yes"),
    ]
    assert "Orders paid from now on follow the new numbers." in page.content.decode()
    lead.post(f"{LIST}{draft.pk}/publish/", {"seen": page.context["seen"]})
    draft.refresh_from_db()
    assert (draft.status, draft.version, draft.published_by.username) == ("published", 2, "lena")
    before.refresh_from_db(fields=["policy"])
    assert (before.policy_id, world.an_order().policy_id) == (published.pk, draft.pk)


@pytest.mark.rule("P-02")
def test_every_parameter_stands_in_the_form(lead: Client, published: ProtectionPolicy) -> None:
    draft = make_draft(lead, published)
    fields = lead.get(f"{LIST}{draft.pk}/change/").context["adminform"].form.fields
    assert set(fields) == {parameter.name for parameter in ProtectionPolicy.parameters()}


@pytest.mark.rule("P-01")
def test_there_is_one_draft_at_a_time(lead: Client, published: ProtectionPolicy) -> None:
    assert make_draft(lead, published) == make_draft(lead, published)


@pytest.mark.rule("P-01")
def test_what_was_changed_behind_the_reviewers_back_is_not_published(
    lead: Client, published: ProtectionPolicy
) -> None:
    draft = make_draft(lead, published)
    ProtectionPolicy.objects.filter(pk=draft.pk).update(negotiation_days=9)
    seen = lead.get(f"{LIST}{draft.pk}/publish/").context["seen"]
    ProtectionPolicy.objects.filter(pk=draft.pk).update(negotiation_days=90)
    page = lead.post(f"{LIST}{draft.pk}/publish/", {"seen": seen})
    assert page.status_code == 200 and "Somebody changed the draft" in page.content.decode()
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_a_draft_that_changes_nothing_has_no_button(lead: Client, published: ProtectionPolicy) -> None:
    draft = make_draft(lead, published)
    page = lead.get(f"{LIST}{draft.pk}/publish/").content.decode()
    assert "Nothing changes" in page and 'name="seen"' not in page


@pytest.mark.rule("P-01")
def test_a_published_version_never_changes(lead: Client, published: ProtectionPolicy) -> None:
    """Not by the form, not through the ORM, not by raw SQL, not by deleting it."""
    before = ProtectionPolicy.objects.filter(pk=published.pk).values().get()
    assert (
        lead.post(f"{LIST}{published.pk}/change/", form_of(published, seller_response_days=1)).status_code
        == 403
    )
    assert lead.post(f"{LIST}{published.pk}/delete/", {"post": "yes"}).status_code == 403
    assert lead.post(f"{LIST}add/", form_of(published)).status_code == 403
    published.seller_response_days = 1
    with pytest.raises(WrongState):
        published.save()
    for words in (
        "UPDATE core_protectionpolicy SET seller_response_days = 1 WHERE id = %s",
        "DELETE FROM core_protectionpolicy WHERE id = %s",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(words, [published.pk])
    with pytest.raises(DatabaseError), transaction.atomic():
        ProtectionPolicy.objects.filter(pk=published.pk).update(seller_response_days=1)
    assert ProtectionPolicy.objects.filter(pk=published.pk).values().get() == before
    page = lead.get(f"{LIST}{published.pk}/publish/", follow=True)
    assert "published already" in page.content.decode()


@pytest.mark.rule("P-01", "Z-01")
@pytest.mark.parametrize("role", ["mediator", "moderator"])
def test_only_leads_draft_edit_and_publish(client: Client, published: ProtectionPolicy, role: str) -> None:
    draft = publishing.draft_from(published)
    client.force_login(world.staff("", role))
    assert client.get(f"{LIST}{published.pk}/change/").status_code == 200
    for address in (f"{published.pk}/draft/", f"{draft.pk}/publish/", f"{draft.pk}/change/"):
        assert client.post(f"{LIST}{address}", form_of(draft, negotiation_days=90)).status_code == 403
    draft.refresh_from_db()
    assert (draft.status, draft.negotiation_days) == ("draft", 7)


@pytest.mark.rule("P-02")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seller_response_days", 8),
        ("mediation_target_days", 61),
        ("refund_days_min", 21),
        ("description_min", 2001),
        ("negotiation_days", 0),
        ("negotiation_days", -1),
        ("negotiation_days", "1e9"),
        ("claim_min_percent", 101),
        ("claim_min_percent", 0),
        ("photo_max_bytes", 0),
        ("calendar", "Atlantis"),
        ("calendar", ""),
        ("approval_currency", "XXX"),
        ("approval_limit_minor", -1),
        ("approval_rates", {"BRL": "0.19"}),
        ("approval_rates", {"date": "yesterday", "BRL": "0.19"}),
        ("approval_rates", {"date": "2026-11-01", "BRL": 0.19}),
        ("approval_rates", {"date": "2026-11-01", "BRL": "-1"}),
        ("approval_rates", {"date": "2026-11-01", "XYZ": "1"}),
        ("approval_rates", "[1]"),
        ("approval_rates", "{"),
        ("photo_formats", "JPG png"),
        ("video_formats", ""),
    ],
)
def test_numbers_that_make_no_sense_are_refused_at_their_field(
    lead: Client, published: ProtectionPolicy, name: str, value: Any
) -> None:
    draft = make_draft(lead, published)
    page = lead.post(f"{LIST}{draft.pk}/change/", form_of(draft, **{name: value}))
    assert page.status_code == 200
    assert name in page.context["adminform"].form.errors
    unchanged = ProtectionPolicy.objects.get(pk=draft.pk)
    assert draft.diff(unchanged) == []


@pytest.mark.rule("P-02")
def test_rates_with_a_date_are_taken(lead: Client, published: ProtectionPolicy) -> None:
    draft = make_draft(lead, published)
    rates = {"date": "2026-11-01", "BRL": "0.19", "EUR": "1.08"}
    assert lead.post(f"{LIST}{draft.pk}/change/", form_of(draft, approval_rates=rates)).status_code == 302
    draft.refresh_from_db()
    assert draft.approval_rates == rates


@pytest.mark.rule("P-01")
def test_an_unfit_draft_is_not_published(lead: Client, published: ProtectionPolicy) -> None:
    """A program may write what no form lets through; the review says what is wrong with it."""
    draft = make_draft(lead, published)
    ProtectionPolicy.objects.filter(pk=draft.pk).update(seller_response_days=30)
    page = lead.get(f"{LIST}{draft.pk}/publish/")
    assert "This draft cannot be published" in page.content.decode()
    lead.post(f"{LIST}{draft.pk}/publish/", {"seen": page.context["seen"]})
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_both_presets_are_fit() -> None:
    for preset in ProtectionPolicy.objects.all():
        preset.clean()
    with pytest.raises(ValidationError):
        ProtectionPolicy(seller_response_days=8).clean()
