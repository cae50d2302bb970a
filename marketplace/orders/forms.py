"""What a person types on an order's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from .models import TrackingEvent


class ShipForm(forms.Form):
    """The parcel that the seller handed over, and until when it will be there."""

    carrier = forms.CharField(label=_("Carrier"), max_length=120)
    tracking_number = forms.CharField(
        label=_("Tracking number"),
        max_length=120,
        required=False,
        help_text=_("Letters and digits, as on the label."),
    )
    days = forms.IntegerField(label=_("In how many days is it there at the latest?"), min_value=1)

    def __init__(self, *args: Any, longest: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days: Any = self.fields["days"]
        days.max_value = longest
        days.validators.append(MaxValueValidator(longest))
        days.help_text = _("1 to %(n)s days. The buyer is protected for this time.") % {"n": longest}


class NumberForm(forms.Form):
    """A new number for a parcel."""

    shipment = forms.CharField(widget=forms.HiddenInput, required=False)
    carrier = forms.CharField(label=_("Carrier"), max_length=120, required=False)
    tracking_number = forms.CharField(label=_("New tracking number"), max_length=120)


class ReportForm(forms.Form):
    """What the carrier says about the parcel."""

    code = forms.ChoiceField(
        label=_("Where is the parcel?"), choices=TrackingEvent.Code, widget=forms.RadioSelect
    )
    city = forms.CharField(label=_("Place"), max_length=120, required=False)


class ExtendForm(forms.Form):
    """More time for the buyer."""

    days = forms.IntegerField(label=_("How many days do you add?"), min_value=1)


class MessageForm(forms.Form):
    """A few words to the other side. The service says what is too long or empty."""

    text = forms.CharField(
        label=_("Write a message"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )
