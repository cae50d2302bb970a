"""Forms that belong to no room, and how a refusal finds its field."""

from __future__ import annotations

from django import forms

from .errors import DomainError, Invalid


class Nothing(forms.Form):
    """A page that asks for nothing but yes: what it does stands on the page."""


def tell_form(form: forms.BaseForm, error: DomainError) -> None:
    """Put what a service refused beside the field it is about, or above the form."""
    if not isinstance(error, Invalid) or not error.errors:
        form.add_error(None, error.detail)
        return
    for each in error.errors:
        form.add_error(each.field if each.field in form.fields else None, each.message)
