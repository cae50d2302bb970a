"""What a person types or chooses on the pages of disputes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator, MinLengthValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from marketplace.core.forms import read_sum
from marketplace.core.money import Money
from marketplace.evidence.content import Limits
from marketplace.evidence.forms import MOST_FILES, FilesField
from marketplace.orders.models import OrderLine

from .questionnaire import Choice
from .services.negotiation import LONGEST_NOTE


class ItemsForm(forms.Form):
    """Which items the claim is about, and how many pieces of each."""

    lines = forms.MultipleChoiceField(
        label=_("Which items is it about?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one item.")},
    )

    def __init__(self, *args: Any, lines: Sequence[OrderLine], chosen: dict[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        picked: Any = self.fields["lines"]
        picked.choices = [(line.public_id, line.title) for line in lines]
        picked.initial = list(chosen) or [line.public_id for line in lines]
        self.pieces = [line for line in lines if line.quantity > 1]
        for line in self.pieces:
            words = ngettext("How many of “%(title)s”?", "How many of “%(title)s”?", line.quantity)
            self.fields[f"n_{line.public_id}"] = forms.IntegerField(
                label=words % {"title": line.title},
                help_text=_("You bought %(n)s.") % {"n": line.quantity},
                min_value=1,
                max_value=line.quantity,
                initial=chosen.get(line.public_id, line.quantity),
                required=False,
            )
        self.bought = {line.public_id: line.quantity for line in lines}

    def quantities(self) -> dict[str, int]:
        """Public id of the line → pieces; without a number, all of them."""
        data = self.cleaned_data
        return {pid: data.get(f"n_{pid}") or self.bought[pid] for pid in data["lines"]}


class FilesForm(forms.Form):
    """Photos and videos of the buyer or the seller."""

    files = FilesField(label=_("Add photos or videos"))
    private = forms.BooleanField(
        label=_("Only the mediator sees these"),
        help_text=_("For private papers, like a bank statement."),
        required=False,
    )

    def __init__(self, *args: Any, limits: Limits, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit_files(self.fields["files"], limits)


def limit_files(field: Any, limits: Limits) -> None:
    """Say beside the field, and to the browser, what is taken (E-01)."""
    kinds = ", ".join(sorted({name.upper() for name in limits.photo_formats} - {"JPEG"}))
    field.help_text = _(
        "%(kinds)s up to %(most)s each. We make large photos smaller for you. Videos up to %(video)s."
    ) % {"kinds": kinds, "most": limits.max_text, "video": limits.max_video_text}
    field.widget.attrs |= {
        "accept": limits.accept,
        "data-max-bytes": limits.photo_max_bytes,
        "data-max-video": limits.video_max_bytes,
        "data-max-files": MOST_FILES,
    }


class AmountForm(forms.Form):
    """A part of the money, as the buyer writes it."""

    amount = forms.CharField(label=_("Another sum"), max_length=30)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.fields["amount"].widget.attrs["inputmode"] = "decimal"

    def clean_amount(self) -> Money:
        return read_sum(self.cleaned_data["amount"], self.currency)


class WordsForm(forms.Form):
    """What happened, in the buyer's own words, and the reason that is nearest."""

    words = forms.CharField(
        label=_("What happened?"), widget=forms.Textarea, help_text=_("Write in any language.")
    )
    nearest = forms.ChoiceField(label=_("Which of these is nearest?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, nearest: Sequence[Choice], least: int, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["nearest"]
        choice.choices = [(value, label) for value, label, _hint in nearest]
        choice.help_text = _("A mediator reads your words, not only this list.")
        words: Any = self.fields["words"]
        words.min_length, words.max_length = least, most
        words.validators += [
            MinLengthValidator(least),
            MaxLengthValidator(most),
        ]


class MoreForm(forms.Form):
    """The one optional box of the check page. Its length is judged with the whole description, by the service."""

    more = forms.CharField(
        label=_("Anything else?"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Write in any language."),
        required=False,
    )


class NoteForm(forms.Form):
    """Why the seller says no."""

    note = forms.CharField(
        label=_("Why do you say no?"),
        widget=forms.Textarea,
        max_length=LONGEST_NOTE,
        help_text=_(
            "The buyer and a mediator read this. Write what you know, and add photos if you have them."
        ),
    )


class ReturnForm(forms.Form):
    """The parcel with which the item goes back."""

    carrier = forms.CharField(label=_("Carrier"), max_length=120, required=False)
    tracking_number = forms.CharField(
        label=_("Tracking number"),
        max_length=120,
        help_text=_("It stands on the paper that the carrier gave you."),
    )


class MessagesForm(forms.Form):
    """Which messages a side submits as evidence."""

    messages = forms.MultipleChoiceField(
        label=_("Which messages?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one message.")},
    )

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["messages"]
        field.choices = choices
