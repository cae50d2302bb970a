"""What the figures suggest to whoever reviews, with the reasons. A suggestion does nothing (B-03, B-06)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from .measures import FEW
from .models import Figures, Outcome


@dataclass(frozen=True)
class Suggestion:
    """`outcome` empty: the numbers are too small to suggest anything."""

    outcome: str
    reasons: list[str]

    @property
    def words(self) -> str:
        return str(Outcome(self.outcome).label) if self.outcome else _("No action is suggested")


def suggest(figures: Figures, *, line: float | None) -> Suggestion:
    """From the figures of a year. Only what was decided against the person speaks against them; `line`: the peers' 95th."""
    if figures.decided < FEW:
        words = _("Small numbers: %(n)s decided cases, and under %(few)s say little.")
        return Suggestion("", [words % {"n": figures.decided, "few": FEW}])
    reasons = [
        _("%(against)s of %(decided)s decided cases went against them.")
        % {"against": figures.against, "decided": figures.decided}
    ]
    mostly_against = 2 * figures.against > figures.decided
    above = line is not None and figures.low > line
    if above:
        reasons.append(_("Their rate is above that of 95 of 100 buyers, even at its lowest."))
    if figures.fraud:
        reasons.append(_("%(n)s of their disputes were not true.") % {"n": figures.fraud})
    if figures.fraud or (mostly_against and above):
        return Suggestion(Outcome.LIMIT, reasons)
    return Suggestion(Outcome.WARN if mostly_against else Outcome.DISMISS, reasons)
