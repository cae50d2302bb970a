"""What happened in the demo world: orders and disputes in every state there is to look at.

Nothing is written past the product: each order comes through the import, each act through its verb, at the moment it is
said to have happened (the clock is set back for it, in this process only).
"""

from __future__ import annotations

from typing import Any

from disputes import services as disputes
from disputes.models import Dispute
from disputes.services import ClaimData, LineData
from marketplace.accounts.models import User
from marketplace.core.clock import sweep
from marketplace.core.edges import actor_for
from marketplace.core.money import Money
from marketplace.coupons.models import Coupon
from marketplace.evidence import services as evidence
from marketplace.orders.imports import take
from marketplace.orders.models import Order

from . import (
    compensation,
    mediation,
    reporting,
    returning,
    reviews,
    sanctioning,
    shopping,
    standing,
    talks,
    trust,
)
from .making import BROKEN, ago, line_row, moment, payment_rows, picture, store_row


class Story:
    """Tells the story once; a second telling finds everything there and changes nothing."""

    def __init__(self, people: dict[str, User]) -> None:
        self.people = people
        self.number = 0

    def tell(self) -> None:
        """Everything, oldest state first; one module a part of it."""
        for part in (
            shopping,
            talks,
            mediation,
            reviews,
            returning,
            trust,
            compensation,
            standing,
            reporting,
            sanctioning,
        ):
            part.tell(self)
        sweep()

    def by(self, name: str) -> Any:
        return actor_for(self.people[name])

    def order(
        self,
        title: str,
        price: str,
        *,
        seller: str = "sam",
        buyer: str = "ana",
        sent: float | None = None,
        coupon: Coupon | None = None,
        card: str = "1",
        **dates: float,
    ) -> Order:
        """An order paid two days before it was sent `sent` days ago, promised for thirty days after that."""
        self.number += 1
        reference = f"D-{1000 + self.number}"
        paid = dates.get("paid", (sent or 0) + 2)
        row = {
            "reference": reference,
            "currency": "USD",
            "placed_at": moment(paid + 0.1),
            "buyer": {"reference": f"u-{buyer}", "country": "BR", "city": "Recife", "language": "en"},
            "store": store_row(seller),
            "lines": [line_row(title, price)],
            "payments": [] if "unpaid" in dates else payment_rows(reference, price, paid, coupon, card),
            "shipments": [] if sent is None else [self._parcel(sent, dates.get("promised", 30))],
        }
        (taken,) = take([row], by=self.by("host"))
        return Order.objects.get(public_id=taken.order)

    def _parcel(self, sent: float, promised: float) -> dict[str, Any]:
        return {
            "carrier": "World Post",
            "tracking_number": f"RR{700000 + self.number}CN",
            "shipped_at": moment(sent),
            "promised_by": moment(sent - promised),
        }

    def dispute(self, title: str, price: str, *, opened: float, photo: bool = True, **wishes: Any) -> Dispute:
        """A dispute about an order sent twelve days before it was opened, so many days ago."""
        buyer = wishes.pop("buyer", "ana")
        seller, card = wishes.pop("seller", "sam"), wishes.pop("card", "1")
        order = self.order(title, price, sent=opened + 12, seller=seller, buyer=buyer, card=card)
        asked = wishes.pop("amount", None)
        with ago(opened):
            file = (
                evidence.take(picture(), name="crack.jpg", by=self.by(buyer), limits=evidence.limits_now())
                if photo
                else None
            )
            claim = ClaimData(
                lines=[LineData(line.public_id, line.quantity) for line in order.lines.all()],
                received=wishes.get("received", True),
                reason=wishes.get("reason", BROKEN),
                remedy=wishes.get("remedy", "refund"),
                amount=Money.parse(asked, "USD") if asked else None,
                description=wishes.get(
                    "description",
                    "It arrived broken. There is a crack on the front, and it does not turn on.",
                ),
                evidence=[file.public_id] if file else [],
            )
            return disputes.open_dispute(order.pk, claim=claim, by=self.by(buyer))

    def claim_anew(self, dispute: Dispute, amount: str, description: str) -> ClaimData:
        """What the buyer asks for after a change of mind: the same things, another sum."""
        return ClaimData(
            lines=[LineData(line.public_id, line.quantity) for line in dispute.order.lines.all()],
            received=True,
            reason=BROKEN,
            remedy="refund",
            amount=Money.parse(amount, "USD"),
            description=description,
        )
