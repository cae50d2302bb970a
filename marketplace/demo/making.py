"""What the demo is made of: the rows that come in by the import, a drawn photo, and the clock set back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from unittest import mock

from django.utils import timezone
from PIL import Image, ImageDraw

from marketplace.core.money import Money
from marketplace.coupons.models import Coupon

BROKEN = "damaged.in_transit"
LATE = "not_received.no_tracking"
SHIPPING = "4.90"
#: who sells → (reference, name, country) of their store
STORES = {"sam": ("s-sam", "GadgetHome", "CN"), "tara": ("s-tara", "Fine Threads", "PT")}


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


def store_row(seller: str) -> dict[str, Any]:
    reference, name, country = STORES[seller]
    owner = {"reference": f"u-{seller}"}
    return {"reference": reference, "name": name, "country": country, "owner": owner}


def line_row(title: str, price: str) -> dict[str, Any]:
    return {
        "reference": "1",
        "quantity": 1,
        "unit_price": price,
        "discount": "0.00",
        "shipping": SHIPPING,
        "listing": {
            "reference": f"p-{title.lower().replace(' ', '-')}",
            "title": title,
            "category": "Home",
        },
    }


def payment_rows(
    reference: str, price: str, days_ago: float, coupon: Coupon | None = None, card: str = "1"
) -> list[dict[str, Any]]:
    """All by card, or a part by a coupon of ours."""
    total, at = Money.parse(price, "USD") + Money.parse(SHIPPING, "USD"), moment(days_ago)
    rows: list[dict[str, Any]] = []
    if coupon:
        total -= coupon.money
        rows.append(
            {"reference": coupon.public_id, "method": "coupon", "amount": coupon.money.text, "paid_at": at}
        )
    return [
        {"reference": f"{reference}-{card}", "method": "card", "amount": total.text, "paid_at": at},
        *rows,
    ]


def moment(days_ago: float) -> str:
    return (timezone.now() - timedelta(days=days_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")
