"""The demo's reports: one in every state, by Ana about two shops, and one that a seller sent about a buyer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from marketplace.appeals import services as appeals
from marketplace.orders.models import Order
from reports import services
from reports.help.prices import keep_ranges
from reports.kinds import TRACKING
from reports.models import Report
from reports.services import ReportData

from .making import ago

if TYPE_CHECKING:
    from .story import Story

TRADE = {"order_completed": "no", "induced_confirmation": "yes", "goods_received": "no"}
FORBIDDEN = {"rule": "unsafe", "country": "BR"}
CHEATING = {"violation": "price_far_from_real"}


def tell(story: Story) -> None:
    """What Ana, Sam and Tara see of their reports, and Olga at her desk."""
    knife = story.order("Folding knife", "31.00", seller="tara", sent=30)
    lamp = story.order("Plug lamp", "12.00", sent=30)
    _open_ones(story, knife, lamp)
    _ended_ones(story, knife, lamp)
    _with_help(story)


def _with_help(story: Story) -> None:
    """One of which the desk knows much: twins in two shops, an odd price, a forbidden word, and earlier reports (C-09)."""
    ivory = story.order("Carved ivory elephant, small", "0.90", seller="tara", sent=25)
    story.order("Small elephant, carved ivory", "1.10", seller="tara", sent=24)
    story.order("Small carved ivory elephants", "89.00", sent=23)
    keep_ranges(timezone.now())
    with ago(0.2):
        line = ivory.lines.select_related("listing").get()
        answers, words = {"rule": "animals", "country": "BR"}, "This is real ivory. It may not be sold."
        data = ReportData("prohibited_products", "listing", line.listing.public_id, words, answers)
        services.submit(data, by=story.by("ana"))


def _open_ones(story: Story, knife: Order, lamp: Order) -> None:
    """New; heard; asked for something; and one about a buyer."""
    _listing(story, lamp, 0.3, FORBIDDEN, "The plug gets very hot after an hour.")
    heard = _listing(story, knife, 2, CHEATING, "The price in the list is 1.00. In the shop it is 31.00.")
    _take(story, heard, 1.5)
    with ago(1):
        services.respond(heard.pk, text="The 1.00 is for the bag only.", by=story.by("tara"))
    asked = _listing(story, lamp, 3, CHEATING, "The same lamp is in the shop many times.")
    _take(story, asked, 2)
    with ago(1.8):
        services.request_info(
            asked.pk, text="Which of them did you find? Send two links.", by=story.by("olga")
        )
    with ago(1.2):
        words = "This buyer wants a gift, or writes a bad rating."
        data = ReportData("trade_rules", "user", lamp.buyer.public_id, words, _answers(lamp, "stop"))
        services.submit(data, by=story.by("sam"))


def _ended_ones(story: Story, knife: Order, lamp: Order) -> None:
    """Taken back; no action, and asked to look again; acted on, with a measure; and tracking that is owed."""
    gone = _listing(story, knife, 12, FORBIDDEN, "I thought that this knife was forbidden.")
    with ago(11):
        services.withdraw(gone.pk, by=story.by("ana"))
    none = _listing(story, knife, 14, FORBIDDEN, "This knife opens with one hand.")
    _take(story, none, 13)
    _decide(story, none, 9, "dismissed", "The blade is short. It may be sold in your country.")
    with ago(8):
        appeals.submit("report", none.public_id, text="Look at the second photo.", by=story.by("ana"))
    acted = _listing(story, lamp, 20, CHEATING, "The title says Philips. It is no Philips.")
    _take(story, acted, 19)
    words = "The brand in the title is not the brand on the lamp."
    _decide(story, acted, 15, "upheld", words, sanctions=[{"kind": "demoted"}])
    owed = story.order("Travel pillow", "16.00", sent=12)
    with ago(9):
        words = "The seller asked me to confirm before the parcel came."
        data = ReportData("trade_rules", "order", owed.public_id, words, _answers(owed, TRACKING))
        report = services.submit(data, by=story.by("ana"))
    _take(story, report, 8)
    _decide(story, report, 2, "upheld", "The number of the parcel is not known to the carrier.")


def _answers(order: Order, claim: str) -> dict[str, str]:
    return {"order_number": order.public_id, **TRADE, "claim": claim}


def _listing(story: Story, order: Order, days: float, answers: dict[str, str], words: str) -> Report:
    category = "prohibited_products" if "rule" in answers else "search_manipulation"
    line = order.lines.select_related("listing").get()
    data = ReportData(category, "listing", line.listing.public_id, words, answers)
    with ago(days):
        return services.submit(data, by=story.by("ana"))


def _take(story: Story, report: Report, days: float) -> None:
    with ago(days):
        services.assign(report.pk, by=story.by("olga"))


def _decide(story: Story, report: Report, days: float, outcome: str, facts: str, **more: Any) -> None:
    with ago(days):
        services.decide(
            report.pk,
            outcome=outcome,
            facts=facts,
            reason_code=report.get_category_display(),
            **more,
            by=story.by("olga"),
        )
