"""What a person types on the pages of a warranty claim."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.forms import read_sum
from marketplace.core.money import Money
from marketplace.evidence.content import Limits
from marketplace.evidence.forms import MOST_FILES, FilesField

from .models import Remedy
from .services import LONGEST_NOTE


def files_field(label: Any, limits: Limits, *, required: bool = False) -> FilesField:
    field = FilesField(label=label, required=required, limits=limits)
    field.help_text = _("Photos up to %(most)s each.") % {"most": limits.max_text}
    field.widget.attrs |= {"data-max-bytes": limits.photo_max_bytes, "data-max-files": MOST_FILES}
    return field


class _Amount(forms.Form):
    """A sum in the order's currency, as people write it."""

    def __init__(self, *args: Any, currency: str, limits: Limits, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency, self.limits = currency, limits
        self.fields["amount"].widget.attrs["inputmode"] = "decimal"

    def clean_amount(self) -> Money | None:
        text = self.cleaned_data["amount"].strip()
        return read_sum(text, self.currency) if text else None


class ClaimForm(_Amount):
    """What is wrong with which item, and what the buyer wants."""

    line = forms.ChoiceField(label=_("Which item?"), widget=forms.RadioSelect)
    remedy = forms.ChoiceField(label=_("What do you want?"), choices=Remedy, widget=forms.RadioSelect)
    amount = forms.CharField(
        label=_("How much money?"),
        help_text=_("Only if you ask for money back. Empty: all you paid for the item."),
        max_length=30,
        required=False,
    )
    description = forms.CharField(
        label=_("What is wrong?"),
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Write in any language."),
    )

    def __init__(self, *args: Any, lines: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        line: Any = self.fields["line"]
        line.choices = lines
        line.initial = lines[0][0] if len(lines) == 1 else None
        self.fields["files"] = files_field(_("Add photos"), self.limits)


class ReceiptForm(_Amount):
    """The receipt of the repair."""

    amount = forms.CharField(label=_("The sum of the receipt"), max_length=30)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"] = files_field(_("Photo or scan of the receipt"), self.limits, required=True)


class RefuseForm(forms.Form):
    """Why not."""

    note = forms.CharField(
        label=_("Why do you say no?"),
        help_text=_("The buyer reads it."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST_NOTE,
    )


class ParcelForm(forms.Form):
    """The parcel with the part, or with the new one."""

    carrier = forms.CharField(label=_("Carrier"), max_length=120)
    tracking_number = forms.CharField(label=_("Tracking number"), max_length=120)
