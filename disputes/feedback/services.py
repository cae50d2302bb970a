"""Giving feedback once a dispute has ended, and what lead mediators do with a poor one (A-06)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from marketplace.appeals.models import ENDED, Kind
from marketplace.appeals.services import submit
from marketplace.core import workdays
from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.errors import FieldError, Forbidden, Invalid, TooEarly, VersionChanged, WrongState
from marketplace.core.writing import lines_of, plain

from .. import access as dispute_access
from .. import appealed
from ..models import Dispute
from . import access, second_look
from .models import POOR, Feedback, Felt, Rating, State

LONGEST_REASON = 2000
#: the three questions about fairness
FAIRNESS = ("heard", "respected", "understood")


def give(
    dispute_pk: int,
    *,
    rating: int,
    text: str = "",
    heard: int | None = None,
    respected: int | None = None,
    understood: int | None = None,
    by: Actor,
) -> Feedback:
    """A side says how we handled its dispute, once, after the end (A-06). A 1 or 2 waits for a lead mediator.

    Raises Forbidden, VersionChanged, WrongState (still open, or said before), Invalid with every field that does not fit.
    """
    with transaction.atomic():
        dispute = Dispute.lock(dispute_pk)
        side = check_open(dispute, by)
        if by.saw is not None and by.saw != dispute.version:
            raise VersionChanged(_("This dispute changed while you were reading. Look at it again."))
        felt = {"heard": heard, "respected": respected, "understood": understood}
        _check(dispute, rating, text, felt)
        feedback = Feedback(
            dispute=dispute,
            side=side,
            author_id=by.person_id,
            state=State.GIVEN if rating > POOR else State.WAITING,
            rating=rating,
            text=plain(text),
            given_at=dispute.now,
            **felt,
        )
        _begin(feedback, dispute.now)
        feedback.say(rating=rating)
        feedback.start("give", by=by, now=dispute.now)
    return feedback


def check_open(dispute: Dispute, by: Actor) -> str:
    """The side for which this person may say something about this dispute now. Raises Forbidden, WrongState."""
    side = dispute_access.role_in(by, dispute)
    if side is None or not dispute_access.party(by, dispute):
        raise Forbidden(_("Only the buyer and the seller can say how we handled this."))
    if dispute.ended_at is None:
        raise WrongState(_("You can tell us how we handled this once the dispute has ended."))
    if Feedback.objects.filter(dispute=dispute, side=side).exists():
        raise WrongState(_("You have told us before how we handled this. That is possible once."))
    return side


def _begin(feedback: Feedback, now: datetime) -> None:
    """Where it starts: a poor one waits, with the days that an appeal has; of nobody who had a part in the dispute."""
    dispute = feedback.dispute
    feedback.kept_out = sorted(second_look.had_a_part(dispute))
    if feedback.is_poor:
        policy = dispute.policy
        feedback.read_by = workdays.add_working_days(now, policy.appeal_answer_working_days, policy.calendar)
        feedback.look_from = second_look.possible_from(dispute)
    feedback.now = feedback.at = feedback.created_at = feedback.entered_at = feedback.moved_at = now
    feedback.save()


def _check(dispute: Dispute, rating: int, text: str, felt: dict[str, int | None]) -> None:
    errors = []
    if rating not in Rating.values:
        errors.append(FieldError("rating", "out_of_range", _("Choose 1 to 5.")))
    for name, answer in felt.items():
        if answer is not None and answer not in Felt.values:
            errors.append(FieldError(name, "out_of_range", _("Choose 1 to 5, or leave it out.")))
    most, written = dispute.policy.appeal_max_chars, len(lines_of(text))
    if written > most:
        words = _("Use up to %(most)s characters. You have %(n)s.") % {"most": most, "n": written}
        errors.append(FieldError("text", "too_long", words))
    if errors:
        raise Invalid(errors=errors)


# -- what a lead mediator does ---------------------------------------------------------------------------------------


def open_second_look(pk: int, *, by: Actor) -> Feedback:
    """The dispute is looked at once more, by somebody who had no part in it: an appeal of its own kind, once (A-06).

    Raises TooEarly while the decision can still be appealed, WrongState while an appeal is open or after a second look.
    """
    with transaction.atomic():
        with step(Feedback, pk, "open_second_look", by=by) as feedback:
            _still_free(feedback, by)
            check_possible(feedback)
            feedback.open_second_look()
            feedback.handled_by_id, feedback.handled_at = by.person_id, feedback.at
        about = feedback.dispute.public_id  # the appeal finds the feedback that stands there now
        submit(Kind.SECOND_LOOK, about, text=words_of(feedback), by=by.having_seen(None))
    return feedback


def set_aside(pk: int, *, reason: str, by: Actor) -> Feedback:
    """A lead mediator has read it and opens no second look; its side reads the reason (A-06)."""
    with step(Feedback, pk, "set_aside", by=by) as feedback:
        _still_free(feedback, by)
        feedback.set_aside()
        feedback.reason = plain(reason)
        if not feedback.reason:
            raise Invalid.field("reason", "required", _("Give the reason. The person reads it."))
        if len(feedback.reason) > LONGEST_REASON:
            words = _("Use up to %(n)s characters.") % {"n": LONGEST_REASON}
            raise Invalid.field("reason", "too_long", words)
        feedback.handled_by_id, feedback.handled_at = by.person_id, feedback.at
    return feedback


def check_possible(feedback: Feedback) -> None:
    """Can a second look be opened at this moment? The appeal comes first, and a second look once. `feedback.now` is read.

    Raises TooEarly, WrongState.
    """
    if feedback.had_second_look:
        raise WrongState(_("This dispute has had its second look. Set this aside, and say why."))
    opens_at = second_look.possible_from(feedback.dispute)
    if opens_at is not None and feedback.now < opens_at:
        words = _("The decision can still be appealed. A second look comes after that.")
        raise TooEarly(words, possible_from=opens_at)
    if appealed.against(feedback.dispute).exclude(state__in=ENDED).exists():
        raise WrongState(_("A review of this dispute is still open. Wait for its answer."))


def words_of(feedback: Feedback) -> str:
    """What the reviewer reads."""
    label = Rating(feedback.rating).label
    return feedback.text or _("Without words: %(n)s of 5, %(label)s.") % {
        "n": feedback.rating,
        "label": label,
    }


def _still_free(feedback: Feedback, by: Actor) -> None:
    """Ask anew who had a part in it: a tie may have come to light since (A-02)."""
    if by.user_id in second_look.had_a_part(feedback.dispute):
        raise Forbidden(access.kept_out_words())


#: nothing of it is done by the clock
BY_CLOCK: dict[str, Any] = {}

__all__: Sequence[str] = [
    "BY_CLOCK",
    "check_open",
    "check_possible",
    "give",
    "open_second_look",
    "set_aside",
    "words_of",
]
