"""What a person types on an order's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from marketplace.evidence.content import Limits
from marketplace.evidence.forms import MOST_FILES, FilesField

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


class RateForm(forms.Form):
    """What the buyer thinks of the order."""

    STARS = (
        ("5", _("5: very good")),
        ("4", _("4: good")),
        ("3", _("3: all right")),
        ("2", _("2: bad")),
        ("1", _("1: very bad")),
    )
    rating = forms.ChoiceField(label=_("How was it?"), choices=STARS, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("In your own words"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        required=False,
    )


class HoldForm(forms.Form):
    """Why a moderator doubts the seller."""

    reason = forms.CharField(
        label=_("What is the question?"),
        help_text=_("The seller reads it. The buyer does not."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
    )


class ClearDoubtsForm(forms.Form):
    """Why the tracking is right after all."""

    reason = forms.CharField(
        label=_("Why do you believe it?"),
        help_text=_("Both sides read it."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
    )


class AcceptProofForm(forms.Form):
    """A word with it, if there is one to say."""

    note = forms.CharField(
        label=_("A note to both sides"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )


class RefuseProofForm(forms.Form):
    """Why the proof is not enough."""

    note = forms.CharField(
        label=_("Why is the proof not enough?"),
        help_text=_("Both sides read it."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
    )


class ProofForm(forms.Form):
    """The seller's words and files."""

    text = forms.CharField(
        label=_("Your proof"), widget=forms.Textarea(attrs={"rows": 6}), max_length=2000, required=False
    )
    files = FilesField(label=_("Add photos or papers"))

    def __init__(self, *args: Any, limits: Limits, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["files"]
        field.help_text = _("Photos up to %(most)s each.") % {"most": limits.max_text}
        field.widget.attrs |= {
            "accept": limits.accept,
            "data-max-bytes": limits.photo_max_bytes,
            "data-max-files": MOST_FILES,
        }
