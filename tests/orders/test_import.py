"""Taking rows: new orders with their history behind them, the same row again, and later rows that move an order on."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marketplace.accounts.models import Store, StoreMember, User
from marketplace.core.clock import sweep
from marketplace.core.errors import Forbidden
from marketplace.core.policy import ProtectionPolicy
from marketplace.core.publishing import draft_from, publish
from marketplace.notifications.models import Notice
from marketplace.orders import services
from marketplace.orders.imports import take
from marketplace.orders.models import Listing, Order, OrderEvent, OrderLine, Review, Shipment, TrackingEvent
from marketplace.payments import ledger, outbox
from marketplace.payments.models import Escrow, LedgerEntry, LedgerTransaction, Payment, Refund
from marketplace.payments.proof import prove
from tests import world
from tests.orders.sending import CAME, PARCEL, ROW, a_row, days, moment, send, sender, sent, shipped_row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
TABLES = (
    User, Store, StoreMember, Listing, Escrow, Order, OrderEvent, OrderLine, Payment, Refund, LedgerTransaction,
    LedgerEntry, Shipment, TrackingEvent, Review, Notice,
)  # fmt: skip

PAID = moment("2026-02-01T09:05:00Z")
LEFT = moment("2026-02-03T09:00:00Z")


def rows_now():
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in TABLES}


@pytest.fixture(autouse=True)
def _books_add_up(request):
    """Whatever a test took in, the books agree at its end."""
    yield
    if "transaction" not in str(request.node.get_closest_marker("django_db").kwargs):
        assert list(prove()) == []


# -- a new order, by its facts ---------------------------------------------------------------------------------------

HISTORIES = [
    # (what, wishes, state, due_at, due_verb, entered_at, held, refunded)
    ("not paid", {"payments": []}, "awaiting_payment", None, "", "2026-02-01T09:00:00Z", 0, 0),
    ("not paid, shipped", {"payments": [], "shipments": [PARCEL]}, "awaiting_payment", None, "", "2026-02-01T09:00:00Z", 0, 0),
    ("paid", {}, "paid", "2026-02-11T09:05:00Z", "", "2026-02-01T09:05:00Z", 1173, 0),
    ("shipped", {"shipments": [PARCEL]}, "shipped", "2026-03-20T00:00:00Z", "confirm_automatically", "2026-02-03T09:00:00Z", 1173, 0),
    (
        "promised too far",
        {"shipments": [{**PARCEL, "promised_by": "2027-01-01T00:00:00Z"}]},
        "shipped", "2026-04-04T09:00:00Z", "confirm_automatically", "2026-02-03T09:00:00Z", 1173, 0,
    ),
    (
        "nothing promised",
        {"shipments": [{**PARCEL, "promised_by": None}]},
        "shipped", "2026-04-04T09:00:00Z", "confirm_automatically", "2026-02-03T09:00:00Z", 1173, 0,
    ),
    (
        "came",
        {"shipments": [{**PARCEL, "delivered_at": CAME}]},
        "delivered", "2026-03-20T00:00:00Z", "confirm_automatically", CAME, 1173, 0,
    ),
    (
        "one of two came",
        {"shipments": [{**PARCEL, "delivered_at": CAME}, {**PARCEL, "tracking_number": "RR2CN"}]},
        "shipped", "2026-03-20T00:00:00Z", "confirm_automatically", "2026-02-03T09:00:00Z", 1173, 0,
    ),
    (
        "confirmed",
        {"shipments": [{**PARCEL, "delivered_at": CAME}], "confirmed_at": "2026-02-21T09:00:00Z"},
        "delivered", "2026-03-08T09:00:00Z", "release", CAME, 1173, 0,
    ),
    (
        "confirmed when the time was over",
        {"shipments": [{**PARCEL, "promised_by": "2026-02-20T00:00:00Z"}], "confirmed_at": "2026-02-20T00:00:00Z"},
        "shipped", "2026-02-20T00:00:00Z", "confirm_automatically", "2026-02-03T09:00:00Z", 1173, 0,
    ),
    ("called off unpaid", {"payments": [], "cancelled_at": CAME}, "cancelled", None, "", CAME, 0, 0),
    ("called off", {"cancelled_at": CAME}, "cancelled", None, "", CAME, 0, 1173),
    ("called off on the way", {"cancelled_at": CAME, "shipments": [PARCEL]}, "cancelled", None, "", CAME, 0, 1173),
    (
        "called off, but it came",
        {"cancelled_at": "2026-02-02T09:00:00Z", "shipments": [{**PARCEL, "delivered_at": CAME}]},
        "delivered", "2026-03-20T00:00:00Z", "confirm_automatically", CAME, 1173, 0,
    ),
]  # fmt: skip


@pytest.mark.rule("O-01", "O-02", "O-03", "O-04")
@pytest.mark.parametrize(
    ("wishes", "state", "due_at", "verb", "entered_at", "held", "refunded"),
    [h[1:] for h in HISTORIES],
    ids=[h[0] for h in HISTORIES],
)
def test_a_new_order_stands_where_its_facts_lead(wishes, state, due_at, verb, entered_at, held, refunded):
    order = sent(a_row(**wishes))
    assert (order.state, order.due_verb) == (state, verb)
    assert order.due_at == (moment(due_at) if due_at else None)
    assert order.entered_at == moment(entered_at)
    assert (order.escrow.held.minor, order.escrow.refunded) == (held, refunded)
    assert ledger.balance(ledger.escrow_of(order.escrow.public_id), "USD") == held
    (event,) = order.events.all()
    assert (event.verb, event.from_state, event.to_state, event.role) == ("import", "", state, "integrator")
    assert (event.at, event.recorded_at) == (order.entered_at, timezone.now())
    assert Notice.objects.count() == 0
    assert order.version == 1


def test_it_is_what_the_verbs_would_have_made(clock):
    """An order taken whole, and one led through the verbs at those moments, differ in nothing that counts."""
    whole = sent(
        shipped_row(shipments=[{**PARCEL, "delivered_at": CAME}], confirmed_at="2026-02-21T09:00:00Z")
    )
    clock.move_to(moment("2026-02-01T09:05:00Z"))
    led = sent(a_row(reference="A-2", payments=[]))
    sent(a_row(reference="A-2"))
    clock.move_to(LEFT)
    by = world.seller_of(led)
    services.ship(
        led.pk, carrier="Post", tracking_number="RR1CN", promised_by=moment(PARCEL["promised_by"]), by=by
    )
    clock.move_to(moment(CAME))
    services.record_tracking(led.pk, code="delivered", at=None, by=by)
    clock.move_to(moment("2026-02-21T09:00:00Z"))
    services.confirm_receipt(led.pk, by=world.buyer_of(led))
    led = Order.objects.get(pk=led.pk)
    whole = Order.objects.get(pk=whole.pk)
    same = ("state", "due_at", "due_verb", "paid_at", "shipped_at", "protection_ends_at", "delivered_at", "confirmed_at",
            "confirmed_by_hand", "policy_id", "held_back", "closed_at", "entered_at", "currency", "buyer_id", "store_id")  # fmt: skip
    assert {name: getattr(led, name) for name in same} == {name: getattr(whole, name) for name in same}
    assert [(line.paid, line.paid_shipping) for line in led.lines.all()] == [
        (line.paid, line.paid_shipping) for line in whole.lines.all()
    ]


@pytest.mark.rule("O-04")
def test_run_deadlines_ends_an_old_order_by_itself(clock):
    clock.move_to(moment("2026-11-22T09:00:00Z"))
    order = sent(shipped_row())
    assert order.state == "shipped"
    assert sweep() == {"order.confirm_automatically": 1, "order.release": 1}
    order = Order.objects.select_related("escrow").get(pk=order.pk)
    assert (order.state, order.escrow.released, order.escrow.held.minor) == ("completed", 1173, 0)
    assert (order.confirmed_at, order.closed_at) == (
        moment("2026-03-20T00:00:00Z"),
        moment("2026-04-04T00:00:00Z"),
    )
    assert [event.at for event in order.events.all()] == [LEFT, order.confirmed_at, order.closed_at]


@pytest.mark.rule("O-12", "D-06")
def test_lines_share_what_was_really_paid():
    line = ROW["lines"][0]
    lines = [
        {**line, "reference": "1", "unit_price": "12.41", "discount": "0.68"},
        {
            **line,
            "reference": "2",
            "unit_price": "5.00",
            "discount": "0.00",
            "quantity": 3,
            "shipping": "2.00",
        },
    ]
    payments = [
        {**ROW["payments"][0], "amount": "20.00"},
        {**ROW["payments"][0], "reference": "p2", "amount": "0.01", "method": "voucher"},
    ]
    order = sent(a_row(lines=lines, payments=payments))
    shares = [(row.paid, row.paid_shipping) for row in order.lines.all()]
    assert sum(map(sum, shares)) == 2001 == order.escrow.captured
    assert shares == [(817, 0), (1045, 139)]
    assert order.doubts == ["payments_do_not_add_up"]


@pytest.mark.rule("O-11")
def test_a_coupon_is_no_money(clock):
    coupon = {**ROW["payments"][0], "reference": "c", "method": "coupon", "amount": "1.73"}
    order = sent(a_row(payments=[{**ROW["payments"][0], "amount": "10.00"}, coupon], cancelled_at=CAME))
    assert (order.escrow.captured, order.escrow.refunded, order.doubts) == (1000, 1000, [])
    assert [refund.amount for refund in Refund.objects.all()] == [1000]
    alone = sent(shipped_row(reference="A-2", payments=[{**coupon, "amount": "11.73"}], confirmed_at=CAME))
    assert (alone.state, alone.escrow.captured, alone.doubts) == ("delivered", 0, ["coupons_only"])
    clock.shift(days(30))
    sweep()
    assert Order.objects.get(pk=alone.pk).state == "completed"


@pytest.mark.rule("X-01")
def test_money_that_went_back_before_is_history_and_is_never_sent():
    order = sent(a_row(cancelled_at=CAME))
    (refund,) = Refund.objects.all()
    assert (refund.status, refund.amount, refund.provider_id, refund.next_try_at) == (
        "confirmed",
        1173,
        "history",
        None,
    )
    assert refund.confirmed_at == moment(CAME) == order.closed_at
    assert ledger.balance(ledger.CLEARING, "USD") == 0
    before = rows_now()
    outbox.drain()
    assert rows_now() == before


@pytest.mark.rule("P-01")
def test_the_policy_in_force_when_it_was_paid(clock):
    draft = draft_from(ProtectionPolicy.objects.in_force("default", timezone.now()))
    draft.max_delivery_days = 20
    draft.save()
    newest = publish(draft.pk, by=world.acting(world.person("lead", "lead_mediator")))
    clock.shift(days(2))
    row = shipped_row(payments__0__paid_at="2026-03-02T10:00:00Z")
    row["shipments"][0].update(shipped_at="2026-03-02T10:00:00Z", promised_by=None)
    later = sent(row)
    assert later.policy == newest
    assert later.protection_ends_at == moment("2026-03-02T10:00:00Z") + days(20)
    classic = sent(a_row(reference="A-2", policy="classic"))
    assert (classic.policy.name, classic.policy.version) == ("classic", 1)
    (refused,) = send(a_row(reference="A-3", policy="none"))
    assert [(error.field, error.code) for error in refused.errors] == [("policy", "unknown_policy")]


# -- people ----------------------------------------------------------------------------------------------------------


def test_people_and_stores_are_joined_by_integrator_and_reference():
    first, second = sent(a_row()), sent(a_row(reference="A-2", buyer__name="Other", store__name="Other"))
    assert (first.buyer, first.store) == (second.buyer, second.store)
    assert (first.buyer.first_name, first.store.name) == ("Anna K.", "Lamps")
    assert (first.buyer.language, first.buyer.country, first.buyer.email) == ("ru", "RU", "anna@example.org")
    assert not first.buyer.has_usable_password()
    assert first.buyer.username == first.buyer.public_id
    (owner,) = first.store.members.all()
    assert (owner.reference, owner.language) == ("u-9", "zh-hans")
    assert (first.country, first.city, first.store.local_return_countries) == ("RU", "Perm", ["RU"])
    other = sent(a_row(), by=sender("other"))
    assert other.pk != first.pk
    assert other.buyer != first.buyer and other.store != first.store


def test_a_store_without_owner_has_one_of_its_own_reference():
    order = sent(a_row(store__owner=None))
    assert [member.reference for member in order.store.members.all()] == ["s-3"]
    again = sent(a_row(reference="A-2"))  # the owner is named later
    assert {member.reference for member in again.store.members.all()} == {"s-3", "u-9"}


def test_nobody_is_joined_by_e_mail():
    anna = User.objects.create_user("anna", "anna@example.org", "secret-pass-1")
    EmailAddress.objects.create(user=anna, email="anna@example.org", verified=True, primary=True)
    order = sent(a_row(buyer__email="Anna@Example.org"))
    assert order.buyer != anna
    assert (order.buyer.email, order.doubts) == ("", ["email_taken"])
    li = User.objects.create_user("li", "li@example.org", "secret-pass-1")
    EmailAddress.objects.create(user=li, email="li@example.org", verified=False, primary=True)
    assert User.objects.get(reference="u-9").email == "li@example.org"
    assert sent(a_row(buyer__email="Anna@Example.org", shipments=[PARCEL])).doubts == ["email_taken"]


def test_only_integrators_send_orders():
    for groups in ((), ("mediator",), ("moderator",), ("lead_mediator",)):
        with pytest.raises(Forbidden):
            take([a_row()], by=world.acting(world.person("", *groups)))
    assert Order.objects.count() == 0


# -- the same again --------------------------------------------------------------------------------------------------


def test_the_same_rows_again_change_nothing(django_assert_num_queries):
    rows = [shipped_row(reference=f"A-{n}", payments__0__reference=f"pay-{n}") for n in range(5)]
    by = sender()
    assert [taken.result for taken in send(*rows, by=by)] == ["taken"] * 5
    before = rows_now()
    with django_assert_num_queries(2):  # the policies, and what is here
        again = send(*rows, by=by)
    assert [taken.result for taken in again] == ["unchanged"] * 5
    assert rows_now() == before


def test_fields_in_another_order_are_the_same_row():
    order = sent(a_row())
    turned = dict(reversed(a_row().items()))
    assert [taken.result for taken in send(turned)] == ["unchanged"]
    assert Order.objects.get().pk == order.pk


def test_one_bad_row_harms_no_other():
    rows = [a_row(reference="A-1"), a_row(reference="A-2", lines=[]), "row", a_row(reference="A-3")]
    taken = send(*rows)
    assert [(each.position, each.result, each.reference) for each in taken] == [
        (0, "taken", "A-1"), (1, "refused", "A-2"), (2, "refused", ""), (3, "taken", "A-3"),
    ]  # fmt: skip
    assert "lines" in taken[1].reason
    assert Order.objects.count() == 2


def test_the_same_order_twice_in_one_batch_is_one_order_and_moves_on():
    results = send(a_row(), a_row(), shipped_row(), a_row(reference="A-2"))
    assert [taken.result for taken in results] == ["taken", "unchanged", "updated", "taken"]
    assert Order.objects.get(reference="A-1001").state == "shipped"


def test_a_batch_asks_as_often_whatever_its_size(django_assert_max_num_queries):
    def rows(name, many):
        return [
            shipped_row(
                reference=f"{name}-{n}", buyer__reference=f"b-{name}-{n}", store__reference=f"s-{name}-{n}"
            )
            for n in range(many)
        ]

    by = sender()
    counts = []
    for name, many in (("few", 3), ("many", 60)):
        with CaptureQueriesContext(connection) as asked:
            send(*rows(name, many), by=by)
        counts.append(len(asked))
    assert counts[0] == counts[1]


# -- moving on -------------------------------------------------------------------------------------------------------


def test_an_order_moves_on_step_by_step(clock):
    clock.move_to(PAID - timedelta(minutes=1))
    order = sent(a_row(payments=[]))
    assert order.state == "awaiting_payment"
    clock.move_to(PAID)
    assert sent(a_row()).state == "paid"
    clock.move_to(LEFT)
    order = sent(shipped_row())
    assert (order.state, order.shipped_at, order.protection_ends_at) == (
        "shipped",
        LEFT,
        moment(PARCEL["promised_by"]),
    )
    clock.move_to(moment(CAME))
    came = [{**PARCEL, "delivered_at": CAME, "tracking_number": "RR9BR"}]
    order = sent(a_row(shipments=came))
    assert (order.state, order.delivered_at) == ("delivered", moment(CAME))
    assert [number.number for number in order.shipments.get().numbers.all()] == ["RR1CN", "RR9BR"]
    clock.shift(days(1))
    order = sent(a_row(shipments=came, confirmed_at="2026-02-21T09:00:00Z"))
    assert (order.confirmed_at, order.confirmed_by_hand, order.doubts) == (
        moment("2026-02-21T09:00:00Z"),
        True,
        [],
    )
    assert [event.verb for event in order.events.all()] == [
        "import", "pay", "ship", "change_tracking", "record_tracking", "confirm_receipt",
    ]  # fmt: skip
    review = {"rating": 1, "title": "", "text": "Broke", "created_at": "2026-02-21T09:00:00Z"}
    assert (
        sent(a_row(shipments=came, confirmed_at="2026-02-21T09:00:00Z", reviews=[review])).reviews.count()
        == 1
    )


def test_several_parcels_deliver_the_order_together():
    sent(a_row())
    second = {**PARCEL, "tracking_number": None, "shipped_at": "2026-02-05T09:00:00Z"}
    assert sent(a_row(shipments=[PARCEL, second])).shipments.count() == 2
    assert sent(a_row(shipments=[PARCEL, {**second, "delivered_at": CAME}])).state == "shipped"
    order = sent(a_row(shipments=[{**PARCEL, "delivered_at": CAME}, {**second, "delivered_at": CAME}]))
    assert (order.state, order.shipments.count(), order.doubts) == ("delivered", 2, [])


def test_called_off_later_the_held_money_really_goes_back():
    order = sent(a_row())
    order = sent(a_row(cancelled_at=CAME))
    assert (order.state, order.escrow.refunded) == ("cancelled", 1173)
    (refund,) = Refund.objects.all()
    assert (refund.status, refund.provider_id) == ("decided", "")
    assert refund.next_try_at is not None


def test_paid_and_called_off_heard_of_at_once_is_history():
    sent(a_row(payments=[]))
    order = sent(a_row(cancelled_at=CAME))
    assert (order.state, order.escrow.refunded) == ("cancelled", 1173)
    (refund,) = Refund.objects.all()
    assert (refund.status, refund.provider_id, refund.next_try_at) == ("confirmed", "history", None)


CONTRADICTIONS = [
    ("a payment gone", {"payments": []}),
    ("another amount", {"payments__0__amount": "1.00"}),
    ("another payment instead", {"payments__0__reference": "pay-9"}),
    (
        "more money when it was paid",
        {"payments": [ROW["payments"][0], {**ROW["payments"][0], "reference": "pay-2"}]},
    ),
    ("the parcel gone", {"shipments": []}),
    ("not delivered after all", {"shipments": [PARCEL]}),
    ("delivered at another time", {"shipments": [{**PARCEL, "delivered_at": "2026-02-21T09:00:00Z"}]}),
    ("called off", {"cancelled_at": "2026-02-25T09:00:00Z"}),
    ("another price", {"lines__0__unit_price": "99.00"}),
    ("another currency", {"currency": "EUR"}),
    ("another buyer", {"buyer__reference": "u-18"}),
    ("another store", {"store__reference": "s-4"}),
]


@pytest.mark.parametrize(
    "wishes", [wishes for _what, wishes in CONTRADICTIONS], ids=[what for what, _wishes in CONTRADICTIONS]
)
def test_a_row_that_contradicts_takes_nothing_back(wishes):
    row = a_row(shipments=[{**PARCEL, "delivered_at": CAME}])
    order = sent(row)
    before = rows_now()
    (taken,) = send({**row, **a_row(**{"shipments": row["shipments"], **wishes})})
    assert taken.result == "unchanged"
    assert "contradicts_history" in taken.doubts
    after = rows_now()
    for kept in (before, after):
        for each in kept["Order"]:
            del each["row_digest"], each["doubts"]
    assert after == before
    assert sent(row).pk == order.pk


def test_a_dispute_is_never_taken_back(clock):
    order = sent(shipped_row())
    dispute = world.a_dispute(order, amount=500)
    for row in (a_row(), a_row(payments=[]), a_row(cancelled_at=CAME), shipped_row(confirmed_at=CAME)):
        send(row)
        dispute = type(dispute).objects.get(pk=dispute.pk)
        assert dispute.state == "awaiting_seller"
        order = Order.objects.select_related("escrow").get(pk=order.pk)
        assert (order.held_back, order.escrow.held.minor, order.escrow.refunded) == (1173, 1173, 0)
    assert order.confirmed_at is not None
    clock.shift(days(5))
    assert sweep() == {"dispute.grant_claim": 1}
    send(shipped_row(shipments=[{**PARCEL, "delivered_at": CAME}]))
    assert Order.objects.select_related("escrow").get(pk=order.pk).escrow.refunded == 500


def test_a_confirmation_that_comes_too_late_has_lost_to_the_clock(clock):
    row = shipped_row()
    row["shipments"][0]["promised_by"] = "2026-02-25T00:00:00Z"
    order = sent(row)  # its protection is over already
    assert order.is_overdue(timezone.now())
    row["shipments"][0]["delivered_at"] = CAME
    order = sent({**row, "confirmed_at": "2026-02-26T00:00:00Z"})
    assert (order.state, order.confirmed_at, order.doubts) == ("delivered", None, [])
    sweep()
    assert Order.objects.get(pk=order.pk).confirmed_at == moment("2026-02-25T00:00:00Z")


def test_a_cancelled_order_takes_no_parcel():
    sent(a_row(cancelled_at="2026-02-02T09:00:00Z"))
    late = [{**PARCEL, "delivered_at": CAME}]
    order = sent(a_row(cancelled_at="2026-02-02T09:00:00Z", shipments=late))
    assert (order.state, order.shipments.count(), order.escrow.refunded) == ("cancelled", 0, 1173)
    assert "contradicts_history" in order.doubts


# -- at the same moment ----------------------------------------------------------------------------------------------


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moved_on", [False, True])
def test_two_imports_of_the_same_rows_at_once(moved_on):
    rows = [
        shipped_row(
            reference=f"A-{n}",
            buyer__reference=f"b-{n % 7}",
            store__reference=f"s-{n % 3}",
            payments__0__reference=f"p-{n}",
        )
        for n in range(40)
    ]
    by = sender()
    if moved_on:
        send(*({**row, "shipments": []} for row in rows), by=by)
    start, results = threading.Barrier(4), []

    def one(turned):
        try:
            start.wait()
            results.extend(take(list(reversed(rows)) if turned else rows, by=by))
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(n % 2,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wanted = "updated" if moved_on else "taken"
    assert len(results) == 160
    assert sorted(taken.result for taken in results) == sorted([wanted] * 40 + ["unchanged"] * 120)
    assert (
        Order.objects.count(),
        OrderLine.objects.count(),
        Payment.objects.count(),
        Shipment.objects.count(),
    ) == (40, 40, 40, 40)
    assert (Store.objects.count(), User.objects.filter(reference__startswith="b-").count()) == (3, 7)
    assert list(prove()) == []
