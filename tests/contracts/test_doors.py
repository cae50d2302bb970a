"""No door is special: the same verb through the page, the API and the desk writes the same rows (Z-01).

Each knock starts from the very same case (the test takes it back afterwards), so whatever differs was made by the door.
Whoever may not do it is refused at every door alike, and nothing moves.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from disputes import access
from disputes import services as disputes
from disputes.feedback.models import Feedback
from disputes.models import (
    Approval,
    Claim,
    Decision,
    Dispute,
    DisputeEvent,
    DisputeEvidence,
    DisputeLine,
    MessageExhibit,
    Offer,
    ReplacementShipment,
    ReturnShipment,
)
from disputes.reasons import REASONS
from marketplace.accounts.models import Store, StoreAddress, User
from marketplace.appeals.models import Appeal
from marketplace.core.access import system_only
from marketplace.core.clock import sweep
from marketplace.core.money import Money
from marketplace.messaging.models import Message, MessageFlag
from marketplace.notifications.models import Notice
from marketplace.orders import services as orders
from marketplace.orders.models import (
    Hold,
    HoldBack,
    Order,
    OrderEvent,
    Proof,
    Review,
    Shipment,
    TrackingEvent,
    TrackingNumber,
)
from marketplace.payments.models import Escrow, LedgerEntry, Refund
from marketplace.sanctions.access import may_impose
from marketplace.sanctions.models import Sanction
from marketplace.warranty import services as warranty
from marketplace.warranty.models import ClaimFile, WarrantyClaim, WarrantyEvent
from tests import api, invariants, world
from tests.contracts import doors_appeals as appeals
from tests.contracts import doors_feedback as feedback
from tests.contracts import doors_sanctions as sanctions
from tests.evidence import pictures
from tests.warranty import claims
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("Z-01")]

Row = tuple[Any, ...]
Knock = Callable[[Any, User], Any]

# -- what is compared ----------------------------------------------------------------------------------------------

#: every row that a verb may write, without the ids that each row is given anew
ROWS: dict[Any, str] = {
    Order: "public_id state version due_at due_verb held_back shipped_at protection_ends_at delivered_at confirmed_at "
    "confirmed_by_hand closed_at extension_asked_at rated_at proved_at hold_failed_at hold_time",
    OrderEvent: "verb from_state to_state actor_id role at recorded_at data",
    Shipment: "carrier tracking_number shipped_at promised_by delivered_at doubts doubts_cleared doubtful_at",
    Review: "order_id rating text created_at",
    Hold: "order_id reason placed_by_id placed_at ended_at accepted note",
    Proof: "hold_id text sent_at",
    WarrantyClaim: "state version due_at due_verb remedy amount paid carrier tracking_number shipped_at note ended_at",
    WarrantyEvent: "verb from_state to_state actor_id role at recorded_at data",
    ClaimFile: "evidence__sha256 evidence__owner_id is_receipt added_at",
    TrackingNumber: "carrier number since",
    TrackingEvent: "code at country city",
    HoldBack: "amount ended_at",
    Escrow: "public_id captured refunded released",
    Dispute: "state version due_at due_verb outcome reached_by held answered_at escalated_at ended_at settled_amount "
    "return_shipping_paid_by no_evidence_yet mediator_id assigned_at cancel_condition cancel_asked_at cancel_by paused_for",
    Offer: "by made_by_id claim_revision remedy amount return_shipping_paid_by postage_cap note status made_at "
    "ended_at denial_note",
    DisputeEvent: "verb from_state to_state actor_id role at recorded_at data",
    DisputeLine: "order_line_id quantity is_open",
    Claim: "revision received reason remedy amount ceiling description made_at",
    DisputeEvidence: "role added_at evidence__sha256 evidence__owner_id evidence__private",
    Decision: "mediator_id outcome amount return_shipping_paid_by reason_code facts evidence_cited note_to_parties "
    "needs_approval decided_at",
    Approval: "mediator_id approved note at",
    ReturnShipment: "status address country city is_local address_by send_by carrier tracking_number shipped_at lost_at "
    "delivered_at is_elsewhere check_by inspection contest_note postage_cap postage_amount postage_owed",
    ReplacementShipment: "status send_by carrier tracking_number shipped_at lost_at delivered_at acknowledge_by contest_note",
    StoreAddress: "country city lines is_default",
    Refund: "payment_id amount status cause decided_at expected_from expected_to",
    LedgerEntry: "transaction__kind transaction__at account__kind account__owner account__currency amount",
    Message: "author_id role text sent_at",
    MessageFlag: "category term warned raised_at state",
    MessageExhibit: "message__text message__role role added_at",
    Notice: "recipient_id subject text url due_at needs_you created_at mail",
    **appeals.ROWS,
    **sanctions.ROWS,
    **feedback.ROWS,
}
PUBLIC_ID = re.compile(r"\b[a-z]{3}_[a-z2-7]{26}\b")


def rows() -> dict[str, list[str]]:
    """What stands in the database, ready to compare. Ids made by the knock itself are only said to be there."""
    return {model.__name__: _of(model, names.split()) for model, names in ROWS.items()}


def _of(model: Any, names: list[str]) -> list[str]:
    found = model.objects.order_by("pk").values_list(*names)
    return [PUBLIC_ID.sub(lambda each: each[0][:4] + "…", repr(row)) for row in found]


# -- the doors -----------------------------------------------------------------------------------------------------


def page(url: str, **data: Any) -> Knock:
    """A form of a page, sent by somebody who is signed in. `{id}` is the case."""

    def knock(case: Any, user: User) -> Any:
        return browser(user).post(url.format(id=case.public_id), filled(data, case))

    return knock


def endpoint(url: str, **body: Any) -> Knock:
    """The API, with that person's token."""

    def knock(case: Any, user: User) -> Any:
        return api.client_of(user).post(
            f"/api/v1/{url.format(id=case.public_id)}", filled(body, case), format="json"
        )

    return knock


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def filled(data: dict[str, Any], case: Any) -> dict[str, Any]:
    """Values that depend on the case are written as functions of it."""
    return {name: value(case) if callable(value) else value for name, value in data.items()}


