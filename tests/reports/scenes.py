"""Reports in every state, for the tests."""

from __future__ import annotations

from typing import Any

from marketplace.accounts.models import User
from marketplace.orders.models import Order
from reports import services
from reports.kinds import TRACKING
from reports.models import Report
from reports.services import ReportData
from tests import world
from tests.world import DAY

WORDS = "The seller asked me to confirm before the parcel came."
TRADE = {"order_completed": "no", "induced_confirmation": "yes", "goods_received": "no"}
COPIES = "intellectual_property"
ANSWERS: dict[str, dict[str, Any]] = {
    "intellectual_property": {"right": "trade_mark", "holder": "Acme", "registration_number": "DE 1", "authority": "other"},
    "prohibited_products": {"rule": "weapons", "country": "DE"},
    "search_manipulation": {"violation": "price_far_from_real"},
}  # fmt: skip


def moderator(name: str = "") -> User:
    return world.staff(name, "moderator")


def about_order(order: Order, *, by: Any = None, **wishes: Any) -> Report:
    """The buyer of the order says that the seller broke trade rules, and wants the goods with tracking."""
    answers = {"order_number": order.public_id, **TRADE, "claim": TRACKING} | wishes.pop("answers", {})
    data = {
        "category": "trade_rules",
        "target_kind": "order",
        "target_id": order.public_id,
        "description": WORDS,
    }
    return services.submit(
        ReportData(**{**data, "answers": answers, **wishes}), by=by or world.buyer_of(order)
    )


def about_listing(
    order: Order, category: str = "prohibited_products", *, by: Any = None, **wishes: Any
) -> Report:
    line = order.lines.select_related("listing").first()
    assert line is not None
    data = {
        "category": category,
        "target_kind": "listing",
        "target_id": line.listing.public_id,
        "description": WORDS,
    }
    answers = wishes.pop("answers", None)
    if answers is None:
        answers = ANSWERS[category] | ({"listings": [line.listing.public_id]} if category == COPIES else {})
    return services.submit(
        ReportData(**{**data, "answers": answers, **wishes}), by=by or world.acting(world.person())
    )


def about_person(order: Order) -> Report:
    """The seller says that the buyer of the order breaks the rules (C-02)."""
    answers = {"order_number": order.public_id, **TRADE}
    data = ReportData("trade_rules", "user", order.buyer.public_id, WORDS, answers)
    return services.submit(data, by=world.seller_of(order))


def taken(report: Report, by: User | None = None, **wishes: Any) -> Report:
    return services.assign(report.pk, **wishes, by=world.acting(by or moderator()))


def by_holder(report: Report) -> Any:
    moderator = again(report).moderator
    assert moderator is not None
    return world.acting(moderator)


def seller_of(report: Report) -> Any:
    store = again(report).respondent_store
    assert store is not None
    return world.acting(store.members.get())


def decided(report: Report, outcome: str = "upheld", **wishes: Any) -> Report:
    words = {"facts": "We saw it.", "reason_code": "trade.tracking"} | wishes
    return services.decide(report.pk, outcome=outcome, **words, by=by_holder(report))


def upheld(clock: Any, report: Report, **wishes: Any) -> Report:
    """Taken, the other side silent for its three days, upheld."""
    taken(report)
    clock.shift(3 * DAY)
    return decided(report, **wishes)


def again(report: Report) -> Report:
    return Report.objects.select_related("order", "moderator", "respondent_store").get(pk=report.pk)
