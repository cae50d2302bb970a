"""Forms that belong to no room, words, sums and moments as people write them, and how a refusal finds its field."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from .errors import DomainError, Invalid
from .money import Money
from .writing import lines_of


class Nothing(forms.Form):
    """A page that asks for nothing but yes: what it does stands on the page."""


def tell_form(form: forms.BaseForm, error: DomainError) -> None:
    """Put what a service refused beside the field it is about, or above the form."""
    if not isinstance(error, Invalid) or not error.errors:
        form.add_error(None, error.detail)
        return
    for each in error.errors:
        form.add_error(each.field if each.field in form.fields else None, each.message)


# -- words, sums and moments ---------------------------------------------------------------------------------------


class Words(forms.CharField):
    """A text whose new lines count as one character each, as in the browser."""

    def to_python(self, value: Any) -> str:
        return lines_of(super().to_python(value) or "")


def with_point(text: str) -> str:
    """A sum with a point, as Money.parse wants it: half the world writes 12,50 (F-03)."""
    return text if "." in text else text.replace(",", ".")


def read_sum(text: str, currency: str) -> Money:
    """A sum as people write it. Raises ValidationError."""
    try:
        return Money.parse(with_point(text.strip().removesuffix(currency).strip()), currency)
    except Invalid as error:
        raise forms.ValidationError(error.detail) from error


def _in_this_zone(text: Any) -> str:
    return f"{text} " + _("Time zone: %(zone)s.") % {"zone": timezone.get_current_timezone_name()}


#: a hint, and after it the zone in which what is written here is read: that of the reader's account (F-07)
in_this_zone = lazy(_in_this_zone, str)


class LocalMoment(forms.DateTimeField):
    """A moment by the reader's own clock; `help_text` is followed by the zone."""

    def __init__(self, *, help_text: Any, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(help_text=in_this_zone(help_text), widget=widget, **kwargs)
