"""Whatever holds against a person, their shop or their listing: what they may never lose works at every door (C-12).

One person buys and sells, so that each of the ten sanctions burdens the same one; each right is used through the page, the
API and the service while the sanction holds. The other way round stands in test_forbidden.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from disputes import services as disputes
from disputes.models import Dispute
from disputes.standing import services as standing
from disputes.standing.grounds import Met
from disputes.standing.models import Flag, Ground
from marketplace.accounts.models import Store, User
from marketplace.appeals import services as appeals
from marketplace.appeals.models import Appeal
from marketplace.core.clock import sweep
from marketplace.coupons import services as coupons
from marketplace.coupons.models import Coupon
from marketplace.evidence import services as evidence
from marketplace.messaging.models import Message
from marketplace.orders import services as orders
from marketplace.orders.models import Listing, Order, Proof
from marketplace.payments.models import Refund
from marketplace.sanctions.models import Kind, Sanction
from reports import services as reports
from reports.models import Report, Statement
from tests import api, world
from tests.contracts.test_doors import browser, upload_api, upload_page
from tests.coupons.given import offered
from tests.evidence import pictures
from tests.reports import scenes
from tests.sanctions.imposing import imposed
from tests.world import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.rule("C-12")]
TEXT = "It was not so."


@dataclass(frozen=True)
class Me:
    """Somebody who buys and who sells."""

    user: User
    store: Store

    @property
    def by(self) -> Any:
        return world.acting(self.user)

    def posts(self, url: str, **data: Any) -> Callable[[], Any]:
        return lambda: browser(self.user).post(url, data)

    def sends(self, url: str, **body: Any) -> Callable[[], Any]:
        return lambda: api.client_of(self.user).post(f"/api/v1/{url}", body, format="json")

    def burdened_by(self, kind: str) -> Sanction:
        """A sanction of that kind against this person, their shop or a listing of it."""
        if kind in (Kind.REMOVED, Kind.DEMOTED):
            return imposed(self.store.listings.first(), kind)
        is_shops = kind in (Kind.STRIKE, Kind.ORDERS_HELD, Kind.SUSPENDED)
        return imposed(self.store if is_shops else self.user, kind)


@dataclass(frozen=True)
class Right:
    """Something to do through three doors, and the rows that are there once it is done."""

    page: Callable[[], Any]
    api: Callable[[], Any]
    service: Callable[[], Any]
    rows: Callable[[], Any]


@pytest.fixture
def me() -> Me:
    user = world.person("rita")
    store = world.shop(user)
    Listing.objects.create(store=store, reference="p-1", title="Thing")
    return Me(user, store)


def sold(me: Me, clock: Any) -> Dispute:
    """Somebody disputes an order of this person's shop."""
    order = world.shipped(store=me.store)
    clock.shift(11 * DAY)
    return world.a_dispute(order)


def bought(me: Me, clock: Any) -> Dispute:
    """This person disputes an order of another shop."""
    order = world.shipped(buyer=me.user)
    clock.shift(11 * DAY)
    return world.a_dispute(order)


# -- what nobody loses ----------------------------------------------------------------------------------------------


def answer_a_claim(me: Me, clock: Any) -> Right:
    dispute = sold(me, clock)
    return Right(
        me.posts(f"/disputes/{dispute.public_id}/refuse/", note=TEXT),
        me.sends(f"disputes/{dispute.public_id}/refuse-claim/", note=TEXT),
        lambda: disputes.refuse_claim(dispute.pk, note=TEXT, by=me.by),
        lambda: Dispute.objects.filter(pk=dispute.pk, answered_at__isnull=False).count(),
    )


def write_in_a_dispute(me: Me, clock: Any) -> Right:
    dispute = bought(me, clock)
    return Right(
        me.posts(f"/disputes/{dispute.public_id}/", text=TEXT),
        me.sends(f"disputes/{dispute.public_id}/send-message/", text=TEXT),
        lambda: disputes.send_message(dispute.pk, text=TEXT, by=me.by),
        Message.objects.filter(author=me.user).count,
    )


def give_evidence(me: Me, clock: Any) -> Right:
    dispute = bought(me, clock)

    def by_service() -> None:
        photo = BytesIO(pictures.jpeg())
        file = evidence.take(photo, name="seam.jpg", by=me.by, limits=evidence.limits_now())
        disputes.provide_evidence(dispute.pk, evidence=[file.public_id], by=me.by)

    return Right(
        lambda: upload_page(dispute, me.user),
        lambda: upload_api(dispute, me.user),
        by_service,
        dispute.exhibits.count,
    )


