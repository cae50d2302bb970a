"""The verbs of compensation and its coupons (A-04, O-11). Each runs inside one `step()`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.errors import FieldError, Invalid
from marketplace.core.money import AmountError, Money, format_money
from marketplace.core.policy import ProtectionPolicy
from marketplace.payments.models import Escrow

from . import money
from .models import Coupon, CouponOffer


def offer(user: User, amount: Money, *, cause: str, at: datetime, policy: ProtectionPolicy) -> CouponOffer:
    """Give somebody a sum in coupons, once for a cause ("appeal:apl_…"). Inside the step of the case that decided it.

    From now on the platform owes it. The same cause again answers the offer that there is.
    """
    if amount.minor <= 0:
        raise Invalid.field("amount", "negative", _("The amount must be more than nothing."))
    with transaction.atomic():
        if (there := CouponOffer.objects.filter(cause=cause).first()) is not None:
            return there
        made = CouponOffer(
            user=user,
            policy=policy,
            cause=cause,
            currency=amount.currency,
            amount=amount.minor,
            offered_at=at,
        )
        made.now = made.at = made.created_at = made.entered_at = made.moved_at = at
        made.save()
        money.promise(made, at)
        made.say(amount=amount.as_json())
        made.start("offer", by=Actor.system(), now=at)
    return made


def choose_pieces(pk: int, *, pieces: Sequence[str], by: Actor) -> CouponOffer:
    """The person chooses one or several pieces; they add up to the sum exactly, and their time starts now (A-04).

    `pieces`: amounts in major units, as they were typed. Raises Invalid with what is wrong; TooLate once one coupon of
    the whole was promised.
    """
    with step(CouponOffer, pk, "choose_pieces", by=by) as chosen:
        amounts = read_pieces(chosen, pieces)
        chosen.choose_pieces()
        _issue(chosen, amounts, by)
    return chosen


def issue_whole(pk: int, *, by: Actor) -> CouponOffer:
    """Nobody chose in time: one coupon of the whole sum, from that moment, however late the worker is (A-04)."""
    with step(CouponOffer, pk, "issue_whole", by=by) as late:
        late.issue_whole()
        _issue(late, [late.amount], by)
    return late


def read_pieces(offered: CouponOffer, pieces: Sequence[str]) -> list[int]:
    """The pieces in minor units. Raises Invalid: too many, none, an amount that cannot be, or another sum."""
    most = offered.policy.coupon_max_pieces
    if not 1 <= len(pieces) <= most:
        words = _("Choose between 1 and %(most)s coupons.") % {"most": most}
        raise Invalid.field("pieces", "too_many" if pieces else "required", words)
    amounts, errors = [], []
    for position, text in enumerate(pieces):
        try:
            amounts.append(Money.parse(text, offered.currency).minor)
        except AmountError as refusal:
            errors.append(FieldError(f"pieces.{position}", refusal.code, refusal.detail))
            continue
        if not amounts[-1]:
            errors.append(FieldError(f"pieces.{position}", "zero", _("A coupon is worth more than nothing.")))
    if errors:
        raise Invalid(errors=errors)
    if (total := sum(amounts)) != offered.amount:
        words = _("Your coupons make %(total)s. They must make %(sum)s together.") % {
            "total": format_money(Money(total, offered.currency)),
            "sum": format_money(offered.money),
        }
        raise Invalid.field("pieces", "sum", words)
    return amounts


def _issue(chosen: CouponOffer, amounts: Sequence[int], by: Actor) -> None:
    """The coupons; the ledger owes the same sum as before. Inside the step of the offer."""
    chosen.issued_at = chosen.at
    for amount in amounts:
        coupon = Coupon(
            offer=chosen, user_id=chosen.user_id, currency=chosen.currency, amount=amount, issued_at=chosen.at
        )
        at = coupon.now = coupon.at = coupon.created_at = coupon.entered_at = coupon.moved_at = chosen.at
        coupon.save()
        coupon.say(amount=coupon.money.as_json())
        coupon.start("issue", by=by, now=at)
    chosen.say(amount=chosen.money.as_json(), pieces=len(amounts))


def spend(pk: int, *, escrow: Escrow, buyer_id: int, amount: int, paid_at: datetime, by: Actor) -> Coupon:
    """A part of an order is paid with the coupon: once, and whole; what the order does not take of it is lost (O-11).

    `amount`: so much, in minor units of the escrow's currency. Raises Invalid with the reason where the coupon is not for
    this; WrongState where it was spent or has expired; TooLate where its time has ended.
    """
    with step(Coupon, pk, "spend", by=by.having_seen(None)) as coupon:
        if why_not := misfit(coupon, buyer_id, escrow.currency, amount, paid_at):
            raise Invalid.field("reference", *why_not)
        coupon.spend()
        coupon.escrow, coupon.spent, coupon.ended_at = escrow, amount, coupon.at
        money.redeem(coupon, escrow, coupon.at)
        coupon.say(amount=Money(amount, coupon.currency).as_json())
    return coupon


def misfit(
    coupon: Coupon, buyer_id: int | None, currency: str, amount: int, paid_at: datetime
) -> tuple[str, str] | None:
    """Why this coupon cannot pay for that: (code, words). Whether it is still there is the step's to say."""
    if coupon.user_id != buyer_id:
        return "not_theirs", _("This coupon belongs to somebody else.")
    if coupon.currency != currency:
        words = _("This coupon is in %(currency)s.") % {"currency": coupon.currency}
        return "currency", words
    if amount > coupon.amount:
        words = _("This coupon is worth %(sum)s, not more.") % {"sum": format_money(coupon.money)}
        return "above_worth", words
    if not coupon.issued_at <= paid_at or (coupon.due_at and paid_at >= coupon.due_at):
        return "not_valid_then", _("This coupon was not valid when the order was paid.")
    return None


def expire(pk: int, *, by: Actor) -> Coupon:
    """Its time has ended, and it was not used: the platform owes it no more (A-04)."""
    with step(Coupon, pk, "expire", by=by) as coupon:
        coupon.expire()
        coupon.ended_at = coupon.at
        money.take_back(coupon, coupon.at)
        coupon.say(amount=coupon.money.as_json())
    return coupon


#: what the clock does, by verb
BY_CLOCK = {"issue_whole": issue_whole, "expire": expire}

__all__ = ["BY_CLOCK", "choose_pieces", "expire", "issue_whole", "misfit", "offer", "read_pieces", "spend"]
