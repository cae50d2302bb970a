"""Each page in its reader's own language and on their own clock."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation


class ReaderMiddleware:
    """After sign-in is known: the account's language and time zone, for the length of the request.

    Without an account, or with nothing set there, Django's own choice (cookie, then browser) and UTC stand.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            with timezone.override(None):
                return self.get_response(request)
        language = user.language if user.language in dict(settings.LANGUAGES) else ""
        if language:
            translation.activate(
                language
            )  # LocaleMiddleware, further out, writes it into the answer's header
            request.LANGUAGE_CODE = language
        with timezone.override(_zone(user.time_zone)):
            return self.get_response(request)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, ZoneInfoNotFoundError):
        return None
