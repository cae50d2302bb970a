"""The verbs of a flag, and what other rooms tell this one: a dispute opened, ended, was a fraud, a message was insulting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.core import batches
from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.errors import FieldError, Invalid
from marketplace.core.policy import ProtectionPolicy
from marketplace.sanctions import services as sanctions
from marketplace.sanctions.causes import Cause

from ..models import Dispute
from . import effects, grounds, keeping
from .grounds import Met
from .models import OPEN, Flag, Ground, Outcome, Peers, State

LONGEST_REASONS = 2000


# -- what other rooms tell -----------------------------------------------------------------------------------------


def dispute_opened(dispute: Dispute) -> None:
    """Inside the step that opened it: count its buyer anew, and raise what is met (B-02)."""
    policy = policy_at(dispute.at)
    counted = keeping.count_buyers([dispute.buyer_id], at=dispute.at, policy=policy)
    raise_flags(
        grounds.now_met(dispute.buyer_id, counted, at=dispute.at, policy=policy), at=dispute.at, policy=policy
    )


def dispute_ended(dispute: Dispute) -> None:
    """Inside the step that ended it, once it is saved: its buyer's results have changed; a fraud raises a flag (c)."""
    batches.together(_count_again, dispute)
    if dispute.outcome == "fraud":
        policy = policy_at(dispute.at)
        met = grounds.frauds(at=dispute.at, policy=policy, dispute=dispute)
        raise_flags(met, at=dispute.at, policy=policy)


def _count_again(disputes: list[Dispute]) -> None:
    """Of several that ended in one batch, as of the last: what lies between them fades at the next daily round."""
    at = max(dispute.at for dispute in disputes)
    buyers = sorted({dispute.buyer_id for dispute in disputes})
    keeping.count_buyers(buyers, at=at, policy=policy_at(at))


def finding_overturned(decision: str, *, at: datetime, by: Actor) -> None:
    """Inside the step of the appeal that found the decision (its public id) wrong: it counts in nobody's results any more,
    and a flag that was raised for it is closed, with all that followed from it (B-06, C-11)."""
    for pk in Flag.objects.filter(ground=Ground.FRAUD, facts__decision=decision).values_list("pk", flat=True):
        _overturn(pk, at=at, by=by)
    buyer = Dispute.objects.filter(decisions__public_id=decision).values_list("buyer_id", flat=True).get()
    keeping.count_buyers([buyer], at=at, policy=policy_at(at), overturned=decision)


def insult_written(user_id: int, *, at: datetime) -> None:
    """Inside the step that wrote it: the third insulting message raises a flag (N-07, B-02 d)."""
    policy = policy_at(at)
    raise_flags(grounds.insults(at=at, policy=policy, user_id=user_id), at=at, policy=policy)


def daily(now: datetime) -> int:
    """Once a day, by UTC: figures fade, the marketplace's line moves, flags follow. How many people and stores were counted.

    While too few buyers have enough orders for there to be a line, every run counts: that costs next to nothing.
    """
    last = Peers.objects.order_by("-counted_at").first()
    if last and last.counted_at.date() >= now.date() and Peers.objects.filter(population__gt=0).exists():
        return 0
    return recount(now)


def recount(now: datetime) -> int:
    """All figures, and all flags that follow from them, as of now."""
    policy = policy_at(now)
    counted = keeping.count_everybody(at=now, policy=policy)
    raise_flags(grounds.met_by_all(at=now, policy=policy), at=now, policy=policy)
    return counted


def policy_at(at: datetime) -> ProtectionPolicy:
    """A person's standing is of no one order, so it goes by the default policy in force."""
    return ProtectionPolicy.objects.in_force("default", at)


def raise_flags(met: Iterable[Met], *, at: datetime, policy: ProtectionPolicy) -> list[Flag]:
    """One open flag for each person and ground; after a review, a new one only for what happened since (S6)."""
    found = list(met)
    if not found:
        return []
    earlier = Flag.objects.filter(user__in={each.user_id for each in found})
    latest = {
        (user, ground): (state in OPEN, ended)
        for user, ground, state, ended in earlier.order_by("pk").values_list(
            "user_id", "ground", "state", "ended_at"
        )
    }
    raised = []
    for each in found:
        is_open, ended_at = latest.get((each.user_id, each.ground), (False, None))
        if not is_open and (ended_at is None or each.newest > ended_at):
            raised += _raise(each, at, policy)
            latest[each.user_id, each.ground] = (True, None)
    return raised


def _raise(met: Met, at: datetime, policy: ProtectionPolicy) -> list[Flag]:
    flag = Flag(user_id=met.user_id, ground=met.ground, policy=policy, facts=met.facts, raised_at=at)
    flag.now = flag.at = flag.created_at = flag.entered_at = flag.moved_at = at
    try:
        with transaction.atomic():
            flag.save()
            flag.say(**met.facts)
            flag.start("raise", by=Actor.system(), now=at)
    except IntegrityError:  # somebody raised it at the same moment
        return []
    return [flag]