def prove_an_order_on_hold(me: Me, clock: Any) -> Right:
    order = world.an_order(store=me.store)
    orders.hold(order.pk, reason="Who is this?", by=world.acting(world.staff("", "moderator")))
    return Right(
        me.posts(f"/orders/{order.public_id}/prove/", text=TEXT),
        me.sends(f"orders/{order.public_id}/prove/", text=TEXT),
        lambda: orders.prove(order.pk, text=TEXT, by=me.by),
        Proof.objects.count,
    )


def send_what_was_bought(me: Me, clock: Any) -> Right:
    """Of a shop whose orders are held each one is proved first, so here it was."""
    order, by = world.an_order(store=me.store), world.acting(world.staff("", "moderator"))
    parcel = {"carrier": "Post", "tracking_number": "RR7CN"}
    promised = timezone.now() + 20 * DAY

    def proved() -> None:
        if Order.objects.get(pk=order.pk).state == "on_hold":
            orders.prove(order.pk, text=TEXT, by=me.by)
            orders.accept_proof(order.pk, note="Thank you.", by=by)

    return Right(
        lambda: [proved(), me.posts(f"/orders/{order.public_id}/send/", **parcel, days=20)()][1],
        lambda: [
            proved(),
            me.sends(f"orders/{order.public_id}/ship/", **parcel, promised_by=promised.isoformat())(),
        ][1],
        lambda: [proved(), orders.ship(order.pk, **parcel, promised_by=promised, by=me.by)][1],
        Order.objects.filter(pk=order.pk, state="shipped").count,
    )


def _against_me(me: Me) -> Report:
    return scenes.taken(scenes.about_listing(world.shipped(store=me.store)))


def answer_a_report(me: Me, clock: Any) -> Right:
    report = _against_me(me)
    return Right(
        me.posts(f"/reports/{report.public_id}/answer/", text=TEXT),
        me.sends(f"reports/{report.public_id}/respond/", text=TEXT),
        lambda: reports.respond(report.pk, text=TEXT, by=me.by),
        Statement.objects.filter(author=me.user).count,
    )


def report_back(me: Me, clock: Any) -> Right:
    report = _against_me(me)
    return Right(
        me.posts(f"/reports/{report.public_id}/counter-report/", text=TEXT),
        me.sends(f"reports/{report.public_id}/counter-report/", text=TEXT),
        lambda: reports.counter_report(report.pk, text=TEXT, by=me.by),
        Report.objects.filter(counter_to=report).count,
    )


def say_more_to_an_own_report(me: Me, clock: Any) -> Right:
    report = scenes.taken(scenes.about_listing(world.shipped(), by=me.by))
    return Right(
        me.posts(f"/reports/{report.public_id}/more/", text=TEXT),
        me.sends(f"reports/{report.public_id}/add-info/", text=TEXT),
        lambda: reports.add_info(report.pk, text=TEXT, by=me.by),
        Statement.objects.filter(author=me.user).count,
    )


def read_own_cases(me: Me, clock: Any) -> Right:
    dispute, report = bought(me, clock), _against_me(me)
    mine = {
        "disputes": Dispute.objects.visible_to,
        "orders": Order.objects.visible_to,
        "reports": Report.objects.visible_to,
        "sanctions": Sanction.objects.visible_to,
    }
    cases = [
        f"disputes/{dispute.public_id}/",
        f"orders/{dispute.order.public_id}/",
        f"reports/{report.public_id}/",
    ]
    lists = ["disputes/", "orders/", "sanctions/", "standing/"]
    read: list[int] = []

    def reads(client: Any, start: str, paths: list[str]) -> Any:
        answers = [client.get(start + path) for path in paths]
        assert {answer.status_code for answer in answers} == {200}, answers
        read.append(len(answers))
        return answers[-1]

    return Right(
        lambda: reads(browser(me.user), "/", [*cases, *lists, "reports/mine/"]),
        lambda: reads(api.client_of(me.user), "/api/v1/", [*cases, *lists, "reports/"]),
        lambda: read.append(min(rows(me.by).count() for rows in mine.values()) > 0),
        lambda: sum(read),
    )


