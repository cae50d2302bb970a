"""The public guides, as the policy in force has them: every time limit, how a dispute goes, what files are taken (F-05).

Numbers stand here by their parameter alone, so that a guide is never wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.core.policy import ProtectionPolicy


@dataclass(frozen=True)
class Limit:
    """One deadline in words: what, how long, what happens then."""

    what: str
    length: str
    then: str = ""


def days(number: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", number) % {"n": number}


def hours(number: int) -> str:
    return ngettext("%(n)s hour", "%(n)s hours", number) % {"n": number}


def groups(p: ProtectionPolicy) -> list[tuple[str, list[Limit]]]:
    """All time limits, in the order in which a buyer meets them."""
    return [
        (_("Your order"), _order(p)),
        (_("Opening a dispute"), _opening(p)),
        (_("Finding an agreement"), _negotiation(p)),
        (_("When a mediator decides"), _mediation(p)),
        (_("Sending the item back"), _returns(p)),
        (_("Money"), _money(p)),
    ]


def _order(p: ProtectionPolicy) -> list[Limit]:
    return [
        Limit(
            _("The seller sends the parcel, from payment"),
            days(p.ship_within_days),
            _("Then you can cancel and get all back."),
        ),
        Limit(
            _("The longest time for delivery"),
            days(p.max_delivery_days),
            _("Protection lasts from sending to the promised day."),
        ),
        Limit(
            _("After you said that it came, or protection ended"),
            days(p.post_receipt_days),
            _("So long you can still open a dispute. Then the seller is paid."),
        ),
    ]


def _opening(p: ProtectionPolicy) -> list[Limit]:
    to_all = p.dispute_wait_applies_to == ProtectionPolicy.Wait.ALL
    what = (
        _("Wait after the parcel was sent")
        if to_all
        else _("Wait after the parcel was sent, if it did not come")
    )
    return [
        Limit(what, days(p.dispute_wait_days), _("From the day after you can open a dispute.")),
        Limit(
            _("It did not come, but it is in your country"),
            days(p.near_end_days),
            _("You can open a dispute when only so much protection is left."),
        ),
        Limit(_("Payment problems"), _("At once"), _("You can tell us as soon as you have paid.")),
        Limit(
            _("Opening again after you closed a dispute"),
            ngettext("%(n)s time", "%(n)s times", p.redispute_times) % {"n": p.redispute_times}
            if p.redispute_times
            else _("Never"),
        ),
    ]


def _negotiation(p: ProtectionPolicy) -> list[Limit]:
    return [
        Limit(
            _("The seller answers"), days(p.seller_response_days), _("If not, you get what you asked for.")
        ),
        Limit(
            _("You two find an agreement, from opening"),
            days(p.negotiation_days),
            _("Then a mediator decides."),
        ),
        Limit(_("The seller answers a changed request, at least"), hours(p.edit_answer_hours)),
        Limit(
            _("You wait for the money or the parcel before you close the dispute"),
            days(p.conditional_cancel_days),
            _("Then the dispute goes on where it stood."),
        ),
    ]


def _mediation(p: ProtectionPolicy) -> list[Limit]:
    return [
        Limit(_("We plan to decide within"), days(p.mediation_target_days)),
        Limit(_("At the latest within"), days(p.mediation_latest_days)),
        Limit(
            _("You answer when we ask for a photo or paper"),
            days(p.evidence_request_days),
            _("Then we decide on what is there."),
        ),
        Limit(
            _("You choose between two results"),
            days(p.choice_days),
            _("If you do not choose, the first one holds."),
        ),
    ]


def _returns(p: ProtectionPolicy) -> list[Limit]:
    return [
        Limit(
            _("The seller gives an address, if we do not know it"),
            days(p.seller_response_days),
            _("If not, you get your money and keep the item."),
        ),
        Limit(
            _("You send the item and enter its number"),
            days(p.return_ship_days),
            _("If not, you get no money back."),
        ),
        Limit(
            _("The return is on its way, at most"),
            days(p.return_transit_days),
            _("Then a mediator looks at it."),
        ),
        Limit(
            _("The seller checks what came back"),
            days(p.return_confirm_days),
            _("If not, you get your money."),
        ),
        Limit(
            _("The seller sends a replacement, where that was agreed"),
            days(p.replacement_ship_days),
            _("If not, you get your money."),
        ),
        Limit(
            _("You say that the replacement came"),
            days(p.replacement_confirm_days),
            _("If you say nothing, the dispute ends."),
        ),
        Limit(
            _("The seller sends a replacement, if you agreed on one"),
            days(p.replacement_ship_days),
            _("If not, you get your money."),
        ),
        Limit(
            _("You look at the replacement"),
            days(p.replacement_confirm_days),
            _("If you say nothing, the seller is paid."),
        ),
    ]


def _money(p: ProtectionPolicy) -> list[Limit]:
    numbers = {"low": p.refund_days_min, "high": p.refund_days_max}
    words = (
        _("%(low)s to %(high)s working days") if p.refund_in_working_days else _("%(low)s to %(high)s days")
    )
    return [Limit(_("A refund is in your account after"), words % numbers)]


# -- how a dispute goes, and what files are taken ------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One step of a dispute: what happens, who moves by when, and what follows if nobody does."""

    title: str
    sentences: list[str]


