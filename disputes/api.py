"""Disputes in the API: one explicit action a verb, so that the OpenAPI document is true. Rules and words live below."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.core.api import (
    ApiView,
    CaseViewSet,
    MomentField,
    MoneyField,
    Nothing,
    action_responses,
)
from marketplace.core.errors import Forbidden
from marketplace.orders import access as order_access
from marketplace.orders.models import Order

from . import facts, services
from .models import Dispute, DisputeLine, Draft, Remedy
from .options import options, order_for
from .reasons import CHOICES as REASON_CHOICES
from .serializers import (
    AdjudicateSerializer,
    ContestReturnSerializer,
    DisputeRowSerializer,
    DisputeSerializer,
    DraftSerializer,
    FilterSerializer,
    MessageSerializer,
    NoteSerializer,
    OpenSerializer,
    ProvideEvidenceSerializer,
    ReasonSerializer,
    ReturnEventSerializer,
    SavedDraftSerializer,
    ShipReturnSerializer,
)

ANSWER = action_responses(DisputeSerializer)


@extend_schema_view(
    retrieve=extend_schema(operation_id="disputes_retrieve", responses=ANSWER),
)
class Disputes(CaseViewSet):
    """Disputes that exist for you: your own, your stores', and for staff all."""

    model = Dispute
    serializer_class = DisputeSerializer
    ordering = ("-opened_at",)

    def with_all(self, rows: QuerySet[Dispute]) -> QuerySet[Dispute]:
        return facts.for_detail(rows)

    def get_serializer_class(self) -> type[serializers.BaseSerializer]:
        return DisputeRowSerializer if self.action == "list" else DisputeSerializer

    @extend_schema(
        operation_id="disputes_list", parameters=[FilterSerializer], responses=DisputeRowSerializer(many=True)
    )
    def list(self, request: Request) -> Response:
        """The disputes that you may see, newest first."""
        query = FilterSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        return self.page_of(facts.for_rows(self._filtered(query.validated_data)))

    def _filtered(self, wished: dict[str, Any]) -> QuerySet[Dispute]:
        rows = self.get_queryset().filter(self._in_role(wished.get("role")))
        if status := wished.get("status"):
            rows = rows.filter(state=status)
        if due_before := wished.get("due_before"):
            rows = rows.filter(due_at__lt=due_before)
        if q := wished.get("q"):
            titled = DisputeLine.objects.filter(dispute=OuterRef("pk"), order_line__title__istartswith=q)
            named = Q(public_id=q) | Q(order__public_id=q) | Q(order__reference=q)
            rows = rows.filter(named | Exists(titled))
        return rows

    def _in_role(self, role: str | None) -> Q:
        """Only those where the reader has this part; staff: those that are not their own."""
        actor = self.actor
        own = {"buyer": Q(buyer_id=actor.user_id), "seller": Q(store_id__in=actor.store_ids)}
        if role == "staff":
            return ~own["buyer"] & ~own["seller"] if actor.is_staff else Q(pk=None)
        return own.get(role or "", Q())

    @extend_schema(
        operation_id="disputes_open",
        request=OpenSerializer,
        responses=action_responses(DisputeSerializer, 404, 409, status=201),
    )
    def create(self, request: Request) -> Response:
        """Open a dispute. 409 `too_early` (with `possible_from`), `too_late`, or `already_disputed`."""
        sent = self.taken(OpenSerializer)
        orders = Order.objects.visible_to(self.actor)
        order_pk = orders.filter(public_id=sent.pop("order")).values_list("pk", flat=True).first()
        if order_pk is None:
            raise Http404
        lines = [services.LineData(**line) for line in sent.pop("lines")]
        dispute = services.open_dispute(
            order_pk, claim=services.ClaimData(lines=lines, **sent), by=self.actor
        )
        answer = self.answer(dispute.pk, status=201)
        answer["Location"] = request.build_absolute_uri(f"{request.path}{dispute.public_id}/")
        return answer

    @extend_schema(operation_id="disputes_next", request=None, responses=ANSWER | {204: None})
    @action(detail=False, methods=["post"])
    def next(self, request: Request) -> Response:
        """Take the next case of the queue (mediators). 204: there is none."""
        self.taken(Nothing)
        dispute = services.take_next(by=self.actor)
        return self.answer(dispute.pk) if dispute else Response(status=204)

    # -- negotiation ----------------------------------------------------------------------------------------------

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

    # -- the goods go back ------------------------------------------------------------------------------------------

    @extend_schema(operation_id="disputes_ship_return", request=ShipReturnSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="ship-return")
    def ship_return(self, request: Request, id: str) -> Response:  # noqa: A002
        """The buyer has sent the goods back (T-01)."""
        return self.act("ship_return", services.ship_return, ShipReturnSerializer)

    @extend_schema(operation_id="disputes_acknowledge_return", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="acknowledge-return")
    def acknowledge_return(self, request: Request, id: str) -> Response:  # noqa: A002
        """The seller has the goods back as they should be: the refund goes out (T-03)."""
        return self.act("acknowledge_return", services.acknowledge_return)

    @extend_schema(operation_id="disputes_contest_return", request=ContestReturnSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="contest-return")
    def contest_return(self, request: Request, id: str) -> Response:  # noqa: A002
        """The seller says what is wrong with what came back; a mediator decides (T-02)."""
        return self.act("contest_return", services.contest_return, ContestReturnSerializer)

    @extend_schema(operation_id="disputes_return_events", request=ReturnEventSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="return-events")
    def record_return_tracking(self, request: Request, id: str) -> Response:  # noqa: A002
        """The integrator passes on what the carrier reports of the return (T-02)."""
        return self.act("record_return_tracking", services.record_return_tracking, ReturnEventSerializer)

    # -- mediation --------------------------------------------------------------------------------------------------

    @extend_schema(operation_id="disputes_assign", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, id: str) -> Response:  # noqa: A002
        """A mediator takes this case (M-02)."""
        return self.act("assign", services.assign)

    @extend_schema(operation_id="disputes_release", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, id: str) -> Response:  # noqa: A002
        """The mediator gives the case back to the queue (M-02)."""
        return self.act("release", services.release)

    @extend_schema(operation_id="disputes_adjudicate", request=AdjudicateSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def adjudicate(self, request: Request, id: str) -> Response:  # noqa: A002
        """Decide, with the statement of reasons (M-06, M-07); above the limit a second mediator approves (M-08)."""
        return self.act("adjudicate", services.adjudicate, AdjudicateSerializer)

    @extend_schema(operation_id="disputes_approve", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, id: str) -> Response:  # noqa: A002
        """A second mediator agrees with the decision: it is carried out (M-08)."""
        return self.act("approve", services.approve)

    @extend_schema(operation_id="disputes_reject_approval", request=NoteSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="reject-approval")
    def reject_approval(self, request: Request, id: str) -> Response:  # noqa: A002
        """A second mediator sends the decision back, and says why (M-08)."""
        return self.act("reject_approval", services.reject_approval, NoteSerializer)

    @extend_schema(operation_id="disputes_staff_cancel", request=ReasonSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="staff-cancel")
    def staff_cancel(self, request: Request, id: str) -> Response:  # noqa: A002
        """A mediator ends the dispute; both sides read why (N-06)."""
        return self.act("staff_cancel", services.staff_cancel, ReasonSerializer)


# -- filling a claim in -------------------------------------------------------------------------------------------


class WindowSerializer(serializers.Serializer):
    """When a dispute for this reason may be opened. `code` is that of the refusal outside of it."""

    possible = serializers.BooleanField()
    until = MomentField(allow_null=True)
    code = serializers.ChoiceField(choices=["too_early", "too_late", "wrong_state"], allow_null=True)
    why_not = serializers.CharField()

    def get_fields(self) -> dict[str, serializers.Field]:
        """`from` is a word of Python's, so it is added by name."""
        return {**super().get_fields(), "from": MomentField(allow_null=True)}


class RemedyOptionSerializer(serializers.Serializer):
    """What can be asked with a reason, for all lines that may be disputed (D-06)."""

    remedy = serializers.ChoiceField(choices=Remedy.choices)
    label = serializers.CharField()
    at_most = MoneyField()
    at_least = MoneyField()


class ReasonOptionSerializer(serializers.Serializer):
    """One reason of the tree (D-05). `received` null: it fits goods that came and goods that did not."""

    code = serializers.ChoiceField(choices=REASON_CHOICES)
    group = serializers.CharField()
    label = serializers.CharField()
    received = serializers.BooleanField(allow_null=True)
    wants = serializers.ListField(
        child=serializers.CharField(), help_text="Kinds of files; empty: none are needed."
    )
    guide = serializers.ListField(child=serializers.CharField())
    fault = serializers.CharField(help_text="Who is normally at fault: seller, buyer, carrier or nobody.")
    window = WindowSerializer()
    remedies = RemedyOptionSerializer(many=True)


class LineOptionSerializer(serializers.Serializer):
    """One line of the order: may it be disputed (D-08), and for how much."""

    line = serializers.CharField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()
    possible = serializers.BooleanField()
    why_not = serializers.CharField()
    dispute = serializers.CharField(allow_null=True)
    refundable = MoneyField()
    refundable_with_shipping = MoneyField()


class RestrictionSerializer(serializers.Serializer):
    """Why you cannot open disputes now (D-09)."""

    id = serializers.CharField()
    reason = serializers.CharField()
    until = MomentField(allow_null=True)


class LengthSerializer(serializers.Serializer):
    """How many characters."""

    min = serializers.IntegerField()
    max = serializers.IntegerField()


class OptionsSerializer(serializers.Serializer):
    """All that a claim on this order can say now."""

    order = serializers.CharField()
    restriction = RestrictionSerializer(allow_null=True)
    lines = LineOptionSerializer(many=True)
    reasons = ReasonOptionSerializer(many=True)
    description = LengthSerializer()


class DisputeOptions(ApiView):
    """`/orders/{id}/dispute-options/`"""

    @extend_schema(operation_id="orders_dispute_options", responses=OptionsSerializer)
    def get(self, request: Request, id: str) -> Response:  # noqa: A002
        """What you can claim on this order now: reasons, remedies, sums, files, and until when."""
        return Response(OptionsSerializer(options(order_for(id, self.actor))).data)


class Drafts(ApiView):
    """`/disputes/drafts/{order}/`"""

    def _order(self, public_id: str) -> Order:
        order = Order.objects.visible_to(self.actor).filter(public_id=public_id).first()
        if order is None:
            raise Http404
        if not order_access.buyer(self.actor, order):
            raise Forbidden(_("Only the buyer of this order can open a dispute."))
        return order

    def _answer(self, order: Order, draft: Draft | None) -> Response:
        answers, saved_at = (draft.answers, draft.saved_at) if draft else ({}, None)
        return Response(
            SavedDraftSerializer({"order": order.public_id, "answers": answers, "saved_at": saved_at}).data
        )

    @extend_schema(operation_id="drafts_retrieve", responses=SavedDraftSerializer)
    def get(self, request: Request, order: str) -> Response:
        """Your half-filled claim on this order; without one, no answers."""
        found = self._order(order)
        return self._answer(found, Draft.objects.filter(order=found).first())

    @extend_schema(operation_id="drafts_save", request=DraftSerializer, responses=SavedDraftSerializer)
    def put(self, request: Request, order: str) -> Response:
        """Keep a half-filled claim, for all your devices, until the window closes."""
        found = self._order(order)
        answers = dict(self.taken(DraftSerializer)["answers"])
        return self._answer(found, services.save_draft(found, answers, by=self.actor))
