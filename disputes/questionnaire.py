"""The guided questions of a claim: one question a page, and which comes next (experience.md 1.6).

Pure functions over the answers, which are a plain dictionary kept in the draft (D-10). No rule is decided here: the
services check every answer again (D-03); this module only leads the way and puts words together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from marketplace.core.money import Money
from marketplace.orders.models import Order, OrderLine

from .amounts import ceilings
from .models import Remedy
from .reasons import NEVER_SENT, NO_FAULT, NOT_RECEIVED, PAYMENT, REASONS, Reason
from .services import ClaimData, LineData

Answers = dict[str, Any]
Choice = tuple[str, Any, Any]

#: answer to "what is wrong" that needs one more question: its pages' choices
CAME: Sequence[Choice] = (
    ("yes", gettext_lazy("Yes"), ""),
    ("no", gettext_lazy("No"), ""),
    ("part", gettext_lazy("Only part of it"), ""),
    ("back", gettext_lazy("It went back"), gettext_lazy("The carrier sent it back to the seller")),
    ("unsure", gettext_lazy("I am not sure"), gettext_lazy("We show you what the carrier says")),
)
UNSURE: Sequence[Choice] = (("no", gettext_lazy("It did not come"), ""), ("yes", gettext_lazy("It came"), ""))


def _reason(code: str, hint: Any = "") -> Choice:
    return code, REASONS[code].label, hint


OTHER: Choice = ("other", gettext_lazy("None of these"), "")
WHY_NOT_COME: Sequence[Choice] = (
    _reason("not_received.no_tracking"),
    _reason("not_received.protection_ending"),
    _reason("not_received.wrong_address"),
    _reason("not_received.false_tracking"),
    _reason("not_received.customs"),
    _reason("not_received.returned_by_carrier"),
    _reason(NEVER_SENT),
    OTHER,
)
WHAT_IS_WRONG: Sequence[Choice] = (
    _reason("quality.not_working"),
    _reason("damaged.in_transit"),
    ("different", gettext_lazy("It is different"), gettext_lazy("Colour, size, material or another item")),
    ("missing", gettext_lazy("Something is missing"), ""),
    _reason("counterfeit.brand"),
    ("poor", gettext_lazy("Poor quality"), ""),
    _reason("shipping.other_method"),
    OTHER,
)
PART: Sequence[Choice] = (
    _reason("incomplete.quantity_short"),
    _reason("incomplete.parts_missing"),
    ("not_received.no_tracking", gettext_lazy("One of the parcels did not come"), ""),
    OTHER,
)
DETAILS: dict[str, Sequence[Choice]] = {
    "different": (
        _reason("not_as_described.colour"),
        _reason("not_as_described.size"),
        _reason("not_as_described.material"),
        _reason("not_as_described.function"),
        _reason("not_as_described.photo"),
        _reason("wrong_product.other_item"),
    ),
    "missing": (
        _reason("incomplete.parts_missing"),
        _reason("incomplete.quantity_short"),
        _reason("incomplete.empty_parcel"),
    ),
    "poor": (
        _reason("quality.poor_workmanship"),
        _reason("quality.smell"),
        _reason("quality.fades"),
        _reason("condition.used"),
    ),
    "other": (
        _reason("payment.charged_twice"),
        _reason("payment.wrong_amount"),
        _reason("condition.used"),
        _reason("no_fault.unwanted", gettext_lazy("You send it back and pay the postage")),
        ("words", gettext_lazy("None of these"), gettext_lazy("Tell us in your own words")),
    ),
}
#: for "in my own words": the reason that is nearest
NEAREST: Sequence[Choice] = (
    ("not_as_described.function", gettext_lazy("It is not as described"), ""),
    ("quality.poor_workmanship", gettext_lazy("It is of poor quality"), ""),
    _reason("damaged.in_transit"),
    _reason("incomplete.parts_missing"),
    _reason("wrong_product.other_item"),
)
NEAREST_NOT_COME: Sequence[Choice] = (_reason("not_received.no_tracking"), _reason(NEVER_SENT))

#: whose change makes which other answers void
VOIDS = {
    "came": ("what", "detail", "reason", "words", "lines", "ask", "amount"),
    "what": ("detail", "reason", "words", "ask", "amount"),
    "detail": ("reason", "words", "ask", "amount"),
    "reason": ("ask", "amount"),
    "lines": ("amount",),
    "ask": ("amount",),
}


@dataclass(frozen=True)
class Claimed:
    """What the answers ask for, so far."""

    lines: list[tuple[OrderLine, int]]
    ceiling: int
    amount: int


def put(answers: Answers, name: str, value: Any) -> Answers:
    """The answers with one more; what depended on another answer to it goes."""
    if answers.get(name) == value:
        return dict(answers)
    gone = VOIDS.get(name, ())
    return {key: kept for key, kept in answers.items() if key not in gone} | {name: value}


def received(answers: Answers) -> bool:
    """Did the goods in question come? The reason says so where it can; a payment problem fits either."""
    reason = reason_of(answers)
    if reason is not None and reason.received is not None:
        return reason.received
    return answers.get("came") not in ("no", "back")


def reason_of(answers: Answers) -> Reason | None:
    return REASONS.get(answers.get("reason", ""))


def remedies(reason: Reason) -> list[str]:
    """What can be asked with this reason (D-04)."""
    if reason.group == NOT_RECEIVED:
        return [Remedy.REFUND]
    if reason.group == NO_FAULT:
        return [Remedy.RETURN_AND_REFUND]
    if reason.group == PAYMENT:
        return [Remedy.REFUND]
    return [Remedy.REFUND, Remedy.RETURN_AND_REFUND]


def many(lines: Sequence[OrderLine]) -> bool:
    """Is there anything to choose between?"""
    return len(lines) > 1 or any(line.quantity > 1 for line in lines)


def path(answers: Answers, lines: Sequence[OrderLine]) -> list[str]:
    """The pages that these answers lead through, in order; "check" is the last once the reason is known."""
    steps = ["came", *_branch(answers)]
    reason = reason_of(answers)
    if reason is None or answers.get("came") == "unsure":
        return steps
    whole = reason.group == NOT_RECEIVED and answers["came"] != "part"
    asks = len(remedies(reason)) > 1 or reason.group == PAYMENT or answers.get("ask")
    wanted = {
        "items": many(lines) and not whole,
        "evidence": reason.wants,
        "ask": asks,
        "part": answers.get("ask") == "part",
        "check": True,
    }
    return [*steps, *(step for step, needed in wanted.items() if needed)]


def _branch(answers: Answers) -> list[str]:
    """The questions that find the reason."""
    came = answers.get("came")
    if came in (None, "back"):
        return []
    if came == "unsure":
        return ["unsure"]
    steps = ["what"]
    if answers.get("what") in DETAILS:
        steps.append("detail")
        if answers.get("detail") == "words":
            steps.append("words")
    return steps


def reachable(answers: Answers, lines: Sequence[OrderLine]) -> list[str]:
    """The pages that may be opened: those on the path, and what is asked, which a Change link leads to."""
    steps, reason = path(answers, lines), reason_of(answers)
    if reason is None or reason.group == NO_FAULT or "ask" in steps:
        return steps
    return [*steps, "ask"]


def answered(answers: Answers, step: str) -> bool:
    """Has this page been gone through?"""
    needs = {
        "items": "lines",
        "part": "amount",
        "evidence": "evidence_seen",
        "ask": "ask",
        "detail": "detail",
    }
    return bool(answers.get(needs.get(step, step)))


def first_open(answers: Answers, lines: Sequence[OrderLine]) -> str:
    """The first page that still waits for an answer."""
    steps = path(answers, lines)
    return next((step for step in steps[:-1] if not answered(answers, step)), steps[-1])


def after(answers: Answers, lines: Sequence[OrderLine], step: str, *, changing: bool) -> str:
    """Where to go from a page: on, or, when one answer was changed, to the first page that became open."""
    steps = path(answers, lines)
    if changing or step not in steps:
        return first_open(answers, lines)
    return steps[min(steps.index(step) + 1, len(steps) - 1)]


def before(answers: Answers, lines: Sequence[OrderLine], step: str) -> str | None:
    """The page before this one; None at the first."""
    steps = path(answers, lines)
    where = steps.index(step) if step in steps else len(steps)
    return steps[where - 1] if where else None


def choices(answers: Answers, step: str) -> Sequence[Choice]:
    """What a page of buttons offers."""
    if step == "came":
        return CAME
    if step == "unsure":
        return UNSURE
    if step == "what":
        return {"no": WHY_NOT_COME, "part": PART}.get(answers.get("came", ""), WHAT_IS_WRONG)
    if step == "detail":
        found = DETAILS.get(answers.get("what", ""), ())
        fits = answers.get("came") not in ("no", "back")
        return [c for c in found if fits or c[0] not in REASONS or REASONS[c[0]].received is not True]
    return ()


def nearest(answers: Answers) -> Sequence[Choice]:
    return NEAREST_NOT_COME if answers.get("came") == "no" else NEAREST


def take(answers: Answers, step: str, value: str) -> Answers:
    """The answers after a button was pressed on a page of buttons."""
    if step == "unsure":
        return put(answers, "came", value)
    answers = put(answers, step, value)
    if step == "came":
        return put(answers, "reason", "not_received.returned_by_carrier") if value == "back" else answers
    return put(answers, "reason", value) if value in REASONS else answers


# -- from answers to a claim -------------------------------------------------------------------------------------


def chosen_lines(answers: Answers, lines: Sequence[OrderLine]) -> list[tuple[OrderLine, int]]:
    """The lines and quantities in question; without a choice, all of them."""
    chosen = answers.get("lines") or {}
    if not chosen or "items" not in path(answers, lines):
        return [(line, line.quantity) for line in lines]
    return [
        (line, min(int(chosen[line.public_id]), line.quantity)) for line in lines if line.public_id in chosen
    ]


def remedy_of(answers: Answers) -> str:
    reason = reason_of(answers)
    possible = remedies(reason) if reason else [Remedy.REFUND]
    wished = Remedy.RETURN_AND_REFUND if answers.get("ask") == "return" else Remedy.REFUND
    return wished if wished in possible else possible[0]


def ceiling_of(answers: Answers, order: Order, lines: Sequence[OrderLine], *, remedy: str = "") -> int:
    """What can be refunded at most (D-06), in minor units."""
    reason = reason_of(answers)
    if reason is None:
        return 0
    shares = ceilings(
        chosen_lines(answers, lines),
        list(order.lines.all()),
        received=received(answers),
        reason=reason,
        remedy=remedy or remedy_of(answers),
    )
    return sum(share.amount for share in shares)


def claimed(answers: Answers, order: Order, lines: Sequence[OrderLine]) -> Claimed:
    ceiling = ceiling_of(answers, order, lines)
    part = answers.get("amount") if answers.get("ask") == "part" else None
    return Claimed(chosen_lines(answers, lines), ceiling, int(part) if part else ceiling)


def ask_words(answers: Answers, amount: str, *, all_of_it: bool) -> str:
    """What is asked, in one sentence."""
    if remedy_of(answers) == Remedy.RETURN_AND_REFUND:
        return _("I send it back and ask for %(amount)s.") % {"amount": amount}
    if not received(answers):
        return _("I ask for %(amount)s, all I paid, with delivery.") % {"amount": amount}
    if all_of_it:
        return _("I ask for %(amount)s and keep the item.") % {"amount": amount}
    return _("I ask for %(amount)s, a part of what I paid, and keep the item.") % {"amount": amount}


def pieces_words(line: OrderLine, quantity: int) -> str:
    if line.quantity == 1:
        return line.title
    words = ngettext("%(title)s, %(n)s of %(all)s piece", "%(title)s, %(n)s of %(all)s pieces", line.quantity)
    return words % {"title": line.title, "n": quantity, "all": line.quantity}


def description(answers: Answers, amount: str, *, all_of_it: bool) -> str:
    """What the seller and a mediator read: the answers as sentences, and what the buyer wrote besides."""
    reason = reason_of(answers)
    parts = [
        f"{reason.label}." if reason else "",
        ask_words(answers, amount, all_of_it=all_of_it),
        answers.get("words", ""),
        answers.get("more", ""),
    ]
    return "\n\n".join([" ".join(filter(None, parts[:2])), *filter(None, parts[2:])])


def claim(answers: Answers, order: Order, lines: Sequence[OrderLine], *, amount_text: str) -> ClaimData:
    """The claim as the service takes it."""
    asked = claimed(answers, order, lines)
    return ClaimData(
        lines=[LineData(line.public_id, quantity) for line, quantity in asked.lines],
        received=received(answers),
        reason=answers.get("reason", ""),
        remedy=remedy_of(answers),
        amount=Money(asked.amount, order.currency),
        description=description(answers, amount_text, all_of_it=asked.amount == asked.ceiling),
        evidence=tuple(answers.get("evidence", ())),
    )
