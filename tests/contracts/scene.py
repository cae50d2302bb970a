"""One order of each kind, its people, and everybody else: what the permission matrix is asked about."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import time_machine
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from disputes import services as disputes
from disputes.models import Dispute, RequestedItem
from disputes.services import conflicts, rules
from disputes.standing import services as standing
from disputes.standing.grounds import Met
from disputes.standing.models import Flag, Ground
from marketplace.accounts.models import Store, StoreMember, User
from marketplace.core.clock import sweep
from marketplace.core.money import Money
from marketplace.evidence import services as evidence
from marketplace.evidence import uploads
from marketplace.notifications.models import Notice
from marketplace.orders import services as order_services
from marketplace.orders.models import Order
from marketplace.payments.models import Refund
from marketplace.sanctions import services as sanctions
from marketplace.warranty import services as warranty
from reports import services as reports
from reports.models import Report
from tests import world
from tests.contracts import scene_appeals
from tests.coupons.given import chosen, offered
from tests.evidence import pictures
from tests.reports.scenes import about_listing
from tests.warranty.claims import asked
from tests.world import DAY

#: who knocks; `mediator` holds the cases, `new_staff` is a mediator who has not turned on the code app
ROLES = (
    "anonymous",
    "buyer",
    "seller",
    "other_buyer",
    "other_seller",
    "mediator",
    "other_mediator",
    "moderator",
    "integrator",
    "new_staff",
)
#: disputes in which the two sides still talk
TALKING = ("countered", "resting")
#: cases in the hands of the mediator
HELD = ("held", "asked", "choosing")
METHODS = ("GET", "POST", "PUT", "DELETE")


@dataclass
class Scene:
    """People by role, and the ids that fill the holes in addresses."""

    people: dict[str, User]
    ids: dict[str, str]
    clients: dict[str, Client] = field(default_factory=dict)
    folder: Path = Path()


def build(clock: time_machine.Coordinates) -> Scene:
    """Cases in each state that an address needs, all of the same buyer, seller, integrator and mediator."""
    people = _people()
    store = world.shop(people["seller"], name="Matrix")
    whose = {"buyer": people["buyer"], "store": store, "integrator": people["integrator"]}
    old = {
        name: world.shipped(prices=(price,), **whose)
        for name, price in (
            ("waiting", 900),
            *((name, 900) for name in (*HELD, *scene_appeals.NAMES)),
            ("decided", 70000),
        )
    }
    over = _confirmed(whose)
    clock.shift(7 * DAY)
    travelling = ("to_return", "returning", "no_address", "to_replace", "replacing")
    young = {name: world.shipped(**whose) for name in ("opened", *travelling, *TALKING, "free")}
    young |= {"classic": world.shipped(policy="classic", **whose)}
    paid = world.an_order(**whose)
    clock.shift(4 * DAY)
    cases = {name: world.a_dispute(order) for name, order in old.items()}
    for case in cases.values():
        disputes.refuse_claim(case.pk, note="It was fine.", by=world.acting(people["seller"]))
    clock.shift(7 * DAY)
    sweep()
    _with_the_mediator(cases, people)
    photo, stray = (_photo(people["buyer"], quality) for quality in (80, 70))
    cases["opened"] = world.a_dispute(young["opened"], evidence=(photo,))
    for name in ("to_return", "returning"):
        cases[name] = world.a_dispute(young[name], remedy="return_and_refund", reason="damaged.in_transit")
        disputes.accept_claim(cases[name].pk, by=world.acting(people["seller"]))
    disputes.ship_return(
        cases["returning"].pk, carrier="Post", tracking_number="B1", by=world.acting(people["buyer"])
    )
    cases |= _travelling(young, people) | _talking(young, people)
    notice = Notice.objects.filter(recipient=people["buyer"]).first()
    assert notice is not None
    ids = {f"dispute:{name}": case.public_id for name, case in cases.items()}
    items = RequestedItem.objects.filter(request__dispute=cases["asked"]).select_related("request")
    ids |= {f"item:{item.request.side}": item.public_id for item in items}
    ids |= _flags(people)
    ids |= _reports(cases["opened"].order, people)
    ids |= {"proposal": cases["choosing"].proposals.get().public_id}
    ids |= _offers_and_rules(cases, store, people)
    ids |= _on_hold(whose, people) | _warranty(over, people) | {"store": store.public_id}
    ids |= scene_appeals.appealed(cases, people)
    orders = {"order:paid": paid.public_id, "order:shipped": young["free"].public_id}
    called_off = world.an_order(**whose)
    order_services.cancel(called_off.pk, by=world.sender_of(called_off))
    refund = Refund.objects.get(payment__escrow=called_off.escrow_id)
    ids |= _doubtful_and_tied(whose, people)
    return Scene(
        people,
        ids
        | orders
        | {"refund": refund.public_id}
        | _coupons(people["buyer"])
        | _sanctioned(people)
        | {"evidence": photo, "stray": stray, "upload": _upload(people["buyer"]), "notice": notice.public_id},
    )


def _doubtful_and_tied(whose: dict[str, Any], people: dict[str, User]) -> dict[str, str]:
    """One tracking number for two buyers; and the mediator is tied to a store that has no case."""
    for_two = (world.an_order(), world.an_order(**whose))
    for order in for_two:
        order_services.ship(
            order.pk, carrier="Post", tracking_number="RR55CN", promised_by=None, by=world.sender_of(order)
        )
    by, elsewhere = world.acting(people["mediator"]), for_two[0].store
    tie = conflicts.declare(
        mediator=people["mediator"], why="My brother works there.", store=elsewhere, by=by
    )
    return {"order:doubtful": for_two[1].public_id, "tie": tie.public_id, "store:other": elsewhere.public_id}


def _flags(people: dict[str, User]) -> dict[str, str]:
    """The buyer has many disputes; of a flag for fraud a suspension waits for a second person."""
    buyer, now = people["buyer"], timezone.now()
    raised = Flag.objects.get(user=buyer, ground=Ground.MANY)
    fraud = Met(buyer.pk, Ground.FRAUD, now, {"dispute": "dsp_x", "decision": "dec_x"})
    [waiting] = standing.raise_flags([fraud], at=now, policy=raised.policy)
    by = world.acting(world.staff("", "moderator"))
    standing.review(waiting.pk, outcome="suspend", facts="It was not true.", by=by)
    return {
        "flag": raised.public_id,
        "flag:waiting": waiting.public_id,
        "user:buyer": buyer.public_id,
    }


def _reports(order: Order, people: dict[str, User]) -> dict[str, str]:
    """The buyer's reports on a listing of the seller's: one that the moderator has, and a new one."""
    buyer, by = world.acting(people["buyer"]), world.acting(people["moderator"])
    mine, new = (about_listing(order, by=buyer).pk for _each in range(2))
    reports.assign(mine, by=by)
    names = dict(Report.objects.values_list("pk", "public_id"))
    return {"report": names[mine], "report:new": names[new]}


def _talking(young: dict[str, Order], people: dict[str, User]) -> dict[str, Dispute]:
    """One with an offer of the seller's, one that the buyer gives up on a condition, one refused under "classic"."""
    buyer, seller = world.acting(people["buyer"]), world.acting(people["seller"])
    cases = {name: world.a_dispute(young[name]) for name in (*TALKING, "classic")}
    disputes.make_offer(cases["countered"].pk, remedy="refund", amount=Money(500, "USD"), by=seller)
    disputes.cancel_conditionally(cases["resting"].pk, condition="money", by=buyer)
    disputes.refuse_claim(cases["classic"].pk, note="It was fine.", by=seller)
    return cases


