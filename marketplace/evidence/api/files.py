"""Send a file, ask about one, fetch its clean copy."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
)
from rest_framework.exceptions import ParseError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.core.api import ApiView
from marketplace.core.edges import actor_of
from marketplace.core.serializers import JsonParser

from .. import services
from ..content import SERVED_TYPES, check_size
from ..edges import content_response
from ..models import Evidence
from ..serializers import AnnouncedSerializer, EvidenceSerializer, TicketSerializer, UploadSerializer
from .uploads import announced

#: What the form around a file may weigh: field names, boundaries.
_ENVELOPE_BYTES = 64 * 1024
_RANGE_HEADER = OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="One range of bytes.")


class Upload(ApiView):
    """POST /evidence/: one file, as a form (multipart); or as JSON what will be sent, to be told where to."""

    parser_classes = [MultiPartParser, JsonParser]
    throttle_scope = "upload"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what is plainly too large before anything reads its body."""
        length = str(request.META.get("CONTENT_LENGTH") or "0")
        is_form = str(request.content_type or "").startswith("multipart/")
        if is_form and length.isdecimal() and int(length) > _ENVELOPE_BYTES:
            check_size(int(length) - _ENVELOPE_BYTES, services.limits_now())
        super().initial(request, *args, **kwargs)

    @extend_schema(
        operation_id="evidence_upload",
        request={"multipart/form-data": UploadSerializer, "application/json": AnnouncedSerializer},
        responses={
            200: OpenApiResponse(
                EvidenceSerializer, description="You sent this file before: nothing is to be sent."
            ),
            201: PolymorphicProxySerializer(
                "EvidenceOrTicket", [EvidenceSerializer, TicketSerializer], resource_type_field_name=None
            ),
            413: OpenApiResponse(description="The file is too large."),
            415: OpenApiResponse(description="Not a kind of file that is taken."),
            422: OpenApiResponse(description="The file is broken or empty, or a field does not fit."),
            503: None,
            507: None,
        },
    )
    def post(self, request: Request) -> Response:
        """Send a file. The same file sent again by the same person gives the same answer, and is kept once.

        A large file is announced instead, as JSON: the answer (201) says where to send its bytes; where you sent this
        very file before, by its hash, the answer (200) is that file.
        """
        if not str(request.content_type).startswith("multipart/"):
            return self.announced(request)
        if unknown := set(request.data) - set(UploadSerializer().fields):
            raise ParseError(f"Unknown fields: {', '.join(sorted(unknown))}.")
        sent = UploadSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        file = sent.validated_data["file"]
        evidence = services.take(
            file,
            name=file.name,
            by=actor_of(request, via="api"),
            limits=services.limits_now(),
            kind=sent.validated_data["kind"],
            private=sent.validated_data["private"],
        )
        return Response(EvidenceSerializer(evidence, context={"request": request}).data, status=201)

    def announced(self, request: Request) -> Response:
        """Where to send a large file, or the file itself where it is here already."""
        found = announced(request, self.taken(AnnouncedSerializer))
        context = {"request": request}
        if isinstance(found, Evidence):
            return Response(EvidenceSerializer(found, context=context).data)
        return Response(TicketSerializer(found, context=context).data, status=201)


class Detail(ApiView):
    """GET /evidence/<id>/"""

    @extend_schema(operation_id="evidence_retrieve", responses={200: EvidenceSerializer, 404: None})
    def get(self, request: Request, public_id: str) -> Response:
        """A file that you may see: what it is, and a link to it that lives for 60 seconds."""
        evidence = services.find(public_id, by=actor_of(request, via="api"))
        return Response(EvidenceSerializer(evidence, context={"request": request}).data)


class Content(ApiView):
    """GET /evidence/<id>/content/"""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """A picture is a picture, whatever `Accept` says; errors are JSON."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        operation_id="evidence_content",
        parameters=[_RANGE_HEADER],
        responses={
            **{(status, kind): OpenApiTypes.BINARY for status in (200, 206) for kind in SERVED_TYPES},
            404: None,
            416: OpenApiResponse(description="The range lies outside the file."),
        },
    )
    def get(self, request: Request, public_id: str) -> HttpResponseBase:
        """The clean copy: without place, camera or anything but the picture (and the sound of a video)."""
        return content_response(request._request, services.find(public_id, by=actor_of(request, via="api")))
