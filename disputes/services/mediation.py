"""A mediator takes a case and decides it, with a statement of reasons; a second one approves large refunds (section 6)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.errors import FieldError, Forbidden, Invalid, WrongState
from marketplace.core.money import Money, format_money

from ..models import Approval, Decision, Dispute, Payer, ReachedBy, Result, State
from ..reasons import REASONS
from .settling import carry_out

LONGEST_FACTS = 5000


def assign(pk: int, *, by: Actor) -> Dispute:
    """The mediator takes this case; two can never hold one (M-02)."""
    with step(Dispute, pk, "assign", by=by) as dispute:
        dispute.assign()
        dispute.mediator_id = by.user_id
        dispute.assigned_at = dispute.at
    return dispute


def release(pk: int, *, by: Actor) -> Dispute:
    """The mediator gives the case back to the queue."""
    with step(Dispute, pk, "release", by=by) as dispute:
        dispute.release()
        dispute.mediator = None
        dispute.assigned_at = None
    return dispute


def take_next(*, by: Actor) -> Dispute | None:
    """The queue's next case for this mediator, earliest deadline first; None where there is none (M-02)."""
    if not by.is_mediator:
        raise Forbidden(_("Only mediators take cases."))
    queue = Dispute.objects.filter(state=State.MEDIATION, mediator=None)
    mine = queue.exclude(buyer_id=by.user_id).exclude(store_id__in=by.store_ids)
    for pk in mine.order_by("due_at", "pk").values_list("pk", flat=True)[:20]:
        try:
            return assign(pk, by=by)
        except WrongState:
            continue  # another mediator was quicker
    return None


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
) -> Dispute:
    """Decide: full, partial or no refund, or return and refund, with the statement of reasons (M-06, M-07).

    Above the policy's limit the money waits for a second mediator (M-08). Raises Invalid with every field that does not fit.
    """
    with step(Dispute, pk, "adjudicate", by=by) as dispute:
        to_buyer = _check(
            dispute, outcome, amount, return_shipping_paid_by, reason_code, facts, evidence_cited
        )
        decision = Decision.objects.create(
            dispute=dispute,
            mediator_id=by.person_id,
            outcome=outcome,
            amount=to_buyer,
            return_shipping_paid_by=_payer(outcome, return_shipping_paid_by),
            reason_code=reason_code,
            facts=facts.strip(),
            evidence_cited=[dict(cited) for cited in evidence_cited],
            note_to_parties=note_to_parties.strip(),
            decided_at=dispute.at,
            needs_approval=dispute.policy.needs_approval(dispute.money(to_buyer)),
        )
        dispute.adjudicate(
            leads_to=State.AWAITING_APPROVAL if decision.needs_approval else decision.terms.leads_to
        )
        dispute.say(decision=decision.public_id, outcome=outcome, amount=dispute.money(to_buyer).as_json())
        if not decision.needs_approval:
            _carry_out(dispute, decision, by)
    return dispute


def approve(pk: int, *, by: Actor) -> Dispute:
    """A second mediator agrees: now the decision is carried out (M-08)."""
    with step(Dispute, pk, "approve", by=by) as dispute:
        decision = _second_pair_of_eyes(dispute, by)
        dispute.approve(leads_to=decision.terms.leads_to)
        Approval.objects.create(decision=decision, mediator_id=by.person_id, approved=True, at=dispute.at)
        _carry_out(dispute, decision, by)
    return dispute


def reject_approval(pk: int, *, note: str, by: Actor) -> Dispute:
    """A second mediator sends the decision back, with the reason; no money has moved (M-08)."""
    with step(Dispute, pk, "reject_approval", by=by) as dispute:
        decision = _second_pair_of_eyes(dispute, by)
        if not note.strip():
            raise Invalid.field("note", "required", _("Say what should be looked at again."))
        dispute.reject_approval()
        Approval.objects.create(
            decision=decision, mediator_id=by.person_id, approved=False, note=note.strip(), at=dispute.at
        )
        dispute.say(note=note.strip())
    return dispute


def _second_pair_of_eyes(dispute: Dispute, by: Actor) -> Decision:
    decision: Decision | None = dispute.decisions.order_by("-pk").first()
    if decision is None:
        raise WrongState(_("There is no decision to check."))
    if decision.mediator_id == by.user_id:
        raise Forbidden(_("You made this decision. Another mediator has to check it."))
    return decision


def _payer(outcome: str, wished: str) -> str:
    """Who pays the return's postage: the seller, unless the decision says otherwise; nobody where nothing goes back."""
    if outcome == Result.RETURNED_AND_REFUNDED:
        return wished or Payer.SELLER
    return wished if outcome == Result.REPLACED else ""


def _carry_out(dispute: Dispute, decision: Decision, by: Actor) -> None:
    carry_out(dispute, decision.terms, reached_by=ReachedBy.DECISION, by=by, outcome=decision.outcome)


def _check(
    dispute: Dispute,
    outcome: str,
    amount: Money | None,
    payer: str,
    reason_code: str,
    facts: str,
    cited: Sequence[Mapping[str, Any]],
) -> int:
    errors: list[FieldError] = []
    to_buyer = _amount(dispute, outcome, amount, errors)
    if payer and payer not in Payer.values:
        errors.append(FieldError("return_shipping_paid_by", "unknown", _("Choose the buyer or the seller.")))
    if reason_code not in REASONS and not re.fullmatch(
        r"evidence\.insufficient|fraud\.[a-z_]{1,30}", reason_code
    ):
        errors.append(FieldError("reason_code", "unknown", _("Choose a reason from the list.")))
    if not facts.strip():
        errors.append(
            FieldError("facts", "required", _("Write the facts that you found. Both sides read them."))
        )
    elif len(facts) > LONGEST_FACTS:
        errors.append(
            FieldError("facts", "too_long", _("Use up to %(n)s characters.") % {"n": LONGEST_FACTS})
        )
    exhibits = set(dispute.exhibits.values_list("evidence__public_id", flat=True))
    if any(row.get("evidence") not in exhibits for row in cited):
        errors.append(
            FieldError("evidence_cited", "unknown", _("One of these files is not part of this case."))
        )
    if errors:
        raise Invalid(errors=errors)
    return to_buyer


def _amount(dispute: Dispute, outcome: str, amount: Money | None, errors: list[FieldError]) -> int:
    """What the outcome gives the buyer, in minor units; 0 where it does not fit (an error says so)."""
    if outcome not in Result.values:
        errors.append(FieldError("outcome", "unknown", _("Choose a result from the list.")))
        return 0
    if amount is not None and amount.currency != dispute.currency:
        message = _("Give the amount in %(currency)s.") % {"currency": dispute.currency}
        errors.append(FieldError("amount", "currency", message))
        return 0
    fixed = {Result.REFUNDED: dispute.held, Result.NO_REFUND: 0}.get(Result(outcome))
    if fixed is not None:
        if amount is not None and amount.minor != fixed:
            errors.append(
                FieldError("amount", "does_not_fit", _("This amount does not fit the result you chose."))
            )
        return fixed
    if amount is None and outcome == Result.RETURNED_AND_REFUNDED:
        return dispute.held
    most = dispute.held - (1 if outcome == Result.PARTLY_REFUNDED else 0)
    if amount is None or not 1 <= amount.minor <= most:
        low, high = (format_money(dispute.money(n)) for n in (1, most))
        message = _("Give an amount from %(low)s to %(high)s.") % {"low": low, "high": high}
        errors.append(FieldError("amount", "out_of_range", message))
        return 0
    return amount.minor