def _sanctioned(people: dict[str, User]) -> dict[str, str]:
    """A strike of the seller's shop, imposed by hand by somebody else."""
    by = world.acting(world.staff("", "moderator"))
    store = people["seller"].stores.get()
    strike = sanctions.impose_by_hand(
        target=store, kind="strike", statement="It was not true.", rule="Terms, 4.2", points=1, by=by
    )
    return {"sanction": strike.public_id}


def _coupons(buyer: User) -> dict[str, str]:
    """A coupon, and an offer that waits to be chosen."""
    (coupon,) = chosen(offered(buyer))
    return {"coupon": coupon.public_id, "coupon_offer": offered(buyer).public_id}


def _offers_and_rules(cases: dict[str, Dispute], store: Store, people: dict[str, User]) -> dict[str, str]:
    """The open offer, a line to claim, and a rule of the seller's that was tried and is off."""
    by = world.acting(people["seller"])
    rule = rules.make_rule(store.public_id, up_to=Money(1, "USD"), by=by)
    rules.try_rule(rule.public_id, by=by)
    line = cases["opened"].order.lines.get().public_id
    return {"offer": cases["countered"].offers.get().public_id, "rule": rule.public_id, "line:opened": line}


def _confirmed(whose: dict[str, Any]) -> dict[str, Order]:
    """Orders that came at once; their money is released while the scene is built."""
    orders = {
        name: world.shipped(**whose) for name in ("ended", "asked", "agreed", "sent", "repair", "receipt")
    }
    for order in orders.values():
        order_services.confirm_receipt(order.pk, by=world.acting(order.buyer))
    return orders


def _on_hold(whose: dict[str, Any], people: dict[str, User]) -> dict[str, str]:
    """Two orders of a seller who is doubted; of one a proof has come."""
    orders = {name: world.an_order(**whose) for name in ("on_hold", "proved")}
    for order in orders.values():
        order_services.hold(order.pk, reason="Who is this?", by=world.acting(people["moderator"]))
    order_services.prove(orders["proved"].pk, text="It is me.", by=world.acting(people["seller"]))
    return {f"order:{name}": order.public_id for name, order in orders.items()}


