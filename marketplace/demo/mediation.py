"""The demo's disputes with mediators: waiting, held, asked about, proposed and decided; and what ends without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disputes import services as disputes
from disputes.models import Dispute
from marketplace.core.clock import sweep
from marketplace.core.money import Money

from .making import BROKEN, ago

if TYPE_CHECKING:
    from .story import Story

ASKED_AGAIN = "The foot is bent and the shade is torn. A new shade alone costs more than this."
FACTS = "The photo shows a crack. The seller sent no proof that the item was fine when it left."


def tell(story: Story) -> None:
    for title, price, days in (
        ("Electric kettle", "38.00", 9),
        ("Hair dryer", "44.50", 12),
        ("Toy train", "27.00", 23),
    ):
        to_mediation(story, story.dispute(title, price, opened=days), "sam", days)
    held = to_mediation(story, story.dispute("Table fan", "33.00", opened=10), "sam", 10)
    with ago(2):
        disputes.assign(held.pk, by=story.by("mia"))
    _asked_and_proposed(story)
    for title, price, outcome, amount in (
        ("Vacuum cleaner", "120.00", "partly_refunded", "60.00"),
        ("Rice cooker", "56.00", "refunded", None),
        ("Paper shredder", "49.00", "no_refund", None),
        ("Laptop", "890.00", "refunded", None),
    ):
        case = to_mediation(story, story.dispute(title, price, opened=14), "sam", 14)
        with ago(4):
            disputes.assign(case.pk, by=story.by("mia"))
            disputes.adjudicate(
                case.pk,
                outcome=outcome,
                amount=Money.parse(amount, "USD") if amount else None,
                reason_code=BROKEN,
                facts=FACTS,
                by=story.by("mia"),
            )
    agreed = story.dispute("Shower head", "21.00", opened=8, amount="10.00")
    with ago(6):
        disputes.accept_claim(agreed.pk, by=story.by("sam"))
    silent = story.dispute("Bath mat", "13.00", opened=7, card="1-silent")
    with ago(6):
        disputes.accept_claim(silent.pk, by=story.by("sam"))  # the provider never answers about its refund
    _after_a_long_talk(story)
    story.dispute("Picture frame", "16.00", opened=6.5)  # the seller was silent: the sweep grants it


def _asked_and_proposed(story: Story) -> None:
    """A case in which files are waited for, and one in which the buyer chooses a result."""
    asked = to_mediation(story, story.dispute("Desk clock", "37.00", opened=9), "sam", 9)
    choosing = to_mediation(story, story.dispute("Sewing machine", "99.00", opened=11), "sam", 11)
    with ago(1):
        for case in (asked, choosing):
            disputes.assign(case.pk, by=story.by("mia"))
        disputes.require_evidence(
            asked.pk,
            sides=("buyer", "seller"),
            items=(
                "A video: plugged in, next to a device that works",
                "The label with the serial number",
            ),
            by=story.by("mia"),
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
            by=story.by("mia"),
        )


def _after_a_long_talk(story: Story) -> None:
    """A mediator finds a ladder of claims and offers, and what each moved."""
    case = story.dispute("Floor lamp", "84.00", opened=8)
    for days, offer, claim in (
        (7, "20.00", ""),
        (6, "", "70.00"),
        (5, "35.00", ""),
        (3, "", "60.00"),
        (2, "42.00", ""),
    ):
        with ago(days):
            if offer:
                disputes.make_offer(
                    case.pk,
                    remedy="refund",
                    amount=Money.parse(offer, "USD"),
                    note="It can be mended.",
                    by=story.by("sam"),
                )
            else:
                disputes.edit_claim(
                    case.pk, claim=story.claim_anew(case, claim, ASKED_AGAIN), by=story.by("ana")
                )
    with ago(1):
        sweep()


def to_mediation(story: Story, dispute: Dispute, seller: str, days: float) -> Dispute:
    with ago(days - 1):
        disputes.refuse_claim(dispute.pk, note="It was fine when we sent it.", by=story.by(seller))
    with ago(days - 7):
        sweep()
    return Dispute.objects.get(pk=dispute.pk)
