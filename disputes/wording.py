"""Terms in words, for whoever reads them: the same on pages and in mail (N-03). All in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.core.money import Money, format_money

from .models import Payer, Remedy

BUYER, SELLER = "buyer", "seller"


def item_words(remedy: str, payer: str, reader: str, *, received: bool) -> str:
    """What happens with the item."""
    if not received:
        return _("It did not come, so nothing goes back.")
    you = reader == BUYER
    if remedy == Remedy.REFUND:
        return _("You keep it.") if you else _("The buyer keeps it.")
    if remedy == Remedy.RETURN_AND_REFUND:
        return _("You send it back first.") if you else _("The buyer sends it back first.")
    if payer:
        return (
            _("You send it back, then you get a new one.")
            if you
            else _("The buyer sends it back, then gets a new one.")
        )
    return _("You keep it and get a new one.") if you else _("The buyer keeps it and gets a new one.")


def payer_words(payer: str, reader: str) -> str:
    """Who pays for sending it back."""
    if not payer:
        return _("Nothing is sent back.")
    if payer == reader:
        return _("You pay it.")
    return _("The seller pays it.") if payer == Payer.SELLER else _("The buyer pays it.")


def money_words(amount: Money, remedy: str) -> str:
    """The sum; of a replacement, what is paid should it never come."""
    if remedy == Remedy.REPLACEMENT:
        return _("%(sum)s, if the new one never comes") % {"sum": format_money(amount)}
    return format_money(amount)


def difference_words(asked: Money, offered: Money) -> str:
    """ "US$12.90 less" """
    if offered.minor < asked.minor:
        return _("%(sum)s less") % {"sum": format_money(asked - offered)}
    return _("%(sum)s more") % {"sum": format_money(offered - asked)}


def changed_words(by: str, reader: str, changed: int, of: int) -> str:
    """ "The seller changed 2 of 4 things" """
    if by == reader:
        words = ngettext("You changed %(n)s of %(of)s things", "You changed %(n)s of %(of)s things", changed)
    elif by == SELLER:
        words = ngettext(
            "The seller changed %(n)s of %(of)s things", "The seller changed %(n)s of %(of)s things", changed
        )
    else:
        words = ngettext(
            "The buyer changed %(n)s of %(of)s things", "The buyer changed %(n)s of %(of)s things", changed
        )
    return words % {"n": changed, "of": of}


def offer_in_mail(facts: Mapping[str, Any], reader: str) -> Any:
    """What an offer's event says, in short sentences; worded when the reader's language is in force."""

    def words() -> str:
        amount, asked = (_money(facts[name]) for name in ("amount", "asked"))
        payer = facts["return_shipping_paid_by"]
        parts = [_offered(amount, facts["remedy"], payer, reader)]
        if payer:
            parts.append(_("The postage: %(who)s") % {"who": payer_words(payer, reader)})
        if "amount" in facts["differs"]:
            parts.append(_("That is %(difference)s.") % {"difference": difference_words(asked, amount)})
        return " ".join(parts)

    return lazy(words, str)()


def _money(fact: Mapping[str, str]) -> Money:
    return Money.parse(fact["amount"], fact["currency"])


def _offered(amount: Money, remedy: str, payer: str, reader: str) -> str:
    """ "US$12.00 if you send the item back." """
    if remedy == Remedy.REPLACEMENT:
        return _("A new item. %(item)s") % {"item": item_words(remedy, payer, reader, received=True)}
    if remedy == Remedy.RETURN_AND_REFUND:
        pattern = (
            _("%(sum)s if you send the item back.")
            if reader == BUYER
            else _("%(sum)s once the buyer has sent the item back.")
        )
    else:
        pattern = _("%(sum)s, and nothing is sent back.")
    return pattern % {"sum": format_money(amount)}