def upload_page(case: Any, user: User) -> Any:
    return browser(user).post(f"/disputes/{case.public_id}/files/", {"files": photo()})


def upload_api(case: Any, user: User) -> Any:
    client = api.client_of(user)
    sent = client.post("/api/v1/evidence/", {"file": photo()}, format="multipart")
    assert sent.status_code == 201, sent.content
    body = {"evidence": [sent.json()["id"]]}
    return client.post(api.path(case, "provide-evidence"), body, format="json")


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("seam.jpg", pictures.jpeg(), "image/jpeg")


def open_by_page(case: Any, user: User) -> Any:
    """The questions, one by one."""
    client, base = browser(user), f"/orders/{case.public_id}/problem/"
    answers = [
        ("", {}),
        ("came/", {"answer": "yes"}),
        ("what/", {"answer": "poor"}),
        ("detail/", {"answer": "quality.poor_workmanship"}),
        ("evidence/", {"skip": "1"}),
        ("ask/", {"answer": "all"}),
    ]
    for step, data in answers:
        response = client.post(base + step, data)
        assert response.status_code in (302, 403, 404), (step, response.content)
    return client.post(f"{base}check/", {"more": world.DESCRIPTION})


def open_by_api(case: Any, user: User) -> Any:
    """The same claim; what the pages make of the answers is sent as the description."""
    said = f"{REASONS['quality.poor_workmanship'].label}. I ask for US$11.73 and keep the item.\n\n{world.DESCRIPTION}"
    return api.client_of(user).post("/api/v1/disputes/", api.claim(case, description=said), format="json")


# -- where it starts -----------------------------------------------------------------------------------------------


def buyer(case: Any) -> User:
    found: User = case.buyer
    return found


seller = api.seller


def mediator(case: Any) -> User:
    """Whoever holds the case; before that, the mediator of these tests."""
    found: User = case.mediator or world.staff("", "mediator")
    return found


def second(case: Any) -> User:
    return world.staff("", "lead_mediator")


def moderator(case: Any) -> User:
    return world.staff("", "moderator")


def ended(clock: Any) -> Order:
    return claims.ended(clock)


def on_hold(clock: Any) -> Order:
    order = world.an_order()
    return orders.hold(order.pk, reason="Who is this?", by=world.acting(moderator(order)))


def doubtful(clock: Any) -> Order:
    """Its parcel has the number of another buyer's."""
    sent = [world.an_order() for _ in range(2)]
    for order in sent:
        parcel = {"carrier": "Post", "tracking_number": "RR1CN", "promised_by": None}
        orders.ship(order.pk, **parcel, by=world.seller_of(order))
    return Order.objects.get(pk=sent[0].pk)


