"""The shape in which `facts` goes out."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from marketplace.appeals.models import State as AppealState
from marketplace.core.serializers import (
    AvailableActionSerializer,
    MomentField,
    MoneyField,
    NextDefaultSerializer,
)
from marketplace.evidence.serializers import EvidenceSerializer
from marketplace.messaging.serializers import MessageWarningSerializer
from marketplace.orders.serializers import OrderRefundSerializer

from .. import facts
from ..feedback.models import State as FeedbackState
from ..models import CLAIMED, Dispute, Result, State
from ..models import ReachedBy as Reached
from ..reasons import CHOICES as REASON_CHOICES
from .mediation import DecisionSerializer, EvidenceRequestSerializer, ProposalSerializer
from .negotiation import OfferSerializer
from .opening import ChosenLineSerializer
from .returns import ReplacementSerializer, ReturnSerializer


class PersonSerializer(serializers.Serializer):
    """Somebody, by the name that others see."""

    id = serializers.CharField()
    name = serializers.CharField()


class ClaimSerializer(serializers.Serializer):
    """What the buyer asks."""

    received = serializers.BooleanField()
    reason = serializers.ChoiceField(choices=REASON_CHOICES)
    remedy = serializers.ChoiceField(choices=CLAIMED)
    amount = MoneyField()
    description = serializers.CharField()
    revision = serializers.IntegerField()


class ClaimRevisionSerializer(ClaimSerializer):
    """What the buyer asked at one time (N-05)."""

    lines = ChosenLineSerializer(many=True)
    made_at = MomentField()


class CancelOnSerializer(serializers.Serializer):
    """The buyer gives it up once this has come; until then all rests (N-09)."""

    condition = serializers.ChoiceField(choices=Dispute.Condition.choices)
    since = MomentField()
    until = MomentField(allow_null=True)


class ExhibitSerializer(EvidenceSerializer):
    """A file put before the other side and the mediator."""

    by = serializers.CharField(read_only=True, help_text="buyer or seller")
    added_at = MomentField(read_only=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Of the file, and of its place in this case."""
        instance.evidence.by, instance.evidence.added_at = instance.role, instance.added_at
        return dict(super().to_representation(instance.evidence))


class WrittenMessageSerializer(serializers.Serializer):
    """A message, as it was sent."""

    id = serializers.CharField()
    by = serializers.CharField()
    text = serializers.CharField()
    sent_at = MomentField()
    warnings = MessageWarningSerializer(many=True, help_text="What its reader is warned of (N-07).")


class MessageExhibitSerializer(serializers.Serializer):
    """A message that a side submitted as evidence (N-08)."""

    id = serializers.CharField()
    by = serializers.CharField(help_text="Who wrote it: buyer or seller")
    text = serializers.CharField()
    sent_at = MomentField()
    submitted_by = serializers.CharField(help_text="buyer or seller")
    submitted_at = MomentField()


class EventSerializer(serializers.Serializer):
    """One line of the timeline."""

    action = serializers.CharField()
    by = serializers.CharField(help_text="buyer, seller, mediator, integrator or system")
    at = MomentField()
    data = serializers.DictField()

    def get_fields(self) -> dict[str, serializers.Field]:
        """`from` is a word of Python's, so these two are added by name."""
        return {
            **super().get_fields(),
            "from": serializers.CharField(allow_null=True),
            "to": serializers.CharField(),
        }


class DisputeRowSerializer(serializers.Serializer):
    """A dispute as a list shows it, to you."""

    id = serializers.CharField()
    order = serializers.CharField()
    status = serializers.ChoiceField(choices=State.choices)
    outcome = serializers.ChoiceField(choices=Result.choices, allow_null=True)
    reached_by = serializers.ChoiceField(choices=Reached.choices, allow_null=True)
    buyer = PersonSerializer()
    store = PersonSerializer()
    mediator = PersonSerializer(allow_null=True, help_text="For staff alone.")
    lines = ChosenLineSerializer(many=True)
    claim = ClaimSerializer()
    cancel_on = CancelOnSerializer(allow_null=True)
    no_evidence_yet = serializers.BooleanField()
    refundable = MoneyField(help_text="What the dispute holds: at most this can go back.")
    frozen_at = MomentField(
        allow_null=True,
        help_text="Since when the buyer's bank asks for the money: until it decides, nothing moves.",
    )
    due_at = MomentField(allow_null=True)
    next_default = NextDefaultSerializer(allow_null=True)
    available_actions = AvailableActionSerializer(many=True)
    replacement = ReplacementSerializer(allow_null=True)
    created_at = MomentField()
    ended_at = MomentField(allow_null=True)
    version = serializers.IntegerField()

    def get_fields(self) -> dict[str, serializers.Field]:
        """`return` is a word of Python's, so it is added by name."""
        return {**super().get_fields(), "return": ReturnSerializer(allow_null=True)}

    def to_representation(self, instance: Dispute) -> dict[str, Any]:
        return dict(super().to_representation(self.facts_of(instance)))

    def facts_of(self, dispute: Dispute) -> dict[str, Any]:
        return facts.row(dispute, self.context["view"].actor)


class AppealRowSerializer(serializers.Serializer):
    """An appeal against a decision of this dispute; more of it stands at `/appeals/{id}/`."""

    id = serializers.CharField()
    by = serializers.CharField(help_text="buyer or seller")
    status = serializers.ChoiceField(choices=AppealState.choices)


class FeedbackRowSerializer(serializers.Serializer):
    """What your own side said about the handling; more of it stands at `/feedback/{id}/`."""

    id = serializers.CharField()
    rating = serializers.IntegerField()
    status = serializers.ChoiceField(choices=FeedbackState.choices)


class DisputeSerializer(DisputeRowSerializer):
    """A dispute with everything that you may see of it."""

    claims = ClaimRevisionSerializer(many=True, help_text="Every revision of the claim, oldest first.")
    offers = OfferSerializer(many=True)
    evidence = ExhibitSerializer(many=True)
    evidence_requests = EvidenceRequestSerializer(many=True)
    proposals = ProposalSerializer(many=True, help_text="What the buyer chooses from (M-05).")
    decision = DecisionSerializer(allow_null=True)
    appeal = AppealRowSerializer(allow_null=True, help_text="Your own side's, else the newest (A-05).")
    appeals = AppealRowSerializer(
        many=True, help_text="One a side and decision, and the second look; oldest first."
    )
    feedback = FeedbackRowSerializer(
        allow_null=True, help_text="Your own side's; nobody else's side reads it (A-06)."
    )
    refunds = OrderRefundSerializer(many=True)
    messages = WrittenMessageSerializer(many=True, help_text="No evidence; see evidence_messages (N-08).")
    evidence_messages = MessageExhibitSerializer(many=True)
    events = EventSerializer(many=True)

    def facts_of(self, dispute: Dispute) -> dict[str, Any]:
        return facts.detail(dispute, self.context["view"].actor)
