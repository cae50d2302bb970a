"""The findings of the help in plain words, each with its figures (C-09)."""

from __future__ import annotations

from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.core.money import format_money

from ..presenters import label_of
from . import Help
from .alike import Alikes
from .earlier import Earlier, Tally
from .forbidden import Hit
from .prices import FEWEST, PriceFinding

ODD = frozenset({"below", "above"})


def in_words(found: Help) -> dict[str, Any]:
    """For the page: each part as its findings, with their sentence."""
    return {
        "more": len(found.things.listings) - len(found.things.compared),
        "alike": [(alike_words(each), each) for each in found.alike],
        "prices": [(price_words(each), each.side in ODD, each.listing) for each in found.prices],
        "words": [(hit_words(each), each) for each in found.words],
        "before": before_words(found.earlier),
        "reporter": tally_words(found.earlier.by_reporter),
        "earlier": found.earlier,
        "reports": [(each, label_of(each.report, to=None)) for each in found.earlier.reports],
    }


def alike_words(found: Alikes) -> str:
    """How many there are, and of whom."""
    if found.listing is None:
        words = _("The shop lists the same words %(n)s times.")
        return words % {"n": _number(found.total)}
    words = ngettext(
        "%(n)s listing has nearly the same title. In the same shop: %(own)s.",
        "%(n)s listings have nearly the same title. In the same shop: %(own)s.",
        found.total,
    ) % {"n": _number(found.total), "own": _number(found.same_store)}
    return f"{words} {_('There may be more.')}" if found.at_least else words


def price_words(found: PriceFinding) -> str:
    """The price, and those of the others in its category."""
    costs = _("It costs %(price)s.") % {"price": format_money(found.price)}
    if found.usual is None or not (found.low and found.middle and found.high):
        fewest = _("There are fewer than %(n)s others of its kind to compare with.") % {"n": FEWEST}
        return f"{costs} {fewest}"
    others = _(
        "Half of the %(n)s listings of “%(category)s” cost from %(low)s to %(high)s; the middle one costs %(middle)s."
    ) % {
        "n": _number(found.usual.listings),
        "category": found.usual.category,
        "low": format_money(found.low),
        "middle": format_money(found.middle),
        "high": format_money(found.high),
    }
    result = {
        "below": _("This is %(times)s times less than the middle one."),
        "above": _("This is %(times)s times more than the middle one."),
    }.get(found.side, _("This is nothing unusual."))
    return f"{costs} {others} {result % {'times': formats.number_format(found.times, 1)}}"


def hit_words(hit: Hit) -> str:
    """What it is, and where it is forbidden."""
    where = (
        _("forbidden in %(country)s") % {"country": hit.country} if hit.country else _("forbidden everywhere")
    )
    return f"{hit.goods_label}, {where}"


def before_words(earlier: Earlier) -> str:
    """How many earlier reports there are, how they ended, and how many are on the same thing."""
    words = tally_words(earlier.tally)
    if not earlier.on_same_thing:
        return words
    same = _("On this very thing: %(n)s.") % {"n": _number(earlier.on_same_thing)}
    return f"{words} {same}"


def tally_words(tally: Tally) -> str:
    """“12 reports: 4 upheld, …”, leaving out what there is none of."""
    if not tally.total:
        return _("No other report.")
    reports = ngettext("%(n)s other report", "%(n)s other reports", tally.total) % {"n": _number(tally.total)}
    parts = [
        (_("we acted on %(n)s"), tally.upheld),
        (_("no action on %(n)s"), tally.dismissed),
        (_("%(n)s still open"), tally.open),
        (_("%(n)s taken back"), tally.withdrawn),
        (_("%(n)s with false data"), tally.false),
    ]
    return f"{reports}: {', '.join(words % {'n': _number(n)} for words, n in parts if n)}."


def _number(n: int) -> str:
    return formats.number_format(n, use_l10n=True, force_grouping=True)
