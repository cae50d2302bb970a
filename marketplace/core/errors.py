"""What can go wrong when somebody acts, in words that the person can use.

Services raise these; the doors (page, API, admin) turn them into their own form. An error never says
"invalid request": it says what is the matter, and, where there is one, the moment when it will be possible.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db import DataError
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class FieldError:
    """One field that does not fit: its name as the sender wrote it, a code for programs, words for people."""

    field: str
    code: str
    message: str

    def as_json(self) -> dict[str, str]:
        return {"field": self.field, "code": self.code, "message": self.message}


class DomainError(Exception):
    """A refusal. `status` is its HTTP status, `code` its name in the API, `extra` what a program may read besides."""

    status: ClassVar[int] = 409
    code: str = "wrong_state"
    title: str = "This cannot be done now"

    def __init__(
        self, detail: str, *, code: str | None = None, title: str | None = None, **extra: Any
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.title = title or type(self).title
        self.extra: Mapping[str, Any] = extra


class Forbidden(DomainError):
    """You can see it, but it is not yours to do."""

    status = 403
    code = "forbidden"
    title = "This is not yours to do"


class NotFound(DomainError):
    """It does not exist for you; the same answer as for what does not exist at all."""

    status = 404
    code = "not_found"
    title = "Not found"


class WrongState(DomainError):
    """The case has moved on, or is not there yet."""

    code = "wrong_state"


class TooEarly(DomainError):
    """`possible_from` is the exact moment from which it can be done, or None where nobody can say yet."""

    code = "too_early"
    title = "It is too early for this"

    def __init__(self, detail: str, *, possible_from: datetime | None, **extra: Any) -> None:
        super().__init__(detail, possible_from=possible_from, **extra)
        self.possible_from = possible_from


class TooLate(DomainError):
    """`possible_until` is the moment at which the time ended."""

    code = "too_late"
    title = "The time to do this has ended"

    def __init__(self, detail: str, *, possible_until: datetime | None = None, **extra: Any) -> None:
        super().__init__(detail, possible_until=possible_until, **extra)
        self.possible_until = possible_until


class StaleOffer(DomainError):
    code = "stale_offer"
    title = "This offer was replaced"


class AlreadyDisputed(DomainError):
    code = "already_disputed"
    title = "This item is or was in a dispute"


class VersionChanged(DomainError):
    """The actor acted on a version that is no longer the newest (If-Match, or the page's version token)."""

    status = 412
    code = "version_changed"
    title = "This changed while you were reading"


class Invalid(DomainError):
    """What was sent does not fit; `errors` says which field and why."""

    status = 422
    code = "invalid"
    title = "Please check what you entered"

    def __init__(self, detail: str = "", *, errors: Sequence[FieldError] = (), **extra: Any) -> None:
        super().__init__(detail or " ".join(e.message for e in errors), **extra)
        self.errors = tuple(errors)

    @classmethod
    def field(cls, field: str, code: str, message: str) -> Invalid:
        """The common case: one field does not fit."""
        return cls(errors=[FieldError(field, code, message)])


class Throttled(DomainError):
    """Too often in a short time. `retry_at` is the moment from which it can be done again, `wait` the seconds until then."""

    status = 429
    code = "throttled"
    title = "Too many at once"

    def __init__(self, detail: str, *, retry_at: datetime, wait: float) -> None:
        super().__init__(detail, retry_at=retry_at)
        self.wait = math.ceil(wait)  # the problem handler's `Retry-After`


class FileTooLarge(DomainError):
    status = 413
    code = "file_too_large"
    title = "This file is too large"


class FileTypeNotAllowed(DomainError):
    status = 415
    code = "file_type_not_allowed"
    title = "We cannot take this kind of file"


def unstorable(error: Exception) -> bool:
    """Was something sent that no database takes: a number that is too large, or characters that are no text?"""
    no_text = isinstance(error, ValueError) and "NUL (0x00)" in str(error)
    return isinstance(error, DataError | UnicodeEncodeError) or no_text


def unstorable_words() -> str:
    return _("A value is too large, or holds characters that are no text.")
