"""Two results to choose from: the platform's, and the seller's beside it (M-05).

The buyer chooses in the policy's days; without a choice the platform's holds. Either becomes a decision, with the
statement of reasons that the proposal carried (M-07), and above the limit a second mediator looks at it first (M-08).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.errors import FieldError, Invalid, WrongState
from marketplace.core.money import Money, format_money

from ..models import Dispute, Offer, Payer, Proposal, Remedy, Terms
from . import deciding, precedents, statements
from .conflicts import check_free
from .statements import Reasons

PLATFORM, SELLER = Proposal.By.PLATFORM, Proposal.By.SELLER
#: no word about the seller's: their last offer stands beside the platform's, where there is one
LAST_OFFER: Mapping[str, Any] = {"as": "last offer"}


def propose(
    pk: int,
    *,
    platform: Mapping[str, Any],
    by: Actor,
    seller: Mapping[str, Any] | None = LAST_OFFER,
) -> Dispute:
    """Put the platform's result before the buyer, and the seller's beside it (M-05).

    Both: `remedy` ("": nothing is given), `amount` (Money; default: all that is held), `return_shipping_paid_by`,
    `postage_cap`; the platform's besides: `reason_code`, `facts`, `evidence_cited`, `note_to_parties`, `why_different`.
    `seller` None: the platform's alone. Raises Invalid with every field that does not fit, as `platform.amount`.
    """
    with step(Dispute, pk, "propose", by=by) as dispute:
        check_free(dispute, by)
        dispute.propose()
        errors: list[FieldError] = []
        reasons = _reasons(platform)
        ours = _terms(dispute, platform, "platform", errors)
        theirs = _sellers(dispute, seller, errors)
        _check_statement(dispute, reasons, ours, errors)
        if not errors and theirs == ours:
            errors.append(FieldError("seller", "the_same", _("Both results are the same. Decide at once.")))
        if errors:
            raise Invalid(errors=errors)
        _put(dispute, PLATFORM, ours, reasons, by)
        if theirs is not None:
            _put(dispute, SELLER, theirs, _as_sellers(reasons), by)
        dispute.settled_amount, dispute.settled_remedy = ours.amount, ours.remedy
        dispute.return_shipping_paid_by = ours.return_shipping_paid_by
        dispute.say(amount=dispute.money(ours.amount).as_json(), remedy=ours.remedy)
    return dispute


def choose_proposal(pk: int, *, proposal: str, by: Actor) -> Dispute:
    """The buyer takes one of the results (M-05)."""
    with step(Dispute, pk, "choose_proposal", by=by) as dispute:
        found = dispute.proposals.filter(public_id=proposal).first()
        if found is None:
            raise Invalid.field("proposal", "unknown", _("There is no such result in this dispute."))
        if found.status != Proposal.Status.OPEN:
            raise WrongState(_("This result can no longer be chosen."))
        _becomes_decision(dispute, found, Proposal.Status.CHOSEN, "choose_proposal", by)
    return dispute


def hold_proposal(pk: int, *, by: Actor) -> Dispute:
    """The buyer did not choose: the platform's result holds (M-05)."""
    with step(Dispute, pk, "hold_proposal", by=by) as dispute:
        found = dispute.proposals.get(by=PLATFORM, status=Proposal.Status.OPEN)
        _becomes_decision(dispute, found, Proposal.Status.HELD, "hold_proposal", by)
    return dispute


def end(dispute: Dispute) -> None:
    """The dispute ends otherwise: there is nothing to choose any more."""
    still_open = dispute.proposals.filter(status=Proposal.Status.OPEN)
    if still_open.update(status=Proposal.Status.NOT_CHOSEN, ended_at=dispute.at):
        deciding.forget_terms(dispute)


def _becomes_decision(dispute: Dispute, chosen: Proposal, status: str, verb: str, by: Actor) -> None:
    chosen.status, chosen.ended_at = status, dispute.at
    chosen.save(update_fields=["status", "ended_at"])
    others = dispute.proposals.filter(status=Proposal.Status.OPEN)
    others.update(status=Proposal.Status.NOT_CHOSEN, ended_at=dispute.at)
    terms = chosen.terms
    reasons = {name: getattr(chosen, name) for name in STATEMENT}
    decision = deciding.record(
        dispute,
        deciding.outcome_of(dispute, terms),
        terms.amount,
        terms.return_shipping_paid_by,
        reasons,
        chosen.mediator_id,
        chosen,
    )
    getattr(dispute, verb)(leads_to=deciding.leads_to(decision))
    dispute.say(proposal=chosen.public_id, by=chosen.by)
    deciding.finish(dispute, decision, by)


#: what a proposal hands on to its decision
STATEMENT = ("reason_code", "facts", "evidence_cited", "note_to_parties", "why_different")


