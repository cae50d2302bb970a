"""Filling a claim in: what can be claimed on an order, and the half-filled claim."""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.core.api import ApiView, MomentField, MoneyField
from marketplace.core.errors import Forbidden
from marketplace.orders import access as order_access
from marketplace.orders.models import Order

from .. import services
from ..models import CLAIMED, Draft
from ..options import options, order_for
from ..reasons import CHOICES as REASON_CHOICES
from ..serializers import DraftSerializer, SavedDraftSerializer


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

    remedy = serializers.ChoiceField(choices=CLAIMED)
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
    """Why you cannot open disputes now (D-09). `sanction`: what can be contested, at `/appeals/`."""

    sanction = serializers.CharField()
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
    def get(self, request: Request, id: str) -> Response:
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