def proved(clock: Any) -> Order:
    order = on_hold(clock)
    return orders.prove(order.pk, text="It is me.", by=world.seller_of(order))


def asked_for(clock: Any, remedy: str = "refund") -> WarrantyClaim:
    return claims.asked(ended(clock), remedy)


def agreed_on(clock: Any, remedy: str = "replacement") -> WarrantyClaim:
    claim = asked_for(clock, remedy)
    return warranty.accept(claim.pk, by=world.acting(seller(claim)))


def part_sent(clock: Any) -> WarrantyClaim:
    claim = agreed_on(clock)
    return warranty.ship(claim.pk, **PARCEL, by=world.acting(seller(claim)))


def repaired(clock: Any) -> WarrantyClaim:
    return agreed_on(clock, "repair")


def receipt_there(clock: Any) -> WarrantyClaim:
    claim = repaired(clock)
    files = [claims.receipt(claim.buyer)]
    return warranty.send_receipt(
        claim.pk, amount=Money(800, "USD"), evidence=files, by=world.acting(claim.buyer)
    )


def receipt_by_page(case: Any, user: User) -> Any:
    url = f"/warranty-claims/{case.public_id}/receipt/"
    return browser(user).post(url, {"amount": "8.00", "files": photo()})


def receipt_by_api(case: Any, user: User) -> Any:
    client = api.client_of(user)
    sent = client.post("/api/v1/evidence/", {"file": photo()}, format="multipart")
    assert sent.status_code == 201, sent.content
    body = {"amount": {"amount": "8.00", "currency": "USD"}, "evidence": [sent.json()["id"]]}
    return client.post(f"/api/v1/warranty-claims/{case.public_id}/send-receipt/", body, format="json")


def paid(clock: Any) -> Order:
    return world.an_order()


def long_paid(clock: Any) -> Order:
    order = world.an_order()
    clock.shift(11 * DAY)
    return order


def shipped(clock: Any) -> Order:
    return world.shipped()


def waited(clock: Any) -> Order:
    order = world.shipped()
    clock.shift(11 * DAY)
    return order


def opened(clock: Any, **wishes: Any) -> Dispute:
    prices = wishes.pop("prices", (1173,))
    order = world.shipped(prices=prices)
    clock.shift(11 * DAY)
    return again(world.a_dispute(order, **wishes))


def countered(clock: Any) -> Dispute:
    """The seller offers less, the item back first."""
    dispute = opened(clock)
    terms = {"remedy": "return_and_refund", "amount": Money(800, "USD"), "return_shipping_paid_by": "seller"}
    return again(disputes.make_offer(dispute.pk, by=world.seller_of(dispute), **terms))


def resting(clock: Any) -> Dispute:
    """The buyer gives it up once the money has come."""
    dispute = opened(clock)
    return again(disputes.cancel_conditionally(dispute.pk, condition="money", by=world.buyer_of(dispute)))


def refused_under_classic(clock: Any) -> Dispute:
    order = world.shipped(policy="classic")
    clock.shift(11 * DAY)
    dispute = world.a_dispute(order)
    return again(disputes.refuse_claim(dispute.pk, note="It was fine.", by=world.seller_of(dispute)))


def answer_page(act: str, **data: Any) -> Knock:
    """The page of the dispute's one offer."""

    def knock(case: Any, user: User) -> Any:
        offer = case.offers.get().public_id
        return browser(user).post(f"/disputes/{case.public_id}/offers/{offer}/{act}/", data)

    return knock


def answer_api(verb: str, **body: Any) -> Knock:
    def knock(case: Any, user: User) -> Any:
        sent = {"offer": case.offers.get().public_id, **body}
        return api.client_of(user).post(api.path(case, verb), sent, format="json")

    return knock


EDITED = {"reason": "quality.fades", "remedy": "refund", "description": "The colour came off in one wash."}


def edit_page(case: Any, user: User) -> Any:
    lines = [line.public_id for line in case.order.lines.all()]
    data = {**EDITED, "received": "yes", "lines": lines, "amount": "5.00"}
    return browser(user).post(f"/disputes/{case.public_id}/edit/", data)


def edit_api(case: Any, user: User) -> Any:
    lines = [{"line": line.public_id, "quantity": 1} for line in case.order.lines.all()]
    amount = {"amount": "5.00", "currency": "USD"}
    body = {**EDITED, "received": True, "lines": lines, "amount": amount}
    return api.client_of(user).post(api.path(case, "edit-claim"), body, format="json")


