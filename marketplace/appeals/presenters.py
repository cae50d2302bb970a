"""An appeal in its reader's words: where it stands, what comes next, how it ended."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.core.access import Actor

from . import access, registry
from .models import Appeal, Kind, State
from .notifications import RESULTS

HAPPENED: dict[str, Any] = {
    "submit": gettext_lazy("The appeal was sent"),
    "assign": gettext_lazy("Somebody took it"),
    "release": gettext_lazy("It was given back"),
    "decide": gettext_lazy("It was answered"),
    "remove_file": gettext_lazy("A file was removed: its time had passed"),
}
TONES = {State.OVERTURNED: "good", State.UPHELD: ""}


def page_of(appeal: Appeal, actor: Actor) -> dict[str, Any]:
    """The page of one appeal. Needs `files__evidence` read along."""
    what = registry.of(appeal.kind)
    subject = what.find(appeal.about)
    reads = access.reads_text(actor, appeal)
    return {
        "appeal": appeal,
        "title": what.describe(subject) if subject is not None else appeal.get_kind_display(),
        "back": what.link(subject) if subject is not None else "",
        "told": what.told(subject) if subject is not None and (reads or access.party(actor, appeal)) else (),
        "label": appeal.get_state_display(),
        "tone": TONES.get(State(appeal.state), "wait"),
        "result": RESULTS.get(appeal.state, ""),
        "is_second_look": appeal.kind == Kind.SECOND_LOOK,
        "is_own": access.appellant_side(actor, appeal),
        "reads": reads,
        "files": [_file(appeal, each) for each in appeal.files.all() if each.evidence.removed_at is None]
        if reads
        else [],
        "given": _given(appeal),
    }


def _given(appeal: Appeal) -> str:
    """How the compensation comes to the side that appealed."""
    if not appeal.compensation:
        return ""
    return _("to the seller's balance") if appeal.by_side == "seller" else _("in coupons")


def _file(appeal: Appeal, each: Any) -> dict[str, Any]:
    return {
        "url": reverse("appeals:file", args=[appeal.public_id, each.evidence.public_id]),
        "name": each.evidence.name,
        "kind": each.evidence.get_kind_display(),
    }
