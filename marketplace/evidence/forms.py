"""A form field for several files, as the evidence step of a claim needs it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .content import Limits

#: As many as the settings let one request carry.
MOST_FILES = 20


class FilesInput(forms.ClearableFileInput):
    """A picker for several files at once. With JavaScript the large ones among them are sent in parts, and go on after
    a break (static/js/upload.js); the words for that come along, translated."""

    allow_multiple_selected = True

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        words = {
            "data-upload": reverse("evidence-upload"),
            "data-sending": gettext("{name}: {percent} % is here"),
            "data-waiting": gettext("{name}: the connection broke. We try again."),
            "data-sent": gettext("{name} is here"),
            "data-stopped": gettext("{name} was not sent."),
            "data-cancel": gettext("Stop {name}"),
            "data-again": gettext("Try {name} again"),
        }
        return super().get_context(name, value, {**words, **(attrs or {})})


class FilesField(forms.FileField):
    """Several files; clean gives a list, empty where none was chosen. Their content is judged by
    `services.take_many`, so that one bad file does not spoil the others (E-01)."""

    widget = FilesInput
    default_error_messages = {"too_many": _("Choose at most %(max)d files at once.")}

    def __init__(self, *, limits: Limits | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs["allow_empty_file"] = True
        super().__init__(**kwargs)
        if limits is not None:
            self.widget.attrs["accept"] = limits.accept

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = [file for file in (data if isinstance(data, (list, tuple)) else [data]) if file]
        if not files:
            super().clean(None, initial)  # says "required" where it is
            return []
        if len(files) > MOST_FILES:
            raise forms.ValidationError(
                self.error_messages["too_many"], code="too_many", params={"max": MOST_FILES}
            )
        return [super(FilesField, self).clean(file, initial) for file in files]