def to_return(clock: Any) -> Dispute:
    dispute = opened(clock, remedy="return_and_refund", reason="damaged.in_transit")
    return again(disputes.accept_claim(dispute.pk, by=world.seller_of(dispute)))


def returning(clock: Any) -> Dispute:
    dispute = to_return(clock)
    disputes.ship_return(dispute.pk, carrier="Post", tracking_number="B1", by=world.buyer_of(dispute))
    return again(dispute)


def without_address(clock: Any) -> Dispute:
    order = world.shipped()
    Order.objects.filter(pk=order.pk).update(country="BR")
    Store.objects.filter(pk=order.store_id).update(local_return_countries=["BR"])
    clock.shift(11 * DAY)
    dispute = world.a_dispute(order, remedy="return_and_refund", reason="damaged.in_transit")
    return again(disputes.accept_claim(dispute.pk, by=world.seller_of(dispute)))


def to_replace(clock: Any) -> Dispute:
    dispute = opened(clock)
    disputes.make_offer(dispute.pk, remedy="replacement", by=world.seller_of(dispute))
    offer = dispute.offers.get().public_id
    return again(disputes.accept_offer(dispute.pk, offer=offer, by=world.buyer_of(dispute)))


def replacing(clock: Any) -> Dispute:
    dispute = to_replace(clock)
    by = world.seller_of(dispute)
    return again(disputes.ship_replacement(dispute.pk, carrier="Post", tracking_number="R1", by=by))


def receipt_page(case: Any, user: User) -> Any:
    data = {"amount": "5.00", "files": photo()}
    return browser(user).post(f"/disputes/{case.public_id}/return/postage/", data)


def receipt_api(case: Any, user: User) -> Any:
    client = api.client_of(user)
    sent = client.post("/api/v1/evidence/", {"file": photo()}, format="multipart")
    assert sent.status_code == 201, sent.content
    body = {"evidence": sent.json()["id"], "amount": {"amount": "5.00", "currency": "USD"}}
    return client.post(api.path(case, "postage-receipt"), body, format="json")


def escalated(clock: Any, **wishes: Any) -> Dispute:
    dispute = opened(clock, **wishes)
    disputes.refuse_claim(dispute.pk, note="It was fine.", by=world.seller_of(dispute))
    clock.shift(7 * DAY)
    sweep()
    return again(dispute)


def held(clock: Any, **wishes: Any) -> Dispute:
    dispute = escalated(clock, **wishes)
    return again(disputes.assign(dispute.pk, by=world.acting(world.staff("", "mediator"))))


def decided(clock: Any) -> Dispute:
    """A decision above the limit, which a second mediator has to look at."""
    dispute = held(clock, prices=(70000,))
    by = world.acting(mediator(dispute))
    disputes.adjudicate(
        dispute.pk, outcome="refunded", reason_code="quality.poor_workmanship", facts="Seen.", by=by
    )
    return again(dispute)


def asking(clock: Any) -> Dispute:
    """A mediator waits for the buyer's answer."""
    dispute = held(clock)
    by = world.acting(mediator(dispute))
    return again(disputes.require_evidence(dispute.pk, sides=["buyer"], items=["A photo"], by=by))


def choosing(clock: Any) -> Dispute:
    """The buyer may choose a result."""
    dispute = held(clock)
    platform = {"remedy": "refund", "reason_code": "quality.poor_workmanship", "facts": "Seen."}
    return again(disputes.propose(dispute.pk, platform=platform, by=world.acting(mediator(dispute))))


def again(dispute: Dispute) -> Dispute:
    return Dispute.objects.select_related("order", "claim", "buyer", "store", "mediator").get(pk=dispute.pk)


# -- every verb and its doors --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verb:
    """A case, who may do the verb, and the doors that lead to it. `once`: a second time is refused."""

    start: Callable[[Any], Any]
    who: Callable[[Any], User]
    doors: dict[str, Knock]
    once: bool = True


DECISION = {
    "outcome": "partly_refunded",
    "reason_code": "quality.poor_workmanship",
    "facts": "The seam is torn.",
    "note_to_parties": "Thank you both.",
}
PLATFORM = {"remedy": "refund", "reason_code": "quality.poor_workmanship", "facts": "The seam is torn."}
DESK, CASE = "/admin/desk/{id}/", "/disputes/{id}/"


