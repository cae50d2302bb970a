"""What happened in the demo world: orders and disputes in every state there is to look at.

Nothing is written past the product: each order comes through the import, each act through its verb, at the moment it is
said to have happened (the clock is set back for it, in this process only).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from unittest import mock

from django.utils import timezone
from PIL import Image, ImageDraw

from disputes import services as disputes
from disputes.models import Dispute
from disputes.services import ClaimData, LineData, rules
from marketplace.accounts import addresses
from marketplace.accounts.addresses import AddressData
from marketplace.accounts.models import Restriction, Store, User
from marketplace.core.clock import sweep
from marketplace.core.edges import actor_for
from marketplace.core.money import Money
from marketplace.evidence import services as evidence
from marketplace.orders import services as orders
from marketplace.orders.imports import take
from marketplace.orders.models import Order

from . import trust

BROKEN = "damaged.in_transit"
LATE = "not_received.no_tracking"
SHIPPING = "4.90"
#: who sells → (reference, name, country) of their store
STORES = {"sam": ("s-sam", "GadgetHome", "CN"), "tara": ("s-tara", "Fine Threads", "PT")}
FACTS = "The photo shows a crack. The seller sent no proof that the item was fine when it left."


@contextmanager
def ago(days: float) -> Iterator[datetime]:
    """For a while it is so many days earlier, in this process."""
    then = timezone.now() - timedelta(days=days)
    with mock.patch.object(timezone, "now", lambda: then):
        yield then


def picture() -> BytesIO:
    """A drawn photo of a cracked thing, so that there is something to look at."""
    image = Image.new("RGB", (960, 720), "#d9e2e6")
    draw = ImageDraw.Draw(image)
    draw.ellipse((250, 120, 710, 640), fill="#3d4a52", outline="#1d262b", width=8)
    draw.line((480, 130, 430, 300, 520, 380, 440, 520, 500, 630), fill="#f3f5f6", width=10)
    file = BytesIO()
    image.save(file, "JPEG", quality=85)
    file.seek(0)
    return file


def _store(seller: str) -> dict[str, Any]:
    reference, name, country = STORES[seller]
    owner = {"reference": f"u-{seller}"}
    return {"reference": reference, "name": name, "country": country, "owner": owner}


def _line(title: str, price: str) -> dict[str, Any]:
    return {
        "reference": "1",
        "quantity": 1,
        "unit_price": price,
        "discount": "0.00",
        "shipping": SHIPPING,
        "listing": {
            "reference": f"p-{title.lower().replace(' ', '-')}",
            "title": title,
            "category": "demo",
        },
    }


def _payment(reference: str, price: str, days_ago: float) -> dict[str, Any]:
    total = Money.parse(price, "USD") + Money.parse(SHIPPING, "USD")
    return {
        "reference": f"{reference}-1",
        "method": "card",
        "amount": str(total.decimal),
        "paid_at": _text(days_ago),
    }


class Story:
    """Tells the story once; a second telling finds everything there and changes nothing."""

    def __init__(self, people: dict[str, User]) -> None:
        self.people = people
        self.number = 0

    def tell(self) -> None:
        """Everything, oldest state first."""
        self._orders()
        self._open_disputes()
        self._decided_disputes()
        self._returns()
        self._restricted()
        trust.tell(self, ago)
        sweep()

    def by(self, name: str) -> Any:
        return actor_for(self.people[name])

    # -- orders ---------------------------------------------------------------------------------------------

    def order(
        self,
        title: str,
        price: str,
        *,
        seller: str = "sam",
        buyer: str = "ana",
        sent: float | None = None,
        **dates: float,
    ) -> Order:
        """An order paid two days before it was sent `sent` days ago, promised for thirty days after that."""
        self.number += 1
        reference = f"D-{1000 + self.number}"
        paid = dates.get("paid", (sent or 0) + 2)
        row = {
            "reference": reference,
            "currency": "USD",
            "placed_at": _text(paid + 0.1),
            "buyer": {"reference": f"u-{buyer}", "country": "BR", "city": "Recife", "language": "en"},
            "store": _store(seller),
            "lines": [_line(title, price)],
            "payments": [] if "unpaid" in dates else [_payment(reference, price, paid)],
            "shipments": [] if sent is None else [self._parcel(sent, dates.get("promised", 30))],
        }
        (taken,) = take([row], by=self.by("host"))
        return Order.objects.get(public_id=taken.order)

    def _parcel(self, sent: float, promised: float) -> dict[str, Any]:
        return {
            "carrier": "World Post",
            "tracking_number": f"RR{700000 + self.number}CN",
            "shipped_at": _text(sent),
            "promised_by": _text(sent - promised),
        }

    def _orders(self) -> None:
        self.order("Desk lamp", "19.00", unpaid=1, paid=1)
        self.order("Phone case", "7.50", paid=3)
        self.order("Wall clock", "23.00", paid=14)
        self.order("Tea pot", "31.00", sent=4)
        self.order("Rain coat", "45.00", seller="tara", sent=13)
        here = self.order("Travel bag", "52.00", seller="tara", sent=14)
        with ago(2):
            orders.record_tracking(
                here.pk,
                code="in_destination_country",
                at=None,
                city="Recife",
                country="BR",
                by=self.by("host"),
            )
        got = self.order("Reading glasses", "12.00", sent=16)
        with ago(5):
            orders.confirm_receipt(got.pk, by=self.by("ana"))
        self.order("Bike bell", "9.00", sent=80)
        off = self.order("Garden hose", "28.00", paid=15)
        with ago(3):
            orders.cancel(off.pk, by=self.by("ana"))

    # -- disputes --------------------------------------------------------------------------------------------

    def dispute(self, title: str, price: str, *, opened: float, photo: bool = True, **wishes: Any) -> Dispute:
        """A dispute about an order sent twelve days before it was opened, so many days ago."""
        buyer = wishes.pop("buyer", "ana")
        order = self.order(title, price, sent=opened + 12, seller=wishes.pop("seller", "sam"), buyer=buyer)
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

    def _open_disputes(self) -> None:
        self.dispute("Wireless mouse", "24.90", opened=1)
        self.dispute(
            "Kitchen scale",
            "18.00",
            opened=4.8,
            photo=False,
            received=False,
            reason=LATE,
            description="The parcel did not come. The tracking has not changed for weeks.",
        )
        refused = self.dispute(
            "Wool scarf", "29.00", opened=3, seller="tara", reason="not_as_described.colour"
        )
        with ago(2):
            disputes.refuse_claim(
                refused.pk,
                note="The colour is the same as in the listing. Light can change it.",
                by=self.by("tara"),
            )
        with ago(1.5):
            disputes.send_message(
                refused.pk, text="It is dark green in the photo, mine is grey.", by=self.by("ana")
            )
        self._talks()
        gone = self.dispute("Coffee grinder", "61.00", opened=6)
        with ago(5):
            disputes.cancel(gone.pk, by=self.by("ana"))

    def _talks(self) -> None:
        """An open counter-offer, a claim edited once, one given up on a condition, and a seller's rule, tried and off."""
        countered = self.dispute("Table clock", "42.00", opened=2.5, seller="tara")
        with ago(1.8):
            disputes.make_offer(
                countered.pk,
                remedy="return_and_refund",
                amount=Money.parse("42.00", "USD"),
                return_shipping_paid_by="seller",
                postage_cap=Money.parse("4.00", "USD"),
                note="Send it back and you get all your money. I pay the postage.",
                by=self.by("tara"),
            )
        edited = self.dispute("Bread knife", "17.00", opened=2)
        with ago(1):
            claim = ClaimData(
                lines=[LineData(line.public_id, line.quantity) for line in edited.order.lines.all()],
                received=True,
                reason=BROKEN,
                remedy="refund",
                amount=Money.parse("9.00", "USD"),
                description="The handle is cracked, but it still cuts. Half of the money is enough.",
            )
            disputes.edit_claim(edited.pk, claim=claim, by=self.by("ana"))
        waits = self.dispute("Water bottle", "14.00", opened=3)
        with ago(2):
            disputes.cancel_conditionally(waits.pk, condition="money", by=self.by("ana"))
        self._rule()

    def _rule(self) -> None:
        by, store = self.by("sam"), Store.objects.get(name=STORES["sam"][1])
        if not store.auto_accept_rules.exists():
            rule = rules.make_rule(
                store.public_id, reason="damaged", up_to=Money.parse("15.00", "USD"), most_disputes=2, by=by
            )
            rules.try_rule(rule.public_id, by=by)

    def _to_mediation(self, dispute: Dispute, seller: str, days: float) -> Dispute:
        with ago(days - 1):
            disputes.refuse_claim(dispute.pk, note="It was fine when we sent it.", by=self.by(seller))
        with ago(days - 7):
            sweep()
        return Dispute.objects.get(pk=dispute.pk)

    def _decided_disputes(self) -> None:
        for title, price, days in (
            ("Electric kettle", "38.00", 9),
            ("Hair dryer", "44.50", 12),
            ("Toy train", "27.00", 23),
        ):
            self._to_mediation(self.dispute(title, price, opened=days), "sam", days)
        held = self._to_mediation(self.dispute("Table fan", "33.00", opened=10), "sam", 10)
        with ago(2):
            disputes.assign(held.pk, by=self.by("mia"))
        self._asked_and_proposed()
        for title, price, outcome, amount in (
            ("Vacuum cleaner", "120.00", "partly_refunded", "60.00"),
            ("Rice cooker", "56.00", "refunded", None),
            ("Paper shredder", "49.00", "no_refund", None),
            ("Laptop", "890.00", "refunded", None),
        ):
            case = self._to_mediation(self.dispute(title, price, opened=14), "sam", 14)
            with ago(4):
                disputes.assign(case.pk, by=self.by("mia"))
                disputes.adjudicate(
                    case.pk,
                    outcome=outcome,
                    amount=Money.parse(amount, "USD") if amount else None,
                    reason_code=BROKEN,
                    facts=FACTS,
                    by=self.by("mia"),
                )
        agreed = self.dispute("Shower head", "21.00", opened=8, amount="10.00")
        with ago(6):
            disputes.accept_claim(agreed.pk, by=self.by("sam"))
        self.dispute("Picture frame", "16.00", opened=6.5)  # the seller was silent: the sweep grants it

    def _asked_and_proposed(self) -> None:
        """A case in which files are waited for, and one in which the buyer chooses a result."""
        asked = self._to_mediation(self.dispute("Desk clock", "37.00", opened=9), "sam", 9)
        choosing = self._to_mediation(self.dispute("Sewing machine", "99.00", opened=11), "sam", 11)
        with ago(1):
            for case in (asked, choosing):
                disputes.assign(case.pk, by=self.by("mia"))
            disputes.require_evidence(
                asked.pk,
                sides=("buyer", "seller"),
                items=(
                    "A video: plugged in, next to a device that works",
                    "The label with the serial number",
                ),
                by=self.by("mia"),
            )
            disputes.propose(
                choosing.pk,
                platform={
                    "remedy": "refund",
                    "amount": Money.parse("60.00", "USD"),
                    "reason_code": BROKEN,
                    "facts": FACTS,
                },
                seller={"remedy": "return_and_refund", "return_shipping_paid_by": "seller"},
                by=self.by("mia"),
            )

    def _returns(self) -> None:
        self._addresses()

        def agreed(title: str, price: str) -> Dispute:
            dispute = self.dispute(
                title,
                price,
                opened=9,
                seller="tara",
                remedy="return_and_refund",
                reason="not_as_described.size",
            )
            with ago(7):
                return disputes.accept_claim(dispute.pk, by=self.by("tara"))

        agreed("Winter boots", "74.00")
        for title, price, arrived in (("Linen shirt", "35.00", False), ("Silk dress", "88.00", True)):
            dispute = agreed(title, price)
            with ago(5):
                disputes.ship_return(
                    dispute.pk, carrier="World Post", tracking_number="RB55512BR", by=self.by("ana")
                )
            if arrived:
                with ago(1):
                    disputes.record_return_tracking(dispute.pk, code="delivered", at=None, by=self.by("host"))
        nowhere = self.dispute("Desk fan", "41.00", opened=4, remedy="return_and_refund")
        with ago(2):
            disputes.accept_claim(nowhere.pk, by=self.by("sam"))  # this shop keeps no address
        for title, price, sent in (("Running shoes", "66.00", False), ("Leather belt", "32.00", True)):
            self._replacement(title, price, sent=sent)

    def _replacement(self, title: str, price: str, *, sent: bool) -> None:
        """Both agreed on the same item once more; sent and delivered, or still to be sent."""
        dispute = self.dispute(title, price, opened=8, seller="tara", reason="not_as_described.size")
        with ago(6):
            disputes.make_offer(
                dispute.pk, remedy="replacement", note="We send you the right size.", by=self.by("tara")
            )
            offer = dispute.offers.get().public_id
            disputes.accept_offer(dispute.pk, offer=offer, by=self.by("ana"))
        if sent:
            with ago(4):
                disputes.ship_replacement(
                    dispute.pk, carrier="World Post", tracking_number="RP90017PT", by=self.by("tara")
                )
            with ago(1):
                disputes.record_replacement_tracking(
                    dispute.pk, code="delivered", at=None, by=self.by("host")
                )

    def _addresses(self) -> None:
        """Fine Threads has a warehouse in the buyer's country, and its own address for everybody else."""
        store = self.people["tara"].stores.get()
        Store.objects.filter(pk=store.pk).update(local_return_countries=["BR"])
        for address in (
            AddressData(
                "PT", "Fine Threads, returns\nRua das Flores 20\n4050-262 Porto", "Porto", is_default=True
            ),
            AddressData("BR", "Fine Threads, warehouse 7\nRua da Aurora 12\n50050-000 Recife", "Recife"),
        ):
            addresses.save(store, address, by=self.by("tara"))

    def _restricted(self) -> None:
        self.order("Camping stove", "41.00", sent=13, buyer="boris")
        Restriction.objects.get_or_create(
            user=self.people["boris"],
            kind=Restriction.Kind.NO_DISPUTES,
            defaults={
                "reason": "Two of your disputes were not true.",
                "starts_at": timezone.now(),
                "ends_at": timezone.now() + timedelta(days=30),
                "imposed_by": self.people["olga"],
            },
        )


def _text(days_ago: float) -> str:
    return (timezone.now() - timedelta(days=days_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")
