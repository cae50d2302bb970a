"""Large files: tus 1.0 with creation, checksum, expiration and termination; and what else there is to an upload."""

from __future__ import annotations

import base64
import binascii
from typing import Any, cast

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.core.api import ApiView
from marketplace.core.edges import actor_of
from marketplace.core.errors import DomainError

from .. import services, uploads
from ..incoming import CHECKSUMS, Checksum, Source
from ..models import Evidence, Upload
from ..serializers import AnnouncedSerializer, EvidenceSerializer, TicketSerializer

VERSION = "1.0.0"
EXTENSIONS = "creation,checksum,expiration,termination"
_RESUMABLE = OpenApiParameter("Tus-Resumable", str, OpenApiParameter.HEADER, required=True, enum=[VERSION])


class OtherTus(DomainError):
    """We speak another version of tus than the client."""

    status = 412
    code = "tus_version"
    title = "We speak tus 1.0.0"


class PartParser(BaseParser):
    """The bytes of a part, left in the request: they go to the disk as they come."""

    media_type = "application/offset+octet-stream"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return stream


class TusView(ApiView):
    """What all answers of tus carry."""

    throttle_scope = "upload"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        speaks_tus = request.method in ("POST", "HEAD", "PATCH") and hasattr(self, request.method.lower())
        if speaks_tus and request.headers.get("Tus-Resumable") != VERSION:
            raise OtherTus(_("Send the header Tus-Resumable: 1.0.0."))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        final["Tus-Resumable"] = VERSION
        if final.status_code == 412:
            final["Tus-Version"] = VERSION
        return final

    def options(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """What this server can."""
        about = {
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(services.limits_now().max_bytes),
            "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
        }
        return HttpResponse(status=204, headers=about)


class Uploads(TusView):
    """POST /evidence/uploads/: tus's creation."""

    @extend_schema(
        operation_id="evidence_uploads_create",
        request=None,
        parameters=[
            _RESUMABLE,
            OpenApiParameter("Upload-Length", int, OpenApiParameter.HEADER, required=True),
            OpenApiParameter(
                "Upload-Metadata", str, OpenApiParameter.HEADER,
                description="As tus has it: `name`, and where you like `kind`, `private` (true), `sha256`.",
            ),
        ],
        responses={201: OpenApiResponse(description="Begun; send the bytes to `Location`."), 412: None},
    )  # fmt: skip
    def post(self, request: Request) -> HttpResponse:
        """Begin to send a file in parts (tus 1.0). A file that you sent before is told by `Content-Location`."""
        length = request.headers.get("Upload-Length", "")
        if not (length.isascii() and length.isdecimal() and len(length) < 16):
            raise ParseError(_("Upload-Length says how many bytes the file has."))
        told = AnnouncedSerializer(data={**_metadata(request), "size": int(length), "protocol": "tus"})
        told.is_valid(raise_exception=True)
        found = announced(request, told.validated_data)
        response = HttpResponse(status=201)
        if isinstance(found, Evidence):
            upload_url = ""
            response["Content-Location"] = reverse("evidence-detail", args=[found.public_id])
        else:
            upload_url = request.build_absolute_uri(reverse("evidence-upload-one", args=[found.public_id]))
            response["Upload-Expires"] = http_date(found.expires_at.timestamp())
        response["Location"] = upload_url or response["Content-Location"]
        return response


class OneUpload(TusView):
    """/evidence/uploads/<id>/: how far it is, the next part, and its end."""

    parser_classes = [PartParser]
    throttle_scope = "upload_part"

    def found(self, request: Request, public_id: str) -> Upload:
        return uploads.find(public_id, by=actor_of(request, via="api"))

    @extend_schema(
        operation_id="evidence_uploads_retrieve", responses={200: TicketSerializer, 404: None, 410: None}
    )
    def get(self, request: Request, public_id: str) -> Response:
        """How far your upload is, and what is to be sent where. Links to S3 are new each time, and live 60 seconds."""
        upload = self.found(request, public_id)
        return Response(TicketSerializer(upload, context={"request": request}).data)

    def head(self, request: Request, public_id: str) -> HttpResponse:
        """tus: from which byte on it is missing."""
        upload = self.found(request, public_id)
        return _progress(upload, uploads.offset_of(upload), 200)

    @extend_schema(
        operation_id="evidence_uploads_append",
        request={"application/offset+octet-stream": OpenApiTypes.BINARY},
        parameters=[
            _RESUMABLE,
            OpenApiParameter("Upload-Offset", int, OpenApiParameter.HEADER, required=True),
            OpenApiParameter("Upload-Checksum", str, OpenApiParameter.HEADER, description="`sha1` or `sha256`."),
        ],
        responses={
            204: OpenApiResponse(description="Here; `Upload-Offset` says how much there is now."),
            409: None, 410: None, 412: None, 423: None, 460: None, 507: None,
        },
    )  # fmt: skip
    def patch(self, request: Request, public_id: str) -> HttpResponse:
        """Send the next bytes (tus 1.0). With the last of them the file is checked and taken in, and
        `Content-Location` names it; what is wrong with it is told as for a file sent in one go."""
        upload = self.found(request, public_id)
        offset = request.headers.get("Upload-Offset", "")
        if not (offset.isascii() and offset.isdecimal() and len(offset) < 16):
            raise ParseError(_("Upload-Offset says where these bytes belong."))
        source = cast(Source, request.data or _Nothing())  # 415 where the body is of another kind
        here = uploads.append(upload, offset=int(offset), source=source, checksum=_checksum(request))
        if here < upload.size:
            return _progress(upload, here, 204)
        evidence = finished(request, upload)
        response = _progress(upload, here, 204)
        response["Content-Location"] = reverse("evidence-detail", args=[evidence.public_id])
        return response

    @extend_schema(operation_id="evidence_uploads_end", responses={204: None, 404: None, 410: None})
    def delete(self, request: Request, public_id: str) -> HttpResponse:
        """Stop an upload: what came is deleted. A file that it has become stays."""
        uploads.drop(self.found(request, public_id))
        return HttpResponse(status=204)


class Complete(ApiView):
    """POST /evidence/uploads/<id>/complete/"""

    throttle_scope = "upload"

    @extend_schema(
        operation_id="evidence_uploads_complete",
        request=None,
        responses={201: EvidenceSerializer, 404: None, 409: None, 410: None, 423: None, 503: None, 507: None},
    )
    def post(self, request: Request, public_id: str) -> Response:
        """All bytes are there: check size, hash and content, and take the file in. Sent again, it answers the same."""
        evidence = finished(request, uploads.find(public_id, by=actor_of(request, via="api")))
        return Response(EvidenceSerializer(evidence, context={"request": request}).data, status=201)


class _Nothing:
    """The body of a part without bytes."""

    def read(self, size: int, /) -> bytes:
        return b""


def announced(request: Request, told: dict[str, Any]) -> Evidence | Upload:
    """What the sender says, as the service takes it."""
    protocol = told.pop("protocol")
    told.pop("type")
    by, limits = actor_of(request, via="api"), services.limits_now()
    return uploads.announce(uploads.Announced(**told), by=by, limits=limits, protocol=protocol)


def finished(request: Request, upload: Upload) -> Evidence:
    """The whole file, taken in."""
    return uploads.finish(upload, by=actor_of(request, via="api"), limits=services.limits_now())


def _progress(upload: Upload, here: int, status: int) -> HttpResponse:
    about = {
        "Upload-Offset": str(here),
        "Upload-Length": str(upload.size),
        "Upload-Expires": http_date(upload.expires_at.timestamp()),
        "Cache-Control": "no-store",
    }
    return HttpResponse(status=status, headers=about)


def _metadata(request: Request) -> dict[str, str]:
    """`name dmlkZW8ubXA0,private dHJ1ZQ==` → {"name": "video.mp4", "private": "true"}; `filename` and `filetype` are
    what other people's clients call name and type."""
    found = {}
    ours = {"filename": "name", "filetype": "type"}
    for pair in filter(None, request.headers.get("Upload-Metadata", "").split(",")):
        key, _space, value = pair.strip().partition(" ")
        try:
            found[ours.get(key, key)] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError):
            raise ParseError(_("Upload-Metadata holds names and values in Base64.")) from None
    return {"name": "file", **found}


def _checksum(request: Request) -> Checksum | None:
    header = request.headers.get("Upload-Checksum")
    if header is None:
        return None
    algorithm, _space, value = header.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if algorithm not in CHECKSUMS or not digest:
        raise ParseError(_("Upload-Checksum is sha1 or sha256, and the sum in Base64."))
    return Checksum(algorithm, digest)
