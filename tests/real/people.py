"""What the people of the real run do: sellers accept, counter or stay silent, goods go back, mediators decide or propose.

Everything goes through the API, at moments of its own: each act stands in an agenda until its day comes.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from rest_framework.test import APIClient

from disputes.models import Dispute
from disputes.models.deadlines import RETURN_ADDRESS
from marketplace.accounts.models import User
from marketplace.core.money import Money
from marketplace.orders.models import Order

DAY = timedelta(days=1)
DECISIONS = ("refunded", "partly_refunded", "no_refund")
Act = Callable[[], None]


class Agenda:
    """What people have in mind, by moment."""

    def __init__(self, clock: Any) -> None:
        self.clock = clock
        self.entries: list[tuple[datetime, int, Act]] = []
        self.numbers = count()

    def add(self, at: datetime, act: Act) -> None:
        heapq.heappush(self.entries, (at, next(self.numbers), act))

    def do(self, until: datetime) -> None:
        """Everything up to that moment, each at its own."""
        while self.entries and self.entries[0][0] < until:
            at, _number, act = heapq.heappop(self.entries)
            self.clock.move_to(at)
            act()


class People:
    """Sellers, buyers and mediators, who answer by turns, so that every way is gone often and always alike."""

    def __init__(
        self,
        agenda: Agenda,
        client_of: Callable[[User], APIClient],
        host: APIClient,
        mediators: list[APIClient],
    ) -> None:
        self.agenda, self.client_of, self.host, self.mediators = agenda, client_of, host, mediators
        self.did: Counter[str] = Counter()
        self.travelling: set[str] = set()
        self.opened = self.countered = self.sent_back = self.replaced = self.decided = 0

    def _post(self, client: APIClient, public_id: str, verb: str, **body: Any) -> dict[str, Any]:
        response = client.post(f"/api/v1/disputes/{public_id}/{verb}/", body, format="json")
        assert response.status_code == 200, (verb, response.content)
        self.did[verb] += 1
        answer: dict[str, Any] = response.json()
        return answer

    # -- negotiation -----------------------------------------------------------------------------------------------

    def expect_answer(self, public_id: str, order: Order, now: datetime) -> None:
        """A third accept, a third counter, a third stay silent."""
        seller = order.store.members.first()
        assert seller
        turn, at = self.opened % 3, now + timedelta(days=1 + self.opened % 4)
        self.opened += 1
        if turn == 0:
            self.agenda.add(at, lambda: self._accept(public_id, seller))
        elif turn == 1:
            self.agenda.add(at, lambda: self._counter(public_id, seller, order.buyer, at))

    def _accept(self, public_id: str, seller: User) -> None:
        self._post(self.client_of(seller), public_id, "accept-claim")

    def _counter(self, public_id: str, seller: User, buyer: User, at: datetime) -> None:
        """Half of the money; or, of what came, a return or a replacement. Half of the buyers take it."""
        case = self.client_of(seller).get(f"/api/v1/disputes/{public_id}/").json()
        claimed = Money.parse(case["claim"]["amount"]["amount"], "BRL")
        turn = self.countered
        self.countered += 1
        terms: dict[str, Any] = {
            "remedy": "refund",
            "amount": Money(max(claimed.minor // 2, 1), "BRL").as_json(),
        }
        if case["claim"]["received"] and turn % 4 == 2:
            terms = {
                "remedy": "return_and_refund",
                "amount": claimed.as_json(),
                "return_shipping_paid_by": "seller",
            }
        elif case["claim"]["received"] and turn % 8 == 4:
            terms = {"remedy": "replacement", "amount": claimed.as_json()}
        answer = self._post(
            self.client_of(seller), public_id, "make-offer", note="Podemos fazer assim.", **terms
        )
        offer = answer["offers"][-1]["id"]
        client = self.client_of(buyer)
        if turn % 4 == 3 or turn % 4 == 1:
            later: Act = lambda: self._deny(client, public_id, offer)  # noqa: E731
        else:
            later = lambda: self._take(client, public_id, offer)  # noqa: E731
        self.agenda.add(at + DAY, later)

    def _take(self, client: APIClient, public_id: str, offer: str) -> None:
        self._post(client, public_id, "accept-offer", offer=offer)

    def _deny(self, client: APIClient, public_id: str, offer: str) -> None:
        self._post(client, public_id, "deny-offer", offer=offer, note="Não aceito.")

    # -- goods that travel -------------------------------------------------------------------------------------------

    def send_goods(self, now: datetime) -> None:
        """Every return and replacement that has begun is planned to its end, once."""
        waiting = Dispute.objects.filter(state__in=("awaiting_return", "awaiting_replacement"))
        for dispute in waiting.select_related("buyer", "store").order_by("pk"):
            key = f"{dispute.state}:{dispute.public_id}"
            if key in self.travelling:
                continue
            self.travelling.add(key)
            plan = self._return if dispute.state == "awaiting_return" else self._replacement
            plan(dispute, now)

    def _return(self, dispute: Dispute, now: datetime) -> None:
        """One in five buyers never sends it. Of the sellers a quarter contest what came, a quarter say nothing."""
        turn = self.sent_back
        self.sent_back += 1
        if turn % 5 == 4:
            return
        buyer, seller = self.client_of(dispute.buyer), self.client_of(dispute.store.members.first())  # type: ignore[arg-type]
        public_id, number = dispute.public_id, f"RT{turn}BR"
        if dispute.phase == RETURN_ADDRESS:
            address = {"lines": "Rua Augusta 100", "city": "São Paulo", "country": "BR"}
            self.agenda.add(
                now + DAY, lambda: self._done(seller, public_id, "give-return-address", **address)
            )
        self.agenda.add(
            now + 3 * DAY,
            lambda: self._done(buyer, public_id, "ship-return", carrier="Correios", tracking_number=number),
        )
        self.agenda.add(
            now + 9 * DAY, lambda: self._done(self.host, public_id, "return-events", code="delivered")
        )
        if turn % 4 == 1:
            contest = {"code": "damaged", "note": "Voltou quebrado."}
            self.agenda.add(
                now + 12 * DAY, lambda: self._done(seller, public_id, "contest-return", **contest)
            )
        elif turn % 4 != 3:
            self.agenda.add(now + 12 * DAY, lambda: self._done(seller, public_id, "acknowledge-return"))

    def _replacement(self, dispute: Dispute, now: datetime) -> None:
        """One in four sellers never sends it; of the buyers a third say nothing."""
        turn = self.replaced
        self.replaced += 1
        if turn % 4 == 3:
            return
        buyer, seller = self.client_of(dispute.buyer), self.client_of(dispute.store.members.first())  # type: ignore[arg-type]
        public_id, parcel = dispute.public_id, {"carrier": "Correios", "tracking_number": f"RP{turn}BR"}
        self.agenda.add(now + 3 * DAY, lambda: self._done(seller, public_id, "ship-replacement", **parcel))
        self.agenda.add(
            now + 8 * DAY, lambda: self._done(self.host, public_id, "replacement-events", code="delivered")
        )
        if turn % 3 != 2:
            self.agenda.add(now + 9 * DAY, lambda: self._done(buyer, public_id, "acknowledge-replacement"))

    def _done(self, client: APIClient, public_id: str, verb: str, **body: Any) -> None:
        self._post(client, public_id, verb, **body)

    # -- mediators ---------------------------------------------------------------------------------------------------

    def mediate(self, now: datetime) -> None:
        """The first mediator empties the queue; one case in ten goes to proposals; the second approves what is large."""
        first, second = self.mediators
        while (taken := first.post("/api/v1/disputes/next/")).status_code == 200:
            case = taken.json()
            turn = self.decided
            self.decided += 1
            if turn % 10 == 9:
                self._propose(first, case, now, chosen=turn % 20 == 19)
            else:
                self._decide(first, case, DECISIONS[turn % 3])
        for public_id in Dispute.objects.filter(state="awaiting_approval").values_list(
            "public_id", flat=True
        ):
            self._post(second, public_id, "approve")

    def _decide(self, mediator: APIClient, case: dict[str, Any], outcome: str) -> None:
        held = Money.parse(case["refundable"]["amount"], "BRL")
        body: dict[str, Any] = {
            "outcome": outcome,
            "reason_code": case["claim"]["reason"],
            "facts": "O que vimos nos autos.",
        }
        if outcome == "partly_refunded":
            body["amount"] = Money(max(held.minor // 2, 1), "BRL").as_json()
        response = mediator.post(f"/api/v1/disputes/{case['id']}/adjudicate/", body, format="json")
        if response.status_code == 422 and "why_different" in response.content.decode():
            self.did["decisions that had to say why they differ"] += 1
            body["why_different"] = "Os autos deste caso são outros."
            response = mediator.post(f"/api/v1/disputes/{case['id']}/adjudicate/", body, format="json")
        assert response.status_code == 200, response.content
        self.did["adjudicate"] += 1

    def _propose(self, mediator: APIClient, case: dict[str, Any], now: datetime, *, chosen: bool) -> None:
        """Half of the money by the platform, a third by the seller; half of the buyers choose the seller's."""
        held = Money.parse(case["refundable"]["amount"], "BRL")
        half, third = (Money(max(held.minor // n, 1), "BRL").as_json() for n in (2, 3))
        reasons = {"reason_code": case["claim"]["reason"], "facts": "O que vimos nos autos."}
        proposed = self._post(
            mediator,
            case["id"],
            "propose",
            platform={"remedy": "refund", "amount": half, **reasons},
            seller={"remedy": "refund", "amount": third},
        )
        if not chosen:
            return
        buyer = self.client_of(Dispute.objects.get(public_id=case["id"]).buyer)
        wanted = next(each["id"] for each in proposed["proposals"] if each["by"] == "seller")
        self.agenda.add(
            now + 2 * DAY, lambda: self._done(buyer, case["id"], "choose-proposal", proposal=wanted)
        )
