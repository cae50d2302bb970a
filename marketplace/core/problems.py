"""Refusals as the API tells them: RFC 9457 `application/problem+json`, with `code` for programs and words for people.

Nothing a client sends ends in a 500: what the database would choke on is a refusal too.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFilesSent,
    ValidationError,
)
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.utils.translation import gettext as _
from django.views import defaults
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from .errors import DomainError, FieldError, Invalid, unstorable, unstorable_words

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
API_PREFIX = "/api/"
#: After so many seconds a request that met a busy database may be sent again.
TRY_AGAIN_SECONDS = 5

#: status → (code, title, detail) where the refusal brings none of its own
WORDS = {
    400: (
        "malformed",
        "We cannot read this request",
        "Send valid JSON with the fields that this address takes.",
    ),
    401: ("not_authenticated", "Please sign in", "Sign in, or send a token."),
    403: ("forbidden", "This is not yours to do", "This belongs to somebody else."),
    404: ("not_found", "Not found", "This does not exist."),
    405: ("method_not_allowed", "This address does not take this method", "Use another method here."),
    406: ("not_acceptable", "We cannot answer in this form", "We answer in JSON."),
    409: (
        "conflict",
        "This cannot be done now",
        "Something else happened at the same moment. Look again, then decide.",
    ),
    410: ("gone", "This has ended", "It is not here any more."),
    412: ("version_changed", "This changed while you were reading", "Look at it again, then decide."),
    413: ("too_large", "This is too large", "Send less at once."),
    415: ("unsupported_media_type", "We cannot read this kind of content", "Send JSON."),
    422: ("invalid", "Please check what you entered", "A value does not fit."),
    429: ("throttled", "Too many tries", "Wait a moment, then try again."),
    500: ("server_error", "Something went wrong on our side", "Nothing was changed. Please try again later."),
    503: ("try_again", "We are busy", "Nothing was changed. Please try again in a moment."),
}
#: REST framework's names for what we call otherwise
OUR_CODES = {"permission_denied": "forbidden", "parse_error": "malformed", "error": ""}


class UnknownFields(exceptions.APIException):
    """The body names fields that do not exist here: refused whole, so that a misspelt field is never ignored."""

    status_code = 400
    default_code = "unknown_field"

    def __init__(self, fields: Sequence[str]) -> None:
        message = _("This address does not know this field.")
        self.errors = [FieldError(field, "unknown_field", message) for field in fields]
        super().__init__(message)


def problem(
    status: int,
    *,
    code: str = "",
    title: str = "",
    detail: str = "",
    errors: Sequence[FieldError] = (),
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The body of a problem answer. A 404 is always the same, so that it never tells what exists."""
    known_code, known_title, known_detail = WORDS.get(status, WORDS[400])
    code = known_code if status == 404 else code or known_code
    body: dict[str, Any] = {
        "type": f"urn:redress:problem:{code}",
        "title": known_title if status == 404 else title or known_title,
        "status": status,
        "detail": known_detail if status == 404 else detail or known_detail,
        "code": code,
    }
    if errors:
        body["errors"] = [error.as_json() for error in errors]
    if status != 404:
        body |= {name: _plain(value) for name, value in (extra or {}).items()}
    return body


def _plain(value: Any) -> Any:
    """A moment as RFC 3339 in UTC; anything else as it is."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value


def problem_handler(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """REST framework's EXCEPTION_HANDLER. None for what is truly our fault: then it is a logged 500."""
    found = _from_domain(exc) or _from_framework(exc) or _from_django(exc) or _from_database(exc)
    if found is None:
        return None
    headers = {}
    if header := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(wait))
    if found["status"] == 503:
        headers["Retry-After"] = str(TRY_AGAIN_SECONDS)
    return Response(found, status=found["status"], headers=headers, content_type=MEDIA_TYPE)


def _from_domain(exc: Exception) -> dict[str, Any] | None:
    if not isinstance(exc, DomainError):
        return None
    errors = exc.errors if isinstance(exc, Invalid) else ()
    return problem(
        exc.status,
        code=exc.code,
        title=str(exc.title),
        detail=str(exc.detail),
        errors=errors,
        extra=exc.extra,
    )


def _from_framework(exc: Exception) -> dict[str, Any] | None:
    if isinstance(exc, UnknownFields):
        return problem(400, code=exc.default_code, detail=str(exc.detail), errors=exc.errors)
    if isinstance(exc, exceptions.ValidationError):
        errors = list(_flat(exc.detail))
        return problem(422, detail=" ".join(dict.fromkeys(e.message for e in errors)), errors=errors)
    if not isinstance(exc, exceptions.APIException):
        return None
    codes = exc.get_codes()
    code = OUR_CODES.get(codes, codes) if isinstance(codes, str) else ""
    return problem(exc.status_code, code=code, detail=str(exc.detail))


def _flat(detail: Any, name: str = "") -> Iterator[FieldError]:
    """REST framework's tree of errors as a list; nested names are joined by dots (`lines.0.quantity`)."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            inner = "" if key == "non_field_errors" else str(key)
            yield from _flat(value, ".".join(part for part in (name, inner) if part))
    elif isinstance(detail, list):
        for position, value in enumerate(detail):
            nested = isinstance(value, Mapping | list)
            yield from _flat(value, f"{name}.{position}" if nested else name)
    else:
        yield FieldError(name, str(getattr(detail, "code", "invalid")), str(detail))


def _from_django(exc: Exception) -> dict[str, Any] | None:
    if isinstance(exc, Http404 | ObjectDoesNotExist):
        return problem(404)
    if isinstance(exc, PermissionDenied):
        return problem(403)
    if isinstance(exc, ValidationError):
        message = _("A value does not fit.")
        return problem(422, errors=[FieldError("", str(exc.code or "invalid"), message)])
    if isinstance(exc, RequestDataTooBig | TooManyFilesSent):
        return problem(413)
    if isinstance(exc, SuspiciousOperation | UnreadablePostError):
        return problem(400)
    return None


def _from_database(exc: Exception) -> dict[str, Any] | None:
    """What only the database noticed: values that it cannot hold, rivals of the same moment, a connection that broke."""
    if unstorable(exc):
        return problem(422, detail=unstorable_words())
    if isinstance(exc, IntegrityError):
        log.error("two requests met in the database")  # a rule should have said it before; look at it
        return problem(409)
    if isinstance(exc, OperationalError | InterfaceError):
        log.error("the database was busy or away")
        return problem(503)
    return None


# -- outside of REST framework: addresses that do not exist, and faults of ours -----------------------------------


def _answer(status: int) -> HttpResponse:
    return HttpResponse(JSONRenderer().render(problem(status)), status=status, content_type=MEDIA_TYPE)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400"""
    return _answer(400) if request.path.startswith(API_PREFIX) else defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler403"""
    return (
        _answer(403)
        if request.path.startswith(API_PREFIX)
        else defaults.permission_denied(request, exception)
    )


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404"""
    return (
        _answer(404) if request.path.startswith(API_PREFIX) else defaults.page_not_found(request, exception)
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500"""
    return _answer(500) if request.path.startswith(API_PREFIX) else defaults.server_error(request)