# -- the verbs -----------------------------------------------------------------------------------------------------


def add_statement(pk: int, *, text: str, by: Actor) -> Flag:
    """The person asks us to look again, in their own words; a later statement stands in place of an earlier one (B-04)."""
    with step(Flag, pk, "add_statement", by=by) as flag:
        flag.add_statement()
        text, most = text.strip(), flag.policy.appeal_max_chars
        if not text:
            raise Invalid.field("text", "required", _("Tell us why we should look again."))
        if len(text) > most:
            words = _("Use up to %(n)s characters. You used %(used)s.") % {"n": most, "used": len(text)}
            raise Invalid.field("text", "too_long", words)
        flag.statement, flag.stated_at = text, flag.at
        flag.say(statement=text)
    return flag


def review(pk: int, *, outcome: str, facts: str, by: Actor, until: datetime | None = None) -> Flag:
    """Staff have looked: dismiss, warn, limit or suspend, with a statement of reasons (B-03).

    A limit ends at `until`; without it, when it can no longer be contested. A suspension waits for a second person.
    Raises Invalid with every field that does not fit.
    """
    with step(Flag, pk, "review", by=by) as flag:
        _check(flag, outcome, facts, until)
        flag.review(outcome=outcome)
        flag.outcome, flag.reasons, flag.until = outcome, facts.strip(), until
        if outcome == Outcome.LIMIT:
            flag.until = until or flag.at + flag.policy.restriction_appeal
        flag.reviewer_id = by.person_id
        flag.say(outcome=outcome)
        if flag.state != State.AWAITING_APPROVAL:
            _end(flag, by)
    return flag


def approve(pk: int, *, by: Actor) -> Flag:
    """A second person agrees: now the account is closed (experience 1.5)."""
    with step(Flag, pk, "approve", by=by) as flag:
        flag.approve()
        flag.approver_id = by.person_id
        flag.say(outcome=flag.outcome)
        _end(flag, by)
    return flag


def reject_approval(pk: int, *, note: str, by: Actor) -> Flag:
    """A second person does not agree, and says why: the flag is to be looked at again, and nothing has happened."""
    with step(Flag, pk, "reject_approval", by=by) as flag:
        flag.reject_approval()
        if not note.strip():
            raise Invalid.field("note", "required", _("Say what should be looked at again."))
        flag.say(note=note.strip(), outcome=flag.outcome, reasons=flag.reasons)
        flag.outcome, flag.reasons, flag.until, flag.reviewer = "", "", None, None
    return flag


def _check(flag: Flag, outcome: str, facts: str, until: datetime | None) -> None:
    errors: list[FieldError] = []
    if outcome not in Outcome.values:
        errors.append(FieldError("outcome", "unknown", _("Choose what follows from the list.")))
    if not facts.strip():
        errors.append(FieldError("facts", "required", _("Give the reasons. The person reads them.")))
    elif len(facts) > LONGEST_REASONS:
        words = _("Use up to %(n)s characters.") % {"n": LONGEST_REASONS}
        errors.append(FieldError("facts", "too_long", words))
    if until is not None and until <= flag.now:
        errors.append(FieldError("until", "past", _("Choose a moment that is still to come.")))
    if until is not None and outcome in (Outcome.DISMISS, Outcome.WARN):
        errors.append(FieldError("until", "not_allowed", _("Only a limit or a closed account has an end.")))
    if errors:
        raise Invalid(errors=errors)


def _overturn(pk: int, *, at: datetime, by: Actor) -> None:
    """What the flag was raised for, or what its review came to, was wrong: nothing follows from it any more."""
    with transaction.atomic():
        flag = Flag.lock(pk)
        if flag.state == State.DISMISSED:
            return
        before, flag.at = flag.state, max(at, flag.moved_at)
        flag.overturn()
        flag.ended_at = flag.at
        sanctions.undo(flag.public_id, by=by, at=at)
        flag.finish("overturn", by, before)


def _given_back(public_id: str, at: datetime, by: Actor) -> None:
    """The appeal against what a review brought was granted: so the review was wrong (A-07)."""
    _overturn(Flag.objects.values_list("pk", flat=True).get(public_id=public_id), at=at, by=by)


def _deciders_of(public_id: str) -> set[int]:
    """Who ended this flag, and who agreed: they look at no appeal against it (A-02)."""
    found = Flag.objects.filter(public_id=public_id).values_list("reviewer_id", "approver_id")
    return {each for row in found for each in row if each is not None}


#: a review, as the cause of a sanction
REVIEW = Cause(
    gettext_lazy("We looked at your account's standing"),
    deciders=_deciders_of,
    page=lambda public_id: reverse("standing:own"),
    given_back=_given_back,
)


def _end(flag: Flag, by: Actor) -> None:
    flag.ended_at = flag.at
    effects.carry_out(flag, by=by)


#: no clock decides about a flag
BY_CLOCK: dict[str, object] = {}

__all__: Sequence[str] = ["BY_CLOCK", "add_statement", "approve", "reject_approval", "review"]
