"""Offers between the two sides: make, accept, do not accept (N-03, N-04).

At most one is open a side; the newest replaces the side's earlier one. An edit of the claim, a mediator and every end
make open offers stale: they answered something that is no longer asked.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from marketplace.core import batches
from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.errors import FieldError, Forbidden, Invalid, StaleOffer, WrongState
from marketplace.core.money import Money, format_money

from ..difference import asked_terms, differs
from ..models import Dispute, Offer, Payer, ReachedBy, Remedy, Terms
from .notes import needed, short
from .settling import carry_out

SELLER = Offer.By.SELLER


def make_offer(
    pk: int,
    *,
    remedy: str,
    by: Actor,
    amount: Money | None = None,
    return_shipping_paid_by: str = "",
    postage_cap: Money | None = None,
    note: str = "",
) -> Dispute:
    """One side proposes terms (N-03). The seller's is an answer to the claim; the buyer's leaves it as it is.

    `amount` None: the sum that the buyer asks for. Raises Invalid with every field that does not fit.
    """
    with step(Dispute, pk, "make_offer", by=by) as dispute:
        side = dispute.role_of(by)
        dispute.make_offer(answers_claim=side == SELLER)
        terms = _check(dispute, remedy, amount, return_shipping_paid_by, postage_cap)
        note = short(note)
        dispute.offers.filter(by=side, status=Offer.Status.OPEN).update(
            status=Offer.Status.REPLACED, ended_at=dispute.at
        )
        offer = Offer.objects.create(
            dispute=dispute,
            by=side,
            made_by_id=by.person_id,
            claim_revision=dispute.claim.revision,
            remedy=terms.remedy,
            amount=terms.amount,
            return_shipping_paid_by=terms.return_shipping_paid_by,
            postage_cap=terms.postage_cap,
            note=note,
            made_at=dispute.at,
        )
        if side == SELLER:
            dispute.answered_at = dispute.answered_at or dispute.at
        dispute.say(**_told(dispute, offer), note=note)
    return dispute


def accept_offer(pk: int, *, offer: str, by: Actor) -> Dispute:
    """Take the other side's terms, and carry them out. For good (N-04).

    Raises StaleOffer where it is no longer open (`offer` in the answer is the newer one of that side, or None),
    Forbidden for one's own, WrongState where it was accepted already.
    """
    with step(Dispute, pk, "accept_offer", by=by) as dispute:
        found = still_open(dispute, offer, by)
        dispute.accept_offer(leads_to=found.terms.leads_to)
        _end(found, Offer.Status.ACCEPTED, dispute)
        end_talks(dispute)
        if dispute.role_of(by) == SELLER:
            dispute.answered_at = dispute.answered_at or dispute.at
        dispute.say(**_told(dispute, found))
        carry_out(dispute, found.terms, reached_by=ReachedBy.AGREEMENT, by=by)
    return dispute


def deny_offer(pk: int, *, offer: str, note: str, by: Actor) -> Dispute:
    """Do not take the other side's terms, and say why. Both may still agree on others."""
    with step(Dispute, pk, "deny_offer", by=by) as dispute:
        found = still_open(dispute, offer, by)
        dispute.deny_offer()
        found.denial_note = needed(note)
        _end(found, Offer.Status.DENIED, dispute)
        dispute.say(offer=found.public_id, note=found.denial_note)
    return dispute


def close_offers(dispute: Dispute) -> None:
    """What was open answers nothing any more: the claim was edited, or there is no more to agree on."""
    batches.together(_close_offers, dispute)


def _close_offers(disputes: list[Dispute]) -> None:
    ended = {dispute.pk: dispute.at for dispute in disputes}
    offers = list(Offer.objects.filter(dispute__in=disputes, status=Offer.Status.OPEN))
    for offer in offers:
        offer.status, offer.ended_at = Offer.Status.STALE, ended[offer.dispute_id]
    if offers:
        batches.update(offers, ["status", "ended_at"])


def end_talks(dispute: Dispute) -> None:
    """The two no longer decide: nothing is open to accept, and no condition is waited for."""
    close_offers(dispute)
    dispute.cancel_by = None


def _end(offer: Offer, status: str, dispute: Dispute) -> None:
    offer.status, offer.ended_at = status, dispute.at
    offer.save(update_fields=["status", "ended_at", "denial_note"])


