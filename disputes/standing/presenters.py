"""Standing in words, for pages: plain data, no queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.core.money import Money

from .models import OPEN, Figures, Flag, State
from .reading import fact_words, sums_of

#: verb → how it is told on the flag's timeline
HAPPENED: dict[str, Any] = {
    "raise": gettext_lazy("A flag was raised"),
    "add_statement": gettext_lazy("The person said their side"),
    "review": gettext_lazy("It was looked at"),
    "approve": gettext_lazy("A second person agreed"),
    "reject_approval": gettext_lazy("A second person sent it back"),
    "overturn": gettext_lazy("It was found to be wrong, and nothing follows"),
}
TONES = {
    State.RAISED: "wait",
    State.AWAITING_APPROVAL: "wait",
    State.DISMISSED: "good",
    State.WARNED: "",
    State.LIMITED: "bad",
    State.SUSPENDED: "bad",
}
#: what follows from each state, as the person reads it
EFFECTS: dict[str, Any] = {
    State.RAISED: gettext_lazy("Nothing changes for you. We look at it."),
    State.AWAITING_APPROVAL: gettext_lazy("Nothing changes for you. We look at it."),
    State.DISMISSED: gettext_lazy("Nothing follows from it."),
    State.WARNED: gettext_lazy("We warned you. While the warning holds, it stands above."),
    State.LIMITED: gettext_lazy("We took a right from you for a time. While that holds, it stands above."),
    State.SUSPENDED: gettext_lazy("We closed your account. While that holds, it stands above."),
}


def percent(rate: float | None) -> str:
    """A rate for people: "12 %"; a dash where there is none."""
    return "–" if rate is None else _("%(n)s %%") % {"n": f"{100 * rate:.0f}"}


def range_words(figures: Figures) -> str:
    """The rate with its range: "25 % (9 to 53 %)"."""
    words = _("%(rate)s (%(low)s to %(high)s)")
    return words % {name: percent(getattr(figures, name)) for name in ("rate", "low", "high")}


@dataclass(frozen=True)
class FlagCard:
    """One flag on the person's own page."""

    flag: Flag
    label: str
    tone: str
    why: str
    effect: str
    ended: bool

    @property
    def can_speak(self) -> bool:
        return not self.ended

    @property
    def is_late(self) -> bool:
        """Has the date gone by on which it was to be looked at (F-07)?"""
        return not self.ended and self.flag.due_at is not None and self.flag.due_at <= timezone.now()


def flag_card(flag: Flag) -> FlagCard:
    """The second person's wait is the staff's own business: the person sees that it is being looked at."""
    shown = State.RAISED if flag.state in OPEN else State(flag.state)
    return FlagCard(
        flag, str(shown.label), TONES[shown], fact_words(flag), str(EFFECTS[shown]), flag.state not in OPEN
    )


def own_rows(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """The numbers on the person's own page: own beside the peers' middle value, never the peers' line."""
    return [
        {
            "figures": row,
            "rate": percent(row.rate if row.orders else None),
            "peers": percent(getattr(row, "median", None)),
            "sums": [each["back"] for each in sums_of(row) if each["back"].minor],
        }
        for row in rows
    ]


def asked(figures: Figures) -> list[Money]:
    """What was asked for in disputes, one sum a currency."""
    return [each["asked"] for each in sums_of(figures) if each["asked"].minor]