def steps(p: ProtectionPolicy) -> list[Step]:
    """A dispute from its opening to the money, with the numbers of that policy."""
    return [
        Step(
            _("Tell us what is wrong"),
            [
                _("Open the order and choose “Problem with this order”. We ask a few short questions."),
                _("You can do this from %(wait)s after the parcel was sent until %(after)s after it came.")
                % {"wait": days(p.dispute_wait_days), "after": days(p.post_receipt_days)},
            ],
        ),
        Step(
            _("The seller answers"),
            [
                _("The seller has %(time)s. They can say yes, say no, or offer something else.")
                % {"time": days(p.seller_response_days)},
                _("If they say nothing, you get what you asked for."),
            ],
        ),
        Step(
            _("You try to agree"),
            [
                _("You both can make offers. You can change what you ask for."),
                _("If you do not agree within %(time)s of opening, a mediator takes over.")
                % {"time": days(p.negotiation_days)},
                *([_("You can also ask a mediator as soon as the seller answered.")] * p.manual_escalation),
            ],
        ),
        Step(
            _("A mediator decides"),
            [
                _("We plan to decide within %(target)s. It takes %(latest)s at most.")
                % {"target": days(p.mediation_target_days), "latest": days(p.mediation_latest_days)},
                _("If we ask you for a photo or a paper, you have %(time)s.")
                % {"time": days(p.evidence_request_days)},
                _("You both get the reasons in writing."),
            ],
        ),
        Step(
            _("Sending the item back, if that is part of the result"),
            [
                _("The buyer sends it within %(time)s and enters the tracking number.")
                % {"time": days(p.return_ship_days)},
                _("The seller checks it within %(time)s. If not, the buyer gets the money.")
                % {"time": days(p.return_confirm_days)},
            ],
        ),
        Step(
            _("The money"),
            [
                _("It goes back to where it was paid from. You see each step."),
                _("It arrives after: %(time)s.") % {"time": _money(p)[0].length},
            ],
        ),
    ]


@dataclass(frozen=True)
class FileLimit:
    """One kind of file: how large at most, and in which formats."""

    kind: str
    megabytes: int
    formats: str


def file_limits(p: ProtectionPolicy) -> list[FileLimit]:
    """What can be uploaded (E-01)."""
    per_megabyte = 1024 * 1024
    return [
        FileLimit(_("Photos and screenshots"), p.photo_max_bytes // per_megabyte, p.photo_formats),
        FileLimit(_("Videos"), p.video_max_bytes // per_megabyte, p.video_formats),
    ]
