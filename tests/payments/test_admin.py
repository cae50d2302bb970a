"""Money in the admin: looked at, never changed."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.test import Client

from marketplace.notifications.models import Notice
from marketplace.payments import models, outbox
from tests import crowd, world
from tests.payments import books
from tests.provider import Provider

pytestmark = pytest.mark.django_db
MONEY = (
    models.Refund, models.Payment, models.Escrow, models.LedgerTransaction, models.LedgerAccount, models.SandboxRefund,
    models.ProviderEvent, Notice,
)  # fmt: skip


@pytest.fixture
def staff(client: Client) -> Client:
    user = world.person("boss", is_staff=True, is_superuser=True)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    client.force_login(user)
    return client


def address(model: type, page: str = "") -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/{page}"


@pytest.mark.parametrize("model", MONEY)
def test_every_record_opens_and_none_can_be_changed(staff: Client, model: type):
    books.one(None)
    outbox.drain()
    outbox.heard("stripe", outbox.ProviderEventData("evt_1"))
    row = model.objects.first()
    if row is None:
        pytest.fail(f"nothing to look at: {model}")
    assert staff.get(address(model)).status_code == 200
    assert staff.get(address(model, f"{row.pk}/change/")).status_code == 200
    for page in (f"{row.pk}/change/", f"{row.pk}/delete/", "add/"):
        assert staff.post(address(model, page), {"amount": "1", "status": "confirmed"}).status_code == 403
    assert staff.post(
        address(model), {"action": "delete_selected", "_selected_action": [row.pk]}
    ).status_code in (200, 302, 403)
    assert model.objects.filter(pk=row.pk).exists()


def test_what_needs_staff_is_one_click_away(staff: Client, provider: Provider):
    failed, fine = books.one(provider), books.one(provider)
    provider.payments[failed.payment.provider_reference] = (1, "usd")
    outbox.drain()
    page = staff.get(address(models.Refund, "?staff=yes")).content.decode()
    assert failed.public_id in page
    assert "greater than unrefunded" in page
    assert fine.public_id not in page


@pytest.mark.parametrize("number", [crowd.FEW, crowd.MANY])
def test_lists_ask_the_database_as_often_whatever_is_in_them(
    staff: Client, number: int, django_assert_max_num_queries
):
    crowd.refunds(books.one(None), number - 1)
    crowd.notices(Notice.objects.all()[0], number)
    for model in (models.Refund, models.Payment, models.Escrow, Notice):
        with django_assert_max_num_queries(12):
            staff.get(address(model))


def test_ledger_entries_have_no_page_of_their_own():
    assert not admin.site.is_registered(models.LedgerEntry)
