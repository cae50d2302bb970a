"""The shape in which the facts of an order go out."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from marketplace.core.serializers import MomentField, MoneyField
from marketplace.messaging.models import Message
from marketplace.messaging.presenters import for_api
from marketplace.messaging.serializers import MessageWarningSerializer
from marketplace.payments.models import Refund

from .. import facts
from ..models import Order, State, TrackingEvent
from ..tracking import DOUBTS


class OrderPartySerializer(serializers.Serializer):
    """A person or a store, by the name that others see."""

    id = serializers.CharField()
    name = serializers.CharField()


class OrderLineSerializer(serializers.Serializer):
    """One line. `paid` and `paid_shipping`: its share of what was really paid; `refunded`: what of it went back."""

    id = serializers.CharField()
    listing = serializers.CharField(help_text="Id of the listing.")
    reference = serializers.CharField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = MoneyField()
    discount = MoneyField()
    shipping = MoneyField()
    paid = MoneyField()
    paid_shipping = MoneyField()
    refunded = MoneyField()


class DisputeWindowSerializer(serializers.Serializer):
    """When a dispute about delivery or quality may be opened."""

    possible = serializers.BooleanField()
    until = MomentField(allow_null=True)
    why_not = serializers.CharField(allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        """`from` is a word of Python's, so it is added by name."""
        return {**super().get_fields(), "from": MomentField(allow_null=True)}


class ProtectionSerializer(serializers.Serializer):
    """Where buyer protection stands."""

    status = serializers.ChoiceField(choices=["not_started", "active", "confirmed", "over"])
    starts_at = MomentField(allow_null=True)
    ends_at = MomentField(allow_null=True)
    dispute = DisputeWindowSerializer()


class OrderOutcomeSerializer(serializers.Serializer):
    """Who gets what; together, all that is free to go."""

    buyer = MoneyField()
    seller = MoneyField()


class OrderDefaultSerializer(serializers.Serializer):
    """What happens if nobody acts. `action` null: nothing by itself."""

    at = MomentField(allow_null=True)
    action = serializers.CharField(allow_null=True)
    waiting_for = serializers.CharField()
    outcome = OrderOutcomeSerializer(allow_null=True)


class OrderActionSerializer(serializers.Serializer):
    """Something that you may do now: `POST …/{action}/`."""

    action = serializers.CharField()
    until = MomentField(allow_null=True)


class OrderListedSerializer(serializers.Serializer):
    """An order as a list shows it, to you."""

    id = serializers.CharField()
    reference = serializers.CharField()
    status = serializers.ChoiceField(choices=State.choices)
    role = serializers.ChoiceField(
        choices=["buyer", "seller", "integrator", "staff"], help_text="Your part in it."
    )
    buyer = OrderPartySerializer()
    store = OrderPartySerializer()
    country = serializers.CharField(help_text="Where it goes.")
    city = serializers.CharField()
    lines = OrderLineSerializer(many=True)
    placed_at = MomentField()
    paid_at = MomentField(allow_null=True)
    shipped_at = MomentField(allow_null=True)
    delivered_at = MomentField(allow_null=True)
    confirmed_at = MomentField(allow_null=True)
    closed_at = MomentField(allow_null=True)
    money_paid = MoneyField()
    money_held = MoneyField()
    money_refunded = MoneyField()
    money_released = MoneyField()
    protection = ProtectionSerializer()
    policy = serializers.CharField()
    due_at = MomentField(allow_null=True)
    frozen_at = MomentField(
        allow_null=True,
        help_text="Since when the buyer's bank asks for the money: until it decides, nothing moves.",
    )
    next_default = OrderDefaultSerializer(allow_null=True)
    available_actions = OrderActionSerializer(many=True)
    doubts = serializers.ListField(child=serializers.CharField(), help_text="For staff and the sender alone.")
    version = serializers.IntegerField()

    def to_representation(self, instance: Order) -> dict[str, Any]:
        return dict(super().to_representation(self.facts_of(instance)))

    def facts_of(self, order: Order) -> dict[str, Any]:
        return facts.row(order, self.context["view"].actor)


class OrderPaymentSerializer(serializers.Serializer):
    """What was paid. How, the seller does not see."""

    id = serializers.CharField()
    reference = serializers.CharField(allow_null=True)
    method = serializers.CharField(allow_null=True)
    amount = MoneyField()
    refunded = MoneyField()
    paid_at = MomentField()


