"""What a mediator asks the two sides for: a checklist, its deadline, and the answers (M-03)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.display import moment_text
from marketplace.core.errors import FieldError, Invalid

from ..models import Dispute, EvidenceRequest, RequestedItem, State

MOST_ITEMS = 10
LONGEST_ITEM = 300
LONGEST_ANSWER = 2000
SIDES = tuple(EvidenceRequest.Side.values)


def require_evidence(
    pk: int, *, sides: Sequence[str], items: Sequence[str], by: Actor, due_at: datetime | None = None
) -> Dispute:
    """Ask one side or both for the things on the list, until `due_at` (default: the policy's days) (M-03).

    All that is open is waited for until the same moment, the latest of them, so that both sides have one date to keep.
    A side that is asked again may add files again. Raises Invalid with every field that does not fit.
    """
    with step(Dispute, pk, "require_evidence", by=by) as dispute:
        dispute.require_evidence()
        wanted = [each.strip() for each in items]
        until = max([_check(dispute, sides, wanted, due_at), *(each.due_at for each in _open(dispute))])
        dispute.evidence_requests.filter(closed_at=None).update(due_at=until)
        for side in dict.fromkeys(sides):
            request = EvidenceRequest.objects.create(
                dispute=dispute, side=side, mediator_id=by.person_id, asked_at=dispute.at, due_at=until
            )
            RequestedItem.objects.bulk_create(RequestedItem(request=request, text=each) for each in wanted)
        _keep_time(dispute)
        dispute.say(asked=sorted(set(sides)), items=wanted, until=until.isoformat())
    return dispute


def close_evidence_requests(pk: int, *, by: Actor) -> Dispute:
    """The time is over, or the mediator has seen enough: decided on what is there (M-03)."""
    with step(Dispute, pk, "close_evidence_requests", by=by) as dispute:
        dispute.close_evidence_requests()
        unanswered = _open(dispute)
        for side in {request.side for request in unanswered}:
            setattr(dispute, f"{side}_shut_at", dispute.at)
        _close(dispute, unanswered)
        _keep_time(dispute)
    return dispute


def answer(
    dispute: Dispute, role: str, answers: Sequence[Mapping[str, Any]], evidence: Sequence[str]
) -> None:
    """Inside the step in which a side adds files: tick what they answer; all answered, it is the mediator's turn at once.

    `answers`: rows of item (public id), evidence (ids), text. Files that name no item answer the one that is open, where
    it is the only one. Raises Invalid.
    """
    if not answers and dispute.state != State.AWAITING_EVIDENCE:
        return
    mine = [request for request in _open(dispute) if request.side == role]
    items = {item.public_id: item for request in mine for item in request.items.all()}
    waiting = [item for item in items.values() if item.answered_at is None]
    if not answers and evidence and len(waiting) == 1:
        answers = [{"item": waiting[0].public_id, "evidence": evidence}]
    errors: list[FieldError] = []
    for number, row in enumerate(answers):
        _answer_item(dispute, items.get(str(row.get("item", ""))), row, f"answers.{number}", errors)
    if errors:
        raise Invalid(errors=errors)
    _close(dispute, (each for each in mine if all(item.answered_at for item in each.items.all())))
    _keep_time(dispute)
    if dispute.state == State.AWAITING_EVIDENCE and dispute.requests_due_at is None:
        dispute.close_evidence_requests()


def end(dispute: Dispute) -> None:
    """The dispute ends otherwise: nobody is asked for anything any more."""
    _close(dispute, _open(dispute))
    dispute.requests_due_at, dispute.asked_side = None, ""


def _open(dispute: Dispute) -> list[EvidenceRequest]:
    return list(dispute.evidence_requests.filter(closed_at=None).prefetch_related("items"))


def _close(dispute: Dispute, requests: Iterable[EvidenceRequest]) -> None:
    for request in requests:
        request.closed_at = dispute.at
        request.save(update_fields=["closed_at"])


def _keep_time(dispute: Dispute) -> None:
    """What the open requests come to: until when, from whom; and from when on a side is too late."""
    still = _open(dispute)
    sides = {request.side for request in still}
    dispute.requests_due_at = max((request.due_at for request in still), default=None)
    dispute.asked_side = sides.pop() if len(sides) == 1 else ""
    for request in still:
        setattr(dispute, f"{request.side}_shut_at", request.due_at)


def _answer_item(
    dispute: Dispute, item: RequestedItem | None, row: Mapping[str, Any], name: str, errors: list[FieldError]
) -> None:
    text, files = str(row.get("text", "")).strip(), list(row.get("evidence", ()))
    if item is None:
        message = _("You are not asked for this, or no longer.")
        errors.append(FieldError(f"{name}.item", "unknown", message))
        return
    if len(text) > LONGEST_ANSWER:
        message = _("Use up to %(n)s characters.") % {"n": LONGEST_ANSWER}
        errors.append(FieldError(f"{name}.text", "too_long", message))
    if not text and not files:
        errors.append(FieldError(f"{name}.text", "required", _("Add a file, or answer in words.")))
    if errors:
        return
    item.answer = text or item.answer
    item.answered_at = dispute.at
    item.save(update_fields=["answer", "answered_at"])
    item.exhibits.add(*dispute.exhibits.filter(evidence__public_id__in=files))


# -- what may be asked ------------------------------------------------------------------------------------------------


#: people are away over a weekend: nobody is asked for something in less, except where the policy itself gives less
LEAST_TIME = timedelta(hours=72)


def earliest(dispute: Dispute) -> datetime:
    """The least time to answer, to the hour: what was chosen on a page a moment ago still fits."""
    at: datetime = dispute.at + min(dispute.policy.evidence_request, LEAST_TIME)
    return at.replace(minute=0, second=0, microsecond=0)


def latest(dispute: Dispute) -> datetime:
    """A request does not outlast the mediation, except for the policy's own days."""
    usual: datetime = dispute.at + dispute.policy.evidence_request
    return max(usual, dispute.latest_at)


def _check(dispute: Dispute, sides: Sequence[str], items: Sequence[str], due_at: datetime | None) -> datetime:
    errors = []
    if not sides or set(sides) - set(SIDES):
        errors.append(FieldError("from", "unknown", _("Choose the buyer, the seller, or both.")))
    if not items or not all(items):
        errors.append(FieldError("items", "required", _("Say what you need, one thing a line.")))
    elif len(items) > MOST_ITEMS:
        message = _("Ask for up to %(n)s things at once.") % {"n": MOST_ITEMS}
        errors.append(FieldError("items", "too_many", message))
    elif max(map(len, items)) > LONGEST_ITEM:
        message = _("Use up to %(n)s characters for each thing.") % {"n": LONGEST_ITEM}
        errors.append(FieldError("items", "too_long", message))
    if due_at is not None and not earliest(dispute) <= due_at <= latest(dispute):
        low, high = (moment_text(at, "at") for at in (earliest(dispute), latest(dispute)))
        message = _("Choose a time between %(low)s and %(high)s.") % {"low": low, "high": high}
        errors.append(FieldError("due_at", "out_of_range", message))
    if errors:
        raise Invalid(errors=errors)
    return due_at or dispute.at + dispute.policy.evidence_request
