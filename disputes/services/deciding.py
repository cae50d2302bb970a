"""A mediator decides, a second one approves, and what was decided is carried out (M-06, M-07, M-08)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.errors import FieldError, Forbidden, Invalid, WrongState
from marketplace.core.money import Money, format_money
from marketplace.sanctions import services as sanctions
from marketplace.sanctions.models import Kind

from ..models import Approval, Decision, Dispute, Payer, Proposal, ReachedBy, Result, State, Terms
from ..statement import rule_words
from . import precedents, statements
from .conflicts import check_free
from .settling import carry_out
from .statements import Reasons

#: results with which goods may go back
WITH_GOODS = (Result.RETURNED_AND_REFUNDED, Result.REPLACED)


def adjudicate(
    pk: int,
    *,
    outcome: str,
    reason_code: str,
    facts: str,
    by: Actor,
    amount: Money | None = None,
    return_shipping_paid_by: str = "",
    evidence_cited: Sequence[Mapping[str, Any]] = (),
    note_to_parties: str = "",
    why_different: str = "",
) -> Dispute:
    """Decide: one of the six results, with the statement of reasons (M-06, M-07).

    Above the policy's limit, and always for fraud, it waits for a second mediator (M-08). A result far from the similar
    ones before it has to say why (M-10). Raises Invalid with every field that does not fit.
    """
    with step(Dispute, pk, "adjudicate", by=by) as dispute:
        check_free(dispute, by)
        reasons = Reasons(reason_code, facts, evidence_cited, note_to_parties, why_different)
        to_buyer = _check(dispute, outcome, amount, return_shipping_paid_by, reasons)
        payer = _payer(outcome, return_shipping_paid_by)
        decision = record(dispute, outcome, to_buyer, payer, reasons.columns(), by.person_id)
        dispute.adjudicate(leads_to=leads_to(decision))
        finish(dispute, decision, by)
    return dispute


def approve(pk: int, *, by: Actor) -> Dispute:
    """A second mediator agrees: now the decision is carried out (M-08)."""
    with step(Dispute, pk, "approve", by=by) as dispute:
        decision = _second_pair_of_eyes(dispute, by)
        dispute.approve(leads_to=decision.terms.leads_to)
        Approval.objects.create(decision=decision, mediator_id=by.person_id, approved=True, at=dispute.at)
        dispute.say(decision=decision.public_id)
        _carry_out(dispute, decision, by)
    return dispute


def reject_approval(pk: int, *, note: str, by: Actor) -> Dispute:
    """A second mediator sends the decision back, with the reason; no money has moved (M-08)."""
    with step(Dispute, pk, "reject_approval", by=by) as dispute:
        decision = _second_pair_of_eyes(dispute, by)
        if not note.strip():
            raise Invalid.field("note", "required", _("Say what should be looked at again."))
        dispute.reject_approval()
        forget_terms(dispute)
        Approval.objects.create(
            decision=decision, mediator_id=by.person_id, approved=False, note=note.strip(), at=dispute.at
        )
        dispute.say(note=note.strip())
    return dispute


def _second_pair_of_eyes(dispute: Dispute, by: Actor) -> Decision:
    check_free(dispute, by)
    decision: Decision | None = dispute.decisions.order_by("-pk").first()
    if decision is None:
        raise WrongState(_("There is no decision to check."))
    if decision.mediator_id == by.user_id:
        raise Forbidden(_("You made this decision. Another mediator has to check it."))
    return decision


# -- what decisions and chosen proposals have in common --------------------------------------------------------------


def record(
    dispute: Dispute,
    outcome: str,
    amount: int,
    payer: str,
    reasons: Mapping[str, Any],
    mediator: int,
    proposal: Proposal | None = None,
) -> Decision:
    """A new decision, which supersedes the one before it (M-07). `amount` in minor units, `mediator`: whose it is."""
    return Decision.objects.create(
        dispute=dispute,
        mediator_id=mediator,
        outcome=outcome,
        amount=amount,
        return_shipping_paid_by=payer,
        postage_cap=proposal.postage_cap if proposal else 0,
        decided_at=dispute.at,
        needs_approval=outcome == Result.FRAUD or dispute.policy.needs_approval(dispute.money(amount)),
        proposal=proposal,
        supersedes=dispute.decisions.order_by("-pk").first(),
        **reasons,
    )


def leads_to(decision: Decision) -> State:
    """Where the case goes with this decision: to be carried out, or to a second mediator first (M-08)."""
    return State.AWAITING_APPROVAL if decision.needs_approval else decision.terms.leads_to


def finish(dispute: Dispute, decision: Decision, by: Actor) -> None:
    """After the transition: tell of it, and carry it out unless it waits for approval."""
    amount = dispute.money(decision.amount).as_json()
    dispute.say(decision=decision.public_id, outcome=decision.outcome, amount=amount)
    if not decision.needs_approval:
        _carry_out(dispute, decision, by)


def forget_terms(dispute: Dispute) -> None:
    """What was only proposed is nobody's terms any more."""
    dispute.settled_amount = None
    dispute.settled_remedy = dispute.return_shipping_paid_by = ""


