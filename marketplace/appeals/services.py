"""The verbs of an appeal (A-01 to A-03). What it means for what is appealed is its registrant's (registry.py)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.core import workdays
from marketplace.core.access import LEAD_MEDIATOR, Actor
from marketplace.core.cases import step
from marketplace.core.errors import (
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    Throttled,
    TooEarly,
    TooLate,
    WrongState,
)
from marketplace.core.money import Money, format_money
from marketplace.core.outages import spans
from marketplace.core.policy import ProtectionPolicy
from marketplace.core.windows import longer
from marketplace.core.writing import lines_of, plain
from marketplace.coupons import services as coupons
from marketplace.evidence.models import Evidence
from marketplace.payments import balances

from . import access, registry
from .models import Appeal, AppealExclusion, AppealFile, Kind, State

#: so many appeals may one person send within a day (threats.md row 41)
MOST_A_DAY, A_DAY = 5, timedelta(days=1)
LONGEST_FACTS = 5000
MOST_FILES = 20


def submit(kind: str, about: str, *, text: str, evidence: Sequence[str] = (), by: Actor) -> Appeal:
    """Somebody appeals, once a side and in time (A-01, A-07). It costs nobody anything before it is looked at.

    Raises NotFound, Forbidden (not theirs), WrongState (appealed before), TooEarly, TooLate, Throttled, Invalid.
    """
    with transaction.atomic():
        what, subject, side = subject_of(kind, about, by)
        person = what.on_behalf_of(subject) or by.person_id
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.person_id)
        now = timezone.now()
        check_open(kind, about, side, now, what.window(subject))
        if kind != Kind.SECOND_LOOK:
            _not_too_many(by, now)
        policy = what.policy(subject)
        files = check(text, evidence, policy, by)
        sides, most = what.sides(subject), what.most(subject)
        appeal = Appeal(
            kind=kind,
            about=about,
            by_side=side,
            appellant_id=person,
            buyer_id=sides.buyer,
            store_id=sides.store,
            policy=policy,
            text=plain(text),
            submitted_at=now,
            answer_due_at=workdays.add_working_days(now, policy.appeal_answer_working_days, policy.calendar),
            currency=most.currency if most else "",
            most=most.minor if most else 0,
        )
        _write(appeal, now)
        _keep_out(appeal, {*what.excluded(subject), person})
        AppealFile.objects.bulk_create(
            AppealFile(appeal=appeal, evidence=each, added_at=now) for each in files
        )
        appeal.say(files=len(files))
        appeal.start("submit", by=by, now=now)
        what.happened(appeal, "submit", by)
    return appeal


def subject_of(kind: str, about: str, by: Actor) -> tuple[registry.Appealable, Any, str]:
    """What is appealed, and the side that this actor is. Raises NotFound, Forbidden."""
    what = registry.of(kind) if registry.knows(kind) else None
    subject = what.find(about) if what else None
    if what is None or subject is None:
        raise NotFound(_("This does not exist."))
    side = what.may_appeal(subject, by)
    if not side and not by.is_staff:
        raise NotFound(_("This does not exist."))
    if not side:
        raise Forbidden(_("Only the people that this is about can ask us to look again."))
    return what, subject, side


def check_open(kind: str, about: str, side: str, now: datetime, window: registry.Window | None) -> None:
    """Raise WrongState where this side has appealed before, TooEarly before the window and TooLate from its end on."""
    before = Appeal.objects.filter(kind=kind, about=about)
    if kind != Kind.SECOND_LOOK:
        before = before.filter(by_side=side)
    if before.exists():
        raise WrongState(_once())
    if window is None:
        return
    if now < window.opens_at:
        raise TooEarly(_("It is too early to ask us to look again."), possible_from=window.opens_at)
    end = ends_at(window)
    if now >= end:
        raise TooLate(_("The time to ask us to look again has ended."), possible_until=end)


def ends_at(window: registry.Window, outages: Sequence[Sequence[str]] | None = None) -> datetime:
    """The end of the window, later where nobody could reach the site in it (Z-03). Lists read the outages once."""
    known = spans(since=window.opens_at) if outages is None else outages
    return longer(window.opens_at, window.ends_at, known)


def _once() -> str:
    return _("You have asked us to look again before. That is possible once.")


def _not_too_many(by: Actor, now: datetime) -> None:
    """The caller holds the person's row, so that two at the same moment are counted one by one."""
    recent = Appeal.objects.filter(appellant_id=by.person_id, submitted_at__gt=now - A_DAY)
    times = list(recent.order_by("-submitted_at").values_list("submitted_at", flat=True)[:MOST_A_DAY])
    if len(times) == MOST_A_DAY:
        again = times[-1] + A_DAY
        words = _("You can ask us to look again %(n)s times a day. Please come back tomorrow.")
        raise Throttled(words % {"n": MOST_A_DAY}, retry_at=again, wait=(again - now).total_seconds())