def _told(dispute: Dispute, offer: Offer) -> dict[str, object]:
    """What the timeline and the notices say of an offer."""
    asked = dispute.claim
    facts: dict[str, object] = {
        "offer": offer.public_id,
        "remedy": offer.remedy,
        "amount": dispute.money(offer.amount).as_json(),
        "return_shipping_paid_by": offer.return_shipping_paid_by,
        "asked": dispute.money(asked.amount).as_json(),
        "differs": differs(asked_terms(asked), offer.terms),
    }
    if offer.postage_cap:
        facts["postage_cap"] = dispute.money(offer.postage_cap).as_json()
    return facts


# -- which offer ----------------------------------------------------------------------------------------------------


def still_open(dispute: Dispute, public_id: str, by: Actor) -> Offer:
    """The other side's offer, if it can be answered. Raises Invalid, Forbidden, WrongState, StaleOffer."""
    found = dispute.offers.filter(public_id=public_id).first()
    if found is None:
        raise Invalid.field("offer", "unknown", _("There is no such offer in this dispute."))
    if found.by == dispute.role_of(by):
        raise Forbidden(_("This is your own offer. The other side accepts it, or not."))
    if found.status == Offer.Status.ACCEPTED:
        raise WrongState(_("This offer was accepted already. It cannot be accepted twice."))
    if found.status != Offer.Status.OPEN:
        newer = dispute.offers.filter(by=found.by, status=Offer.Status.OPEN).first()
        raise StaleOffer(_why_stale(found, newer), offer=newer.public_id if newer else None)
    return found


def _why_stale(offer: Offer, newer: Offer | None) -> str:
    if newer is not None:
        return _("This offer was replaced by a newer one. Look at that one first.")
    if offer.status == Offer.Status.DENIED:
        return _("This offer was not accepted. It is no longer open.")
    return _("This offer is no longer open: what it answered has changed since.")


# -- which terms fit ------------------------------------------------------------------------------------------------


def _check(
    dispute: Dispute, remedy: str, amount: Money | None, payer: str, postage_cap: Money | None
) -> Terms:
    """The terms, or every field that does not fit, at once and in words."""
    errors: list[FieldError] = []
    _check_remedy(dispute, remedy, payer, errors)
    to_buyer = (
        dispute.claim.amount if amount is None else _sum(dispute, amount, 1, dispute.held, "amount", errors)
    )
    terms = Terms(remedy, to_buyer, payer)
    cap = 0
    if postage_cap is not None and postage_cap.minor:
        if payer != Payer.SELLER or not terms.goods_come_back:
            message = _("Only a seller who pays for sending the item back names a limit for it.")
            errors.append(FieldError("postage_cap", "not_allowed", message))
        else:
            cap = _sum(dispute, postage_cap, 0, dispute.held, "postage_cap", errors)
    if errors:
        raise Invalid(errors=errors)
    return Terms(remedy, to_buyer, payer, cap)


def _check_remedy(dispute: Dispute, remedy: str, payer: str, errors: list[FieldError]) -> None:
    if remedy not in Remedy.values:
        message = _("Choose a refund, a return and refund, or a replacement.")
        errors.append(FieldError("remedy", "unknown", message))
    elif remedy != Remedy.REFUND and not dispute.claim.received:
        message = _("The item did not come, so it cannot go back. Offer a refund.")
        errors.append(FieldError("remedy", "not_allowed", message))
    if payer and payer not in Payer.values:
        message = _("Choose the buyer or the seller.")
        errors.append(FieldError("return_shipping_paid_by", "unknown", message))
    elif remedy == Remedy.RETURN_AND_REFUND and not payer:
        message = _("Say who pays for sending the item back.")
        errors.append(FieldError("return_shipping_paid_by", "required", message))
    elif remedy == Remedy.REFUND and payer:
        message = _("With a refund nothing is sent back, so nobody pays for that.")
        errors.append(FieldError("return_shipping_paid_by", "not_allowed", message))


def _sum(dispute: Dispute, wish: Money, least: int, most: int, field: str, errors: list[FieldError]) -> int:
    """The sum in minor units; `least` where it does not fit (an error says so)."""
    if wish.currency != dispute.currency:
        message = _("Give the amount in %(currency)s.") % {"currency": dispute.currency}
        errors.append(FieldError(field, "currency", message))
        return least
    if not least <= wish.minor <= most:
        low, high = (format_money(dispute.money(n)) for n in (least, most))
        message = _("Give an amount from %(low)s to %(high)s.") % {"low": low, "high": high}
        errors.append(FieldError(field, "out_of_range", message))
        return least
    return wish.minor
