"""The next step while a mediator has the case, in each side's words; what was asked for; the results to choose from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import Decision, Dispute, EvidenceRequest, Proposal, ReturnShipment, State
from ..models.deadlines import BUYER_ASKED, SELLER_ASKED
from ..services.deciding import outcome_of
from ..statement import Statement, statement_of
from .negotiating import BUYER, SELLER, Words

ASKED = (State.AWAITING_EVIDENCE, BUYER_ASKED, SELLER_ASKED)


def words(dispute: Dispute, phase: str, role: str) -> Words:
    """For the phases of mediation."""
    if phase in ASKED:
        return _asked(dispute, role)
    if phase == State.AWAITING_CHOICE:
        return _choice(dispute, role)
    decides = _("A mediator decides about {held}. We plan to decide by {at}.")
    if phase == State.AWAITING_APPROVAL:
        checked = _("A second mediator checks the result. We plan to be done by {at}.")
        return _("A mediator looks at this"), [checked, _("You do not need to do anything.")]
    now = getattr(dispute, "now", None) or timezone.now()
    if role in (BUYER, SELLER) and dispute.shut_since(role, now):
        over = _("Your time to add files has ended. The mediator decides on what is there.")
        return _("A mediator looks at this"), [decides, over]
    return _("A mediator looks at this"), [
        decides,
        _("You do not need to do anything. You can still add photos or files."),
    ]


def _asked(dispute: Dispute, role: str) -> Words:
    then = _("After that no file is taken, and the mediator decides on what is there.")
    if role in (BUYER, SELLER) and dispute.asked_side in ("", role):
        by = _("The mediator asks you for something. Answer by {at}. That is in {left}.")
        return _("Your next step: answer the mediator"), [by, then]
    title = _("Waiting for the seller") if dispute.asked_side == SELLER else _("Waiting for the buyer")
    if role not in (BUYER, SELLER):
        title = _("Waiting for files")
    by = _("The mediator asked for something. There is time to answer until {at}. That is in {left}.")
    return title, [by, then]


def _choice(dispute: Dispute, role: str) -> Words:
    by = _("There is time to choose until {at}. That is in {left}.")
    if dispute.settled_remedy == "replacement":
        mine = theirs = _("If there is no choice, result 1 holds: the seller sends the same item again.")
    elif dispute.settled_remedy == "return_and_refund":
        mine = _("If you do nothing, result 1 holds: you send the item back and then get {buyer}.")
        theirs = _("If they do nothing, result 1 holds: the item goes back, and then the buyer gets {buyer}.")
    else:
        mine = _("If you do nothing, result 1 holds: you get {buyer}.")
        theirs = _("If they do nothing, result 1 holds: the buyer gets {buyer} and the seller gets {seller}.")
    if role == BUYER:
        return _("Your next step: choose a result"), [by, mine]
    return _("The buyer chooses a result"), [by, theirs]


def more_verbs(dispute: Dispute, role: str, verbs: Sequence[str]) -> list[str]:
    """Buttons that are no verb of their own: a side that is asked answers item by item."""
    asked = dispute.state == State.AWAITING_EVIDENCE and dispute.asked_side in ("", role)
    return ["answer_request"] if asked and role in (BUYER, SELLER) and "provide_evidence" in verbs else []


# -- how it was reached -----------------------------------------------------------------------------------------------


def is_unsent(dispute: Dispute) -> bool:
    """Did it end because the goods were not sent back in time?"""
    parcel = getattr(dispute, "return_shipment", None)
    return parcel is not None and parcel.status == ReturnShipment.Status.EXPIRED


def held_words(role: str) -> str:
    if role == BUYER:
        return _("You did not choose in time, so the result of the mediator holds.")
    return _("The buyer did not choose in time, so the result of the mediator holds.")


# -- what was asked for -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AskedItem:
    """One thing on the checklist, and what answered it."""

    id: str
    text: str
    done: bool
    answer: str
    files: list[str]


@dataclass(frozen=True)
class AskedFor:
    """One request as its reader sees it."""

    side: str
    due_at: Any
    is_open: bool
    items: list[AskedItem]


def asked_for(dispute: Dispute, hidden: Iterable[str] = ()) -> list[AskedFor]:
    """Every request of the case, the newest first. Reads items and their files, prefetched. `hidden`: ids of files."""
    rows = reversed(list(dispute.evidence_requests.all()))
    return [
        AskedFor(each.get_side_display(), each.due_at, each.closed_at is None, _items(each, set(hidden)))
        for each in rows
    ]


def _items(request: EvidenceRequest, hidden: set[str]) -> list[AskedItem]:
    return [
        AskedItem(
            item.public_id,
            item.text,
            item.answered_at is not None,
            item.answer,
            [row.evidence.name for row in item.exhibits.all() if row.evidence.public_id not in hidden],
        )
        for item in request.items.all()
    ]


# -- the results to choose from ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Result:
    """One result, as the buyer weighs it against the other."""

    number: int
    proposal: Proposal
    by: str
    statement: Statement
    holds: bool


def results(dispute: Dispute, *, hidden: Sequence[str] = ()) -> list[Result]:
    """The results of this round: the platform's is number 1 and holds without a choice."""
    rows = [each for each in dispute.proposals.all() if each.status == Proposal.Status.OPEN]
    rows.sort(key=lambda each: each.by != Proposal.By.PLATFORM)
    return [
        Result(
            number,
            each,
            _("From the mediator") if each.by == Proposal.By.PLATFORM else _("From the seller"),
            statement_of(as_decision(each, dispute), dispute, hidden=hidden),
            each.by == Proposal.By.PLATFORM,
        )
        for number, each in enumerate(rows, 1)
    ]


def as_decision(proposal: Proposal, dispute: Dispute) -> Decision:
    """What the proposal would be as a decision; not kept."""
    return Decision(
        dispute=dispute,
        mediator_id=proposal.mediator_id,
        outcome=outcome_of(dispute, proposal.terms),
        amount=proposal.amount,
        return_shipping_paid_by=proposal.return_shipping_paid_by,
        postage_cap=proposal.postage_cap,
        reason_code=proposal.reason_code,
        facts=proposal.facts,
        evidence_cited=proposal.evidence_cited,
        note_to_parties=proposal.note_to_parties,
        decided_at=proposal.made_at,
        needs_approval=dispute.policy.needs_approval(dispute.money(proposal.amount)),
    )
