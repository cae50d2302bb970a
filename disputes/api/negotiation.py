"""The verbs of negotiation (section 4)."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.core.api import CaseViewSet

from .. import services
from ..serializers import (
    MessageSerializer,
    NoteSerializer,
    ProvideEvidenceSerializer,
)
from .answers import ANSWER


class NegotiationActions(CaseViewSet):
    """Mixed into Disputes."""

    @extend_schema(operation_id="disputes_accept_claim", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="accept-claim")
    def accept_claim(self, request: Request, id: str) -> Response:  # noqa: A002
        """The seller agrees to what was asked. For good (N-04)."""
        return self.act("accept_claim", services.accept_claim)

    @extend_schema(operation_id="disputes_refuse_claim", request=NoteSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="refuse-claim")
    def refuse_claim(self, request: Request, id: str) -> Response:  # noqa: A002
        """The seller says no, and why; the two may still agree (N-01, N-02)."""
        return self.act("refuse_claim", services.refuse_claim, NoteSerializer)

    @extend_schema(operation_id="disputes_cancel", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, id: str) -> Response:  # noqa: A002
        """The buyer gives the claim up (N-06)."""
        return self.act("cancel", services.cancel)

    @extend_schema(operation_id="disputes_send_message", request=MessageSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="send-message")
    def send_message(self, request: Request, id: str) -> Response:  # noqa: A002
        """Write to the other side. Messages are not evidence (N-08)."""
        return self.act("send_message", services.send_message, MessageSerializer)

    @extend_schema(
        operation_id="disputes_provide_evidence", request=ProvideEvidenceSerializer, responses=ANSWER
    )
    @action(detail=True, methods=["post"], url_path="provide-evidence")
    def provide_evidence(self, request: Request, id: str) -> Response:  # noqa: A002
        """Put files of yours before the other side and the mediator (send them to /evidence/ first)."""
        return self.act("provide_evidence", services.provide_evidence, ProvideEvidenceSerializer)
