"""What the two sides type or choose while a mediator has the case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from marketplace.evidence.content import Limits
from marketplace.evidence.forms import FilesField

from .models import RequestedItem
from .services.requests import LONGEST_ANSWER


class AnswerForm(forms.Form):
    """For each thing that was asked for: files, or words where no file can answer it."""

    def __init__(self, *args: Any, items: Sequence[RequestedItem], limits: Limits, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ids = [item.public_id for item in items]
        for item in items:
            files: Any = FilesField(label=item.text, limits=limits)
            files.help_text = _t("Add photos or videos, or answer in words below.")
            self.fields[f"files_{item.public_id}"] = files
            self.fields[f"text_{item.public_id}"] = forms.CharField(
                label=_t("In words: %(item)s") % {"item": item.text},
                widget=forms.Textarea(attrs={"rows": 2}),
                required=False,
                max_length=LONGEST_ANSWER,
            )
        self.fields["private"] = forms.BooleanField(
            label=_("Only the mediator sees these files"), required=False
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not any(files or text for _item, files, text in self.answered()):
            self.add_error(None, _t("Answer at least one of these: add a file, or write something."))
        return data

    def answered(self) -> Iterator[tuple[str, list[Any], str]]:
        """(item, files, words) of each thing."""
        data = self.cleaned_data
        for each in self.ids:
            yield each, data.get(f"files_{each}") or [], (data.get(f"text_{each}") or "").strip()


class ChooseForm(forms.Form):
    """The result that the buyer takes."""

    proposal = forms.CharField(widget=forms.HiddenInput, max_length=40)