def of_dispute(
    page_url: str, api_verb: str, start: Any, who: Any, data: dict[str, Any] | None = None, **more: Any
) -> Verb:
    data = data or {}
    doors = {"page": page(CASE + page_url, **data), "api": endpoint(f"disputes/{{id}}/{api_verb}/", **data)}
    return Verb(start, who, doors, **more)


def of_staff(verb: str, api_verb: str, start: Any, who: Any, **data: Any) -> Verb:
    doors = {
        "desk": page(f"{DESK}do/{verb}/", **data),
        "api": endpoint(f"disputes/{{id}}/{api_verb}/", **data),
    }
    return Verb(start, who, doors)


def of_order(
    page_url: str, api_verb: str, start: Any, who: Any, data: dict[str, Any] | None = None, **more: Any
) -> Verb:
    data = data or {}
    doors = {
        "page": page(f"/orders/{{id}}/{page_url}", **data),
        "api": endpoint(f"orders/{{id}}/{api_verb}/", **data),
    }
    return Verb(start, who, doors, **more)


def of_claim(
    page_url: str, api_verb: str, start: Any, who: Any, data: dict[str, Any] | None = None, **more: Any
) -> Verb:
    """A verb of a warranty claim."""
    data = data or {}
    doors = {
        "page": page(f"/warranty-claims/{{id}}/{page_url}", **data),
        "api": endpoint(f"warranty-claims/{{id}}/{api_verb}/", **data),
    }
    return Verb(start, who, doors, **more)


def of_appeal(page_url: str, api_verb: str, start: Any, step: str = "", **data: Any) -> Verb:
    """A verb of the staff's on an appeal: at its desk, and in the API."""
    doors = {
        "desk": page(f"{appeals.DESK}{page_url}", step=step, **data),
        "api": endpoint(f"appeals/{{id}}/{api_verb}/", **data),
    }
    return Verb(start, appeals.reviewer, doors)


def of_feedback(page_url: str, api_verb: str, **data: Any) -> Verb:
    """A verb of a lead mediator's on poor feedback: at the desk, and in the API."""
    doors = {
        "desk": page(f"{feedback.DESK}{page_url}", **data),
        "api": endpoint(f"feedback/{{id}}/{api_verb}/", **data),
    }
    return Verb(feedback.poor, feedback.lead, doors)


