"""Feedback in its reader's words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import Feedback, Felt, Rating
from .services import FAIRNESS

HAPPENED: dict[str, Any] = {
    "give": gettext_lazy("It was given"),
    "open_second_look": gettext_lazy("A lead mediator opened a second look"),
    "set_aside": gettext_lazy("A lead mediator set it aside"),
}
NAMES: dict[str, Any] = {
    "heard": gettext_lazy("Listened to"),
    "respected": gettext_lazy("Treated with respect"),
    "understood": gettext_lazy("Understood it"),
}


def rating_words(feedback: Feedback) -> str:
    """ "2 of 5, bad" """
    return of_five(feedback.rating, Rating)


def of_five(number: int, scale: type[Rating] | type[Felt]) -> str:
    return _("%(n)s of 5: %(label)s") % {"n": number, "label": scale(number).label}


def fairness(feedback: Feedback) -> list[tuple[str, str]]:
    """The answers to the three questions, those that were given."""
    answers = ((name, getattr(feedback, name)) for name in FAIRNESS)
    return [(str(NAMES[name]), of_five(number, Felt)) for name, number in answers if number is not None]


def given(feedback: Feedback) -> list[tuple[str, str]]:
    """All that was said, as rows of (name, words)."""
    rows = [(_("How we handled it"), rating_words(feedback)), *fairness(feedback)]
    return [*rows, (_("In words"), feedback.text)] if feedback.text else rows
