"""A file as an HTTP answer that no browser will run: always a download, never guessed at, one range at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from .forms import MOST_FILES
from .models import Evidence
from .services import file_name, open_clean

_CHUNK = 64 * 1024
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.ASCII)
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}


class _Slice:
    """Some bytes of an open file, in chunks. Closing it closes the file, also when nobody read from it."""

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        self.file, self.left = file, length
        file.seek(start)

    def __iter__(self) -> Iterator[bytes]:
        while self.left > 0 and (chunk := self.file.read(min(_CHUNK, self.left))):
            self.left -= len(chunk)
            yield chunk

    def close(self) -> None:
        self.file.close()


def parse_range(header: str, size: int) -> tuple[int, int] | bool | None:
    """(first, last) byte asked for; None where the whole is to be sent (no range, several, or nonsense, as
    RFC 9110 lets us); False where the range lies outside (416)."""
    match = _RANGE.fullmatch(header.strip())
    if match is None or (not match[1] and not match[2]):
        return None
    if not match[1]:
        length = min(int(match[2]), size)
        return (size - length, size - 1) if length else False
    first = int(match[1])
    last = min(int(match[2]), size - 1) if match[2] else size - 1
    if match[2] and int(match[2]) < first:
        return None
    return (first, last) if first < size else False


def sent_already(request: HttpRequest) -> list[str]:
    """Ids of files that the page sent on its own, before its form: large ones, in parts (static/js/upload.js)."""
    return request.POST.getlist("uploaded")[:MOST_FILES]


def content_response(request: HttpRequest, evidence: Evidence) -> HttpResponseBase:
    """The clean copy: 200, 206 for one range, 416 for a range outside it."""
    size, tag = evidence.clean_size, f'"{evidence.clean_sha256}"'
    fresh = request.headers.get("If-Range", tag) == tag
    wanted = parse_range(request.headers.get("Range", ""), size) if fresh else None
    response: HttpResponseBase
    if wanted is False:
        response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    else:
        first, last = wanted if isinstance(wanted, tuple) else (0, size - 1)
        body = _Slice(open_clean(evidence), first, last - first + 1)
        response = StreamingHttpResponse(body, status=206 if wanted else 200)
        response["Content-Length"] = str(last - first + 1)
        if wanted:
            response["Content-Range"] = f"bytes {first}-{last}/{size}"
    response["Content-Type"] = evidence.clean_type
    response["ETag"] = tag
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, max-age=60"
    return _as_download(response, file_name(evidence))


def original_response(evidence: Evidence, file: BinaryIO) -> HttpResponseBase:
    """The sealed original, as bytes that nothing opens by itself."""
    response = StreamingHttpResponse(_Slice(file, 0, evidence.size), content_type="application/octet-stream")
    response["Content-Length"] = str(evidence.size)
    response["Cache-Control"] = "private, no-store"
    return _as_download(response, f"{evidence.public_id}.original")


def _as_download(response: HttpResponseBase, name: str) -> HttpResponseBase:
    for header, value in _SAFE.items():
        response[header] = value
    response["Content-Disposition"] = str(content_disposition_header(True, name))
    return response