def check(text: str, evidence: Sequence[str], policy: ProtectionPolicy, by: Actor) -> list[Evidence]:
    """The files. Raises Invalid with every field that does not fit."""
    errors, written = [], lines_of(text)
    if not written.strip():
        errors.append(FieldError("text", "required", _("Tell us what we missed.")))
    elif len(written) > policy.appeal_max_chars:
        message = _("Use up to %(most)s characters. You have %(n)s.")
        numbers = {"most": policy.appeal_max_chars, "n": len(written)}
        errors.append(FieldError("text", "too_long", message % numbers))
    files = {each.public_id: each for each in own_files(evidence, by)}
    if set(evidence) - files.keys():
        message = _("One of these files is not yours, or does not exist. Add it again.")
        errors.append(FieldError("evidence", "unknown", message))
    if len(files) > MOST_FILES:
        message = _("You can add up to %(n)s files.") % {"n": MOST_FILES}
        errors.append(FieldError("evidence", "too_many", message))
    if errors:
        raise Invalid(errors=errors)
    return list(files.values())


def own_files(evidence: Sequence[str], by: Actor) -> list[Evidence]:
    """Those of these files that the person sent and that are still there."""
    return list(Evidence.objects.filter(public_id__in=evidence, owner_id=by.user_id, removed_at=None))


def _write(appeal: Appeal, now: datetime) -> None:
    """The row; of many at the same moment one is written and the others are told (threats.md row 41)."""
    appeal.now = appeal.at = appeal.created_at = appeal.entered_at = appeal.moved_at = now
    try:
        with transaction.atomic():
            appeal.save()
    except IntegrityError as error:
        if "one_appeal_a_side" in str(error) or "one_second_look" in str(error):
            raise WrongState(_once()) from error
        raise


def _keep_out(appeal: Appeal, users: set[int]) -> None:
    rows = [AppealExclusion(appeal=appeal, user_id=pk) for pk in sorted(users)]
    AppealExclusion.objects.bulk_create(rows, ignore_conflicts=True)
    appeal.__dict__.pop("excluded_ids", None)


# -- the review ------------------------------------------------------------------------------------------------------


def assign(pk: int, *, by: Actor) -> Appeal:
    """Somebody who had no part in it takes the appeal (A-02). Forbidden, in words, for whoever had one."""
    with step(Appeal, pk, "assign", by=by) as appeal:
        _still_free(appeal, by)
        appeal.assign()
        appeal.reviewer_id, appeal.assigned_at = by.person_id, appeal.at
        registry.of(appeal.kind).happened(appeal, "assign", by)
    return appeal


def release(pk: int, *, by: Actor) -> Appeal:
    """The reviewer gives the appeal back."""
    with step(Appeal, pk, "release", by=by) as appeal:
        appeal.release()
        appeal.reviewer, appeal.assigned_at = None, None
        registry.of(appeal.kind).happened(appeal, "release", by)
    return appeal


