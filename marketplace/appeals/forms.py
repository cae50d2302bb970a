"""What a person types about an appeal: whoever asks, and whoever answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from marketplace.core.forms import Words, read_sum
from marketplace.core.money import Money, format_money
from marketplace.evidence.content import Limits
from marketplace.evidence.forms import MOST_FILES, FilesField

from .models import ENDED, Appeal
from .services import LONGEST_FACTS

#: the headings that the buttons put into the text
PROMPTS: tuple[tuple[str, Any], ...] = (
    ("missed", _("What was missed")),
    ("new", _("New evidence")),
    ("rule", _("Rule used wrongly")),
)


class AppealForm(forms.Form):
    """What we missed, in the person's own words."""

    def __init__(self, *args: Any, longest: int, limits: Limits, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.limits = limits
        self.fields["text"] = Words(
            label=_("What did we miss?"),
            widget=forms.Textarea(attrs={"rows": 8}),
            max_length=longest,
            strip=False,
            help_text=_("Write in any language."),
        )
        files = FilesField(label=_("Add photos or files"), required=False, limits=limits)
        files.help_text = _("Photos up to %(most)s each.") % {"most": limits.max_text}
        files.widget.attrs |= {"data-max-bytes": limits.photo_max_bytes, "data-max-files": MOST_FILES}
        self.fields["files"] = files


class AnswerForm(forms.Form):
    """The reviewer's answer, with the reasons."""

    outcome = forms.ChoiceField(
        label=_("Your answer"), choices=[(each.value, each.label) for each in ENDED], widget=forms.RadioSelect
    )
    facts = forms.CharField(
        label=_("Why (the people that this is about read it)"),
        widget=forms.Textarea(attrs={"rows": 7}),
        max_length=LONGEST_FACTS,
        help_text=_("Say what you checked and what you found. Short sentences."),
    )
    compensation = forms.CharField(
        label=_("Money from us, if the decision was wrong"), max_length=30, required=False
    )
    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, appeal: Appeal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.appeal = appeal
        if not appeal.most:
            del self.fields["compensation"]
            return
        words = _t("Up to %(most)s. To a buyer in coupons, to a shop on its balance. Empty: nothing.")
        self.fields["compensation"].help_text = words % {"most": format_money(appeal.money(appeal.most))}
        self.fields["compensation"].widget.attrs["inputmode"] = "decimal"

    def clean_compensation(self) -> Money | None:
        """The sum as people write it: a point or a comma."""
        text = self.cleaned_data["compensation"].strip()
        return read_sum(text, self.appeal.currency) if text else None

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}