class OrderRefundSerializer(serializers.Serializer):
    """A refund to one payment (X-03). `expected`: the first and the last day."""

    id = serializers.CharField()
    payment = serializers.CharField()
    status = serializers.ChoiceField(choices=Refund.Status.choices)
    amount = MoneyField()
    decided_at = MomentField()
    sent_at = MomentField(allow_null=True)
    confirmed_at = MomentField(allow_null=True)
    expected = serializers.ListField(child=serializers.DateField())
    late = serializers.BooleanField(help_text="Past its last day, and not known to be paid.")
    paid_by = serializers.ChoiceField(choices=Refund.PaidBy.choices)
    bank_reference = serializers.CharField(
        help_text="By which the buyer's bank finds it; empty while nobody knows it."
    )


class ParcelNumberSerializer(serializers.Serializer):
    """A number that the parcel had, from when on (O-06)."""

    carrier = serializers.CharField()
    tracking_number = serializers.CharField()
    since = MomentField()


class ParcelEventSerializer(serializers.Serializer):
    """What the carrier reported."""

    code = serializers.ChoiceField(choices=TrackingEvent.Code.choices)
    at = MomentField()
    country = serializers.CharField()
    city = serializers.CharField()


class ParcelSerializer(serializers.Serializer):
    """One parcel, with all its numbers and what was reported of it."""

    id = serializers.CharField()
    carrier = serializers.CharField()
    tracking_number = serializers.CharField()
    shipped_at = MomentField()
    promised_by = MomentField(allow_null=True)
    delivered_at = MomentField(allow_null=True)
    numbers = ParcelNumberSerializer(many=True)
    tracking_events = ParcelEventSerializer(many=True)
    doubts = serializers.ListField(
        child=serializers.ChoiceField(choices=list(DOUBTS)), help_text="Why its tracking is doubtful (O-07)."
    )


class ProofSerializer(serializers.Serializer):
    """What the seller of an order on hold showed; for the seller and moderators."""

    text = serializers.CharField()
    sent_at = MomentField()
    evidence = serializers.ListField(child=serializers.CharField(), help_text="Ids of files.")


class OrderHoldSerializer(serializers.Serializer):
    """One time that the order was on hold (O-08). The buyer does not read `reason` and `proofs`."""

    placed_at = MomentField()
    ended_at = MomentField(allow_null=True)
    accepted = serializers.BooleanField(allow_null=True, help_text="Null while it is not decided.")
    reason = serializers.CharField()
    note = serializers.CharField(help_text="What the moderator says to both sides.")
    proofs = ProofSerializer(many=True)


class OrderReviewSerializer(serializers.Serializer):
    """What the buyer wrote of the order."""

    rating = serializers.IntegerField()
    title = serializers.CharField()
    text = serializers.CharField()
    created_at = MomentField()


class OrderEventSerializer(serializers.Serializer):
    """One line of the order's timeline."""

    action = serializers.CharField()
    by = serializers.CharField(help_text="buyer, seller, staff, integrator or system")
    at = MomentField()

    def get_fields(self) -> dict[str, serializers.Field]:
        """`from` is a word of Python's, so these two are added by name."""
        return {
            **super().get_fields(),
            "from": serializers.CharField(allow_null=True),
            "to": serializers.CharField(),
        }


class OrderSerializer(OrderListedSerializer):
    """An order with everything that you may see of it."""

    payments = OrderPaymentSerializer(many=True)
    refunds = OrderRefundSerializer(many=True)
    shipments = ParcelSerializer(many=True)
    disputes = serializers.ListField(child=serializers.CharField(), help_text="Ids, the oldest first.")
    reviews = OrderReviewSerializer(many=True)
    holds = OrderHoldSerializer(many=True)
    events = OrderEventSerializer(many=True)

    def facts_of(self, order: Order) -> dict[str, Any]:
        return facts.detail(order, self.context["view"].actor)


class WrittenOrderMessageSerializer(serializers.Serializer):
    """A message, as it was sent."""

    id = serializers.CharField(source="public_id")
    by = serializers.CharField(source="role", help_text="buyer or seller")
    text = serializers.CharField()
    sent_at = MomentField()
    warnings = serializers.SerializerMethodField()

    @extend_schema_field(MessageWarningSerializer(many=True))
    def get_warnings(self, message: Message) -> list[dict[str, str]]:
        return for_api(message)


class HeldSerializer(serializers.Serializer):
    """How many orders were put on hold."""

    held = serializers.IntegerField()
