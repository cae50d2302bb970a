"""What a moderator types: a sanction by hand, and why one is taken back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.forms import LocalMoment

from .models import Kind
from .services import LONGEST_RULE, LONGEST_STATEMENT, MOST_POINTS


class TakeBackForm(forms.Form):
    """Why."""

    note = forms.CharField(
        label=_("Why do you take it back?"),
        help_text=_("The person reads it."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST_STATEMENT,
    )


class ImposeForm(forms.Form):
    """A sanction by hand: against what, which one, by which rule, why, and until when."""

    target = forms.CharField(
        label=_("Against"),
        max_length=150,
        help_text=_("The number of a listing (lst_…), a shop (sto_…) or a person (usr_…)."),
    )
    kind = forms.ChoiceField(label=_("What"), choices=Kind)
    rule = forms.CharField(
        label=_("Rule"), max_length=LONGEST_RULE, help_text=_("The rule that you rely on, in words.")
    )
    statement = forms.CharField(
        label=_("Reasons"),
        max_length=LONGEST_STATEMENT,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What you found, and why it breaks the rule. The person reads it."),
    )
    points = forms.IntegerField(
        label=_("Points"),
        required=False,
        min_value=0,
        max_value=MOST_POINTS,
        help_text=_("Of a strike only."),
    )
    ends_at = LocalMoment(
        label=_("Until"),
        required=False,
        help_text=_("Empty: until it is taken back; a strike, as long as the policy says."),
    )

    def clean_points(self) -> Any:
        return self.cleaned_data["points"] or 0