def appeal_a_decision(me: Me, clock: Any) -> Right:
    report = scenes.taken(scenes.about_listing(world.shipped(), by=me.by))
    clock.shift(3 * DAY)
    scenes.decided(report, "dismissed")
    return Right(
        me.posts(f"/appeals/new/report/{report.public_id}/", text=TEXT, step="send"),
        me.sends("appeals/", kind="report", about=report.public_id, text=TEXT),
        lambda: appeals.submit("report", report.public_id, text=TEXT, by=me.by),
        Appeal.objects.count,
    )


def appeal_the_sanction(me: Me, clock: Any) -> Right:
    def mine() -> str:
        return Sanction.objects.get().public_id

    return Right(
        lambda: me.posts(f"/appeals/new/sanction/{mine()}/", text=TEXT, step="send")(),
        lambda: me.sends("appeals/", kind="sanction", about=mine(), text=TEXT)(),
        lambda: appeals.submit("sanction", mine(), text=TEXT, by=me.by),
        Appeal.objects.count,
    )


def contest_a_flag(me: Me, clock: Any) -> Right:
    now = timezone.now()
    met = Met(me.user.pk, Ground.MANY, now, {"disputes": 3, "days": 30})
    [flag] = standing.raise_flags([met], at=now, policy=standing.policy_at(now))
    return Right(
        me.posts(f"/standing/{flag.public_id}/say/", text=TEXT),
        me.sends(f"flags/{flag.public_id}/add-statement/", text=TEXT),
        lambda: standing.add_statement(flag.pk, text=TEXT, by=me.by),
        Flag.objects.filter(statement=TEXT).count,
    )


def get_a_refund(me: Me, clock: Any) -> Right:
    """The other side gives in; the money goes back to where it came from."""
    dispute = bought(me, clock)
    other = Me(api.seller(dispute), dispute.store)
    return Right(
        other.posts(f"/disputes/{dispute.public_id}/accept/"),
        other.sends(f"disputes/{dispute.public_id}/accept-claim/"),
        lambda: disputes.accept_claim(dispute.pk, by=other.by),
        Refund.objects.filter(amount=1173).count,
    )


def get_what_a_sale_brought(me: Me, clock: Any) -> Right:
    """The buyer has the goods, and says so; 15 days later the money is the shop's."""
    order = world.shipped(store=me.store, promised_in=60 * DAY)
    other = Me(order.buyer, order.store)

    def then_time_passes(act: Callable[[], Any]) -> Callable[[], Any]:
        def knock() -> Any:
            answer = act()
            clock.shift(15 * DAY)
            sweep()
            return answer

        return knock

    return Right(
        then_time_passes(other.posts(f"/orders/{order.public_id}/received/")),
        then_time_passes(other.sends(f"orders/{order.public_id}/confirm-receipt/")),
        then_time_passes(lambda: orders.confirm_receipt(order.pk, by=other.by)),
        lambda: Order.objects.select_related("escrow").get(pk=order.pk).escrow.released,
    )


def choose_coupons(me: Me, clock: Any) -> Right:
    offer = offered(me.user)
    return Right(
        me.posts(f"/coupons/offers/{offer.public_id}/", choice="4", sure="1"),
        me.sends(f"coupons/offers/{offer.public_id}/split/", pieces=["5.00", "15.00"]),
        lambda: coupons.choose_pieces(offer.pk, pieces=["20.00"], by=me.by),
        Coupon.objects.count,
    )


RIGHTS = (
    answer_a_claim,
    write_in_a_dispute,
    give_evidence,
    prove_an_order_on_hold,
    send_what_was_bought,
    answer_a_report,
    report_back,
    say_more_to_an_own_report,
    read_own_cases,
    appeal_a_decision,
    appeal_the_sanction,
    contest_a_flag,
    get_a_refund,
    get_what_a_sale_brought,
    choose_coupons,
)


@pytest.mark.parametrize("right", RIGHTS, ids=lambda right: right.__name__)
@pytest.mark.parametrize("kind", Kind.values)
def test_no_sanction_takes_it_away(clock: Any, me: Me, kind: str, right: Callable[[Me, Any], Right]) -> None:
    to_do = right(me, clock)
    sanction = me.burdened_by(kind)
    assert sanction.is_in_force(timezone.now())
    for door in ("page", "api", "service"):
        with transaction.atomic():
            before, answer = to_do.rows(), getattr(to_do, door)()
            status = getattr(answer, "status_code", 200)
            assert status in (200, 201, 302), f"{door}: {status} {answer.content.decode()[:2000]}"
            assert to_do.rows() > before, f"{door}: nothing happened"
            transaction.set_rollback(True)
