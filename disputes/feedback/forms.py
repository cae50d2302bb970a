"""What a side says about the handling, and what a lead mediator answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.forms import Words

from .models import Felt
from .services import FAIRNESS, LONGEST_REASON

#: best first
RATINGS = (
    ("5", _("5: very good")),
    ("4", _("4: good")),
    ("3", _("3: all right")),
    ("2", _("2: bad")),
    ("1", _("1: very bad")),
)
ANSWERS = [(str(each.value), each.label) for each in reversed(Felt)]


def _fairness(question: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=question, choices=ANSWERS, widget=forms.RadioSelect, required=False)


class FeedbackForm(forms.Form):
    """How we handled it: one question that needs an answer, three about fairness, and words."""

    rating = forms.ChoiceField(
        label=_("How well did we handle this dispute?"), choices=RATINGS, widget=forms.RadioSelect
    )
    heard = _fairness(_("Did we listen to you?"))
    respected = _fairness(_("Did we treat you with respect?"))
    understood = _fairness(_("Did you understand what we did, and why?"))

    def __init__(self, *args: Any, longest: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"] = Words(
            label=_("What should we know?"),
            widget=forms.Textarea(attrs={"rows": 5}),
            max_length=longest,
            strip=False,
            required=False,
            help_text=_("Write in any language. The other side does not read it."),
        )

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        said = self.cleaned_data
        felt = {name: int(said[name]) if said[name] else None for name in FAIRNESS}
        return {"rating": int(said["rating"]), "text": said["text"], **felt}


class SetAsideForm(forms.Form):
    """Why there is no second look."""

    reason = forms.CharField(
        label=_("Why there is no second look (the person reads it)"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=LONGEST_REASON,
        help_text=_("Say what you looked at and what you found. Short sentences."),
    )
    version = forms.CharField(widget=forms.HiddenInput, required=False)