SANCTION = {"target": sanctions.buyers_id, "kind": "no_disputes", **sanctions.WORDS}
USD_5 = {"amount": "5.00", "currency": "USD"}
PARCEL = {"carrier": "Post", "tracking_number": "RR7CN"}
VERBS: dict[tuple[str, str], Verb] = {
    ("Dispute", "open"): Verb(waited, buyer, {"page": open_by_page, "api": open_by_api}),
    ("Dispute", "accept_claim"): of_dispute("accept/", "accept-claim", opened, seller),
    ("Dispute", "refuse_claim"): of_dispute(
        "refuse/", "refuse-claim", opened, seller, {"note": "It was fine."}, once=False
    ),
    ("Dispute", "make_offer"): Verb(
        opened,
        seller,
        {
            "page": page(f"{CASE}offer/", offer="own", remedy="refund", amount="5.00", note="Half of it."),
            "api": endpoint("disputes/{id}/make-offer/", remedy="refund", amount=USD_5, note="Half of it."),
        },
        once=False,
    ),
    ("Dispute", "accept_offer"): Verb(
        countered, buyer, {"page": answer_page("accept"), "api": answer_api("accept-offer")}
    ),
    ("Dispute", "deny_offer"): Verb(
        countered,
        buyer,
        {
            "page": answer_page("deny", note="Too little."),
            "api": answer_api("deny-offer", note="Too little."),
        },
    ),
    ("Dispute", "edit_claim"): Verb(opened, buyer, {"page": edit_page, "api": edit_api}, once=False),
    ("Dispute", "escalate"): of_dispute("mediator/", "escalate", refused_under_classic, buyer),
    ("Dispute", "cancel_conditionally"): of_dispute(
        "cancel/later/", "cancel-conditionally", opened, buyer, {"condition": "parcel"}
    ),
    ("Dispute", "resume"): of_dispute("go-on/", "resume", resting, buyer),
    ("Dispute", "cancel"): of_dispute("cancel/", "cancel", opened, buyer),
    ("Dispute", "send_message"): of_dispute(
        "", "send-message", opened, buyer, {"text": "Hello."}, once=False
    ),
    ("Dispute", "provide_evidence"): Verb(
        opened, buyer, {"page": upload_page, "api": upload_api}, once=False
    ),
    ("Dispute", "give_return_address"): of_dispute(
        "return/address/",
        "give-return-address",
        without_address,
        seller,
        {"country": "BR", "city": "Recife", "lines": "Warehouse 7\nRua da Aurora 12"},
    ),
    ("Dispute", "submit_postage_receipt"): Verb(
        to_return, buyer, {"page": receipt_page, "api": receipt_api}, once=False
    ),
    ("Dispute", "ship_replacement"): of_dispute(
        "replacement/", "ship-replacement", to_replace, seller, PARCEL
    ),
    ("Dispute", "acknowledge_replacement"): of_dispute(
        "replacement/received/", "acknowledge-replacement", replacing, buyer
    ),
    ("Dispute", "contest_replacement"): of_dispute(
        "replacement/wrong/", "contest-replacement", replacing, buyer, {"note": "It is torn."}
    ),
    ("Dispute", "ship_return"): of_dispute("return/", "ship-return", to_return, buyer, PARCEL),
    ("Dispute", "acknowledge_return"): of_dispute(
        "return/received/", "acknowledge-return", returning, seller
    ),
    ("Dispute", "contest_return"): of_dispute(
        "return/wrong/", "contest-return", returning, seller, {"code": "damaged", "note": "It is wet."}
    ),
    ("Dispute", "assign"): of_staff("assign", "assign", escalated, mediator),
    ("Dispute", "release"): of_staff("release", "release", held, mediator),
    ("Dispute", "staff_cancel"): of_staff(
        "staff_cancel", "staff-cancel", held, mediator, reason="Opened by mistake."
    ),
    ("Dispute", "require_evidence"): Verb(
        held,
        mediator,
        {
            "desk": page(f"{DESK}ask/", sides=["buyer"], items="A photo"),
            "api": endpoint("disputes/{id}/require-evidence/", **{"from": ["buyer"], "items": ["A photo"]}),
        },
        once=False,
    ),
    ("Dispute", "close_evidence_requests"): of_staff(
        "close_evidence_requests", "close-evidence-requests", asking, mediator
    ),
    ("Dispute", "propose"): Verb(
        held,
        mediator,
        {
            "desk": page(f"{DESK}propose/", **PLATFORM, amount="5.00", beside="none", step="send"),
            "api": endpoint(
                "disputes/{id}/propose/",
                platform={**PLATFORM, "amount": {"amount": "5.00", "currency": "USD"}},
                seller=None,
            ),
        },
    ),
    ("Dispute", "choose_proposal"): of_dispute(
        "results/",
        "choose-proposal",
        choosing,
        buyer,
        {"proposal": lambda case: case.proposals.get().public_id},
    ),
    ("Dispute", "approve"): of_staff("approve", "approve", decided, second),
    ("Dispute", "reject_approval"): of_staff(
        "reject_approval", "reject-approval", decided, second, note="Look again."
    ),
    ("Dispute", "adjudicate"): Verb(
        held,
        mediator,
        {
            "desk": page(
                f"{DESK}decide/", **DECISION, amount="5.00", return_shipping_paid_by="seller", step="send"
            ),
            "api": endpoint(
                "disputes/{id}/adjudicate/", **DECISION, amount={"amount": "5.00", "currency": "USD"}
            ),
        },
    ),
    ("Order", "ship"): Verb(
        paid,
        seller,
        {
            "page": page("/orders/{id}/send/", **PARCEL, days=30),
            "api": endpoint(
                "orders/{id}/ship/",
                **PARCEL,
                promised_by=lambda order: (order.placed_at + 30 * DAY).isoformat(),
            ),
        },
        once=False,
    ),
    ("Order", "change_tracking"): of_order(
        "tracking/", "change-tracking", shipped, seller, PARCEL, once=False
    ),
    ("Order", "record_tracking"): of_order(
        "parcel/", "tracking-events", shipped, seller, {"code": "delivered", "city": "Perm"}, once=False
    ),
    ("Order", "extend_protection"): of_order(
        "extend/", "extend-protection", shipped, seller, {"days": 5}, once=False
    ),
    ("Order", "request_extension"): of_order("more-time/", "request-extension", shipped, buyer, once=False),
    ("Order", "confirm_receipt"): of_order("received/", "confirm-receipt", shipped, buyer),
    ("Order", "cancel"): of_order("cancel/", "cancel", long_paid, buyer),
    ("Order", "rate"): of_order("rate/", "rate", ended, buyer, {"rating": "4", "text": "Good."}),
    ("Order", "clear_doubts"): of_order(
        "tracking-right/", "clear-doubts", doubtful, moderator, {"reason": "The carrier used it twice."}
    ),
    ("Order", "hold"): of_order("hold/", "hold", paid, moderator, {"reason": "Who is this?"}),
    ("Order", "prove"): of_order("prove/", "prove", on_hold, seller, {"text": "It is me."}, once=False),
    ("Order", "accept_proof"): of_order("go-on/", "accept-proof", proved, moderator, {"note": "Thank you."}),
    ("Order", "refuse_proof"): of_order(
        "close/", "refuse-proof", proved, moderator, {"note": "It is false."}
    ),
    ("WarrantyClaim", "accept"): of_claim("accept/", "accept", asked_for, seller),
    ("WarrantyClaim", "decline"): of_claim(
        "decline/", "decline", asked_for, seller, {"note": "You dropped it."}
    ),
    ("WarrantyClaim", "withdraw"): of_claim("withdraw/", "withdraw", asked_for, buyer),
    ("WarrantyClaim", "ship"): of_claim("send/", "ship", agreed_on, seller, PARCEL),
    ("WarrantyClaim", "acknowledge"): of_claim("received/", "acknowledge", part_sent, buyer),
    ("WarrantyClaim", "send_receipt"): Verb(
        repaired, buyer, {"page": receipt_by_page, "api": receipt_by_api}
    ),
    ("WarrantyClaim", "pay_receipt"): of_claim("pay/", "pay-receipt", receipt_there, seller),
    ("Order", "send_message"): of_order(
        "", "messages", shipped, buyer, {"text": "When will it come?"}, once=False
    ),
    ("Appeal", "submit"): Verb(
        appeals.told,
        buyer,
        {
            "page": page(f"{CASE}appeal/", text="Look at the label.", step="send"),
            "api": endpoint("disputes/{id}/appeal/", text="Look at the label."),
        },
    ),
    ("Appeal", "assign"): of_appeal("do/assign/", "assign", appeals.sent),
    ("Appeal", "release"): of_appeal("do/release/", "release", appeals.taken),
    ("Appeal", "decide"): of_appeal("decide/", "decide", appeals.taken, step="send", **appeals.ANSWER),
    ("Sanction", "impose"): Verb(
        sanctions.nobody_sanctioned,
        moderator,
        {
            "desk": page("/admin/sanctions/sanction/impose/", **SANCTION, step="impose"),
            "api": endpoint("sanctions/", **SANCTION),
        },
        once=False,
    ),
    ("Sanction", "take_back"): Verb(
        sanctions.by_hand,
        moderator,
        {
            "page": page("/sanctions/{id}/take-back/", note="It was another."),
            "api": endpoint("sanctions/{id}/take-back/", note="It was another."),
        },
    ),
    ("Feedback", "give"): Verb(
        feedback.over,
        buyer,
        {
            "page": page(f"{CASE}feedback/", rating="1", heard="2", text="Nobody looked."),
            "api": endpoint("disputes/{id}/feedback/", rating=1, heard=2, text="Nobody looked."),
        },
    ),
    ("Feedback", "open_second_look"): of_feedback("second-look/", "open-second-look"),
    ("Feedback", "set_aside"): of_feedback("set-aside/", "set-aside", reason="It was looked at."),
}
#: verbs with one door only
ONE_DOOR = {
    ("Dispute", "accept_by_rule"): "a rule that the store switched on: no door at all",
    ("Order", "pay"): "a payment comes with the order: POST /orders/ alone",
    ("Dispute", "record_return_tracking"): "carriers report through the integrator: the API alone",
    ("Dispute", "record_replacement_tracking"): "carriers report through the integrator: the API alone",
}


