"""A small marketplace that speaks the domain, for every test: people, stores, paid and shipped orders, disputes."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.utils import timezone

from disputes import services as disputes
from disputes.models import Dispute
from disputes.services import ClaimData, LineData
from marketplace.accounts.models import Store, StoreAddress, StoreMember, User
from marketplace.core.access import Actor
from marketplace.core.edges import actor_for
from marketplace.core.money import Money
from marketplace.core.policy import ProtectionPolicy
from marketplace.orders import services as orders
from marketplace.orders.models import Listing, Order, OrderLine
from marketplace.payments.models import Escrow, Payment

_number = count(1)
DAY = timedelta(days=1)
DESCRIPTION = "The stitching came apart after one day of use."


def person(name: str = "", *groups: str, **fields: Any) -> User:
    """A user with a password `secret-pass-1`, in those groups."""
    name = name or f"person{next(_number)}"
    user = User.objects.create_user(name, f"{name}@example.org", "secret-pass-1", **fields)
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def staff(name: str = "", *groups: str, second_lock: bool = True, **fields: Any) -> User:
    """A member of staff in those groups; with a code app turned on, unless told otherwise."""
    user = person(name, *groups, is_staff=True, **fields)
    if second_lock:
        _second_lock(user)
    return user


def promote(user: User, group: str) -> None:
    """From now on they work here too."""
    user.is_staff = True
    user.save()
    user.groups.add(Group.objects.get_or_create(name=group)[0])
    _second_lock(user)


def _second_lock(user: User) -> None:
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "not used"})


def shop(owner: User | None = None, **fields: Any) -> Store:
    store = Store.objects.create(name=fields.pop("name", f"Shop {next(_number)}"), **fields)
    StoreMember.objects.create(store=store, user=owner or person(), is_owner=True)
    StoreAddress.objects.create(
        store=store, country="CN", lines="Returns desk\n1 Harbour Road", is_default=True
    )
    return store


def acting(user: User) -> Actor:
    return actor_for(user)


def buyer_of(case: Order | Dispute) -> Actor:
    return acting(case.buyer)


def seller_of(case: Order | Dispute) -> Actor:
    member = case.store.members.first()
    assert member is not None
    return acting(member)


def an_order(
    *,
    buyer: User | None = None,
    store: Store | None = None,
    prices: tuple[int, ...] = (1173,),
    quantities: tuple[int, ...] | None = None,
    shipping: tuple[int, ...] | None = None,
    currency: str = "USD",
    policy: str = "default",
    placed_at: datetime | None = None,
    payments: tuple[int, ...] | None = None,
    paid: bool = True,
    integrator: User | None = None,
) -> Order:
    """An order of one line a price (minor units, the whole line), paid in one payment unless `payments` says otherwise."""
    number = next(_number)
    now = placed_at or timezone.now()
    store = store or shop()
    quantities = quantities or (1,) * len(prices)
    shipping = shipping or (0,) * len(prices)
    order = Order(
        integrator=integrator,
        reference=f"A-{number}",
        buyer=buyer or person(),
        store=store,
        policy=ProtectionPolicy.objects.in_force(policy, now),
        escrow=Escrow.objects.create(store=store, currency=currency),
        currency=currency,
        placed_at=now,
    )
    order.start("place", by=Actor.system(), now=now)
    for position, (price, quantity, ship) in enumerate(zip(prices, quantities, shipping, strict=True), 1):
        listing = Listing.objects.create(
            store=store, reference=f"p-{number}-{position}", title=f"Thing {number}-{position}"
        )
        OrderLine.objects.create(
            order=order,
            listing=listing,
            reference=str(position),
            title=listing.title,
            quantity=quantity,
            unit_price=-(-price // quantity),
            discount=-(-price // quantity) * quantity - price,
            shipping=ship,
        )
    if paid:
        pay(order, *(payments or (sum(prices) + sum(shipping),)), at=now)
    return Order.objects.get(pk=order.pk)


def pay(order: Order, *amounts: int, at: datetime | None = None) -> None:
    rows = [
        Payment(
            escrow=order.escrow,
            reference=f"{order.reference}-{n}",
            method="card",
            amount=amount,
            paid_at=at or timezone.now(),
            provider="sandbox",
            provider_reference=f"{order.reference}-{n}",
        )
        for n, amount in enumerate(amounts, 1)
    ]
    orders.pay(order.pk, received=rows, by=sender_of(order))


def sender_of(order: Order) -> Actor:
    """The integrator of the order; an order that has none is given one."""
    if order.integrator is None:
        Order.objects.filter(pk=order.pk).update(integrator=person("", "integrator"))
        order.refresh_from_db(fields=["integrator"])
    assert order.integrator is not None
    return acting(order.integrator)


def shipped(order: Order | None = None, *, promised_in: timedelta = 30 * DAY, **wishes: Any) -> Order:
    """An order whose parcel was handed over just now."""
    order = order or an_order(**wishes)
    promised_by = timezone.now() + promised_in
    orders.ship(
        order.pk,
        carrier="Post",
        tracking_number=f"RR{order.pk}CN",
        promised_by=promised_by,
        by=seller_of(order),
    )
    return Order.objects.get(pk=order.pk)


def claim_on(order: Order, **wishes: Any) -> ClaimData:
    """A claim on every line of the order, for all that can be refunded, unless the wishes say otherwise."""
    amount = wishes.pop("amount", None)
    defaults: dict[str, Any] = {
        "lines": [LineData(line.public_id, line.quantity) for line in order.lines.all()],
        "received": True,
        "reason": "quality.poor_workmanship",
        "remedy": "refund",
        "amount": Money(amount, order.currency) if isinstance(amount, int) else amount,
        "description": DESCRIPTION,
        "evidence": (),
    }
    return ClaimData(**{**defaults, **wishes})


def a_dispute(order: Order, **wishes: Any) -> Dispute:
    """The buyer of the order opens a dispute now."""
    return disputes.open_dispute(order.pk, claim=claim_on(order, **wishes), by=buyer_of(order))
