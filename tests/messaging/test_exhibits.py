"""Messages are weighed only where a side submitted them as evidence (N-08)."""

from __future__ import annotations

from typing import Any

import pytest

from disputes import services as disputes
from disputes.models import Dispute, MessageExhibit
from marketplace.core.clock import sweep
from marketplace.core.errors import Invalid
from marketplace.messaging.models import Message
from marketplace.notifications.models import Notice
from marketplace.orders import services as orders
from tests import api, pages, world
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("N-08")]


@pytest.fixture
def dispute(clock) -> Dispute:
    order = world.shipped()
    orders.send_message(order.pk, text="We know that this lot is bad.", by=world.seller_of(order))
    clock.shift(11 * DAY)
    found = world.a_dispute(order)
    disputes.send_message(found.pk, text="You wrote that it is a bad lot.", by=world.buyer_of(found))
    return Dispute.objects.get(pk=found.pk)


def messages() -> tuple[str, str]:
    """(the seller's on the order, the buyer's in the dispute)"""
    first, second = Message.objects.order_by("pk")
    return first.public_id, second.public_id


def submit(dispute: Dispute, *ids: str, by: Any = None) -> Dispute:
    return disputes.provide_evidence(dispute.pk, messages=ids, by=by or world.buyer_of(dispute))


def test_a_side_submits_messages_of_either_side_and_either_thread(dispute: Dispute) -> None:
    assert dispute.no_evidence_yet
    submit(dispute, *messages())
    found = [(each.message.role, each.role) for each in dispute.message_exhibits.all()]
    assert found == [("seller", "buyer"), ("buyer", "buyer")]
    assert not Dispute.objects.get(pk=dispute.pk).no_evidence_yet
    event = dispute.events.last()
    assert (event.verb, event.data) == ("provide_evidence", {"messages": 2})
    submit(dispute, messages()[0])
    assert MessageExhibit.objects.count() == 2, "the same one again is no second exhibit"


def test_messages_of_elsewhere_and_none_at_all_are_refused(dispute: Dispute) -> None:
    other = world.shipped()
    theirs = orders.send_message(other.pk, text="Hello.", by=world.buyer_of(other)).public_id
    for ids, field in (((theirs,), "messages"), (("msg_nothing",), "messages"), ((), "evidence")):
        with pytest.raises(Invalid) as refusal:
            submit(dispute, *ids)
        assert refusal.value.errors[0].field == field
    assert not MessageExhibit.objects.exists()


def test_the_page_offers_each_message_and_adds_the_chosen(dispute: Dispute) -> None:
    client, first = pages.client_of(dispute.buyer), messages()[0]
    assert (
        f"/disputes/{dispute.public_id}/messages/"
        in client.get(f"/disputes/{dispute.public_id}/").content.decode()
    )
    url = f"/disputes/{dispute.public_id}/messages/"
    offered = pages.words(client.get(url))
    assert "We know that this lot is bad." in offered and "You wrote that it is a bad lot." in offered
    assert "Choose at least one message." in pages.words(client.post(url))
    assert client.post(url, {"messages": [first]}).status_code == 302
    room = pages.words(client.get(f"/disputes/{dispute.public_id}/"))
    assert "Messages as evidence" in room and "Added by you" in room and "1 message" in room
    assert first not in client.get(url).content.decode(), "it is evidence already"


def test_the_other_side_is_told(dispute: Dispute) -> None:
    submit(dispute, messages()[0])
    notice = Notice.objects.filter(recipient=pages.seller_user(dispute)).latest("pk")
    assert notice.text == "The buyer added 1 message(s) as evidence."


def test_the_api_takes_messages_beside_files(dispute: Dispute) -> None:
    client, ids = api.client_of(api.seller(dispute)), messages()
    case = client.post(api.path(dispute, "provide-evidence"), {"messages": [ids[1]]}).json()
    (shown,) = case["evidence_messages"]
    assert (shown["id"], shown["by"], shown["submitted_by"]) == (ids[1], "buyer", "seller")
    assert shown["text"] == "You wrote that it is a bad lot." and shown["sent_at"] and shown["submitted_at"]
    assert case["evidence"] == []
    assert case["events"][-1]["data"] == {"messages": 1}
    api.refused(client.post(api.path(dispute, "provide-evidence"), {"messages": ["msg_x"]}), 422, "invalid")
    api.refused(client.post(api.path(dispute, "provide-evidence"), {}), 422, "invalid")


def test_the_mediator_sees_them_among_the_evidence_and_the_rest_apart(
    dispute: Dispute, client, clock
) -> None:
    first, _second = messages()
    submit(dispute, first)
    disputes.refuse_claim(dispute.pk, note="It was fine.", by=world.seller_of(dispute))
    clock.shift(7 * DAY)
    sweep()
    mediator = world.staff("", "mediator")
    disputes.assign(dispute.pk, by=world.acting(mediator))
    client.force_login(mediator)
    page = client.get(f"/admin/desk/{dispute.public_id}/")
    said = pages.words(page)
    assert "Messages as evidence (1)" in said and "Messages (2)" in said
    assert "Messages are not evidence. Do not weigh them." in said
    assert f"seen_{first}" in page.content.decode()
    words = {"reason_code": "quality.poor_workmanship", "facts": "The seller knew of the bad lot."}
    cited = [{"evidence": first, "considered": True, "why": "The seller says so."}]
    disputes.adjudicate(
        dispute.pk, outcome="refunded", evidence_cited=cited, by=world.acting(mediator), **words
    )
    room = pages.words(pages.client_of(dispute.buyer).get(f"/disputes/{dispute.public_id}/"))
    assert "Message of the seller" in room


def test_a_message_that_is_no_exhibit_is_not_cited(dispute: Dispute, clock) -> None:
    disputes.refuse_claim(dispute.pk, note="It was fine.", by=world.seller_of(dispute))
    clock.shift(7 * DAY)
    sweep()
    by = world.acting(world.staff("", "mediator"))
    disputes.assign(dispute.pk, by=by)
    cited = [{"evidence": messages()[0], "considered": True, "why": ""}]
    with pytest.raises(Invalid):
        disputes.adjudicate(
            dispute.pk,
            outcome="no_refund",
            reason_code="evidence.insufficient",
            facts="x",
            evidence_cited=cited,
            by=by,
        )
