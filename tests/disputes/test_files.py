"""The files of a dispute: marked as private where they are sent, told of by their hash once they are gone (E-03, E-05)."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from disputes import services
from disputes.models import Dispute, ReturnShipment
from disputes.views.room import _statement
from marketplace.core.access import Actor
from marketplace.evidence import access, retention
from marketplace.evidence import services as files
from marketplace.evidence.models import Evidence
from marketplace.notifications.models import Notice
from tests import api, invariants, world
from tests.evidence import pictures
from tests.evidence.test_services import stored_files
from tests.pages import client_of, seller_user, words

pytestmark = pytest.mark.django_db


def photo(actor: Actor, *, private: bool = False, quality: int = 80) -> Evidence:
    data = pictures.jpeg(quality=quality)
    return files.take(
        io.BytesIO(data), name=f"paper-{quality}.jpg", by=actor, limits=files.limits_now(), private=private
    )


def room(dispute: Dispute, page: str = "") -> str:
    return f"/disputes/{dispute.public_id}/{page}"


@pytest.fixture
def dispute() -> Dispute:
    with time_machine.travel(timezone.now() - timedelta(days=12)):
        order = world.shipped()
    return world.a_dispute(order)


@pytest.mark.rule("E-03")
def test_the_page_marks_files_as_private_and_the_other_side_never_learns_of_them(dispute: Dispute) -> None:
    buyer, seller = client_of(dispute.buyer), client_of(seller_user(dispute))
    upload = SimpleUploadedFile("bank-statement.jpg", pictures.jpeg(), content_type="image/jpeg")
    assert "Only the mediator sees these" in words(buyer.get(room(dispute, "files/")))
    sent = buyer.post(room(dispute, "files/"), {"files": upload, "private": "on"})
    assert sent.status_code == 302, words(sent)
    file = Evidence.objects.get()
    assert file.private
    assert "bank-statement" in words(buyer.get(room(dispute)))
    assert "bank-statement" not in words(seller.get(room(dispute)))
    assert seller.get(room(dispute, f"files/{file.public_id}/")).status_code == 404
    case = api.client_of(seller_user(dispute)).get(api.path(dispute)).json()
    assert case["evidence"] == []
    assert file.public_id not in str(case)
    told = Dispute.objects.get(pk=dispute.pk).events.get(verb="provide_evidence")
    assert told.data["files"] == 0
    assert not Notice.objects.filter(key__endswith=f":{told.pk}").exists()


@pytest.mark.rule("E-03", "E-06")
def test_a_decision_names_private_files_to_their_sender_and_the_staff_alone(dispute: Dispute) -> None:
    buyer, seller = world.acting(dispute.buyer), world.acting(seller_user(dispute))
    shown, hidden = photo(buyer), photo(buyer, private=True, quality=70)
    services.provide_evidence(dispute.pk, evidence=[shown.public_id, hidden.public_id], by=buyer)
    cited = [
        {"evidence": each.public_id, "considered": True, "why": "It shows the seam."}
        for each in (shown, hidden)
    ]
    dispute.decisions.create(
        mediator=world.staff("m", "mediator"), outcome="no_refund", amount=0, facts="x",
        reason_code="evidence.insufficient", evidence_cited=cited, decided_at=dispute.created_at,
    )  # fmt: skip
    dispute = Dispute.objects.get(pk=dispute.pk)
    assert [each.name for each in _statement(dispute, buyer).cited] == ["paper-80.jpg", "paper-70.jpg"]
    assert [each.name for each in _statement(dispute, seller).cited] == ["paper-80.jpg"]


@pytest.mark.rule("E-04")
def test_a_large_file_sent_by_the_page_comes_along_with_the_form(dispute: Dispute) -> None:
    by = world.acting(dispute.buyer)
    file = photo(by)
    buyer = client_of(dispute.buyer)
    sent = buyer.post(room(dispute, "files/"), {"uploaded": [file.public_id], "private": "on"})
    assert sent.status_code == 302, words(sent)
    file.refresh_from_db()
    assert file.private, "the form says it after the bytes have come"
    assert dispute.exhibits.get().evidence == file
    theirs = photo(world.acting(seller_user(dispute)), quality=60)
    assert buyer.post(room(dispute, "files/"), {"uploaded": [theirs.public_id]}).status_code == 422


@pytest.mark.rule("E-03")
def test_what_the_other_side_was_shown_cannot_be_hidden_afterwards(dispute: Dispute) -> None:
    by = world.acting(dispute.buyer)
    file = photo(by)
    services.provide_evidence(dispute.pk, evidence=[file.public_id], by=by)
    buyer = client_of(dispute.buyer)
    assert (
        buyer.post(room(dispute, "files/"), {"uploaded": [file.public_id], "private": "on"}).status_code
        == 422
    )
    file.refresh_from_db()
    assert not file.private


def ended(dispute: Dispute) -> Dispute:
    services.cancel(dispute.pk, by=world.acting(dispute.buyer))
    return Dispute.objects.get(pk=dispute.pk)


@pytest.mark.rule("E-05")
@pytest.mark.parametrize(("seconds", "gone"), [(-1, False), (0, True), (1, True)])
def test_files_go_when_the_appeal_window_and_215_days_have_passed(
    dispute: Dispute, seconds: int, gone: bool
) -> None:
    by = world.acting(dispute.buyer)
    file = photo(by)
    services.provide_evidence(dispute.pk, evidence=[file.public_id], by=by)
    assert retention.sweep(file.created_at + timedelta(days=1000)) == 0, "an open case keeps its files"
    dispute = ended(dispute)
    assert dispute.ended_at is not None
    Evidence.objects.update(look_at=dispute.ended_at)
    end = dispute.ended_at + timedelta(days=7 + 215)
    retention.sweep(dispute.ended_at)
    assert retention.sweep(end + timedelta(seconds=seconds)) == int(gone)
    file.refresh_from_db()
    assert (file.removed_at is not None) == gone
    assert len(stored_files()) == (0 if gone else 2)


@pytest.mark.rule("E-05", "Z-02")
def test_the_hash_stays_in_the_timeline_and_on_the_page(dispute: Dispute) -> None:
    by = world.acting(dispute.buyer)
    shown, hidden = photo(by), photo(by, private=True, quality=70)
    services.provide_evidence(dispute.pk, evidence=[shown.public_id, hidden.public_id], by=by)
    dispute = ended(dispute)
    Evidence.objects.update(look_at=dispute.ended_at)
    before = dispute.events.count()
    later = dispute.ended_at + timedelta(days=400)
    assert retention.sweep(later) == 2
    invariants.check_all()
    for who, sees in ((dispute.buyer, {shown, hidden}), (seller_user(dispute), {shown})):
        page = words(client_of(who).get(room(dispute)))
        case = api.client_of(who).get(api.path(dispute)).json()
        for file in (shown, hidden):
            assert (file.sha256 in page) == (file in sees)
            assert (file.sha256 in str(case)) == (file in sees)
        assert "Removed on" in page
        assert all(row["content"] is None and row["removed_at"] for row in case["evidence"])
    events = [event.verb for event in dispute.events.all()[before:]]
    assert sorted(events) == ["remove_file", "remove_private_file"]
    file = Evidence.objects.get(pk=shown.pk)
    assert not access.may_see(by, file)


@pytest.mark.rule("E-05")
def test_a_removed_file_is_put_to_no_case(dispute: Dispute) -> None:
    by = world.acting(dispute.buyer)
    file = photo(by)
    assert retention.remove(file, dispute.created_at)
    from marketplace.core.errors import Invalid

    with pytest.raises(Invalid):
        services.provide_evidence(dispute.pk, evidence=[file.public_id], by=by)


@pytest.mark.rule("E-05", "T-04")
def test_the_receipt_of_a_returns_postage_stays_as_long_as_its_dispute(dispute: Dispute) -> None:
    file = photo(world.acting(dispute.buyer))
    now = timezone.now()
    ReturnShipment.objects.create(dispute=dispute, agreed_at=now, send_by=now, postage_receipt=file)
    assert retention.sweep(file.created_at + timedelta(days=1000)) == 0
    end = ended(dispute).ended_at
    assert end is not None
    Evidence.objects.update(look_at=end)
    assert retention.sweep(end + timedelta(days=7 + 215, seconds=-1)) == 0
    Evidence.objects.update(look_at=end)
    assert retention.sweep(end + timedelta(days=7 + 215)) == 1
    assert dispute.events.filter(verb="remove_file").exists()
