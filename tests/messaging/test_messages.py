"""Writing to each other: warned before, warned under it, flagged; and not too much at once (O-09, N-07)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from disputes import services as disputes
from disputes.models import Dispute
from marketplace.core.errors import Invalid, Throttled
from marketplace.messaging import services
from marketplace.messaging.models import Message, MessageFlag
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from tests import api, pages, world
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("N-07")]
BAD = "Cancel the dispute and I send the money to your PayPal."
MINUTE = timedelta(minutes=1)


@pytest.fixture
def order(clock) -> Order:
    return world.shipped()


@pytest.fixture
def dispute(order: Order, clock) -> Dispute:
    clock.shift(11 * DAY)
    return world.a_dispute(order)


def say(order: Order, text: str, **wishes: Any) -> Message:
    return orders.send_message(order.pk, text=text, by=world.seller_of(order), **wishes)


def flags(message: Message) -> set[str]:
    return {flag.category for flag in message.flags.all()}


# -- flags ---------------------------------------------------------------------------------------------------------


def test_what_is_found_is_flagged_with_the_message(order: Order) -> None:
    message = say(order, BAD)
    assert flags(message) == {"early_confirm", "outside_payment"}
    flag = message.flags.get(category="outside_payment")
    assert (flag.state, flag.warned, flag.raised_at) == ("open", False, timezone.now())
    assert "paypal" in flag.term
    assert flags(say(order, "The parcel left today.")) == set()


def test_an_address_found_is_not_copied_into_the_flag(order: Order) -> None:
    flag = say(order, "Write to jane.doe@example.com").flags.get()
    assert (flag.category, flag.term) == ("contact_details", "e-mail address")


@pytest.mark.rule("O-09")
@pytest.mark.parametrize(
    ("text", "code"), [("", "required"), (" \n\t", "required"), ("x" * 2001, "too_long")]
)
def test_an_empty_or_too_long_message_is_refused_with_words(order: Order, text: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        say(order, text)
    assert [error.code for error in refusal.value.errors] == [code] and refusal.value.detail
    assert not Message.objects.exists()
    say(order, "x" * 2000)


# -- on a page -----------------------------------------------------------------------------------------------------


def on_page(case: Order | Dispute, role: str, **data: Any) -> Any:
    user = case.buyer if role == "buyer" else pages.seller_user(case)
    room = "orders" if isinstance(case, Order) else "disputes"
    return pages.client_of(user).post(f"/{room}/{case.public_id}/", data)


@pytest.mark.rule("O-09")
@pytest.mark.parametrize("kind", ["order", "dispute"])
def test_the_writer_is_warned_before_and_may_send_it_anyway(kind: str, request: Any) -> None:
    case = request.getfixturevalue(kind)
    answer = on_page(case, "seller", text=BAD)
    assert answer.status_code == 200 and not Message.objects.exists()
    page, said = answer.content.decode(), pages.words(answer)
    assert f">\n{BAD}</textarea>" in page, "the text is kept"
    assert "It asks for money or a deal outside this site." in said and "Send it anyway" in said
    assert 'name="anyway" value="outside_payment,early_confirm"' in page
    answer = on_page(case, "seller", text=BAD, anyway="outside_payment,early_confirm")
    assert answer.status_code == 302
    assert all(flag.warned for flag in Message.objects.get().flags.all())


def test_other_words_than_those_warned_of_are_warned_of_anew(order: Order) -> None:
    answer = on_page(order, "seller", text="You idiot. " + BAD, anyway="outside_payment,early_confirm")
    assert answer.status_code == 200 and "It has rude words." in pages.words(answer)
    assert not Message.objects.exists()


def test_a_harmless_message_is_sent_at_once(dispute: Dispute) -> None:
    assert on_page(dispute, "seller", text="The tracking number is RR123456785CN.").status_code == 302
    assert Message.objects.count() == 1


@pytest.mark.parametrize("kind", ["order", "dispute"])
def test_the_reader_sees_a_warning_and_the_writer_none(kind: str, request: Any) -> None:
    case = request.getfixturevalue(kind)
    on_page(case, "seller", text=BAD, anyway="outside_payment,early_confirm")
    room = "orders" if kind == "order" else "disputes"
    warning = "This message asks you to pay or agree outside the site. Money outside is not protected."
    url = f"/{room}/{case.public_id}/"
    assert warning in pages.words(pages.client_of(case.buyer).get(url))
    assert warning not in pages.words(pages.client_of(pages.seller_user(case)).get(url))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Закройте спор, деньги вернём на карту."),
        ("ru", "先取消纠纷，然后我支付宝转给你。"),
        ("zh-hans", "Cancele a disputa e eu faço um pix."),
        ("pt-br", "Cancel the dispute, I pay you by PayPal."),
    ],
)
def test_every_language_is_screened_whatever_the_writers(order: Order, language: str, text: str) -> None:
    writer = pages.client_of(pages.seller_user(order))
    writer.cookies["django_language"] = language
    answer = writer.post(f"/orders/{order.public_id}/", {"text": text})
    assert answer.status_code == 200 and 'name="anyway"' in answer.content.decode()


def test_a_message_and_its_warning_are_text_and_never_markup(order: Order) -> None:
    text = "<script>alert(1)</script><img src=x onerror=alert(1)> cancel the dispute"
    say(order, text)
    page = pages.client_of(order.buyer).get(f"/orders/{order.public_id}/").content.decode()
    assert "<script>alert(1)" not in page and "<img src=x" not in page and "&lt;script&gt;alert(1)" in page


def test_a_room_takes_as_many_queries_with_many_flags_as_with_one(
    dispute: Dispute, clock, django_assert_max_num_queries
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for more in (1, 12):
        for number in range(more):
            disputes.send_message(dispute.pk, text=f"{BAD} {number}", by=world.seller_of(dispute))
        client = pages.client_of(dispute.buyer)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(f"/disputes/{dispute.public_id}/").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


# -- in the API ----------------------------------------------------------------------------------------------------


def test_the_api_sends_and_says_what_the_reader_is_warned_of(order: Order) -> None:
    client = api.client_of(api.seller(order))
    answer = client.post(f"/api/v1/orders/{order.public_id}/messages/", {"text": BAD})
    assert answer.status_code == 201
    assert [each["code"] for each in answer.json()["warnings"]] == ["outside_payment", "early_confirm"]
    assert all(each["message"] for each in answer.json()["warnings"])
    listed = api.client_of(order.buyer).get(f"/api/v1/orders/{order.public_id}/messages/").json()["results"]
    assert listed[0]["warnings"] == answer.json()["warnings"]


def test_a_dispute_in_the_api_has_its_messages_with_warnings(dispute: Dispute) -> None:
    client = api.client_of(dispute.buyer)
    case = client.post(api.path(dispute, "send-message"), {"text": "You idiot."}).json()
    assert [each["code"] for each in case["messages"][0]["warnings"]] == ["insult"]
    case = client.post(api.path(dispute, "send-message"), {"text": "Sorry."}).json()
    assert case["messages"][1]["warnings"] == []


# -- not too much at once ------------------------------------------------------------------------------------------


@pytest.mark.rule("O-09")
def test_too_many_in_a_short_time_wait_and_nothing_is_lost(order: Order, clock) -> None:
    for number in range(services.MOST_AT_ONCE):
        say(order, f"Message {number}")
        clock.shift(timedelta(seconds=1))
    with pytest.raises(Throttled) as refusal:
        say(order, "One more")
    assert refusal.value.wait == 10 * 60 - services.MOST_AT_ONCE
    answer = on_page(order, "seller", text="One more")
    assert answer.status_code == 429 and ">\nOne more</textarea>" in answer.content.decode()
    assert "You sent many messages in a short time." in pages.words(answer)
    response = api.client_of(api.seller(order)).post(
        f"/api/v1/orders/{order.public_id}/messages/", {"text": "One more"}
    )
    assert api.refused(response, 429, "throttled")["retry_at"]
    assert int(response["Retry-After"]) == 10 * 60 - services.MOST_AT_ONCE
    assert Message.objects.count() == services.MOST_AT_ONCE
    orders.send_message(
        order.pk, text="Slowly, please", by=world.buyer_of(order)
    )  # the other side may still write
    clock.shift(10 * MINUTE)
    say(order, "One more")


def test_each_thread_is_counted_for_itself(order: Order, dispute: Dispute) -> None:
    for number in range(services.MOST_AT_ONCE):
        say(order, f"Message {number}")
    disputes.send_message(dispute.pk, text="In the other thread", by=world.seller_of(dispute))


# -- insults count -------------------------------------------------------------------------------------------------


def insults(order: Order) -> int:
    writer = pages.seller_user(order)
    return services.insults_of(writer.pk, at=timezone.now(), policy=order.policy).count()


def test_insulting_messages_count_for_thirty_days(order: Order, clock) -> None:
    for text in ("You idiot, you moron!", "Stupid buyer.", "Good morning."):
        say(order, text)
    assert insults(order) == 2, "a message counts once"
    assert services.insults_of(order.buyer.pk, at=timezone.now()).count() == 0
    clock.shift(timedelta(days=order.policy.flag_days) - timedelta(seconds=1))
    assert insults(order) == 2
    clock.shift(timedelta(seconds=1))
    assert insults(order) == 0


def test_what_a_moderator_dismissed_does_not_count_and_warns_nobody(order: Order) -> None:
    message = say(order, "You idiot.")
    moderator = world.acting(world.staff("", "moderator"))
    services.handle_flag(message.flags.get().pk, upheld=False, note="A joke of the two.", by=moderator)
    assert insults(order) == 0
    page = pages.words(pages.client_of(order.buyer).get(f"/orders/{order.public_id}/"))
    assert "You idiot." in page and "rude words" not in page


def test_the_mediator_reads_how_often(dispute: Dispute, client, clock) -> None:
    for text in ("You idiot.", "You moron.", "Shut up."):
        disputes.send_message(dispute.pk, text=text, by=world.seller_of(dispute))
    client.force_login(world.staff("", "mediator"))
    page = client.get(f"/admin/desk/{dispute.public_id}/").content.decode()
    assert 'data-label="Insults">3' in page and 'data-label="Insults">0' in page and "Often" in page
    assert MessageFlag.objects.filter(category="insult").count() == 3
