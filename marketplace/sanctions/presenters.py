"""A sanction in its reader's words: what holds, why, until when, and how to contest it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.appeals.models import Appeal
from marketplace.appeals.models import State as AppealState
from marketplace.core.access import Actor
from marketplace.core.contests import Contests
from marketplace.core.display import TimelineLine

from . import access, causes
from .models import Kind, Sanction, State

HAPPENED: dict[str, Any] = {
    "impose": gettext_lazy("Imposed"),
    "take_back": gettext_lazy("Taken back"),
    "undo": gettext_lazy("Taken back: what it came from was not right"),
    "expire": gettext_lazy("Its time ended"),
}
TONES = {State.IN_FORCE: "bad", State.TAKEN_BACK: "good", State.EXPIRED: ""}
#: kind → what it means for whom it burdens
MEANS: dict[str, Any] = {
    Kind.REMOVED: gettext_lazy("Nobody can buy this listing now. Orders that were placed before go on."),
    Kind.DEMOTED: gettext_lazy("Search shows this listing lower. It can still be bought."),
    Kind.STRIKE: gettext_lazy("Your shop gets points. They count until the date below."),
    Kind.ORDERS_HELD: gettext_lazy(
        "Paid orders wait until it is clear that all is well. You can show us proof."
    ),
    Kind.SUSPENDED: gettext_lazy(
        "Your shop takes no new orders. You can still send orders, answer and appeal."
    ),
    Kind.WARNING: gettext_lazy("Nothing is taken from you. If it happens again, we may do more."),
    Kind.NO_DISPUTES: gettext_lazy("You cannot open new disputes. Open disputes go on."),
    Kind.NO_REPORTS: gettext_lazy("You cannot send new reports."),
    Kind.NO_ORDERS: gettext_lazy("You cannot buy. Orders that you placed before go on."),
    Kind.BLOCK: gettext_lazy(
        "You cannot buy, report, open disputes, rate, or write about an order. You can still answer, add proof and appeal."
    ),
}


@dataclass(frozen=True)
class Contest:
    """How whom it burdens contests it (A-07). `until`: not at that moment any more. `appeal_url`: what they sent before."""

    until: datetime
    url: str
    is_open: bool
    appeal_url: str
    appeal_state: str

    @property
    def appeal_words(self) -> str:
        """Where that stands."""
        if self.appeal_state == AppealState.UPHELD:
            return _("You asked us to look again. We did, and it stands.")
        return _("You asked us to look again. We tell you what we find.")


@dataclass(frozen=True)
class Card:
    """One sanction that holds, on the page of one's standing."""

    sanction: Sanction
    kind: str
    means: str
    cause: str
    contest: Contest


def card_of(sanction: Sanction, contests: Contests, now: datetime) -> Card:
    """Plain data. Needs the target read along, and `appeal` and `appeal_state` of the appeal against it."""
    cause = causes.of(sanction.cause)
    return Card(
        sanction,
        str(Kind(sanction.kind).label),
        str(MEANS[sanction.kind]),
        str(cause.words),
        _contest(sanction, sanction.appeal or "", sanction.appeal_state or "", contests, now),  # type: ignore[attr-defined]  # annotated by the list
    )


def _contest(sanction: Sanction, appeal: str, state: str, contests: Contests, now: datetime) -> Contest:
    until = contests.until(sanction.starts_at)
    return Contest(
        until,
        reverse("appeals:new", args=["sanction", sanction.public_id]),
        is_open=not appeal and sanction.state != State.TAKEN_BACK and now < until,
        appeal_url=reverse("appeals:detail", args=[appeal]) if appeal else "",
        appeal_state=state,
    )


def page_of(sanction: Sanction, actor: Actor) -> dict[str, Any]:
    """The whole page. Needs listing, store, user and events read along."""
    cause, is_person = causes.of(sanction.cause), access.person(actor, sanction)
    now: datetime = sanction.now
    in_force = sanction.is_in_force(now)
    sent = Appeal.objects.filter(kind="sanction", about=sanction.public_id).values_list("public_id", "state")
    state = State.EXPIRED if sanction.state == State.IN_FORCE and not in_force else State(sanction.state)
    return {
        "sanction": sanction,
        "kind": Kind(sanction.kind).label,
        "label": state.label,
        "tone": TONES[state],
        "means": MEANS[sanction.kind],
        "in_force": in_force,
        "is_person": is_person,
        "cause": cause.words,
        "cause_url": cause.page(sanction.cause) if is_person else "",
        "contest": _contest(sanction, *(sent.first() or ("", "")), Contests(), now),
        "may_take_back": "take_back" in sanction.verbs_for(actor, now=now),
        "timeline": [
            TimelineLine(
                str(HAPPENED.get(event.verb, event.verb)),
                event.at,
                by=_("Redress"),
                note=str(event.data.get("note", "")),
            )
            for event in reversed(sanction.events.all())
        ],
    }
