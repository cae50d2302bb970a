"""What happened in a dispute, in its reader's words: the timeline, the reviews, the messages shown as evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from marketplace.appeals.models import Appeal, Kind
from marketplace.core.access import Actor
from marketplace.core.display import TimelineLine, date_text
from marketplace.messaging.models import Message

from ..models import Dispute, State
from ..wording import offer_in_mail
from .negotiating import BUYER, SELLER

HAPPENED: dict[str, Any] = {
    "outage": gettext_lazy("The site was down: there is more time"),
    "freeze": gettext_lazy("The buyer's bank asked for the money back: nothing moves for now"),
    "thaw": gettext_lazy("The bank decided: the money stays here, and all goes on"),
    "bank_paid": gettext_lazy("The bank gave the buyer the money"),
    "open": gettext_lazy("The dispute was opened"),
    "accept_claim": gettext_lazy("The seller accepted the request"),
    "grant_claim": gettext_lazy("The seller did not answer in time: the buyer gets what they asked for"),
    "refuse_claim": gettext_lazy("The seller said no"),
    "make_offer": gettext_lazy("An offer was made"),
    "accept_offer": gettext_lazy("The offer was accepted"),
    "deny_offer": gettext_lazy("The offer was not accepted"),
    "edit_claim": gettext_lazy("The buyer changed the request"),
    "accept_by_rule": gettext_lazy("A rule of the seller accepted the request"),
    "cancel_conditionally": gettext_lazy("The buyer will close it when the money or the parcel has come"),
    "resume": gettext_lazy("The dispute goes on"),
    "escalate": gettext_lazy("A mediator takes over"),
    "cancel": gettext_lazy("The buyer closed the dispute"),
    "staff_cancel": gettext_lazy("We closed the dispute"),
    "provide_evidence": gettext_lazy("Evidence was added"),
    "remove_file": gettext_lazy("A file was removed: its time had passed"),
    "ship_return": gettext_lazy("The buyer sent the item back"),
    "record_return_tracking": gettext_lazy("The carrier told us about the return"),
    "expire_return": gettext_lazy("The item was not sent back in time"),
    "acknowledge_return": gettext_lazy("The seller has the item back"),
    "confirm_return_by_silence": gettext_lazy("The seller did not check the return in time"),
    "contest_return": gettext_lazy("The seller says that the return is not right"),
    "mediate_lost_return": gettext_lazy("The return took too long: a mediator takes over"),
    "give_return_address": gettext_lazy("The seller gave the return address"),
    "refund_missing_address": gettext_lazy(
        "The seller gave no return address in time: the buyer is refunded"
    ),
    "submit_postage_receipt": gettext_lazy("The buyer showed what the postage cost"),
    "pay_postage": gettext_lazy("The postage was paid back"),
    "ship_replacement": gettext_lazy("The seller sent the replacement"),
    "record_replacement_tracking": gettext_lazy("The carrier told us about the replacement"),
    "acknowledge_replacement": gettext_lazy("The buyer has the replacement"),
    "confirm_replacement_by_silence": gettext_lazy(
        "The replacement came, and the buyer said nothing in time"
    ),
    "refund_missing_replacement": gettext_lazy(
        "The seller did not send the replacement in time: the buyer is refunded"
    ),
    "contest_replacement": gettext_lazy("The buyer says that the replacement is not right"),
    "mediate_lost_replacement": gettext_lazy("The replacement took too long: a mediator takes over"),
    "require_evidence": gettext_lazy("The mediator asked for something"),
    "close_evidence_requests": gettext_lazy(
        "The time to add files ended: the mediator decides on what is there"
    ),
    "propose": gettext_lazy("The mediator proposed a result"),
    "choose_proposal": gettext_lazy("The buyer chose a result"),
    "hold_proposal": gettext_lazy("The buyer did not choose in time: our result holds"),
    "adjudicate": gettext_lazy("The mediator decided"),
    "approve": gettext_lazy("The mediator decided"),
}
#: the parties' own words stand among the messages; who holds a case, and a decision still being checked, is not told
NOT_TOLD = frozenset({"send_message", "assign", "release", "reject_approval", "remove_private_file"})


def timeline(dispute: Dispute, events: Sequence[Any], actor: Actor) -> list[TimelineLine]:
    """What happened, newest first. What a verb said to both sides stands below it."""
    told = [
        event for event in events if event.verb not in NOT_TOLD and event.to_state != State.AWAITING_APPROVAL
    ]
    return [
        TimelineLine(
            str(HAPPENED.get(event.verb, event.verb)),
            event.at,
            by=_who(dispute, event, actor),
            note=_note(event),
        )
        for event in reversed(told)
    ]


def reviews(appeals: Sequence[Appeal], dispute: Dispute, actor: Actor) -> list[TimelineLine]:
    """That a side asked for a review, and that it was answered; newest first."""
    names = {BUYER: dispute.buyer.shown_name, SELLER: dispute.store.name}
    lines = []
    for each in appeals:
        who = _("you") if each.appellant_id == actor.user_id else names.get(each.by_side, each.by_side)
        if each.kind == Kind.SECOND_LOOK:
            lines.append(TimelineLine(_("A second look was opened"), each.submitted_at, by="Redress"))
        else:
            lines.append(TimelineLine(_("A review was asked for"), each.submitted_at, by=who))
        if each.decided_at:
            result = str(each.get_state_display())
            lines.append(TimelineLine(_("The review has ended"), each.decided_at, by="Redress", note=result))
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _who(dispute: Dispute, event: Any, actor: Actor) -> str:
    if event.actor_id and event.actor_id == actor.user_id:
        return _("you")
    names = {BUYER: dispute.buyer.shown_name, SELLER: dispute.store.name, "mediator": _("a mediator")}
    return names.get(event.role, "Redress")


def _added(files: int, messages: int) -> str:
    parts = []
    if files:
        parts.append(ngettext("%(n)s file", "%(n)s files", files) % {"n": files})
    if messages:
        parts.append(ngettext("%(n)s message", "%(n)s messages", messages) % {"n": messages})
    return ", ".join(parts)


def messages_as_evidence(dispute: Dispute, actor: Actor) -> list[dict[str, Any]]:
    """The messages that a side submitted, as components/message.html shows them (N-08)."""
    names = {BUYER: dispute.buyer.shown_name, SELLER: dispute.store.name}
    own = dispute.role_of(actor)
    if own == "integrator":
        return []
    return [
        {
            "by": names.get(each.message.role, each.message.role),
            "at": each.message.sent_at,
            "text": each.message.text,
            "note": _("Added by %(who)s")
            % {"who": _("you") if each.role == own else names.get(each.role, each.role)},
        }
        for each in dispute.message_exhibits.all()
    ]


def messages_to_choose(dispute: Dispute) -> list[tuple[str, str]]:
    """(id, who, when and what) of each message of the order and of the dispute that is no evidence yet."""
    threads = [pk for pk in (dispute.thread_id, dispute.order.thread_id) if pk]
    names = {BUYER: dispute.buyer.shown_name, SELLER: dispute.store.name}
    rows = Message.objects.filter(thread__in=threads).exclude(exhibits__dispute=dispute).order_by("pk")
    return [
        (
            each.public_id,
            f"{names.get(each.role, each.role)}, {date_text(each.sent_at)}: {Truncator(each.text).chars(300)}",
        )
        for each in rows
    ]


def _note(event: Any) -> str:
    data = event.data
    if event.verb in ("provide_evidence", "open") and (data.get("files") or data.get("messages")):
        return _added(int(data.get("files") or 0), int(data.get("messages") or 0))
    if event.verb in ("make_offer", "accept_offer"):
        return " ".join(filter(None, (str(offer_in_mail(data, "")), data.get("note", ""))))
    if data.get("rule"):
        return _("Rule %(rule)s") % {"rule": data["rule"]}
    if data.get("tracking_number"):
        return _("%(carrier)s, number %(number)s") % {
            "carrier": data.get("carrier", ""),
            "number": data["tracking_number"],
        }
    if event.verb == "remove_file":
        return _("SHA-256 %(hash)s") % {"hash": data["sha256"]}
    return str(data.get("note", ""))
