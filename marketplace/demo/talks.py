"""The demo's disputes while the two sides talk: new, refused, countered, edited, given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disputes import services as disputes
from disputes.services import rules
from marketplace.accounts.models import Store
from marketplace.core.money import Money

from .making import LATE, STORES, ago

if TYPE_CHECKING:
    from .story import Story


def tell(story: Story) -> None:
    story.dispute("Wireless mouse", "24.90", opened=1)
    story.dispute(
        "Kitchen scale",
        "18.00",
        opened=4.8,
        photo=False,
        received=False,
        reason=LATE,
        description="The parcel did not come. The tracking has not changed for weeks.",
    )
    refused = story.dispute("Wool scarf", "29.00", opened=3, seller="tara", reason="not_as_described.colour")
    with ago(2):
        disputes.refuse_claim(
            refused.pk,
            note="The colour is the same as in the listing. Light can change it.",
            by=story.by("tara"),
        )
    with ago(1.5):
        disputes.send_message(
            refused.pk, text="It is dark green in the photo, mine is grey.", by=story.by("ana")
        )
    _talks(story)
    gone = story.dispute("Coffee grinder", "61.00", opened=6)
    with ago(5):
        disputes.cancel(gone.pk, by=story.by("ana"))


def _talks(story: Story) -> None:
    """An open counter-offer, a claim edited once, one given up on a condition, and a seller's rule, tried and off."""
    countered = story.dispute("Table clock", "42.00", opened=2.5, seller="tara")
    with ago(1.8):
        disputes.make_offer(
            countered.pk,
            remedy="return_and_refund",
            amount=Money.parse("42.00", "USD"),
            return_shipping_paid_by="seller",
            postage_cap=Money.parse("4.00", "USD"),
            note="Send it back and you get all your money. I pay the postage.",
            by=story.by("tara"),
        )
    edited = story.dispute("Bread knife", "17.00", opened=2)
    with ago(1):
        claim = story.claim_anew(
            edited, "9.00", "The handle is cracked, but it still cuts. Half of the money is enough."
        )
        disputes.edit_claim(edited.pk, claim=claim, by=story.by("ana"))
    waits = story.dispute("Water bottle", "14.00", opened=3)
    with ago(2):
        disputes.cancel_conditionally(waits.pk, condition="money", by=story.by("ana"))
    _rule(story)


def _rule(story: Story) -> None:
    by, store = story.by("sam"), Store.objects.get(name=STORES["sam"][1])
    if not store.auto_accept_rules.exists():
        rule = rules.make_rule(
            store.public_id, reason="damaged", up_to=Money.parse("15.00", "USD"), most_disputes=2, by=by
        )
        rules.try_rule(rule.public_id, by=by)