def _warranty(over: dict[str, Order], people: dict[str, User]) -> dict[str, str]:
    """A claim in each state that an address needs, and an ended order without one."""
    seller, ended = world.acting(people["seller"]), over.pop("ended")
    remedies = {"asked": "refund", "agreed": "replacement", "sent": "replacement"}
    claims = {name: asked(order, remedies.get(name, "repair")) for name, order in over.items()}
    for name, claim in claims.items():
        if name != "asked":
            warranty.accept(claim.pk, by=seller)
    warranty.ship(claims["sent"].pk, carrier="Post", tracking_number="W1", by=seller)
    receipt = {"amount": Money(800, "USD"), "evidence": [_photo(people["buyer"], 65)]}
    warranty.send_receipt(claims["receipt"].pk, by=world.acting(people["buyer"]), **receipt)
    line = ended.lines.select_related("listing__store").get()
    names = {"order:ended": ended, "listing": line.listing, "store": line.listing.store, "line:ended": line}
    return {f"claim:{name}": claim.public_id for name, claim in claims.items()} | {
        name: thing.public_id for name, thing in names.items()
    }


def _travelling(orders: dict[str, Any], people: dict[str, User]) -> dict[str, Dispute]:
    """A return without an address, and replacements to be sent and under way."""
    buyer, seller = world.acting(people["buyer"]), world.acting(people["seller"])
    nowhere = orders["no_address"]
    type(nowhere).objects.filter(pk=nowhere.pk).update(country="BR")
    Store.objects.filter(pk=nowhere.store_id).update(local_return_countries=["BR"])
    cases = {"no_address": world.a_dispute(nowhere, remedy="return_and_refund", reason="damaged.in_transit")}
    disputes.accept_claim(cases["no_address"].pk, by=seller)
    for name in ("to_replace", "replacing"):
        case = cases[name] = world.a_dispute(orders[name])
        disputes.make_offer(case.pk, remedy="replacement", by=seller)
        disputes.accept_offer(case.pk, offer=case.offers.get().public_id, by=buyer)
    disputes.ship_replacement(cases["replacing"].pk, carrier="Post", tracking_number="R1", by=seller)
    return cases


def _people() -> dict[str, User]:
    """Somebody in each role; the other buyer and seller have an order of their own between them."""
    elsewhere = world.shipped()
    return {
        "buyer": world.person("matrix-buyer"),
        "seller": world.person("matrix-seller"),
        "other_buyer": elsewhere.buyer,
        "other_seller": StoreMember.objects.get(store=elsewhere.store).user,
        "mediator": world.staff("matrix-mediator", "mediator"),
        "other_mediator": world.staff("matrix-second", "mediator"),
        "moderator": world.staff("matrix-moderator", "moderator"),
        "integrator": world.person("matrix-integrator", "integrator"),
        "new_staff": world.staff("matrix-new", "mediator", second_lock=False),
    }


def _with_the_mediator(cases: dict[str, Dispute], people: dict[str, User]) -> None:
    """Some are held, one of them asked about, one with results to choose from; one decided and waiting for a second
    mediator, one still in the queue."""
    by = world.acting(people["mediator"])
    for name in (*HELD, "decided"):
        disputes.assign(cases[name].pk, by=by)
    words = {"reason_code": "quality.poor_workmanship", "facts": "The seam is torn."}
    disputes.require_evidence(cases["asked"].pk, sides=["buyer", "seller"], items=["A photo"], by=by)
    disputes.propose(cases["choosing"].pk, platform={"remedy": "refund", **words}, by=by)
    disputes.adjudicate(cases["decided"].pk, outcome="refunded", by=by, **words)


def _photo(owner: User, quality: int) -> str:
    file = io.BytesIO(pictures.jpeg(quality=quality))
    return evidence.take(
        file, name="seam.jpg", by=world.acting(owner), limits=evidence.limits_now()
    ).public_id


def _upload(owner: User) -> str:
    """A file that is announced, and of which nothing is here yet."""
    by = world.acting(owner)
    return uploads.announce(uploads.Announced("film.mp4", 100), by=by, limits=evidence.limits_now()).public_id


# -- addresses -----------------------------------------------------------------------------------------------------


def routes(nodes: Any = None, prefix: str = "/") -> Iterator[tuple[str, Any]]:
    """(pattern, callback) of every address; of a regular expression only the names of its holes are kept."""
    for node in get_resolver().url_patterns if nodes is None else nodes:
        here = prefix + _plain(str(node.pattern))
        if isinstance(node, URLResolver):
            yield from routes(node.url_patterns, here)
        elif isinstance(node, URLPattern):
            yield here, node.callback


def _plain(pattern: str) -> str:
    """`^orders/(?P<id>…)/$` and `orders/<str:id>/` are both `orders/<id>/`."""
    text = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^)]*\))*\)", r"<\1>", pattern)
    return re.sub(r"<\w+:(\w+)>", r"<\1>", text).removeprefix("^").removesuffix("$")
