"""Two years of a real marketplace, day by day: orders, complaints, answers, decisions, money (`make real`).

The clock is moved; the database, the services, the API, the provider's HTTP and the ledger are the real ones.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db.models import Sum
from rest_framework.test import APIClient

from disputes.models import Dispute
from marketplace.accounts.models import ApiToken, User
from marketplace.core.access import Actor
from marketplace.core.clock import sweep
from marketplace.core.edges import actor_for
from marketplace.core.money import Money
from marketplace.core.policy import ProtectionPolicy
from marketplace.core.publishing import draft_from, publish
from marketplace.orders.imports import take
from marketplace.orders.models import Order
from marketplace.payments import outbox
from marketplace.payments.models import Escrow, Payment, Refund
from tests import invariants, world
from tests import provider as fake
from tests.real.market import CONVERTER, PHOTOS, Complaint, Market
from tests.real.people import Agenda, People

pytestmark = [
    pytest.mark.real,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not CONVERTER.exists(), reason="needs the real orders, which are not part of this project"
    ),
]
DAY = timedelta(days=1)
#: one process a core; each has a database of its own
SHARDS = int(os.environ.get("REAL_SHARDS", os.cpu_count() or 2))


@dataclass
class Tally:
    """What the table at the end is made of."""

    orders: Counter[str] = field(default_factory=Counter)
    doubtful: set[str] = field(default_factory=set)
    first: Counter[tuple[str, str]] = field(default_factory=Counter)
    why: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    later: Counter[str] = field(default_factory=Counter)
    deadlines: Counter[str] = field(default_factory=Counter)
    months_checked: int = 0


class Replay:
    """The host marketplace, its buyers and the workers, in one process; who answers them stands in people.py."""

    def __init__(self, market: Market, provider: fake.Provider, clock: Any) -> None:
        self.market, self.provider, self.clock, self.tally = market, provider, clock, Tally()
        self.host = world.person("host", "integrator")
        self.file = market.write_shard()
        self.again: list[tuple[datetime, Complaint]] = []
        self.clients: dict[int, APIClient] = {}
        mediators = [self.client(world.person(name, "mediator")) for name in ("mia", "leo")]
        self.agenda = Agenda(clock)
        self.people = People(self.agenda, self.client_of, self.client(self.host), mediators)
        self.photos = sorted(
            p
            for p in PHOTOS.iterdir()
            if p.suffix in (".jpg", ".png", ".gif", ".bmp") and p.stat().st_size < 2_000_000
        )

    def client(self, user: User) -> APIClient:
        client = APIClient()
        _row, secret = ApiToken.objects.create(
            user=user, scopes=["read", "write"], expiry=timedelta(days=3650)
        )
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        return client

    def client_of(self, user: User) -> APIClient:
        if user.pk not in self.clients:
            self.clients[user.pk] = self.client(user)
        return self.clients[user.pk]

    # -- a day -----------------------------------------------------------------------------------------------

    def live(self, day: date) -> None:
        """What happened on that day: orders move on, people complain and answer at their moments, workers run at its end."""
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        due = [(c.written_at, c) for c in self._todays(midnight)]
        for at, complaint in sorted([*due, *self._retries(midnight)], key=lambda pair: pair[0]):
            self.clock.move_to(max(at, midnight))
            self.learn([complaint.order], at)
            self.complain(complaint, at, first=(at, complaint) in due)
        self.agenda.do(midnight + DAY)
        self.clock.move_to(midnight + DAY)
        self.learn(self.market.by_day.get(day, []), midnight + DAY)
        self.tally.deadlines += sweep()
        self.people.mediate(midnight + DAY)
        self.people.send_goods(midnight + DAY)
        outbox.drain()
        if (day + DAY).day == 1:
            call_command("check_ledger", stdout=StringIO())
            self.tally.months_checked += 1

    def _todays(self, midnight: datetime) -> list[Complaint]:
        return [c for c in self.market.complaints if midnight <= c.written_at < midnight + DAY]

    def _retries(self, midnight: datetime) -> list[tuple[datetime, Complaint]]:
        now = [entry for entry in self.again if entry[0] < midnight + DAY]
        self.again = [entry for entry in self.again if entry[0] >= midnight + DAY]
        return now

    def learn(self, references: list[str], now: datetime) -> None:
        """The host marketplace sends what it knows by then."""
        rows = [self.market.as_known(reference, now) for reference in references]
        for row in rows:
            for payment in row["payments"]:
                self.provider.pay(payment["reference"], Money.parse(payment["amount"], "BRL").minor, "BRL")
        for start in range(0, len(rows), 250):
            for taken in take(rows[start : start + 250], by=actor_for(self.host)):
                if taken.doubts:
                    self.tally.doubtful.add(taken.reference)

    # -- complaints --------------------------------------------------------------------------------------------

    def complain(self, complaint: Complaint, now: datetime, *, first: bool) -> None:
        """The buyer opens a dispute through the API, at the moment it was really written, or when it became possible."""
        order = (
            Order.objects.filter(integrator=self.host, reference=complaint.order)
            .select_related("buyer", "store")
            .first()
        )
        if order is None:
            answer, status = "order was refused", 404
        else:
            response = self._open(order, complaint, now)
            status = response.status_code
            answer = "opened" if status == 201 else response.json()["code"]
            if status == 201:
                self.people.expect_answer(response.json()["id"], order, now)
            elif answer == "too_early":
                self._come_back(complaint, response.json().get("possible_from"))
        if first:
            dates = self.market.by_the_dates(complaint)
            self.tally.first[dates, answer] += 1
            if status != 201 and order is not None:
                self.tally.why[dates, answer, f"{response.json()['detail']} [order {order.state}]"] += 1
        else:
            self.tally.later[answer] += 1

    def _open(self, order: Order, complaint: Complaint, now: datetime) -> Any:
        received = self.market.received(complaint, now)
        client = self.client_of(order.buyer)
        returned = received and self.people.opened % 5 == 3
        body = {
            "order": order.public_id,
            "lines": [{"line": line.public_id, "quantity": line.quantity} for line in order.lines.all()],
            "received": received,
            "reason": self.market.reason(complaint, now),
            "remedy": "return_and_refund" if returned else "refund",
            "description": f"Reclamação: {complaint.text.strip()}"[:2000].ljust(20, "."),
            "evidence": self._photo(client) if received and self.people.opened % 5 == 0 else [],
        }
        return client.post("/api/v1/disputes/", body, format="json")

    def _photo(self, client: APIClient) -> list[str]:
        photo = self.photos[self.people.opened % len(self.photos)]
        with photo.open("rb") as file:
            response = client.post("/api/v1/evidence/", {"file": file}, format="multipart")
        assert response.status_code == 201, (photo.name, response.content)
        return [response.json()["id"]]

    def _come_back(self, complaint: Complaint, possible_from: str | None) -> None:
        """Too early: tried again then, if the parcel still has not come, or came and was bad."""
        if possible_from is None:
            self.tally.later["nobody can say when"] += 1
            return
        at = datetime.fromisoformat(possible_from)
        came = self.market.received(complaint, at) and not self.market.received(
            complaint, complaint.written_at
        )
        if came:
            self.tally.later["came meanwhile, not tried again"] += 1
        else:
            self.again.append((at, complaint))

    # -- the end -------------------------------------------------------------------------------------------------

    def everything_again(self, folder: Path) -> str:
        """The whole file once more: nothing changes."""
        out = StringIO()
        call_command(
            "import_orders",
            str(self.file),
            "--integrator",
            "host",
            "--rejects",
            str(folder / "rejects"),
            stdout=out,
        )
        return out.getvalue()


def _publish_rates() -> None:
    """The policy's limit for one mediator is in dollars; the marketplace's money is in reais."""
    draft = draft_from(ProtectionPolicy.objects.get(name="default", version=1))
    draft.approval_rates = {"date": "2016-09-01", "BRL": "0.30"}
    draft.save()
    publish(draft.pk, by=Actor.system())


def _money() -> dict[str, int]:
    sums = Escrow.objects.aggregate(paid=Sum("captured"), refunded=Sum("refunded"), released=Sum("released"))
    return {**sums, "held": sums["paid"] - sums["refunded"] - sums["released"]}


def _figures(replay: Replay, began: float, second: str) -> dict[str, Any]:
    """What this shard adds to the table (tests/real/table.py prints it)."""
    tally = replay.tally
    sent_back = (r["amount"] for r in replay.provider.refunds.values() if r["status"] == "succeeded")
    decided = Refund.objects.exclude(payment__provider="history").aggregate(total=Sum("amount"))["total"]
    return {
        "orders": {
            "in the file": len(replay.market.rows),
            "taken": Order.objects.count(),
            "doubtful": len(tally.doubtful),
        },
        "deadlines": dict(tally.deadlines),
        "complaints": {" → ".join(key): n for key, n in tally.first.items()},
        "why": {f"{dates} → {answer}: {why}": n for (dates, answer, why), n in tally.why.items()},
        "later": dict(tally.later),
        "did": dict(replay.people.did),
        "ends": {
            " · ".join(filter(None, key)): n
            for key, n in Counter(Dispute.objects.values_list("state", "outcome", "reached_by")).items()
        },
        "money": {**_money(), "refunds decided": decided or 0, "refunds at the provider": sum(sent_back)},
        "again": {word: int(n) for word, n in re.findall(r"(\w+) (\d+)", second)},
        "run": {
            "ledger checks at a month's end": tally.months_checked,
            "seconds": round(time.monotonic() - began),
        },
    }


def _provider_agrees(provider: fake.Provider) -> None:
    """To the cent, payment by payment."""
    given_back: Counter[str] = Counter()
    for refund in provider.refunds.values():
        given_back[refund["payment_intent"]] += refund["amount"]
    live = Refund.objects.exclude(payment__provider="history")
    assert set(live.values_list("status", flat=True)) <= {"confirmed"}
    for payment in Payment.objects.filter(refunds__in=live).distinct():
        assert given_back[payment.provider_reference] == payment.refunded


@pytest.mark.rule("D-02")
def test_the_dates_alone(tmp_path):
    """The independent count of the issue: where each complaint falls when only the dates are looked at."""
    market = Market(tmp_path)
    counts = Counter(market.by_the_dates(complaint) for complaint in market.complaints)
    assert counts == {"inside": 914, "too early": 552, "too late": 14, "not shipped": 108}


@pytest.mark.rule("D-02", "N-01", "N-02", "O-04", "X-01", "X-05")
@pytest.mark.parametrize("shard", range(SHARDS))
def test_two_years_of_a_real_marketplace(tmp_path, settings, shard):
    began = time.monotonic()
    market = Market(tmp_path, shard, SHARDS)
    with (
        fake.running() as provider,
        time_machine.travel(datetime(2016, 9, 1, tzinfo=UTC), tick=False) as clock,
    ):
        settings.PAYMENT_GATEWAY = "stripe"
        settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = fake.SECRET_KEY, provider.url
        _publish_rates()
        replay = Replay(market, provider, clock)
        day = market.first_day
        while day <= market.last_day + 120 * DAY:
            replay.live(day)
            day += DAY
        second = replay.everything_again(tmp_path)
    figures = _figures(replay, began, second)
    folder = Path("var") / "real"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{shard}.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False))

    money = figures["money"]
    assert sum(replay.tally.first.values()) == len(market.complaints)
    assert money["paid"] == money["released"] + money["refunded"] + money["held"]
    assert money["refunds decided"] == money["refunds at the provider"]
    _provider_agrees(provider)
    assert not Dispute.objects.exclude(state__in=["resolved", "cancelled"]).exists()
    assert figures["again"]["taken"] == figures["again"]["updated"] == 0
    invariants.check_all()
