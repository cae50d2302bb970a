"""A suspicious seller: paid orders are put on hold before anything is sent, until the seller has proved them (O-08)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.errors import DomainError, Forbidden, Invalid
from marketplace.evidence.models import Evidence

from .. import access
from ..models import Hold, Order, Proof, State
from .holding import give_back

LONGEST = 2000
MOST_FILES = 20


def hold(pk: int, *, reason: str, by: Actor) -> Order:
    """Nothing is sent and nothing called off until it is clear that the seller is honest."""
    with step(Order, pk, "hold", by=by) as order:
        why = _said(reason, "reason", _("Say why. The seller reads it."))
        order.hold()
        order.proved_at = None
        Hold.objects.create(order=order, reason=why, placed_by_id=by.person_id, placed_at=order.at)
        order.say(reason=why)
    return order


def hold_store(store_pk: int, *, reason: str, by: Actor) -> int:
    """Put all of a store's paid orders that were not sent on hold, each in a step of its own; how many it were.

    Raises Forbidden where the actor is no moderator, or is one of the store's own people.
    """
    if not access.may_moderate(by) or store_pk in by.store_ids:
        raise Forbidden(_("This step belongs to somebody else."))
    _said(reason, "reason", _("Say why. The seller reads it."))
    paid = Order.objects.filter(store_id=store_pk, state=State.PAID).order_by("pk")
    done = 0
    for pk in list(paid.values_list("pk", flat=True)):
        try:
            hold(pk, reason=reason, by=by.having_seen(None))
        except DomainError:
            continue  # sent or called off meanwhile, or the moderator bought it
        done += 1
    return done


def prove(pk: int, *, text: str = "", evidence: Sequence[str] = (), by: Actor) -> Order:
    """The seller shows that the order is honest; from then on the moderator is waited for, not the seller.

    More may be sent until the moderator has decided. `evidence`: the seller's own files, by public id.
    """
    with step(Order, pk, "prove", by=by) as order:
        order.prove()
        files = _own_files(evidence, by)
        if not text.strip() and not files:
            raise Invalid.field("text", "required", _("Tell us about it, or add a file."))
        said = _said(text, "text", "") if text.strip() else ""
        current = order.holds.get(ended_at=None)
        if Evidence.objects.filter(proofs__hold=current).count() + len(files) > MOST_FILES:
            raise Invalid.field(
                "evidence", "too_many", _("You can add up to %(n)s files.") % {"n": MOST_FILES}
            )
        proof = Proof.objects.create(hold=current, text=said, sent_at=order.at)
        proof.files.set(files)
        order.proved_at = order.proved_at or order.at
        order.say(files=len(files))
    return order


def accept_proof(pk: int, *, note: str = "", by: Actor) -> Order:
    """The moderator believes it: the order goes on, and the time on hold does not count against the seller."""
    with step(Order, pk, "accept_proof", by=by) as order:
        held_since = order.entered_at
        order.accept_proof()
        order.hold_time += order.at - held_since
        _end(order, accepted=True, note=note.strip()[:LONGEST])
    return order


def refuse_proof(pk: int, *, note: str, by: Actor) -> Order:
    """The moderator does not believe it: the order is closed, and the buyer is told why and when the money comes."""
    with step(Order, pk, "refuse_proof", by=by) as order:
        why = _said(note, "note", _("Say why. Both sides read it."))
        _fail(order, note=why)
        order.refuse_proof()
        _closed(order)
    return order


def close_on_silence(pk: int, *, by: Actor) -> Order:
    """The seller showed nothing in time: the order is closed, and the money goes back."""
    with step(Order, pk, "close_on_silence", by=by) as order:
        _fail(order, note="")
        order.close_on_silence()
        _closed(order)
    return order


def _fail(order: Order, *, note: str) -> None:
    """All that no dispute owns goes back; the rest goes where its dispute decides (X-06)."""
    cause = f"order:{order.public_id}:hold"
    amount = give_back(order, cause=cause, at=order.at)
    _end(order, accepted=False, note=note)
    latest = order.at + timedelta(days=order.policy.hold_refund_days)
    order.say(amount=order.money(amount).as_json(), money_by=latest.date().isoformat())


def _closed(order: Order) -> None:
    """Called after the transition, whose conditions ask whether the hold has failed before."""
    order.hold_failed_at = order.at
    if order.state == State.CLOSED:
        order.closed_at = order.at


def _end(order: Order, *, accepted: bool, note: str) -> None:
    ended_at: datetime = order.at
    order.holds.filter(ended_at=None).update(ended_at=ended_at, accepted=accepted, note=note)
    if note:
        order.say(note=note)


def _said(text: str, field: str, wanted: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid.field(field, "required", wanted)
    if len(text) > LONGEST:
        raise Invalid.field(field, "too_long", _("Use up to %(n)s characters.") % {"n": LONGEST})
    return text


def _own_files(public_ids: Sequence[str], by: Actor) -> list[Evidence]:
    """The actor's own files. Raises Invalid for any that is not theirs."""
    found = Evidence.objects.filter(public_id__in=public_ids, owner_id=by.user_id, removed_at=None)
    by_id = {file.public_id: file for file in found}
    if set(public_ids) - by_id.keys():
        raise Invalid.field(
            "evidence", "unknown", _("One of these files is not yours, or does not exist. Add it again.")
        )
    return list(by_id.values())
