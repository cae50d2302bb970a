"""A warranty claim in its reader's words: where it stands, what comes next, what happened."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.core.access import Actor
from marketplace.core.display import TimelineLine

from .models import Remedy, State, WarrantyClaim

HAPPENED: dict[str, Any] = {
    "request": gettext_lazy("The buyer asked"),
    "remove_file": gettext_lazy("A file was removed: its time had passed"),
    "accept": gettext_lazy("The seller agreed"),
    "decline": gettext_lazy("The seller said no"),
    "ship": gettext_lazy("The seller sent a parcel"),
    "acknowledge": gettext_lazy("The buyer has it"),
    "send_receipt": gettext_lazy("The buyer sent the receipt of the repair"),
    "pay_receipt": gettext_lazy("The seller paid the receipt"),
    "withdraw": gettext_lazy("The buyer gave the claim up"),
    "expire": gettext_lazy("The time to act ended"),
    "conclude": gettext_lazy("The time for the parcel ended: it counts as received"),
}
TONES = {State.DONE: "good", State.REFUSED: "bad", State.EXPIRED: "bad", State.WITHDRAWN: ""}
#: verb → its button
BUTTONS: dict[str, Any] = {
    "accept": gettext_lazy("Agree"),
    "ship": gettext_lazy("I sent the parcel"),
    "pay_receipt": gettext_lazy("Pay the receipt"),
    "decline": gettext_lazy("Say no"),
    "send_receipt": gettext_lazy("Send the receipt"),
    "acknowledge": gettext_lazy("I have it"),
    "withdraw": gettext_lazy("Give this claim up"),
}


def next_words(claim: WarrantyClaim) -> list[str]:
    """What is waited for, and what happens if nothing is done; of an ended claim how it ended."""
    words: dict[str, list[str]] = {
        State.REQUESTED: [_("The seller answers."), _("If not, this claim ends and no money moves.")],
        State.AWAITING_PARCEL: [_("The seller sends it free."), _("If not, this claim ends.")],
        State.PARCEL_SENT: [_("The buyer says when it is there."), _("If not, it counts as received.")],
        State.AWAITING_RECEIPT: [
            _("The buyer has it repaired near home and sends the receipt."),
            _("The seller pays at most the receipt, and at most what was paid for the item."),
        ],
        State.RECEIPT_SENT: [_("The seller pays the receipt."), _("If not, this claim ends and no money moves.")],
        State.DONE: [_("This claim is done.")],
        State.REFUSED: [
            _("The seller said no."),
            _("We do not decide about a warranty. If the seller breaks our rules, you can report it to us."),
        ],
        State.EXPIRED: [
            _("The time to act has ended."),
            _("You can claim again while the warranty lasts. If the seller breaks our rules, you can report it to us."),
        ],
        State.WITHDRAWN: [_("The buyer gave this claim up.")],
    }  # fmt: skip
    return words[claim.state]


def page_of(claim: WarrantyClaim, actor: Actor) -> dict[str, Any]:
    """The whole page of a claim. Needs line, store and order read along."""
    verbs = claim.verbs_for(actor, now=claim.now)
    names = {"buyer": claim.buyer.shown_name, "seller": claim.store.name}
    return {
        "claim": claim,
        "role": claim.role_of(actor),
        "label": claim.get_state_display(),
        "tone": TONES.get(claim.state, "wait"),
        "remedy": claim.get_remedy_display(),
        "words": next_words(claim),
        "asked": claim.money(claim.amount) if claim.amount else None,
        "paid": claim.money(claim.paid) if claim.paid else None,
        "is_repair": claim.remedy == Remedy.REPAIR,
        "buttons": [
            (label, reverse(f"warranty:{verb}", args=[claim.public_id]))
            for verb, label in BUTTONS.items()
            if verb in verbs
        ],
        "files": [_file(claim, each) for each in claim.files.all() if each.evidence.removed_at is None],
        "timeline": [
            TimelineLine(str(HAPPENED.get(e.verb, e.verb)), e.at, by=names.get(e.role, "Redress"))
            for e in reversed(claim.events.all())
        ],
    }


def _file(claim: WarrantyClaim, each: Any) -> dict[str, Any]:
    return {
        "url": reverse("warranty:file", args=[claim.public_id, each.evidence.public_id]),
        "name": each.evidence.name,
        "kind": _("Receipt") if each.is_receipt else each.evidence.get_kind_display(),
    }