#: verbs that begin a case, and so have no rule of the case's own
BEFORE_A_CASE = {("Dispute", "open"), ("Appeal", "submit"), ("Feedback", "give"), ("Sanction", "impose")}


def both(case: str, verb: str) -> Any:
    return pytest.param(VERBS[case, verb], id=f"{case}.{verb}")


EACH = pytest.mark.parametrize("verb", [both(*name) for name in VERBS])


def test_every_verb_of_a_person_knocks_here() -> None:
    wanted = {
        (m.__name__, verb)
        for m in (Order, Dispute, WarrantyClaim, Appeal, Feedback, Sanction)
        for verb, rule in m.RULES.items()
        if rule is not system_only
    }
    assert wanted - ONE_DOOR.keys() == VERBS.keys() - BEFORE_A_CASE
    assert all(len(verb.doors) > 1 for verb in VERBS.values())


@EACH
def test_every_door_writes_the_same_rows(verb: Verb, clock: Any) -> None:
    case = verb.start(clock)
    who, before = verb.who(case), rows()
    written = {name: outcome(knock, case, who) for name, knock in verb.doors.items()}
    first, *others = written.values()
    assert first != before, "the door let them in and did nothing"
    for other in others:
        for table, expected in first.items():
            assert other[table] == expected, f"{table} differs between {', '.join(written)}"
    assert rows() == before


