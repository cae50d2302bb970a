"""A decision as both parties read it: what, why, what happens now, and how to have it looked at again (M-07).

The mediator's preview, the second mediator's page and the parties' page all draw it from here, so nobody decides one
thing and reads another (threats.md M10).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.core.money import Money, format_money

from .models import Decision, Dispute, Payer, Result
from .reasons import REASONS

#: reasons that are the mediator's own, beside those of the tree
OWN_REASONS: dict[str, Any] = {
    "evidence.insufficient": gettext_lazy("The files do not show what was claimed"),
    "fraud.false_evidence": gettext_lazy("Fraud: the files do not show this item, or were changed"),
    "fraud.false_claim": gettext_lazy("Fraud: what was claimed did not happen"),
    "fraud.other_item_returned": gettext_lazy("Fraud: something else was sent back"),
}


@dataclass(frozen=True)
class Cited:
    """One file, whether it was considered, and why or why not (E-06)."""

    name: str
    considered: bool
    why: str


@dataclass(frozen=True)
class Statement:
    """The statement of reasons. `buyer` + `seller` = what the dispute holds."""

    headline: str
    buyer: Money
    seller: Money
    rule: str
    facts: str
    cited: list[Cited]
    note: str
    then: str
    again: str
    needs_approval: bool


def statement_of(decision: Decision, dispute: Dispute, *, hidden: Collection[str] = ()) -> Statement:
    """The decision in words. Reads the dispute's exhibits and its order's policy. Files whose ids are `hidden` from the
    reader are left out."""
    outcome = dispute.split(decision.amount)
    names = {row.evidence.public_id: row.evidence.name for row in citable(dispute)}
    return Statement(
        headline=_headline(decision.outcome, outcome.buyer, outcome.seller),
        buyer=outcome.buyer,
        seller=outcome.seller,
        rule=rule_words(decision.reason_code),
        facts=decision.facts,
        cited=[_cited(row, names) for row in decision.evidence_cited if row.get("evidence") not in hidden],
        note=decision.note_to_parties,
        then=_then(decision, dispute),
        again=_again(decision),
        needs_approval=decision.needs_approval,
    )


def citable(dispute: Dispute) -> list[Any]:
    """What a decision on this case can cite: its files, and the messages submitted as evidence (N-08)."""
    return [*dispute.exhibits.all(), *dispute.message_exhibits.all()]


def rule_words(code: str) -> str:
    """The reason in words; a code that no list knows stays as it is."""
    reason = REASONS.get(code)
    if reason is None and code.startswith("fraud."):
        return str(OWN_REASONS.get(code, _("Fraud")))
    return str(reason.label if reason else OWN_REASONS.get(code, code))


def _cited(row: dict[str, Any], names: dict[str, str]) -> Cited:
    public_id = row.get("evidence", "")
    return Cited(names.get(public_id, public_id), bool(row.get("considered", True)), str(row.get("why", "")))


def _headline(outcome: str, buyer: Money, seller: Money) -> str:
    sums = {"buyer": format_money(buyer), "seller": format_money(seller)}
    patterns = {
        Result.REFUNDED: _("The buyer gets %(buyer)s back."),
        Result.PARTLY_REFUNDED: _("The buyer gets %(buyer)s back. The seller gets %(seller)s."),
        Result.RETURNED_AND_REFUNDED: _("The buyer sends the item back, and then gets %(buyer)s."),
        Result.REPLACED: _("The seller sends the same item again."),
        Result.NO_REFUND: _("The buyer gets no money back. The seller gets %(seller)s."),
        Result.FRAUD: _("This was a fraud. The buyer gets no money back. The seller gets %(seller)s."),
    }
    return patterns[Result(outcome)] % sums


def _again(decision: Decision) -> str:
    """What can be done about it: nobody changes a decision, but a later one may take its place (M-07)."""
    if decision.supersedes_id:
        return _("This takes the place of the decision before it. Nobody can change it.")
    return _(
        "Nobody can change this. Only a new decision can take its place, and both sides read that one too."
    )


def _then(decision: Decision, dispute: Dispute) -> str:
    if decision.outcome == Result.NO_REFUND:
        return _("The money goes to the seller now. This dispute ends.")
    if decision.outcome == Result.FRAUD:
        return _(
            "The money goes to the seller now. The buyer cannot open disputes for %(days)s days, and can say why that is wrong."
        ) % {"days": dispute.policy.restriction_appeal.days}
    if decision.terms.goods_come_back:
        return _after_return(decision, dispute)
    if decision.outcome == Result.REPLACED:
        return _new_item(decision, dispute)
    return _money_back(dispute)


def _after_return(decision: Decision, dispute: Dispute) -> str:
    by_buyer = decision.return_shipping_paid_by == Payer.BUYER
    sent = _("The buyer has %(days)s days to send the item and to enter its tracking number.") % {
        "days": dispute.policy.return_ship_days
    }
    pays = _("The buyer pays the postage.") if by_buyer else _("The seller pays the postage.")
    then = f" {_new_item(decision, dispute)}" if decision.outcome == Result.REPLACED else ""
    return f"{sent} {pays}{then}"


def _new_item(decision: Decision, dispute: Dispute) -> str:
    return _("The seller has %(days)s days to send the new item. If they do not, the buyer gets %(sum)s.") % {
        "days": dispute.policy.replacement_ship_days,
        "sum": format_money(dispute.money(decision.amount)),
    }


def _money_back(dispute: Dispute) -> str:
    policy = dispute.policy
    days = {"low": policy.refund_days_min, "high": policy.refund_days_max}
    if policy.refund_in_working_days:
        return (
            _("The money goes back to where it was paid from. This takes %(low)s to %(high)s working days.")
            % days
        )
    return _("The money goes back to where it was paid from. This takes %(low)s to %(high)s days.") % days
