"""Made-up orders in the import's own form: as many as wanted, always the same."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

NEWEST = datetime(2026, 1, 1, tzinfo=UTC)


def write(path: Path, orders: int, *, seed: int = 1) -> Path:
    """Write the file; buyers, stores and listings come again as they do in life."""
    chance = random.Random(seed)
    with path.open("w", encoding="utf-8") as file:
        for number in range(orders):
            file.write(json.dumps(_row(number, chance)) + "\n")
    return path


def _row(number: int, chance: random.Random) -> dict[str, Any]:
    placed = NEWEST - timedelta(days=chance.uniform(100, 700))
    lines = [_line(place, chance) for place in range(1, chance.choice((1, 1, 1, 2, 3)) + 1)]
    cents = sum(
        round(float(line["unit_price"]) * 100) * line["quantity"] + round(float(line["shipping"]) * 100)
        for line in lines
    )
    shipped = placed + timedelta(days=chance.uniform(1, 6))
    store = chance.randrange(300)
    return {
        "reference": f"B-{number}",
        "currency": "BRL",
        "placed_at": _text(placed),
        "buyer": {
            "reference": f"u-{chance.randrange(10_000)}",
            "country": "BR",
            "city": "recife",
            "language": "pt-br",
        },
        "store": {"reference": f"s-{store}", "name": f"Store {store}", "country": "BR", "city": "curitiba"},
        "lines": lines,
        "payments": [
            {
                "reference": f"B-{number}-1",
                "method": "card",
                "amount": f"{cents // 100}.{cents % 100:02}",
                "paid_at": _text(placed),
            }
        ],
        "shipments": [
            {
                "carrier": "Post",
                "tracking_number": f"BR{number}",
                "shipped_at": _text(shipped),
                "promised_by": _text(shipped + timedelta(days=25)),
                "delivered_at": _text(shipped + timedelta(days=chance.uniform(3, 30))),
            }
        ],
        "confirmed_at": None,
        "cancelled_at": None,
        "reviews": [
            {
                "rating": chance.randint(1, 5),
                "title": "",
                "text": "ok",
                "created_at": _text(placed + timedelta(days=40)),
            }
        ],
    }


def _line(place: int, chance: random.Random) -> dict[str, Any]:
    listing = chance.randrange(20_000)
    return {
        "reference": str(place),
        "quantity": chance.choice((1, 1, 1, 2)),
        "unit_price": f"{chance.randint(5, 300)}.{chance.randint(0, 99):02}",
        "discount": "0.00",
        "shipping": f"{chance.randint(0, 30)}.00",
        "listing": {"reference": f"p-{listing}", "title": f"Thing {listing}", "category": "things"},
    }


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
