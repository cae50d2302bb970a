"""Lists of the API: by cursor, so that a list that grows while it is read neither repeats nor skips a row."""

from __future__ import annotations

from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ParseError, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

LARGEST = 100


class Page(CursorPagination):
    """`next`, `previous`, `results`. A view names its order by moments: `ordering = ("-opened_at", "-pk")`."""

    page_size = 25
    page_size_query_param = "page_size"
    page_size_query_description = f"How many rows a page has, up to {LARGEST}."
    max_page_size = LARGEST
    cursor_query_description = "From `next` or `previous` of another page."
    template = None

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        return tuple(view.ordering)

    def get_page_size(self, request: Request) -> int:
        text = request.query_params.get(self.page_size_query_param)
        if text is None:
            return self.page_size
        if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
            raise ValidationError({self.page_size_query_param: [_("Give a number from 1 to 100.")]}, code="invalid")
        return min(int(text), LARGEST)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """The cursor, if it is one of ours: its position is a moment, never anything a client made up."""
        try:
            cursor = super().decode_cursor(request)
            if cursor is not None and cursor.position is not None and parse_datetime(cursor.position) is None:
                raise ValueError
        except (NotFound, ValueError):
            raise ParseError(_("This cursor is not from one of our pages."), code="invalid_cursor") from None
        return cursor
