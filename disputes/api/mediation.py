"""The verbs of mediation (section 6)."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.core.api import CaseViewSet, Nothing

from .. import services
from ..serializers import (
    AdjudicateSerializer,
    ChooseProposalSerializer,
    NoteSerializer,
    ProposeSerializer,
    ReasonSerializer,
    RequireEvidenceSerializer,
)
from .answers import ANSWER


class MediationActions(CaseViewSet):
    """Mixed into Disputes."""

    @extend_schema(operation_id="disputes_next", request=None, responses=ANSWER | {204: None})
    @action(detail=False, methods=["post"])
    def next(self, request: Request) -> Response:
        """Take the next case of the queue (mediators). 204: there is none."""
        self.taken(Nothing)
        dispute = services.take_next(by=self.actor)
        return self.answer(dispute.pk) if dispute else Response(status=204)

    @extend_schema(operation_id="disputes_assign", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, id: str) -> Response:
        """A mediator takes this case (M-02)."""
        return self.act("assign", services.assign)

    @extend_schema(operation_id="disputes_release", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, id: str) -> Response:
        """The mediator gives the case back to the queue (M-02)."""
        return self.act("release", services.release)

    @extend_schema(
        operation_id="disputes_require_evidence", request=RequireEvidenceSerializer, responses=ANSWER
    )
    @action(detail=True, methods=["post"], url_path="require-evidence")
    def require_evidence(self, request: Request, id: str) -> Response:
        """Ask one side or both for things, with a deadline (M-03)."""
        return self.act("require_evidence", services.require_evidence, RequireEvidenceSerializer)

    @extend_schema(operation_id="disputes_close_evidence_requests", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="close-evidence-requests")
    def close_evidence_requests(self, request: Request, id: str) -> Response:
        """The mediator has seen enough: nobody is waited for any more (M-03)."""
        return self.act("close_evidence_requests", services.close_evidence_requests)

    @extend_schema(operation_id="disputes_propose", request=ProposeSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def propose(self, request: Request, id: str) -> Response:
        """Put two results before the buyer: the platform's, and the seller's (M-05)."""
        return self.act("propose", services.propose, ProposeSerializer)

    @extend_schema(
        operation_id="disputes_choose_proposal", request=ChooseProposalSerializer, responses=ANSWER
    )
    @action(detail=True, methods=["post"], url_path="choose-proposal")
    def choose_proposal(self, request: Request, id: str) -> Response:
        """The buyer takes one of the results. Without a choice the platform's holds (M-05)."""
        return self.act("choose_proposal", services.choose_proposal, ChooseProposalSerializer)

    @extend_schema(operation_id="disputes_adjudicate", request=AdjudicateSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def adjudicate(self, request: Request, id: str) -> Response:
        """Decide, with the statement of reasons (M-06, M-07); above the limit a second mediator approves (M-08)."""
        return self.act("adjudicate", services.adjudicate, AdjudicateSerializer)

    @extend_schema(operation_id="disputes_approve", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, id: str) -> Response:
        """A second mediator agrees with the decision: it is carried out (M-08)."""
        return self.act("approve", services.approve)

    @extend_schema(operation_id="disputes_reject_approval", request=NoteSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="reject-approval")
    def reject_approval(self, request: Request, id: str) -> Response:
        """A second mediator sends the decision back, and says why (M-08)."""
        return self.act("reject_approval", services.reject_approval, NoteSerializer)

    @extend_schema(operation_id="disputes_staff_cancel", request=ReasonSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="staff-cancel")
    def staff_cancel(self, request: Request, id: str) -> Response:
        """A mediator ends the dispute; both sides read why (N-06)."""
        return self.act("staff_cancel", services.staff_cancel, ReasonSerializer)
