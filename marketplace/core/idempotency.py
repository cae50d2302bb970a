"""`Idempotency-Key`: the same request sent again by the same person gives the same answer and one effect, for 24 h.

While the first request runs, a second one with its key waits: an advisory lock of PostgreSQL is held on the connection
for the length of the request. The answer is kept after the service's own transaction has committed; a crash between the
two leaves the effect, and the rules then refuse to do it twice.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, connection
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.views import APIView

from .errors import Invalid
from .models import IdempotentAnswer

log = logging.getLogger(__name__)

HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(hours=24)
_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)
#: Headers that belong to the answer itself; the others are made anew each time.
_KEPT_HEADERS = ("Content-Type", "ETag", "Location", "Retry-After")
#: Told by the door, not by what the request is about: they may be different next time.
_NOT_KEPT = frozenset({401, 429})

if TYPE_CHECKING:
    _Base = APIView
else:
    _Base = object


class KeyReused(Invalid):
    """The key was used for another request: a mistake of the sender, told before anything happens."""

    code = "idempotency_key_reused"
    title = "This Idempotency-Key was used for another request"


class Answered(Exception):
    """The request was answered before."""

    def __init__(self, answer: IdempotentAnswer) -> None:
        super().__init__()
        self.response = HttpResponse(answer.body, status=answer.status, headers=answer.headers)
        self.response["Idempotent-Replayed"] = "true"


class Once:
    """One key of one person, held for the length of one request."""

    def __init__(self, user_pk: int, key: str) -> None:
        self.user_pk, self.key = user_pk, key
        self.digest = ""
        self.is_held = self.is_new = False

    def hold(self) -> None:
        """Wait until nobody else works under this key."""
        self._ask("SELECT pg_advisory_lock(hashtextextended(%s, 0))")
        self.is_held = True

    def let_go(self) -> None:
        """Never raises: a connection that cannot let go is closed, and the lock with it."""
        if not self.is_held:
            return
        try:
            self._ask("SELECT pg_advisory_unlock(hashtextextended(%s, 0))")
        except DatabaseError:
            connection.close()

    def _ask(self, sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, [f"idempotency:{self.user_pk}:{self.key}"])

    def recall(self, request: Request) -> None:
        """Raises Answered where this very request was answered before, KeyReused where another was."""
        self.digest = digest_of(request)
        since = timezone.now() - KEPT_FOR
        before = IdempotentAnswer.objects.filter(
            user_id=self.user_pk, key=self.key, created_at__gt=since
        ).first()
        if before is None:
            self.is_new = True
        elif before.request_digest == self.digest:
            raise Answered(before)
        else:
            raise KeyReused(_("Use a new key for a new request."))

    def keep(self, response: HttpResponseBase) -> None:
        """Remember the answer; a fault of ours (5xx) is not one. The person's answers of over 24 h ago go."""
        if not self.is_new or response.status_code >= 500 or response.status_code in _NOT_KEPT:
            return
        now = timezone.now()
        mine = IdempotentAnswer.objects.filter(user_id=self.user_pk)
        try:
            mine.filter(created_at__lte=now - KEPT_FOR).delete()
            IdempotentAnswer.objects.create(
                user_id=self.user_pk,
                key=self.key,
                request_digest=self.digest,
                status=response.status_code,
                headers={name: response[name] for name in _KEPT_HEADERS if name in response},
                body=getattr(response, "content", b"").decode(),
                created_at=now,
            )
        except DatabaseError:
            log.exception("an answer could not be kept")  # it is true all the same: the sender gets it


def digest_of(request: Request) -> str:
    """What makes two requests the same: method, path and body. Files count by their bytes."""
    body = request.data
    if hasattr(body, "lists"):
        body = {name: [_of_part(part) for part in parts] for name, parts in body.lists()}
    written = json.dumps([request.method, request.path, body], sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()


def _of_part(part: Any) -> str:
    if not hasattr(part, "chunks"):
        return str(part)
    digest = hashlib.sha256()
    for chunk in part.chunks():
        digest.update(chunk)
    part.seek(0)
    return f"file:{part.name}:{digest.hexdigest()}"


class IdempotentPosts(_Base):
    """A view whose POSTs take an `Idempotency-Key`."""

    _once: Once | None = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            response = super().dispatch(request, *args, **kwargs)
            if self._once is not None and self._once.is_new:
                if hasattr(response, "render"):
                    response.render()
                self._once.keep(response)
            return response
        finally:
            if self._once is not None:
                self._once.let_go()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key = request.headers.get(HEADER)
        if request.method != "POST" or key is None or request.user.pk is None:
            return
        if not _KEY.fullmatch(key):
            raise ParseError(
                _("An Idempotency-Key has 1 to 255 visible ASCII characters."), code="idempotency_key_invalid"
            )
        self._once = Once(request.user.pk, key)
        self._once.hold()
        self._once.recall(request)

    def handle_exception(self, exc: Exception) -> Any:
        return exc.response if isinstance(exc, Answered) else super().handle_exception(exc)
