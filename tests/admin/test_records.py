"""Records are read: no form, forged or not, adds, changes or deletes one, whoever sends it (threats.md A5, row 16)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import models
from django.test import Client

from disputes import services as disputes
from disputes.models import Decision, Dispute
from marketplace.accounts.models import Store, User
from marketplace.core.clock import sweep
from marketplace.core.policy import ProtectionPolicy
from marketplace.messaging.models import ScreeningTerm
from marketplace.orders.models import Order
from reports.models import ForbiddenTerm
from tests import crowd, world
from tests.disputes.desk_cases import queries_of, waiting

pytestmark = pytest.mark.django_db

EDITABLE = {User, Group, Store, ProtectionPolicy, ScreeningTerm, ForbiddenTerm}
RECORDS = sorted(
    (
        model
        for model in admin.site._registry
        if model not in EDITABLE and model._meta.app_label not in {"django_q", "account", "mfa", "knox"}
    ),
    key=lambda model: model._meta.label,
)


@pytest.fixture
def decided(clock) -> Dispute:
    """A decided dispute: something lies in nearly every table."""
    order = world.shipped(prices=(1173, 2000))
    clock.shift(timedelta(days=11))
    dispute = world.a_dispute(order, amount=500)
    disputes.send_message(dispute.pk, text="It came apart.", by=world.buyer_of(dispute))
    disputes.refuse_claim(dispute.pk, note="It was fine.", by=world.seller_of(dispute))
    clock.shift(timedelta(days=7))
    sweep()
    by = world.acting(world.person("", "mediator"))
    disputes.assign(dispute.pk, by=by)
    return disputes.adjudicate(
        dispute.pk, outcome="no_refund", reason_code="evidence.insufficient", facts="Nothing shows it.", by=by
    )


@pytest.fixture
def root(client: Client, clock) -> Client:
    client.force_login(world.staff(is_superuser=True))
    return client


def key_of(row: models.Model) -> str:
    return str(row.public_id if isinstance(row, Order | Dispute) else row.pk)


@pytest.mark.rule("Z-01", "M-07")
@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model._meta.label_lower)
def test_no_form_changes_a_record(decided: Dispute, root: Client, model: type[models.Model]) -> None:
    """Superusers included: the forged form carries every field that the model has."""
    before = list(model._default_manager.order_by("pk").values())
    base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    forged = {field.name: "1" for field in model._meta.concrete_fields} | {"post": "yes", "_save": "Save"}
    assert root.post(f"{base}add/", forged).status_code == 403
    row = model._default_manager.first()
    if row is not None:
        assert root.get(f"{base}{key_of(row)}/change/").status_code == 200
        assert root.post(f"{base}{key_of(row)}/change/", forged).status_code == 403
        assert root.post(f"{base}{key_of(row)}/delete/", forged).status_code == 403
    deleting = {"action": "delete_selected", "_selected_action": [row["id"] for row in before], "post": "yes"}
    root.post(base, deleting)
    assert list(model._default_manager.order_by("pk").values()) == before


def test_records_are_linked_by_ids_that_nobody_can_guess(decided: Dispute, root: Client) -> None:
    listed = root.get("/admin/disputes/dispute/").content.decode()
    assert f"/admin/disputes/dispute/{decided.public_id}/change/" in listed
    assert f"/admin/disputes/dispute/{decided.pk}/" not in listed
    page = root.get(f"/admin/disputes/dispute/{decided.public_id}/change/").content.decode()
    assert f"/admin/orders/order/{decided.order.public_id}/change/" in page
    assert root.get(f"/admin/disputes/dispute/{decided.pk}/change/").status_code == 302


def test_a_record_shows_money_and_what_happened(decided: Dispute, root: Client) -> None:
    page = root.get(f"/admin/orders/order/{decided.order.public_id}/change/").content.decode()
    assert "US$31.73" in page and "The parcel was sent" in page
    page = root.get(f"/admin/disputes/dispute/{decided.public_id}/change/").content.decode()
    assert "US$5.00" in page and "A mediator decided" in page and "It was fine." in page
    assert Decision.objects.get().public_id in root.get("/admin/disputes/decision/").content.decode()


@pytest.mark.rule("Z-01")
def test_a_superuser_has_no_verbs_of_their_own(root: Client, clock) -> None:
    """They see everything, and may do in a case what the rules let anybody do in their place: nothing."""
    dispute = waiting(clock)
    root.force_login(world.staff(is_superuser=True))
    page = root.get(f"/admin/disputes/dispute/{dispute.public_id}/change/").content.decode()
    assert "Take this case" not in page
    assert root.post(f"/admin/desk/{dispute.public_id}/do/assign/").status_code == 403
    assert root.post("/admin/desk/next/").status_code == 403
    dispute = Dispute.objects.get(pk=dispute.pk)
    assert (dispute.mediator_id, dispute.state) == (None, "mediation")


def test_the_buttons_of_a_record_are_the_readers_verbs(client: Client, clock) -> None:
    dispute = waiting(clock)
    client.force_login(world.staff("", "mediator"))
    page = client.get(f"/admin/disputes/dispute/{dispute.public_id}/change/").content.decode()
    assert "Take this case" in page and "Give it back" not in page
    client.post(f"/admin/desk/{dispute.public_id}/do/assign/", {"version": dispute.version})
    page = client.get(f"/admin/disputes/dispute/{dispute.public_id}/change/").content.decode()
    assert "Take this case" not in page and "Give it back" in page and "Close without a decision" in page


LISTS = (
    "orders/order",
    "orders/orderevent",
    "disputes/dispute",
    "disputes/disputeevent",
    "messaging/message",
)


def test_a_list_takes_as_many_queries_for_ten_cases_as_for_two_hundred(client: Client, clock) -> None:
    root, counts = world.staff(is_superuser=True), []
    case = waiting(clock)
    disputes.send_message(case.pk, text="Hello.", by=world.buyer_of(case))
    client.force_login(root)
    for number in (crowd.FEW, crowd.MANY):
        crowd.disputes(case, number - Dispute.objects.count())
        crowd.talk(case, number)
        pages = [f"/admin/{path}/" for path in LISTS]
        pages += [f"/admin/disputes/dispute/{case.public_id}/change/"]
        counts.append([queries_of(client, page) for page in pages])
    assert counts[0] == counts[1]
    assert max(counts[1]) <= 15, counts
