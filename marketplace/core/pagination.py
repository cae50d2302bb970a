"""Lists of the API: by cursor, so that a list that grows while it is read neither repeats nor skips a row.

Rows are ordered by a moment, newest first, and at the same moment by their public id. A cursor names the last row seen;
it holds nothing that the row itself does not show (Z-04).
"""

from __future__ import annotations

import base64
import json
import re
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

SIZE, LARGEST = 25, 100
_NAME = re.compile(r"[\w.-]{1,60}", re.ASCII)


class Cursor(NamedTuple):
    """The row to go on from, and in which direction."""

    backwards: bool
    moment: datetime
    name: str

    def __str__(self) -> str:
        written = json.dumps(["<" if self.backwards else ">", self.moment.isoformat(), self.name])
        return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> Cursor:
        """Raises ParseError for what is not one of ours."""
        try:
            padded = text.encode("ascii") + b"=" * (-len(text) % 4)
            way, moment_text, name = json.loads(base64.urlsafe_b64decode(padded))
            moment = parse_datetime(moment_text)
            if way not in ("<", ">") or moment is None or moment.tzinfo is None or not _NAME.fullmatch(name):
                raise ValueError
        except (ValueError, TypeError, RecursionError):
            raise ParseError(_("This cursor is not from one of our pages."), code="invalid_cursor") from None
        return cls(way == "<", moment, name)


class Page(BasePagination):
    """`next`, `previous`, `results`. A view names its moment, `ordering = ("-opened_at",)`, and, for rows that have no
    public id, what else tells them apart, `tiebreak`."""

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: Any = None) -> list[Any]:
        self.address = request.build_absolute_uri()
        self.moment, self.name = view.ordering[0].lstrip("-"), getattr(view, "tiebreak", "public_id")
        size, text = self._size(request), request.query_params.get("cursor")
        cursor = Cursor.read(text) if text is not None else None
        back = cursor is not None and cursor.backwards
        rows = self._after(queryset, cursor) if cursor else queryset
        found = list(
            rows.order_by(*((name if back else f"-{name}") for name in (self.moment, self.name)))[: size + 1]
        )
        more, self.rows = len(found) > size, found[:size]
        if back:
            self.rows.reverse()
        self.has_next, self.has_previous = (True, more) if back else (more, cursor is not None)
        return self.rows

    def _after(self, rows: QuerySet[Any], cursor: Cursor) -> QuerySet[Any]:
        """The rows beyond the cursor. The first condition alone is one that an index on the moment can use."""
        beyond = "gt" if cursor.backwards else "lt"
        tied = Q(**{f"{self.moment}__{beyond}": cursor.moment}) | Q(**{f"{self.name}__{beyond}": cursor.name})
        return rows.filter(tied, **{f"{self.moment}__{beyond}e": cursor.moment})

    def _size(self, request: Request) -> int:
        text = request.query_params.get("page_size")
        if text is None:
            return SIZE
        if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
            raise ValidationError({"page_size": [_("Give a number from 1 to 100.")]}, code="invalid")
        return min(int(text), LARGEST)

    def get_paginated_response(self, data: Any) -> Response:
        first, last = (self.rows[0], self.rows[-1]) if self.rows else (None, None)
        return Response(
            {
                "next": self._link(last, backwards=False) if self.has_next and last else None,
                "previous": self._link(first, backwards=True) if self.has_previous and first else None,
                "results": data,
            }
        )

    def _link(self, row: Any, *, backwards: bool) -> str:
        cursor = Cursor(backwards, getattr(row, self.moment), getattr(row, self.name))
        return str(replace_query_param(self.address, "cursor", str(cursor)))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """For the OpenAPI document."""
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """For the OpenAPI document."""
        number = {"type": "integer", "minimum": 1, "maximum": LARGEST, "default": SIZE}
        return [
            {
                "name": "cursor",
                "in": "query",
                "description": "From `next` or `previous` of another page.",
                "schema": {"type": "string"},
            },
            {
                "name": "page_size",
                "in": "query",
                "description": f"Rows a page, up to {LARGEST}.",
                "schema": number,
            },
        ]
