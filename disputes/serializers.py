"""A dispute in the API: what comes in with each verb, and the shape in which `facts` goes out."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from marketplace.core.serializers import (
    AvailableActionSerializer,
    MomentField,
    MoneyField,
    NextDefaultSerializer,
    StrictSerializer,
    TextField,
)
from marketplace.evidence.serializers import EvidenceSerializer
from marketplace.messaging.services import LONGEST as LONGEST_MESSAGE
from marketplace.orders.models import TrackingEvent
from marketplace.payments.models import Refund

from . import facts
from .models import Dispute, Payer, Remedy, Result, ReturnShipment, State
from .models import ReachedBy as Reached
from .reasons import CHOICES as REASON_CHOICES
from .services.mediation import LONGEST_FACTS
from .services.negotiation import LONGEST_NOTE
from .services.returns import CONTEST_CODES

#: More than the service takes, so that it can say in words how much is too much.
ROOM = 4

# -- what comes in -------------------------------------------------------------------------------------------------


class ChosenLineSerializer(StrictSerializer):
    """So many pieces of one line of the order."""

    line = TextField(max_length=40)
    quantity = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class OpenSerializer(StrictSerializer):
    """A claim. Without an amount: all that can be refunded."""

    order = TextField(max_length=40)
    lines = serializers.ListField(child=ChosenLineSerializer(), max_length=500)
    received = serializers.BooleanField(help_text="Did the goods come?")
    reason = serializers.ChoiceField(choices=REASON_CHOICES)
    remedy = serializers.ChoiceField(choices=Remedy.choices)
    amount = MoneyField(required=False, allow_null=True, default=None)
    description = TextField(max_length=20_000, allow_blank=True)
    evidence = serializers.ListField(child=TextField(max_length=40), max_length=100, default=list)


class NoteSerializer(StrictSerializer):
    """Why, in words that the other side reads."""

    note = TextField(max_length=LONGEST_NOTE * ROOM, allow_blank=True)


class ReasonSerializer(StrictSerializer):
    """Why, in words that both sides read."""

    reason = TextField(max_length=LONGEST_NOTE * ROOM, allow_blank=True)


class MessageSerializer(StrictSerializer):
    """A message to the other side."""

    text = TextField(max_length=LONGEST_MESSAGE * ROOM, allow_blank=True)


class ProvideEvidenceSerializer(StrictSerializer):
    """Files sent before, by id."""

    evidence = serializers.ListField(child=TextField(max_length=40), max_length=100)


class ShipReturnSerializer(StrictSerializer):
    """The parcel that the goods go back in."""

    carrier = TextField(max_length=120, allow_blank=True, default="")
    tracking_number = TextField(max_length=120, allow_blank=True)


class ContestReturnSerializer(StrictSerializer):
    """What is wrong with what came back."""

    code = serializers.ChoiceField(choices=CONTEST_CODES)
    note = TextField(max_length=LONGEST_NOTE, allow_blank=True, default="")


class ReturnEventSerializer(StrictSerializer):
    """What the carrier reported of the return. Without `at`: now."""

    code = serializers.ChoiceField(choices=TrackingEvent.Code.choices)
    at = MomentField(required=False, allow_null=True, default=None)
    city = TextField(max_length=120, allow_blank=True, default="")
    country = TextField(max_length=2, allow_blank=True, default="")


class CitedSerializer(StrictSerializer):
    """One file: was it considered, and why or why not (E-06)."""

    evidence = TextField(max_length=40)
    considered = serializers.BooleanField(default=True)
    why = TextField(max_length=2000, allow_blank=True, default="")


class AdjudicateSerializer(StrictSerializer):
    """The decision and its statement of reasons (M-06, M-07)."""

    outcome = serializers.ChoiceField(choices=Result.choices)
    amount = MoneyField(required=False, allow_null=True, default=None)
    return_shipping_paid_by = serializers.ChoiceField(
        choices=Payer.choices, required=False, allow_blank=True, default=""
    )
    reason_code = TextField(
        max_length=40, help_text="A code of the reason tree, `fraud.*` or `evidence.insufficient`."
    )
    facts = TextField(max_length=LONGEST_FACTS * ROOM, allow_blank=True)
    evidence_cited = serializers.ListField(child=CitedSerializer(), default=list, max_length=100)
    note_to_parties = TextField(max_length=LONGEST_FACTS, allow_blank=True, default="")


class AnswersSerializer(StrictSerializer):
    """The answers of a half-filled claim, as the pages' questions name them; each may be missing."""

    came = serializers.ChoiceField(choices=["yes", "no", "part", "back", "unsure"], required=False)
    what = TextField(max_length=40, required=False)
    detail = TextField(max_length=40, required=False)
    reason = serializers.ChoiceField(choices=REASON_CHOICES, required=False)
    lines = serializers.DictField(
        child=serializers.IntegerField(min_value=1, max_value=2**31 - 1),
        required=False,
        help_text="Line id → pieces.",
    )
    ask = TextField(max_length=10, required=False, help_text="all, part or return")
    amount = serializers.IntegerField(
        min_value=1, max_value=2**53, required=False, help_text="In minor units."
    )
    words = TextField(max_length=2000, required=False, allow_blank=True)
    more = TextField(max_length=2000, required=False, allow_blank=True)
    evidence = serializers.ListField(child=TextField(max_length=40), max_length=100, required=False)
    evidence_seen = serializers.BooleanField(required=False)