def _put(dispute: Dispute, by: str, terms: Terms, reasons: Reasons, mediator: Actor) -> None:
    Proposal.objects.create(
        dispute=dispute,
        by=by,
        mediator_id=mediator.person_id,
        remedy=terms.remedy,
        amount=terms.amount,
        return_shipping_paid_by=terms.return_shipping_paid_by,
        postage_cap=terms.postage_cap,
        made_at=dispute.at,
        **reasons.columns(),
    )


def last_offer(dispute: Dispute) -> Offer | None:
    """The seller's offer that was still open when the two stopped talking."""
    gone = (Offer.Status.REPLACED, Offer.Status.DENIED)
    found: Offer | None = dispute.offers.filter(by=Offer.By.SELLER).exclude(status__in=gone).last()
    return found


# -- what may be proposed ---------------------------------------------------------------------------------------------


def _reasons(platform: Mapping[str, Any]) -> Reasons:
    return Reasons(
        reason_code=platform.get("reason_code", ""),
        facts=platform.get("facts", ""),
        evidence_cited=platform.get("evidence_cited", ()),
        note_to_parties=platform.get("note_to_parties", ""),
        why_different=platform.get("why_different", ""),
    )


def _as_sellers(reasons: Reasons) -> Reasons:
    """The seller's result rests on the same facts, and on the seller's word."""
    facts = _("This is what the seller offers.") + "\n" + reasons.facts.strip()
    return Reasons(reasons.reason_code, facts, reasons.evidence_cited, reasons.note_to_parties)


def _check_statement(dispute: Dispute, reasons: Reasons, terms: Terms, errors: list[FieldError]) -> None:
    found: list[FieldError] = []
    statements.check(dispute, reasons, found)
    may_ask = not found and not errors and not reasons.why_different.strip()
    if may_ask and precedents.is_far(dispute, deciding.outcome_of(dispute, terms), terms.amount):
        found.append(deciding.far_error())
    errors += [FieldError(f"platform.{each.field}", each.code, each.message) for each in found]


def _sellers(dispute: Dispute, given: Mapping[str, Any] | None, errors: list[FieldError]) -> Terms | None:
    if given is LAST_OFFER:
        offer = last_offer(dispute)
        return offer.terms if offer else None
    return _terms(dispute, given, "seller", errors) if given is not None else None


def _terms(dispute: Dispute, given: Mapping[str, Any], name: str, errors: list[FieldError]) -> Terms:
    """The terms; every fault is added to `errors`, as `name.field`."""

    def fault(field: str, code: str, message: str) -> None:
        errors.append(FieldError(f"{name}.{field}", code, message))

    remedy, payer = given.get("remedy", ""), given.get("return_shipping_paid_by", "")
    if remedy and remedy not in Remedy.values:
        fault("remedy", "unknown", _("Choose a refund, a return and refund, or a replacement."))
    if payer and payer not in Payer.values:
        fault("return_shipping_paid_by", "unknown", _("Choose the buyer or the seller."))
    if payer and remedy not in (Remedy.RETURN_AND_REFUND, Remedy.REPLACEMENT):
        fault("return_shipping_paid_by", "not_allowed", _("Nothing is sent back, so nobody pays for that."))
    if remedy == Remedy.RETURN_AND_REFUND:
        payer = payer or Payer.SELLER
    amount = _sum(dispute, given.get("amount"), remedy, f"{name}.amount", errors)
    cap = _cap(dispute, given.get("postage_cap"), amount, f"{name}.postage_cap", errors)
    terms = Terms(remedy, amount, payer, cap)
    if terms.goods_come_back and not dispute.claim.received:
        fault("remedy", "not_allowed", _("The item did not come, so it cannot go back."))
    return terms


def _sum(dispute: Dispute, wish: Money | None, remedy: str, field: str, errors: list[FieldError]) -> int:
    """The sum in minor units: nothing where nothing is given, else from 1 to all that is held, which is the default."""
    least, most = (1, dispute.held) if remedy else (0, 0)
    return most if wish is None else _within(dispute, wish, least, most, field, errors)


def _cap(dispute: Dispute, wish: Money | None, amount: int, field: str, errors: list[FieldError]) -> int:
    return 0 if wish is None else _within(dispute, wish, 0, dispute.held - amount, field, errors)


def _within(
    dispute: Dispute, wish: Money, least: int, most: int, field: str, errors: list[FieldError]
) -> int:
    if wish.currency != dispute.currency:
        message = _("Give the amount in %(currency)s.") % {"currency": dispute.currency}
        errors.append(FieldError(field, "currency", message))
    elif not least <= wish.minor <= most:
        low, high = (format_money(dispute.money(n)) for n in (least, most))
        message = _("Give an amount from %(low)s to %(high)s.") % {"low": low, "high": high}
        errors.append(FieldError(field, "out_of_range", message))
    return wish.minor
