"""Where a request becomes an `Actor`, and a domain error becomes a page. Doors use it; nothing below a door does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from .access import LEAD_MEDIATOR, MEDIATOR, MODERATOR, Actor, Door
from .errors import DomainError, Invalid, NotFound, unstorable, unstorable_words

STAFF = frozenset({MEDIATOR, LEAD_MEDIATOR, MODERATOR})
#: form fields that are never shown back to the person as "what you typed"
NOT_TYPED = frozenset({"csrfmiddlewaretoken", "version", "password", "key", "step", "sure", "verb"})
#: the page of each refusal, by its status in the API; every other one has the plain frame
PAGES = {
    400: "errors/400.html",
    403: "errors/403.html",
    404: "404.html",
    409: "errors/409_moment.html",
    410: "errors/410.html",
    412: "errors/409_changed.html",
    413: "errors/413.html",
    429: "errors/429.html",
}
#: refusals that have a page of their own
BY_CODE = {"stale_offer": "errors/409_changed.html", "restricted": "errors/restricted.html"}


def actor_of(request: HttpRequest, *, via: Door = "page") -> Actor:
    """Who acts: the signed-in user with their groups and stores, read once a request; and the version they had seen.

    A page carries the version in a hidden field `version`; the API in `If-Match`.
    """
    found: Actor | None = getattr(request, "_actor", None)
    if found is None:
        found = _read(request.user, via)
        by_session = getattr(request, "auth", None) is None  # a token was made with the second lock
        if found.is_staff and by_session and not has_second_lock(request.user):
            found = replace(found, groups=found.groups - STAFF)
        request._actor = found  # type: ignore[attr-defined]  # a cache for the length of the request
    # The door is the caller's to say: a page's frame may have asked first, for an act of the admin.
    return replace(found, via=via, saw=_version_seen(request))


def has_second_lock(user: Any) -> bool:
    """Has this person turned on the code app? Without it staff are nobody special (threats.md row 37).

    Asked once a request: the answer stays on the user object.
    """
    known: bool | None = getattr(user, "_second_lock", None)
    if known is None:
        known = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists()
        user._second_lock = known
    return known


def actor_for(user: Any, *, via: Door = "service") -> Actor:
    """An actor for a user outside a request: commands and tests."""
    return _read(user, via)


def _read(user: Any, via: Door) -> Actor:
    if not user.is_authenticated:
        return Actor(user_id=None, via=via)
    groups = frozenset(user.groups.values_list("name", flat=True))
    store_ids = frozenset(user.stores.values_list("pk", flat=True))
    return Actor(user_id=user.pk, groups=groups, store_ids=store_ids, via=via)


def _version_seen(request: HttpRequest) -> int | None:
    etag = request.headers.get("If-Match", "").removeprefix("W/").strip('" ')
    text = (
        etag.rpartition(":")[2]
        if etag
        else (request.POST.get("version", "") if request.method == "POST" else "")
    )
    if etag == "*" or not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


class DomainErrorMiddleware:
    """A refusal on a page becomes a page that says what is the matter and shows what was typed. API paths have their own."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_page = not request.path_info.startswith("/api/")  # the API itself says which value does not fit
        asks = request.META.get("QUERY_STRING", "") if is_page else ""
        if "\0" in request.path_info or "%00" in asks:
            return error_page(request, NotFound(_("This does not exist.")))  # no database can even ask for it
        return cast(HttpResponse, self.get_response(request))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if request.path.startswith("/api/"):
            return None
        if unstorable(exception):
            exception = Invalid(unstorable_words())
        if not isinstance(exception, DomainError):
            return None
        if (
            request.path.startswith("/admin/")
            and request.method == "POST"
            and not isinstance(exception, NotFound)
        ):
            messages.error(request, exception.detail)
        return error_page(request, exception)


def error_page(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The page for a refusal, with its HTTP status; 404 looks the same for what is not yours and what is not there."""
    sent = ((name, str(value).strip()) for name, value in request.POST.items() if name not in NOT_TYPED)
    typed = {name.replace("_", " ").capitalize(): value for name, value in sent if value}
    back = request.path.rsplit("/", 2)[0] + "/"
    status = 409 if error.status == 412 else error.status
    template = BY_CODE.get(error.code) or PAGES.get(error.status, "errors/base.html")
    return render(request, template, {"error": error, "typed": typed, "back_url": back}, status=status)