class DraftSerializer(StrictSerializer):
    """A half-filled claim (D-10)."""

    answers = AnswersSerializer()


class SavedDraftSerializer(serializers.Serializer):
    """A half-filled claim, as it was kept. `saved_at` null: there is none."""

    order = serializers.CharField()
    answers = serializers.DictField()
    saved_at = MomentField(allow_null=True)


class FilterSerializer(serializers.Serializer):
    """The filters of the list."""

    status = serializers.ChoiceField(choices=State.choices, required=False)
    role = serializers.ChoiceField(
        choices=["buyer", "seller", "staff"],
        required=False,
        help_text="Your own part in the disputes to list.",
    )
    due_before = MomentField(required=False)
    q = serializers.CharField(
        required=False,
        max_length=200,
        help_text="A dispute's or order's id, an order's reference, or how an item's name begins.",
    )


# -- what goes out -------------------------------------------------------------------------------------------------


class PersonSerializer(serializers.Serializer):
    """Somebody, by the name that others see."""

    id = serializers.CharField()
    name = serializers.CharField()


class ClaimSerializer(serializers.Serializer):
    """What the buyer asks."""

    received = serializers.BooleanField()
    reason = serializers.ChoiceField(choices=REASON_CHOICES)
    remedy = serializers.ChoiceField(choices=Remedy.choices)
    amount = MoneyField()
    description = serializers.CharField()
    revision = serializers.IntegerField()


class ReturnSerializer(serializers.Serializer):
    """The goods on their way back."""

    id = serializers.CharField()
    status = serializers.ChoiceField(choices=ReturnShipment.Status.choices)
    amount = MoneyField()
    return_shipping_paid_by = serializers.ChoiceField(choices=Payer.choices, allow_null=True)
    send_by = MomentField()
    carrier = serializers.CharField()
    tracking_number = serializers.CharField()
    shipped_at = MomentField(allow_null=True)
    delivered_at = MomentField(allow_null=True)
    check_by = MomentField(allow_null=True)
    contested_for = serializers.ChoiceField(choices=CONTEST_CODES, allow_null=True)
    contest_note = serializers.CharField()


class ExhibitSerializer(EvidenceSerializer):
    """A file put before the other side and the mediator."""

    by = serializers.CharField(read_only=True, help_text="buyer or seller")
    added_at = MomentField(read_only=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Of the file, and of its place in this case."""
        instance.evidence.by, instance.evidence.added_at = instance.role, instance.added_at
        return dict(super().to_representation(instance.evidence))


class DecisionSerializer(serializers.Serializer):
    """What a mediator decided, and why (M-07)."""

    id = serializers.CharField()
    outcome = serializers.ChoiceField(choices=Result.choices)
    amount = MoneyField()
    return_shipping_paid_by = serializers.ChoiceField(choices=Payer.choices, allow_null=True)
    reason_code = serializers.CharField()
    facts = serializers.CharField()
    evidence_cited = CitedSerializer(many=True)
    note_to_parties = serializers.CharField()
    decided_at = MomentField()
    needs_approval = serializers.BooleanField()
    approved = serializers.BooleanField(allow_null=True)


class RefundSerializer(serializers.Serializer):
    """A refund to one payment (X-03). `expected`: the first and the last day."""

    id = serializers.CharField()
    payment = serializers.CharField()
    status = serializers.ChoiceField(choices=Refund.Status.choices)
    amount = MoneyField()
    expected = serializers.ListField(child=serializers.DateField())


class WrittenMessageSerializer(serializers.Serializer):
    """A message, as it was sent."""

    id = serializers.CharField()
    by = serializers.CharField()
    text = serializers.CharField()
    sent_at = MomentField()


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
    no_evidence_yet = serializers.BooleanField()
    refundable = MoneyField(help_text="What the dispute holds: at most this can go back.")
    due_at = MomentField(allow_null=True)
    next_default = NextDefaultSerializer(allow_null=True)
    available_actions = AvailableActionSerializer(many=True)
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


@extend_schema_field({"type": "array", "items": {"type": "object"}, "maxItems": 0})
class NoneYetField(serializers.ListField):
    """A list that is always empty in this version."""


@extend_schema_field({"type": ["object", "null"]})
class NoAppealField(serializers.JSONField):
    """Always null in this version."""


class DisputeSerializer(DisputeRowSerializer):
    """A dispute with everything that you may see of it."""

    offers = NoneYetField()
    evidence = ExhibitSerializer(many=True)
    evidence_requests = NoneYetField()
    proposals = NoneYetField()
    decision = DecisionSerializer(allow_null=True)
    appeal = NoAppealField()
    appeals = NoneYetField()
    refunds = RefundSerializer(many=True)
    messages = WrittenMessageSerializer(many=True)
    events = EventSerializer(many=True)

    def facts_of(self, dispute: Dispute) -> dict[str, Any]:
        return facts.detail(dispute, self.context["view"].actor)
