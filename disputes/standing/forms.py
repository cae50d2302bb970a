"""What people type about a flag: the person their side, staff what follows and why."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.forms import LocalMoment

from .models import Outcome
from .services import LONGEST_REASONS


class StatementForm(forms.Form):
    """Ask us to look again. The policy says how many letters; the service counts them."""

    text = forms.CharField(
        label=_("Why should we look again?"),
        help_text=_("You can write in any language. Staff read it. The other side never sees it."),
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Tell us why we should look again.")},
    )

    def __init__(self, *args: Any, longest: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["text"]
        field.widget.attrs["maxlength"] = None
        assert isinstance(field, forms.CharField)
        field.max_length = longest
        field.widget.attrs.update(field.widget_attrs(field.widget))
        del field.widget.attrs[
            "maxlength"
        ]  # a browser counts otherwise than we do; the page says how many are left


class ReviewForm(forms.Form):
    """What follows, why, and until when."""

    outcome = forms.ChoiceField(label=_("What follows?"), widget=forms.RadioSelect, choices=Outcome.choices)
    facts = forms.CharField(
        label=_("Reasons"),
        help_text=_("The person reads them. Say what you looked at and what you found."),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=LONGEST_REASONS,
        error_messages={"required": _("Give the reasons. The person reads them.")},
    )
    until = LocalMoment(
        label=_("Until"),
        required=False,
        help_text=_("Only for a limit or a closed account. Empty: the longest time there is."),
    )


class SendBackForm(forms.Form):
    """Why a second person does not agree."""

    note = forms.CharField(
        label=_("What should be looked at again?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST_REASONS,
        error_messages={"required": _("Say what should be looked at again.")},
    )
