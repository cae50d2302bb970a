"""The real marketplace's two years as a list of things that happen: rows of orders as they were known at a moment, and complaints."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

SHARED = Path(__file__).resolve().parents[3] / "shared"
CONVERTER = SHARED / "data" / "olist" / "to_orders.py"
PHOTOS = SHARED / "data" / "media" / "photos"
WAIT, WINDOW, LONGEST = timedelta(days=10), timedelta(days=15), timedelta(days=60)

WORDS = {
    "incomplete.quantity_short": (
        "falt",
        "incomplet",
        "apenas um",
        "só um",
        "somente um",
        "metade",
        "restante",
    ),
    "damaged.in_transit": ("quebrad", "danific", "amassad", "rasgad", "avariad", "trincad"),
    "wrong_product.other_item": ("errad", "trocad", "outro produto", "não foi o que", "nao foi o que"),
    "quality.not_working": ("defeito", "não funciona", "nao funciona", "não liga", "parou"),
    "counterfeit.brand": ("falso", "falsific", "não é original", "nao é original", "pirata", "réplica"),
    "not_as_described.colour": ("cor ", "cores"),
    "not_as_described.size": ("tamanho", "pequen", "menor", "grande demais"),
    "quality.poor_workmanship": ("qualidade", "costura", "acabamento", "péssim", "pessim", "ruim"),
}


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@dataclass
class Complaint:
    """What a buyer really wrote, and when."""

    order: str
    written_at: datetime
    text: str


class Market:
    """Every order's full row by reference, the days on which something happened to it, and the complaints in order.

    `shard` of `shards`: the part of the orders that one process replays, so that all cores of a machine are used.
    """

    def __init__(self, folder: Path, shard: int = 0, shards: int = 1) -> None:
        orders, claims = folder / "orders.ndjson", folder / "claims.ndjson"
        command = [sys.executable, str(CONVERTER), str(orders), "--claims", str(claims)]
        subprocess.run(command, check=True, capture_output=True)
        self.file = orders
        self.rows: dict[str, dict[str, Any]] = {}
        self.by_day: dict[Any, list[str]] = defaultdict(list)
        for line in orders.open(encoding="utf-8"):
            row = json.loads(line)
            if crc32(row["reference"].encode()) % shards != shard:
                continue
            self.rows[row["reference"]] = row
            for day in {at.date() for at in _moments(row)}:
                self.by_day[day].append(row["reference"])
        self.complaints = [
            Complaint(claim["order"], datetime.fromisoformat(claim["written_at"]), claim["text"])
            for claim in map(json.loads, claims.open(encoding="utf-8"))
            if claim["order"] in self.rows
        ]
        self.complaints.sort(key=lambda complaint: complaint.written_at)

    @property
    def first_day(self) -> Any:
        return min(self.by_day)

    @property
    def last_day(self) -> Any:
        return max(self.by_day)

    def write_shard(self) -> Path:
        """The whole rows of this shard's orders, as a file for the import."""
        file = self.file.with_name("shard.ndjson")
        file.write_text("".join(json.dumps(row) + "\n" for row in self.rows.values()))
        return file

    def as_known(self, reference: str, now: datetime) -> dict[str, Any]:
        """The order's row as the host marketplace knew it at that moment: nothing that lies ahead."""
        row = dict(self.rows[reference])
        row["payments"] = [p for p in row["payments"] if _past(p["paid_at"], now)]
        row["shipments"] = [
            _parcel(parcel, now) for parcel in row["shipments"] if _past(parcel["shipped_at"], now)
        ]
        row["reviews"] = [review for review in row["reviews"] if _past(review["created_at"], now)]
        row["cancelled_at"] = row["cancelled_at"] if _past(row["cancelled_at"], now) else None
        return row

    def by_the_dates(self, complaint: Complaint) -> str:
        """Where the dates alone put a complaint, without a line of the product: the independent count.

        “Not shipped”: never handed to a carrier. What was handed over after the complaint counts as too early.
        """
        row = self.rows[complaint.order]
        sent = row["shipments"]
        if not sent:
            return "not shipped"
        shipped = moment(sent[0]["shipped_at"])
        assert shipped
        promised = moment(sent[0]["promised_by"]) or shipped + LONGEST
        ends = max(shipped, min(promised, shipped + LONGEST))
        if complaint.written_at < shipped + WAIT:
            return "too early"
        return "too late" if complaint.written_at >= ends + WINDOW else "inside"

    def received(self, complaint: Complaint, now: datetime) -> bool:
        """Had the parcel come by then?"""
        return any(_past(parcel["delivered_at"], now) for parcel in self.rows[complaint.order]["shipments"])

    def reason(self, complaint: Complaint, now: datetime) -> str:
        """The reason that fits what was written."""
        row = self.rows[complaint.order]
        if not self.received(complaint, now):
            shipped = any(_past(parcel["shipped_at"], now) for parcel in row["shipments"])
            return "not_received.no_tracking" if shipped else "not_received.never_sent"
        text = complaint.text.lower()
        found = (code for code, words in WORDS.items() if any(word in text for word in words))
        return next(found, "not_as_described.photo")


def _past(text: str | None, now: datetime) -> bool:
    at = moment(text)
    return at is not None and at <= now


def _parcel(parcel: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {**parcel, "delivered_at": parcel["delivered_at"] if _past(parcel["delivered_at"], now) else None}


def _moments(row: dict[str, Any]) -> list[datetime]:
    """When the host marketplace has something new to send: placed, handed over, delivered, called off, reviewed.

    A payment comes with the next of these, or by itself where nothing else follows.
    """
    texts = [row["placed_at"], row["cancelled_at"]]
    for parcel in row["shipments"]:
        texts += [parcel["shipped_at"], parcel["delivered_at"]]
    if not any(texts[1:]):
        texts += [payment["paid_at"] for payment in row["payments"]]
    texts.append(max((review["created_at"] for review in row["reviews"]), default=None))
    return [at for text in texts if (at := moment(text))]
