"""A store's own rules for accepting by itself: made, tried on its past disputes, switched on, and asked (N-10)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.accounts.models import Store
from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.errors import FieldError, Invalid, NotFound, WrongState
from marketplace.core.money import Money

from ..models import AutoAcceptRule, Claim, Dispute, ReachedBy, State
from ..reasons import GROUPS, REASONS
from .offers import end_talks
from .settling import carry_out, claimed

#: how far back a rule is tried, and over which time a buyer's disputes are counted (N-10)
LOOKS_BACK = timedelta(days=90)
#: a store needs no more; a rule that none knows any more helps nobody
MOST_RULES = 50


# -- what a rule says -----------------------------------------------------------------------------------------------


def with_standing(disputes: QuerySet[Dispute]) -> QuerySet[Dispute]:
    """Each with `others_before`: how many disputes its buyer opened in the 90 days before it, whoever sold (N-10)."""
    before = (
        Dispute.objects.filter(
            buyer=OuterRef("buyer"),
            opened_at__lte=OuterRef("opened_at"),
            opened_at__gt=OuterRef("opened_at") - LOOKS_BACK,
        )
        .exclude(pk=OuterRef("pk"))
        .order_by()
        .values("buyer")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return disputes.annotate(others_before=Coalesce(Subquery(before, output_field=IntegerField()), 0))


def fits(rule: AutoAcceptRule, claim: Claim, *, currency: str, others_before: int) -> bool:
    """Would this rule accept that claim of a buyer with so many other disputes?"""
    return (
        rule.reason in ("", claim.reason, REASONS[claim.reason].group)
        and rule.currency == currency
        and claim.amount <= rule.up_to
        and (rule.most_disputes is None or others_before <= rule.most_disputes)
    )


# -- asking the rules -----------------------------------------------------------------------------------------------


def accept_where_a_rule_does(dispute: Dispute) -> Dispute:
    """Right after it was opened or edited, in the same transaction: the store's first rule that fits accepts it."""
    if dispute.state != State.AWAITING_SELLER or dispute.frozen_at:
        return dispute
    rules = list(AutoAcceptRule.objects.filter(store_id=dispute.store_id, is_on=True).order_by("pk"))
    if not rules:
        return dispute
    standing: Any = with_standing(Dispute.objects.filter(pk=dispute.pk)).get()
    others = standing.others_before
    for rule in rules:
        if fits(rule, dispute.claim, currency=dispute.currency, others_before=others):
            return accept_by_rule(dispute.pk, rule=rule, by=Actor.standing_rule(rule.store_id))
    return dispute


def accept_by_rule(pk: int, *, rule: AutoAcceptRule, by: Actor) -> Dispute:
    """A rule of the store's agrees to what was asked; the timeline says which (N-10)."""
    with step(Dispute, pk, "accept_by_rule", by=by) as dispute:
        dispute.accept_by_rule()
        dispute.answered_at = dispute.at
        end_talks(dispute)
        dispute.say(rule=rule.public_id)
        carry_out(dispute, claimed(dispute), reached_by=ReachedBy.AGREEMENT, by=by)
    return dispute


# -- the store's own list -------------------------------------------------------------------------------------------


def own_store(public_id: str, by: Actor) -> Store:
    """A store of the actor's. Raises NotFound: for everybody else its rules do not exist."""
    store = Store.objects.filter(public_id=public_id, pk__in=by.store_ids).first()
    if store is None:
        raise NotFound(_("This does not exist."))
    return store


def own_rules(by: Actor) -> QuerySet[AutoAcceptRule]:
    """The rules of the actor's stores."""
    return AutoAcceptRule.objects.filter(store_id__in=by.store_ids).select_related("store").order_by("pk")


