"""Section 5, as far as an agreed or granted claim needs it: the goods go back before the money does."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from disputes import services as disputes
from disputes.models import Dispute
from marketplace.core.clock import sweep
from marketplace.core.errors import Forbidden, Invalid, TooLate, WrongState
from marketplace.notifications.models import Notice
from tests import api, invariants, world
from tests.evidence import pictures
from tests.pages import client_of, seller_user, version_on, words
from tests.world import DAY

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def again(dispute: Dispute) -> Dispute:
    return Dispute.objects.select_related("order__escrow", "order__policy", "claim", "return_shipment").get(
        pk=dispute.pk
    )


@pytest.fixture
def dispute(clock):
    """The seller agreed to a return and refund of 31.73."""
    order = world.shipped(prices=(1173, 2000))
    clock.shift(11 * DAY)
    dispute = world.a_dispute(order, reason="no_fault.unwanted", remedy="return_and_refund")
    disputes.accept_claim(dispute.pk, by=world.seller_of(dispute))
    return again(dispute)


def sent(dispute: Dispute) -> Dispute:
    disputes.ship_return(dispute.pk, carrier="Post", tracking_number="RB1", by=world.buyer_of(dispute))
    return again(dispute)


def arrived(dispute: Dispute) -> Dispute:
    by = world.sender_of(dispute.order)
    Dispute.objects.filter(pk=dispute.pk).update(integrator_id=by.user_id)
    disputes.record_return_tracking(dispute.pk, code="delivered", at=None, by=by)
    return again(dispute)


@pytest.mark.rule("T-01", "Z-05")
def test_the_buyer_has_ten_days_to_send_it_and_silence_ends_without_refund(dispute, clock):
    assert dispute.state == "awaiting_return"
    default = dispute.next_default
    assert (default.action, default.outcome.buyer.minor, default.outcome.seller.minor) == (
        "expire_return",
        0,
        3173,
    )
    clock.shift(10 * DAY - SECOND)
    assert not sweep()
    clock.shift(SECOND)
    with pytest.raises(TooLate):
        sent(dispute)
    assert sweep() == {"dispute.expire_return": 1}
    dispute = again(dispute)
    assert (dispute.state, dispute.outcome, dispute.reached_by) == ("resolved", "no_refund", "buyer_silence")
    assert dispute.order.escrow.released == 3173
    invariants.check_all()


@pytest.mark.rule("T-03")
def test_the_seller_has_it_back_and_the_buyer_is_refunded(dispute):
    dispute = arrived(sent(dispute))
    disputes.acknowledge_return(dispute.pk, by=world.seller_of(dispute))
    dispute = again(dispute)
    assert (dispute.state, dispute.outcome, dispute.reached_by) == (
        "resolved",
        "returned_and_refunded",
        "agreement",
    )
    assert dispute.order.escrow.refunded == 3173
    invariants.check_all()


@pytest.mark.rule("T-02")
def test_a_delivered_return_that_the_seller_does_not_check_in_ten_days_is_refunded(dispute, clock):
    dispute = arrived(sent(dispute))
    assert dispute.next_default.outcome.buyer.minor == 3173
    clock.shift(10 * DAY - SECOND)
    assert not sweep()
    clock.shift(SECOND)
    with pytest.raises(TooLate):
        disputes.contest_return(dispute.pk, code="damaged", note="", by=world.seller_of(dispute))
    assert sweep() == {"dispute.confirm_return_by_silence": 1}
    assert again(dispute).outcome == "returned_and_refunded"
    invariants.check_all()


@pytest.mark.rule("T-02")
def test_a_contested_return_goes_to_a_mediator(dispute):
    dispute = arrived(sent(dispute))
    with pytest.raises(Invalid):
        disputes.contest_return(dispute.pk, code="ugly", note="", by=world.seller_of(dispute))
    disputes.contest_return(
        dispute.pk, code="damaged", note="The box is crushed.", by=world.seller_of(dispute)
    )
    dispute = again(dispute)
    assert (dispute.state, dispute.return_shipment.status) == ("mediation", "contested")
    assert dispute.order.escrow.held.minor == 3173
    invariants.check_all()


@pytest.mark.rule("T-02")
def test_a_return_on_its_way_for_sixty_days_goes_to_a_mediator(dispute, clock):
    sent(dispute)
    clock.shift(60 * DAY)
    assert "dispute.mediate_lost_return" in sweep()
    assert again(dispute).state == "mediation"


@pytest.mark.rule("T-01", "Z-01")
def test_each_side_does_its_own_part(dispute):
    with pytest.raises(Forbidden):
        disputes.ship_return(dispute.pk, carrier="", tracking_number="X", by=world.seller_of(dispute))
    with pytest.raises(Invalid):
        disputes.ship_return(dispute.pk, carrier="", tracking_number=" ", by=world.buyer_of(dispute))
    with pytest.raises(WrongState):
        disputes.acknowledge_return(dispute.pk, by=world.seller_of(dispute))
    dispute = sent(dispute)
    with pytest.raises(Forbidden):
        disputes.acknowledge_return(dispute.pk, by=world.buyer_of(dispute))


@pytest.mark.rule("T-01", "M-06")
def test_a_mediator_may_decide_a_return_even_after_one_was_contested(dispute):
    dispute = arrived(sent(dispute))
    disputes.contest_return(dispute.pk, code="missing_items", note="", by=world.seller_of(dispute))
    by = world.acting(world.person("", "mediator"))
    disputes.assign(dispute.pk, by=by)
    disputes.adjudicate(
        dispute.pk,
        outcome="returned_and_refunded",
        reason_code="evidence.insufficient",
        facts="Send the rest.",
        by=by,
    )
    dispute = again(dispute)
    assert (dispute.state, dispute.return_shipment.status) == ("awaiting_return", "awaiting_shipment")
    invariants.check_all()


@pytest.mark.rule("T-02")
def test_a_late_report_of_the_delivery_leaves_the_seller_time_to_check(dispute, clock):
    dispute = sent(dispute)
    shipped_at = dispute.return_shipment.shipped_at
    clock.shift(30 * DAY)
    by = world.sender_of(dispute.order)
    Dispute.objects.filter(pk=dispute.pk).update(integrator_id=by.user_id)
    disputes.record_return_tracking(dispute.pk, code="delivered", at=shipped_at - DAY, by=by)
    parcel = again(dispute).return_shipment
    assert parcel.delivered_at == shipped_at
    assert parcel.check_by == shipped_at + 32 * DAY


@pytest.mark.rule("T-02")
def test_the_same_report_again_changes_nothing_and_later_ones_move_no_time_back(dispute, clock):
    dispute = sent(dispute)
    by = world.sender_of(dispute.order)
    Dispute.objects.filter(pk=dispute.pk).update(integrator_id=by.user_id)
    clock.shift(5 * DAY)
    at = dispute.return_shipment.shipped_at + 3 * DAY
    disputes.record_return_tracking(dispute.pk, code="delivered", at=at, by=by)
    first = again(dispute)
    events, told = first.events.count(), Notice.objects.count()
    disputes.record_return_tracking(dispute.pk, code="delivered", at=at, by=by)
    assert (again(dispute).version, first.events.count(), Notice.objects.count()) == (
        first.version,
        events,
        told,
    )
    for later in ({"code": "delivered", "at": at - DAY}, {"code": "in_transit", "at": None}):
        disputes.record_return_tracking(dispute.pk, by=by, **later)
    parcel = again(dispute).return_shipment
    assert (parcel.delivered_at, parcel.check_by, parcel.status) == (at, at + 10 * DAY, "delivered")
    assert Notice.objects.count() == told, "a carrier reports many times; only the delivery is told"


@pytest.mark.rule("T-02")
@pytest.mark.parametrize("code", ["not_received", "damaged", "empty_or_different", "missing_items"])
def test_each_code_contests_with_note_and_files_and_both_sides_are_told(dispute, code):
    dispute = arrived(sent(dispute))
    room, page = f"/disputes/{dispute.public_id}/", client_of(seller_user(dispute.order))
    form = {"code": code, "note": "See the photo.", "version": version_on(page.get(f"{room}return/wrong/"))}
    photo = SimpleUploadedFile("box.jpg", pictures.jpeg(), "image/jpeg")
    assert page.post(f"{room}return/wrong/", {**form, "files": photo}).status_code == 302
    dispute = again(dispute)
    assert (dispute.state, dispute.return_shipment.inspection) == ("mediation", code)
    assert [(row.role, row.evidence.name) for row in dispute.exhibits.all()] == [("seller", "box.jpg")]
    subject = "The seller says the return is not right"
    assert Notice.objects.filter(recipient=dispute.buyer, subject=subject).exists()
    assert "See the photo." in words(client_of(dispute.buyer).get(room))


@pytest.mark.rule("T-02")
def test_a_file_that_is_refused_contests_nothing(dispute):
    dispute = arrived(sent(dispute))
    room, page = f"/disputes/{dispute.public_id}/", client_of(seller_user(dispute.order))
    form = {"code": "damaged", "note": "x", "version": version_on(page.get(f"{room}return/wrong/"))}
    bad = SimpleUploadedFile("box.jpg", b"not a picture", "image/jpeg")
    assert page.post(f"{room}return/wrong/", {**form, "files": bad}).status_code == 200
    assert again(dispute).state == "return_in_transit"


@pytest.mark.rule("T-02", "T-03")
def test_the_fifth_code_is_that_it_came_back_as_it_should(dispute):
    dispute = arrived(sent(dispute))
    disputes.acknowledge_return(dispute.pk, by=world.seller_of(dispute))
    shown = api.client_of(dispute.buyer).get(api.path(dispute)).json()["return"]
    assert (shown["inspection"], shown["contested_for"], shown["status"]) == (
        "as_it_should",
        None,
        "confirmed",
    )