def decide(pk: int, *, outcome: str, facts: str, compensation: Money | None = None, by: Actor) -> Appeal:
    """The decision stands, or was wrong; with the reasons (A-03).

    Overturned: its effects are undone, as far as its registrant can, and the platform gives `compensation` from its own
    account. Nothing is taken back from the other side. Raises Invalid with every field that does not fit.
    """
    with step(Appeal, pk, "decide", by=by) as appeal:
        _still_free(appeal, by)
        count_losses(appeal)
        _check_answer(appeal, outcome, facts, compensation, by)
        appeal.decide(outcome=outcome)
        appeal.facts, appeal.decided_at = plain(facts), appeal.at
        appeal.say(outcome=outcome)
        if outcome == State.OVERTURNED:
            registry.of(appeal.kind).overturn(appeal, by)
            if compensation is not None and compensation.minor:
                appeal.compensation = compensation.minor
                appeal.say(amount=compensation.as_json())
                _compensate(appeal, compensation)
        registry.of(appeal.kind).happened(appeal, "decide", by)
    return appeal


def count_losses(appeal: Appeal) -> None:
    """What the decision cost may have grown since the appeal was sent: money may have gone back meanwhile (A-03, C-06). So the
    highest compensation is that of the day of the answer."""
    what = registry.of(appeal.kind)
    subject = what.find(appeal.about)
    most = what.most(subject) if subject is not None else None
    if most is not None:
        appeal.currency, appeal.most = most.currency, most.minor


def _still_free(appeal: Appeal, by: Actor) -> None:
    """Ask anew who must not review it: a tie may have come to light since it was sent (A-02)."""
    what = registry.of(appeal.kind)
    subject = what.find(appeal.about)
    if subject is not None and by.user_id in set(what.excluded(subject)):
        raise Forbidden(access.kept_out_words())


def _check_answer(appeal: Appeal, outcome: str, facts: str, compensation: Money | None, by: Actor) -> None:
    errors = []
    if outcome not in (State.UPHELD, State.OVERTURNED):
        errors.append(FieldError("outcome", "unknown", _("Choose: the decision stands, or it was wrong.")))
    if not plain(facts):
        message = _("Write what you found. The people that this is about read it.")
        errors.append(FieldError("facts", "required", message))
    elif len(plain(facts)) > LONGEST_FACTS:
        message = _("Use up to %(n)s characters.") % {"n": LONGEST_FACTS}
        errors.append(FieldError("facts", "too_long", message))
    if compensation is not None and (fault := _fault_of(appeal, outcome, compensation, by)):
        errors.append(FieldError("compensation", *fault))
    if errors:
        raise Invalid(errors=errors)


def _fault_of(appeal: Appeal, outcome: str, wish: Money, by: Actor) -> tuple[str, str] | None:
    if outcome != State.OVERTURNED and wish.minor:
        return "not_allowed", _("Money is given only where the decision was wrong.")
    if not appeal.most:
        return ("not_allowed", _("No money goes with this appeal.")) if wish.minor else None
    if wish.currency != appeal.currency:
        return "currency", _("Give the amount in %(currency)s.") % {"currency": appeal.currency}
    most = appeal.money(appeal.most)
    if not 0 <= wish.minor <= most.minor:
        return "out_of_range", _("You can give up to %(most)s.") % {"most": format_money(most)}
    if appeal.policy.needs_approval(wish) and not by.is_in(LEAD_MEDIATOR):
        return "needs_lead", _("So much only a lead mediator can give. Give the appeal back for one.")
    return None


def _compensate(appeal: Appeal, amount: Money) -> None:
    """To a shop's balance, to everybody else in coupons, once an appeal; from the platform's own account (A-03)."""
    cause = f"appeal:{appeal.public_id}"
    if appeal.by_side == "seller" and appeal.store is not None:
        balances.credit_store(appeal.store, amount, cause=cause, at=appeal.at)
    else:
        coupons.offer(appeal.appellant, amount, cause=cause, at=appeal.at, policy=appeal.policy)


#: nothing of an appeal is done by the clock
BY_CLOCK: dict[str, Any] = {}

__all__ = ["BY_CLOCK", "assign", "decide", "release", "submit"]
