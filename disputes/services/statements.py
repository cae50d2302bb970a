"""The statement of reasons: what every decision and every proposal has to say before it is one (M-07, E-06)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from marketplace.core.errors import FieldError

from ..models import Dispute, RequestedItem
from ..reasons import REASONS

LONGEST_FACTS = 5000
LONGEST_WHY = 2000
#: reasons that are the mediator's own, beside those of the tree
OWN_REASON = re.compile(r"evidence\.insufficient|fraud\.[a-z_]{1,30}")


@dataclass(frozen=True)
class Reasons:
    """What a mediator wrote. `evidence_cited`: rows of evidence (public id), considered, why."""

    reason_code: str
    facts: str
    evidence_cited: Sequence[Mapping[str, Any]] = ()
    note_to_parties: str = ""
    why_different: str = ""

    def columns(self) -> dict[str, Any]:
        """As decisions and proposals keep it."""
        return {
            "reason_code": self.reason_code,
            "facts": self.facts.strip(),
            "evidence_cited": [
                {
                    "evidence": row["evidence"],
                    "considered": bool(row.get("considered", True)),
                    "why": str(row.get("why", "")).strip(),
                }
                for row in self.evidence_cited
            ],
            "note_to_parties": self.note_to_parties.strip(),
            "why_different": self.why_different.strip(),
        }


def check(dispute: Dispute, reasons: Reasons, errors: list[FieldError]) -> None:
    """Add every fault of the statement to `errors`, in words."""
    if reasons.reason_code not in REASONS and not OWN_REASON.fullmatch(reasons.reason_code):
        errors.append(FieldError("reason_code", "unknown", _("Choose a reason from the list.")))
    if not reasons.facts.strip():
        message = _("Write the facts that you found. Both sides read them.")
        errors.append(FieldError("facts", "required", message))
    for name, text, most in (
        ("facts", reasons.facts, LONGEST_FACTS),
        ("note_to_parties", reasons.note_to_parties, LONGEST_FACTS),
        ("why_different", reasons.why_different, LONGEST_WHY),
    ):
        if len(text) > most:
            errors.append(FieldError(name, "too_long", _("Use up to %(n)s characters.") % {"n": most}))
    _check_cited(dispute, reasons.evidence_cited, errors)


def _check_cited(dispute: Dispute, cited: Sequence[Mapping[str, Any]], errors: list[FieldError]) -> None:
    """Every file cited or asked for is marked, and one that is left out says why (E-06)."""

    def fault(code: str, message: str) -> None:
        errors.append(FieldError("evidence_cited", code, message))

    named = [row.get("evidence") for row in cited]
    exhibits = set(dispute.exhibits.values_list("evidence__public_id", flat=True))
    exhibits |= set(dispute.message_exhibits.values_list("message__public_id", flat=True))
    if set(named) - exhibits:
        fault("unknown", _("One of these files is not part of this case."))
    elif len(set(named)) < len(named):
        fault("twice", _("Name each file once."))
    elif asked_for(dispute) - set(named):
        fault("missing", _("Say of each file that was asked for whether you considered it."))
    if any(not row.get("considered", True) and not str(row.get("why", "")).strip() for row in cited):
        fault("why", _("Say why you leave this file out."))


def asked_for(dispute: Dispute) -> set[str]:
    """The files that answered a request; removed ones too: the statement says what was looked at."""
    items = RequestedItem.objects.filter(request__dispute=dispute, exhibits__isnull=False)
    return set(items.values_list("exhibits__evidence__public_id", flat=True))
