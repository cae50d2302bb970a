"""What a person types or chooses while goods travel."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.accounts import addresses
from marketplace.core.money import Money
from marketplace.evidence.content import Limits
from marketplace.evidence.forms import FilesField

from .forms import AmountForm, FilesForm
from .services import postage
from .services.negotiation import LONGEST_NOTE


class AddressForm(forms.Form):
    """Where goods go back to."""

    country = forms.CharField(
        label=_("Country"), max_length=2, help_text=_("Two letters, for example BR for Brazil.")
    )
    city = forms.CharField(label=_("City"), max_length=addresses.LONGEST_CITY, required=False)
    lines = forms.CharField(
        label=_("Address"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=addresses.LONGEST,
        help_text=_("As it stands on a parcel: name, street, town, code."),
    )


class StoreAddressForm(AddressForm):
    """An address of a shop."""

    is_default = forms.BooleanField(label=_("Use it for buyers in all other countries, too"), required=False)


class ContestFilesForm(FilesForm):
    """Photos of what is wrong; each can be added later, too."""

    note = forms.CharField(
        label=_("Say more"),
        widget=forms.Textarea,
        required=False,
        max_length=LONGEST_NOTE,
        help_text=_("Write in any language."),
    )
    field_order = ("code", "note", "files")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["private"]  # what is said against the other side, the other side reads


class ContestReturnForm(ContestFilesForm):
    """What is wrong with what came back."""

    CODES = (
        ("not_received", _("It did not come")),
        ("damaged", _("It is damaged")),
        ("empty_or_different", _("The parcel is empty, or it is another item")),
        ("missing_items", _("Parts are missing")),
    )
    code = forms.ChoiceField(
        label=_("What is wrong with the return?"), choices=CODES, widget=forms.RadioSelect
    )


class ContestReplacementForm(ContestFilesForm):
    """What is wrong with the replacement."""

    note = forms.CharField(
        label=_("What is wrong with it?"),
        widget=forms.Textarea,
        max_length=LONGEST_NOTE,
        help_text=_("Write in any language."),
    )


class PostageForm(AmountForm):
    """What the postage cost, with its receipt."""

    files = FilesField(label=_("Photo of the receipt"), required=True)  # type: ignore[assignment]  # the stubs mean the data

    def __init__(self, *args: Any, limits: Limits, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].label = _("What you paid")
        self.fields["files"].widget.attrs |= {
            "accept": limits.accept,
            "data-max-bytes": limits.photo_max_bytes,
        }

    def clean_amount(self) -> Money:
        money = super().clean_amount()
        if money.minor < 1:
            raise forms.ValidationError(_("Give the sum that stands on the receipt."))
        return money


class PaidByHandForm(forms.Form):
    """What staff say when they pay postage past the provider."""

    method = forms.CharField(
        label=_("How you paid"),
        max_length=postage.METHOD_CHARS,
        help_text=_("A few words, like “bank transfer”. The buyer reads them."),
    )
    reference = forms.CharField(
        label=_("Reference"),
        max_length=postage.REFERENCE_CHARS,
        help_text=_(
            "The number of your payment. The buyer finds it with this. Write no account number here."
        ),
    )