def outcome(knock: Knock, case: Any, who: User) -> dict[str, list[str]]:
    """What stands there after the knock; then the knock is taken back."""
    with transaction.atomic():
        response = knock(case, who)
        assert response.status_code in (200, 201, 302), (response.status_code, response.content)
        invariants.check_all()
        after = rows()
        transaction.set_rollback(True)
    return after


@pytest.mark.parametrize("verb", [both(*name) for name, verb in VERBS.items() if verb.once])
def test_a_second_time_is_refused_at_every_door(verb: Verb, clock: Any) -> None:
    case = verb.start(clock)
    who = verb.who(case)
    for first in verb.doors.values():
        for name, knock in verb.doors.items():
            with transaction.atomic():
                first(case, who)
                after = rows()
                response = knock(case, who)
                assert rows() == after, f"a second time through the {name} wrote something"
                # A page may lead to what is there already (a second tap on Send), or say it on the page itself.
                assert response.status_code in ((302, 403, 404, 409) if name != "api" else (403, 409)), (
                    name,
                    response,
                )
                transaction.set_rollback(True)


@EACH
def test_whoever_may_not_is_refused_at_every_door(verb: Verb, clock: Any) -> None:
    case = verb.start(clock)
    theirs = verb.who(case)
    people = parties(case) | {
        "mediator": world.staff("", "mediator"),
        "moderator": world.staff("", "moderator"),
        "another buyer": world.shipped().buyer,
        "another seller": api.seller(world.shipped()),
        "somebody": world.person(),
    }
    before = rows()
    for name, knock in verb.doors.items():
        for role, person in people.items():
            if person == theirs or may(case, verb, person):
                continue
            response = knock(case, person)
            assert rows() == before, f"{role} moved something through the {name}"
            assert response.status_code in refusals(name, role, verb), (name, role, response.status_code)


def parties(case: Any) -> dict[str, User]:
    """Those whom it is about."""
    if isinstance(case, Sanction):
        return {"person": case.user}
    if isinstance(case, Feedback):
        case = case.dispute
    return {"buyer": case.buyer, "seller": api.seller(case)}


def may(case: Any, verb: Verb, person: User) -> bool:
    """Some verbs are for more than one person; the rule itself says so."""
    name = next(name for (_case, name), each in VERBS.items() if each is verb)
    if name in ("submit", "give"):
        return access.party(world.acting(person), case)
    if name == "impose":
        return may_impose(world.acting(person))
    rule = case.RULES.get(name)
    return bool(rule and rule(world.acting(person), case))


def refusals(door: str, role: str, verb: Verb) -> tuple[int, ...]:
    """Who sees the case is told that it is not theirs; for everybody else there is none. The desk shows no door at all."""
    if door == "api" and verb is VERBS["Sanction", "impose"]:
        return (403,)  # there is no case yet that could be hidden
    if (
        door == "api"
        and verb in (VERBS["Feedback", "open_second_look"], VERBS["Feedback", "set_aside"])
        and role != "buyer"
    ):
        return (404,)  # it exists for its own side and for leads alone
    if door == "desk":
        return (403,) if role in ("mediator", "moderator") else (302,)
    if role in ("another buyer", "another seller", "somebody"):
        return (404,)
    return (403, 404) if door == "page" else (403,)


def test_the_next_case_is_the_same_at_the_desk_and_in_the_api(clock: Any) -> None:
    first, _later = escalated(clock), escalated(clock)
    who = world.staff("", "mediator")
    desk = outcome(page("/admin/desk/next/"), first, who)
    assert outcome(endpoint("disputes/next/"), first, who) == desk
    assert any("'assign'" in row for row in desk["DisputeEvent"])