def make_rule(
    store_public_id: str, *, up_to: Money, by: Actor, reason: str = "", most_disputes: int | None = None
) -> AutoAcceptRule:
    """A new rule of the store, off until it was tried and switched on. Raises NotFound, Invalid."""
    store, errors = own_store(store_public_id, by), []
    if reason and reason not in REASONS and reason not in GROUPS:
        errors.append(FieldError("reason", "unknown", _("Choose a reason from the list.")))
    if up_to.minor <= 0:
        errors.append(FieldError("up_to", "out_of_range", _("Give a sum above zero.")))
    if store.auto_accept_rules.count() >= MOST_RULES:
        errors.append(
            FieldError("reason", "too_many", _("A shop has up to %(n)s rules.") % {"n": MOST_RULES})
        )
    if errors:
        raise Invalid(errors=errors)
    return AutoAcceptRule.objects.create(
        store=store,
        reason=reason,
        currency=up_to.currency,
        up_to=up_to.minor,
        most_disputes=most_disputes,
        made_by_id=by.person_id,
        made_at=timezone.now(),
    )


@dataclass(frozen=True)
class WouldAccept:
    """One past dispute that the rule would have accepted: for how much, and what the buyer got in fact (None: not yet)."""

    dispute: Dispute
    amount: Money
    in_fact: Money | None


@dataclass(frozen=True)
class Trial:
    """What a rule would have done in the last 90 days."""

    rule: AutoAcceptRule
    since: datetime
    looked_at: int
    accepted: list[WouldAccept]

    @property
    def total(self) -> Money:
        return Money.total((each.amount for each in self.accepted), self.rule.currency)


def try_rule(public_id: str, *, by: Actor) -> Trial:
    """Hold the rule against the store's disputes of the last 90 days; nothing of theirs is written (N-10).

    Only claims that nobody had answered yet count, as it will be once the rule is on. Raises NotFound.
    """
    rule, now = _own_rule(public_id, by), timezone.now()
    past = Dispute.objects.filter(store_id=rule.store_id, opened_at__gt=now - LOOKS_BACK).order_by(
        "-opened_at", "-pk"
    )
    disputes = list(
        with_standing(past).select_related("order", "claim").prefetch_related("claims", "lines__order_line")
    )
    accepted = [found for dispute in disputes for found in _would_accept(rule, dispute)]
    AutoAcceptRule.objects.filter(pk=rule.pk).update(tried_at=now)
    rule.tried_at = now
    return Trial(rule, now - LOOKS_BACK, len(disputes), accepted)


def _would_accept(rule: AutoAcceptRule, dispute: Dispute) -> Iterator[WouldAccept]:
    """The first revision of the claim that it would have accepted, if there is one."""
    others: int = dispute.others_before  # type: ignore[attr-defined]  # annotated by with_standing
    for claim in dispute.claims.all():
        if dispute.answered_at and claim.made_at > dispute.answered_at:
            return
        if fits(rule, claim, currency=dispute.currency, others_before=others):
            ended = dispute.state in (State.RESOLVED, State.CANCELLED)
            in_fact = dispute.money(dispute.settled_amount or 0) if ended else None
            yield WouldAccept(dispute, dispute.money(claim.amount), in_fact)
            return


def switch_on(public_id: str, *, by: Actor) -> AutoAcceptRule:
    """From now on it accepts new and edited claims. Raises NotFound, WrongState (it was not tried, or is on)."""
    rule = _own_rule(public_id, by)
    if rule.tried_at is None:
        raise WrongState(_("Try the rule on your last 90 days first. Then switch it on."))
    return _switch(rule, on=True, by=by)


def switch_off(public_id: str, *, by: Actor) -> AutoAcceptRule:
    """It accepts nothing more. Raises NotFound, WrongState (it is off)."""
    return _switch(_own_rule(public_id, by), on=False, by=by)


def _own_rule(public_id: str, by: Actor) -> AutoAcceptRule:
    rule = own_rules(by).filter(public_id=public_id).first()
    if rule is None:
        raise NotFound(_("This does not exist."))
    return rule


def _switch(rule: AutoAcceptRule, *, on: bool, by: Actor) -> AutoAcceptRule:
    """Of two who switch at the same moment one changes it, the other is told that it is so already."""
    changed = AutoAcceptRule.objects.filter(~Q(is_on=on), pk=rule.pk).update(
        is_on=on, switched_at=timezone.now(), switched_by_id=by.person_id
    )
    if not changed:
        raise WrongState(_("The rule is on already.") if on else _("The rule is off already."))
    rule.refresh_from_db()
    return rule
