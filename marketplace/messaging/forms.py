"""What people write to each other, and what a moderator says of it."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from .services import LONGEST, LONGEST_NOTE


class MessageForm(forms.Form):
    """A few words to the other side. `anyway` names the warnings that the writer has read."""

    text = forms.CharField(
        label=_("Write a message"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST,
        error_messages={"required": _("Write your message first.")},
    )
    anyway = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    #: what the writer is told before sending, and the kinds of it for the button “Send it anyway”
    warnings: Sequence[str] = ()
    known: str = ""


class HandleForm(forms.Form):
    """Is it so? And a note for whoever looks later."""

    outcome = forms.ChoiceField(
        label=_("What did you see?"),
        widget=forms.RadioSelect,
        choices=[
            ("upheld", _("It is so: the warning stays")),
            ("dismissed", _("It is not so: the warning goes away")),
        ],
    )
    note = forms.CharField(
        label=_("Note"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST_NOTE,
        help_text=_("Other staff read it."),
    )
