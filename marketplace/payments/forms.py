"""What staff say when they pay a refund another way."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from . import other_ways, unanswered
from .models import Refund

BY_HAND = "hand"


class AnotherWayForm(forms.Form):
    """By hand, with how and the reference; or one of the order's other payments that still have room."""

    way = forms.ChoiceField(label=_("How is it paid?"), widget=forms.RadioSelect)
    method = forms.CharField(
        label=_("How you paid"),
        required=False,
        max_length=other_ways.METHOD_CHARS,
        help_text=_("A few words, like “bank transfer”. The buyer reads them."),
    )
    reference = forms.CharField(
        label=_("Reference"),
        required=False,
        max_length=other_ways.REFERENCE_CHARS,
        help_text=_(
            "The number of your payment. The buyer finds it with this. Write no account number here."
        ),
    )

    def __init__(self, *args: Any, refund: Refund, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = other_ways.payments_with_room(refund)
        hand = (BY_HAND, _("I have paid it by hand"))
        to_others = [
            (each.public_id, _("Send it to: %(method)s") % {"method": each.method}) for each in others
        ]
        self.fields["way"].choices = [hand, *to_others]  # type: ignore[attr-defined]  # a ChoiceField has them


PAID, NOT_PAID = "paid", "not_paid"


class BooksForm(forms.Form):
    """What a lead read in the provider's own books."""

    books = forms.ChoiceField(
        label=_("What do the provider's books say?"),
        choices=[(PAID, _("It was paid")), (NOT_PAID, _("It was not paid"))],
        widget=forms.RadioSelect,
    )
    bank_reference = forms.CharField(
        label=_("The bank's number"),
        required=False,
        max_length=unanswered.REFERENCE_CHARS,
        help_text=_("If it was paid: the buyer finds the money with it."),
    )
    note = forms.CharField(
        label=_("What you read there"),
        max_length=unanswered.NOTE_CHARS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For other staff: where you looked, and when."),
    )
