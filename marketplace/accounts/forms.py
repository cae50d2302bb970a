"""What a person changes on their account page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from .models import ApiToken

REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@lru_cache(maxsize=1)
def time_zones() -> list[tuple[str, str]]:
    """The zones that people live in, by their usual names: "Europe / Moscow"."""
    names = sorted(
        name for name in available_timezones() if name.partition("/")[0] in REGIONS and "/" in name
    )
    return [("UTC", "UTC"), *((name, name.replace("/", " / ").replace("_", " ")) for name in names)]


def languages() -> list[tuple[str, str]]:
    """Each language by its name in itself."""
    return [
        (code, str(get_language_info(code)["name_local"]).capitalize()) for code, _name in settings.LANGUAGES
    ]


class ProfileForm(forms.Form):
    """Name, language, clock."""

    first_name = forms.CharField(label=_("First name"), max_length=150, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=150, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=languages)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones)


class TokenForm(forms.Form):
    """A new token for the API."""

    name = forms.CharField(
        label=_("Name of the token"), max_length=80, help_text=_("So that you know later what it is for.")
    )
    scopes = forms.MultipleChoiceField(label=_("What may it do?"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, allowed: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = {
            ApiToken.Scope.READ: _("Read your cases"),
            ApiToken.Scope.WRITE: _("Act for you"),
            ApiToken.Scope.IMPORT: _("Send orders"),
        }
        scopes: Any = self.fields["scopes"]
        scopes.choices = [(scope, names[ApiToken.Scope(scope)]) for scope in allowed]