def outcome_of(dispute: Dispute, terms: Terms) -> Result:
    """The result that terms come to."""
    results = {"": Result.NO_REFUND, "replacement": Result.REPLACED}
    results["return_and_refund"] = Result.RETURNED_AND_REFUNDED
    full = Result.REFUNDED if terms.amount == dispute.held else Result.PARTLY_REFUNDED
    return results.get(terms.remedy, full)


def _carry_out(dispute: Dispute, decision: Decision, by: Actor) -> None:
    carry_out(dispute, decision.terms, reached_by=_reached_by(decision), by=by, outcome=decision.outcome)
    precedents.remember(decision, dispute)
    if decision.outcome == Result.FRAUD:
        _restrict(dispute, decision, by)


def _reached_by(decision: Decision) -> ReachedBy:
    if decision.proposal is None:
        return ReachedBy.DECISION
    chosen = decision.proposal.status == Proposal.Status.CHOSEN
    return ReachedBy.CHOICE if chosen else ReachedBy.BUYER_SILENCE


def _restrict(dispute: Dispute, decision: Decision, by: Actor) -> None:
    """The buyer of a fraud opens no dispute for as long as the restriction can be contested (M-06, A-07)."""
    ends_at = dispute.at + dispute.policy.restriction_appeal
    why = _("Two mediators found that what you said in a dispute was not true: %(facts)s")
    sanctions.impose(
        target=dispute.buyer,
        kind=Kind.NO_DISPUTES,
        cause=decision.public_id,
        statement=Truncator(why % {"facts": decision.facts}).chars(sanctions.LONGEST_STATEMENT),
        rule=rule_words(decision.reason_code),
        at=dispute.at,
        by=by,
        ends_at=ends_at,
    )


# -- which result fits ------------------------------------------------------------------------------------------------


def _payer(outcome: str, wished: str) -> str:
    """Who pays the return's postage: the seller, unless the decision says otherwise; nobody where nothing goes back."""
    if outcome == Result.RETURNED_AND_REFUNDED:
        return wished or Payer.SELLER
    return wished if outcome == Result.REPLACED else ""


def _check(dispute: Dispute, outcome: str, amount: Money | None, payer: str, reasons: Reasons) -> int:
    errors: list[FieldError] = []
    to_buyer = _amount(dispute, outcome, amount, errors)
    if payer and payer not in Payer.values:
        errors.append(FieldError("return_shipping_paid_by", "unknown", _("Choose the buyer or the seller.")))
    if goes_back(outcome, payer) and not dispute.claim.received:
        message = _("The item did not come, so it cannot go back.")
        errors.append(FieldError("outcome", "not_allowed", message))
    statements.check(dispute, reasons, errors)
    if not errors and not reasons.why_different.strip() and precedents.is_far(dispute, outcome, to_buyer):
        errors.append(far_error())
    if errors:
        raise Invalid(errors=errors)
    return to_buyer


def goes_back(outcome: str, payer: str) -> bool:
    """Does the buyer send the goods back with this result?"""
    return outcome == Result.RETURNED_AND_REFUNDED or (outcome == Result.REPLACED and bool(payer))


def far_error() -> FieldError:
    message = _(
        "Most similar cases ended in another way. Say why this one is different. Staff alone read it."
    )
    return FieldError("why_different", "required", message)


def _amount(dispute: Dispute, outcome: str, amount: Money | None, errors: list[FieldError]) -> int:
    """What the outcome gives the buyer, in minor units; 0 where it does not fit (an error says so)."""
    if outcome not in Result.values:
        errors.append(FieldError("outcome", "unknown", _("Choose a result from the list.")))
        return 0
    if amount is not None and amount.currency != dispute.currency:
        message = _("Give the amount in %(currency)s.") % {"currency": dispute.currency}
        errors.append(FieldError("amount", "currency", message))
        return 0
    fixed = {Result.REFUNDED: dispute.held, Result.NO_REFUND: 0, Result.FRAUD: 0}.get(Result(outcome))
    if fixed is not None:
        if amount is not None and amount.minor != fixed:
            errors.append(
                FieldError("amount", "does_not_fit", _("This amount does not fit the result you chose."))
            )
        return fixed
    if amount is None and outcome in WITH_GOODS:
        return dispute.held
    most = dispute.held - (1 if outcome == Result.PARTLY_REFUNDED else 0)
    if amount is None or not 1 <= amount.minor <= most:
        low, high = (format_money(dispute.money(n)) for n in (1, most))
        message = _("Give an amount from %(low)s to %(high)s.") % {"low": low, "high": high}
        errors.append(FieldError("amount", "out_of_range", message))
        return 0
    return amount.minor
