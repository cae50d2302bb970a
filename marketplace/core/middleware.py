"""What every request passes: whether the site is up, and each page in its reader's own language and on their own clock."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone, translation

from . import gate, outages
from .reading import Reading

HEALTH = "/healthz/"
READING = frozenset({"GET", "HEAD", "OPTIONS"})


class HealthMiddleware:
    """Answers `/healthz/` before anything else looks at the host or the scheme, and so leaves the heartbeat (Z-03).

    Whoever acts proves too that people can reach the site: an outage has ended before their act is looked at.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == HEALTH:
            return _health()
        if request.method not in READING:
            outages.beat(Reading.now(), first=False)
        return self.get_response(request)


def _health() -> JsonResponse:
    """200 while people can use the site, 503 while the database is away; `deadlines` says whether the clock runs."""
    try:
        outages.beat(Reading.now())
        deadlines = "stopped: the machine's clock jumped" if gate.is_shut() else "running"
    except DatabaseError:
        return JsonResponse({"site": "no database"}, status=503)
    return JsonResponse({"site": "up", "deadlines": deadlines}, headers={"Cache-Control": "no-store"})


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
