"""Choosing the pieces of an offer."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from marketplace.core.forms import with_point

from .models import CouponOffer
from .presenters import OWN, even_shares

#: more than anybody needs; the service says in words how many are too many
LONGEST = 1000
#: what stands between two amounts: a comma only before a space, because in many languages it is the decimal sign
BETWEEN = r"(?:,\s|[\s;])+"


class SplitForm(forms.Form):
    """An even share, or amounts of one's own. `pieces` is what was chosen, as the service reads it."""

    choice = forms.ChoiceField(label=_("How do you want it?"), widget=forms.RadioSelect)
    pieces = forms.CharField(
        label=_("Your own amounts"),
        help_text=_("Only if you chose “Other amounts”. One amount a line, like 5.00."),
        widget=forms.Textarea(attrs={"rows": 4, "data-pieces": "", "autocomplete": "off"}),
        validators=[MaxLengthValidator(LONGEST)],
        required=False,
    )

    def __init__(self, *args: Any, offer: CouponOffer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer = offer
        shares = [(str(n), words) for n, words in even_shares(offer)]
        field = self.fields["choice"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*shares, (OWN, _t("Other amounts"))]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        choice = data.get("choice", "")
        if choice == OWN:
            data["pieces"] = [
                with_point(each)
                for each in re.split(BETWEEN, data.get("pieces", "").strip(" ,;\r\n"))
                if each
            ]
            if not data["pieces"]:
                self.add_error("pieces", _t("Enter the amounts, one a line."))
        elif choice:
            data["pieces"] = [self.offer.worth(self.offer.amount // int(choice)).text] * int(choice)
        return data
