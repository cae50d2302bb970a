"""What was asked and what is offered, side by side (N-03). Computed here once; pages, the API and mail only word it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from .models import Claim, Payer, Remedy, Terms
from .reasons import REASONS, SELLER


@dataclass(frozen=True)
class Row:
    """One fact of the terms on both sides. `field` as the API names it; sums in minor units."""

    field: str
    asked: str | int
    offered: str | int

    @property
    def differs(self) -> bool:
        return self.asked != self.offered


def asked_terms(claim: Claim) -> Terms:
    """The claim as terms: who is normally at fault pays the postage (D-05)."""
    payer = ""
    if claim.remedy == Remedy.RETURN_AND_REFUND:
        payer = Payer.SELLER if REASONS[claim.reason].fault == SELLER else Payer.BUYER
    return Terms(claim.remedy, claim.amount, payer)


def compare(asked: Terms, offered: Terms) -> list[Row]:
    """The facts side by side, those that differ first. A postage cap is a fact only where one side names it."""
    rows = [
        Row("amount", asked.amount, offered.amount),
        Row("remedy", asked.remedy, offered.remedy),
        Row("return_shipping_paid_by", asked.return_shipping_paid_by, offered.return_shipping_paid_by),
    ]
    if asked.postage_cap or offered.postage_cap:
        rows.append(Row("postage_cap", asked.postage_cap, offered.postage_cap))
    return sorted(rows, key=lambda row: not row.differs)


def differs(asked: Terms, offered: Terms) -> list[str]:
    """The names of the facts that differ, as the API gives them."""
    return [row.field for row in compare(asked, offered) if row.differs]
