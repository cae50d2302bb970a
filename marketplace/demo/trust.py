"""The demo's suspicious sellers, ratings and warranties: orders on hold, doubtful tracking, what comes after the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketplace.core.clock import sweep
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.warranty import services as warranty
from marketplace.warranty.models import WarrantyClaim

from .making import ago

if TYPE_CHECKING:
    from .story import Story

WHY = "Many orders of one new item in a day. Please show us where the goods are."


def tell(story: Story) -> None:
    """All of it."""
    _on_hold(story)
    _doubtful(story)
    _after_the_end(story)


def _on_hold(story: Story) -> None:
    """One waits for the seller, one for the moderator, one was closed by silence."""
    moderator = story.by("olga")
    for title, price, held, shown in (
        ("Drone", "240.00", 2, 0),
        ("Game console", "310.00", 4, 2),
        ("Watch", "95.00", 9, 0),
    ):
        order = story.order(title, price, seller="sam", paid=held + 1)
        with ago(held):
            orders.hold(order.pk, reason=WHY, by=moderator)
        if shown:
            with ago(shown):
                orders.prove(
                    order.pk, text="We have them in our store. Here is the bill.", by=story.by("sam")
                )


def _doubtful(story: Story) -> None:
    """One number for two buyers."""
    for title, buyer in (("Power bank", "ana"), ("Head torch", "boris")):
        order = story.order(title, "22.00", buyer=buyer, paid=9)
        with ago(6):
            orders.ship(
                order.pk,
                carrier="World Post",
                tracking_number="RR999111CN",
                promised_by=None,
                by=story.by("sam"),
            )


def _after_the_end(story: Story) -> None:
    """Ended orders: one rated, and a warranty claim in each state that waits for somebody."""
    ended = {name: _ended(story, name, price) for name, price in (
        ("Toaster", "34.00"), ("Radio", "29.00"), ("Blender", "58.00"), ("Drill", "76.00"),
    )}  # fmt: skip
    with ago(18):
        orders.rate(ended["Toaster"].pk, rating=5, text="Works well, came fast.", by=story.by("ana"))
        orders.rate(ended["Radio"].pk, rating=2, text="The sound is thin.", by=story.by("ana"))
    with ago(3):
        _claim(story, ended["Radio"], "refund")
        for name, remedy in (("Blender", "spare_part"), ("Drill", "repair")):
            warranty.accept(_claim(story, ended[name], remedy).pk, by=story.by("sam"))


def _ended(story: Story, title: str, price: str) -> Order:
    order = story.order(title, price, sent=60)
    with ago(45):
        orders.confirm_receipt(order.pk, by=story.by("ana"))
    with ago(20):
        sweep()
    return order


def _claim(story: Story, order: Order, remedy: str) -> WarrantyClaim:
    line = order.lines.get().public_id
    return warranty.request_claim(
        order.pk,
        line=line,
        remedy=remedy,
        description="It stopped working. I used it as the paper says.",
        by=story.by("ana"),
    )
