"""The demo's orders without a dispute, in every state, and one of somebody who may not open one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketplace.orders import services as orders

from .making import ago

if TYPE_CHECKING:
    from .story import Story


def tell(story: Story) -> None:
    story.order("Desk lamp", "19.00", unpaid=1, paid=1)
    story.order("Phone case", "7.50", paid=3)
    story.order("Wall clock", "23.00", paid=14)
    story.order("Tea pot", "31.00", sent=4)
    story.order("Rain coat", "45.00", seller="tara", sent=13)
    here = story.order("Travel bag", "52.00", seller="tara", sent=14)
    with ago(2):
        orders.record_tracking(
            here.pk,
            code="in_destination_country",
            at=None,
            city="Recife",
            country="BR",
            by=story.by("host"),
        )
    got = story.order("Reading glasses", "12.00", sent=16)
    with ago(5):
        orders.confirm_receipt(got.pk, by=story.by("ana"))
    story.order("Bike bell", "9.00", sent=80)
    off = story.order("Garden hose", "28.00", paid=15)
    with ago(3):
        orders.cancel(off.pk, by=story.by("ana"))
    story.order("Camping stove", "41.00", sent=13, buyer="boris")
