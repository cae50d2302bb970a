"""The verbs of negotiation (section 4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.core.access import Actor
from marketplace.core.api import CaseViewSet

from .. import services
from ..models import Dispute
from ..serializers import (
    AcceptOfferSerializer,
    CancelSerializer,
    ConditionSerializer,
    DenyOfferSerializer,
    EditSerializer,
    MakeOfferSerializer,
    MessageSerializer,
    NoteSerializer,
    ProvideEvidenceSerializer,
)
from .answers import ANSWER


def _edit(pk: int, *, by: Actor, lines: Sequence[dict[str, Any]], **claim: Any) -> Dispute:
    """The body of an edit, as the service takes it."""
    named = [services.LineData(**line) for line in lines]
    return services.edit_claim(pk, claim=services.ClaimData(lines=named, **claim), by=by)


def _cancel(pk: int, *, by: Actor, condition: str) -> Dispute:
    """One address for both ways of giving up (api.md section 6)."""
    if condition:
        return services.cancel_conditionally(pk, condition=condition, by=by)
    return services.cancel(pk, by=by)


class NegotiationActions(CaseViewSet):
    """Mixed into Disputes."""

    @extend_schema(operation_id="disputes_accept_claim", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="accept-claim")
    def accept_claim(self, request: Request, id: str) -> Response:
        """The seller agrees to what was asked. For good (N-04)."""
        return self.act("accept_claim", services.accept_claim)

    @extend_schema(operation_id="disputes_refuse_claim", request=NoteSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="refuse-claim")
    def refuse_claim(self, request: Request, id: str) -> Response:
        """The seller says no, and why; the two may still agree (N-01, N-02)."""
        return self.act("refuse_claim", services.refuse_claim, NoteSerializer)

    @extend_schema(operation_id="disputes_make_offer", request=MakeOfferSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="make-offer")
    def make_offer(self, request: Request, id: str) -> Response:
        """Propose terms; your earlier open offer is replaced (N-03)."""
        return self.act("make_offer", services.make_offer, MakeOfferSerializer)

    @extend_schema(operation_id="disputes_accept_offer", request=AcceptOfferSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="accept-offer")
    def accept_offer(self, request: Request, id: str) -> Response:
        """Take the other side's terms. For good (N-04). 409 `stale_offer`: it was replaced; `offer` is the newer one."""
        return self.act("accept_offer", services.accept_offer, AcceptOfferSerializer)

    @extend_schema(operation_id="disputes_deny_offer", request=DenyOfferSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="deny-offer")
    def deny_offer(self, request: Request, id: str) -> Response:
        """Do not take the other side's terms, and say why."""
        return self.act("deny_offer", services.deny_offer, DenyOfferSerializer)

    @extend_schema(operation_id="disputes_edit_claim", request=EditSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="edit-claim")
    def edit_claim(self, request: Request, id: str) -> Response:
        """The buyer asks for something else, or says it better; every revision is kept (N-05)."""
        return self.act("edit_claim", _edit, EditSerializer)

    @extend_schema(operation_id="disputes_escalate", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def escalate(self, request: Request, id: str) -> Response:
        """The buyer asks for a mediator, where the order's policy lets it by hand (N-02)."""
        return self.act("escalate", services.escalate)

    @extend_schema(operation_id="disputes_cancel", request=CancelSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, id: str) -> Response:
        """The buyer gives the claim up (N-06); with a condition, once the money or the parcel has come (N-09)."""
        return self.act("cancel", _cancel, CancelSerializer)

    @extend_schema(
        operation_id="disputes_cancel_conditionally", request=ConditionSerializer, responses=ANSWER
    )
    @action(detail=True, methods=["post"], url_path="cancel-conditionally")
    def cancel_conditionally(self, request: Request, id: str) -> Response:
        """The buyer gives it up once the money or the parcel has come; until then all rests (N-09)."""
        return self.act("cancel_conditionally", services.cancel_conditionally, ConditionSerializer)

    @extend_schema(operation_id="disputes_resume", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, id: str) -> Response:
        """It did not come: the dispute goes on where it stood (N-09)."""
        return self.act("resume", services.resume)

    @extend_schema(
        operation_id="disputes_send_message", request=MessageSerializer, responses=ANSWER | {429: None}
    )
    @action(detail=True, methods=["post"], url_path="send-message")
    def send_message(self, request: Request, id: str) -> Response:
        """Write to the other side. Messages are not evidence (N-08); `warnings` says what their reader is warned of. 429: too many."""
        return self.act("send_message", services.send_message, MessageSerializer)

    @extend_schema(
        operation_id="disputes_provide_evidence", request=ProvideEvidenceSerializer, responses=ANSWER
    )
    @action(detail=True, methods=["post"], url_path="provide-evidence")
    def provide_evidence(self, request: Request, id: str) -> Response:
        """Put files of yours (send them to /evidence/ first), or messages of the two sides, before the mediator (N-08)."""
        return self.act("provide_evidence", services.provide_evidence, ProvideEvidenceSerializer)
