"""An order in the API: what comes in with each verb, and the shape in which `facts` goes out."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from marketplace.core.serializers import MomentField, MoneyField, StrictSerializer, TextField
from marketplace.messaging.models import Message
from marketplace.messaging.presenters import for_api
from marketplace.messaging.serializers import MessageWarningSerializer
from marketplace.messaging.services import LONGEST as LONGEST_MESSAGE
from marketplace.payments.models import Refund

from . import facts
from .models import Order, State, TrackingEvent
from .public import ListingFacts
from .records import StoreRecord
from .services.rating import LONGEST as LONGEST_RATING
from .services.suspicion import LONGEST as LONGEST_WORDS
from .tracking import DOUBTS

#: More than the service takes, so that it can say in words how much is too much.
ROOM = 4

# -- what comes in with a verb ----------------------------------------------------------------------------------------


class ShipSerializer(StrictSerializer):
    """A parcel handed to the carrier now. Without `promised_by`: the longest time that the policy knows."""

    carrier = TextField(max_length=120, allow_blank=True, default="")
    tracking_number = TextField(max_length=120, allow_blank=True, default="")
    promised_by = MomentField(required=False, allow_null=True, default=None)


class ChangeTrackingSerializer(StrictSerializer):
    """The number that the parcel travels under from now on. Without `shipment`: the newest parcel."""

    carrier = TextField(max_length=120, allow_blank=True, default="")
    tracking_number = TextField(max_length=120, allow_blank=True)
    shipment = TextField(max_length=40, allow_blank=True, default="")


class TrackingEventSerializer(StrictSerializer):
    """What the carrier reported. Without `at`: now. Without `shipment`: the newest parcel."""

    code = serializers.ChoiceField(choices=TrackingEvent.Code.choices)
    at = MomentField(required=False, allow_null=True, default=None)
    city = TextField(max_length=120, allow_blank=True, default="")
    country = serializers.RegexField(r"^([A-Z]{2})?$", required=False, allow_blank=True, default="")
    shipment = TextField(max_length=40, allow_blank=True, default="")


class ExtendSerializer(StrictSerializer):
    """So many days more."""

    days = serializers.IntegerField(min_value=-(2**31), max_value=2**31 - 1)


class OrderMessageSerializer(StrictSerializer):
    """A message to the other side."""

    text = TextField(max_length=LONGEST_MESSAGE * ROOM, allow_blank=True)


class RateSerializer(StrictSerializer):
    """1 to 5, and a few words if there are any."""

    rating = serializers.IntegerField(min_value=-(2**31), max_value=2**31 - 1)
    text = TextField(max_length=LONGEST_RATING * ROOM, allow_blank=True, default="")


class HoldSerializer(StrictSerializer):
    """Why a moderator doubts the seller, who reads it."""

    reason = TextField(max_length=LONGEST_WORDS * ROOM, allow_blank=True)


class ProveSerializer(StrictSerializer):
    """What shows that the order is honest: words, own files, or both."""

    text = TextField(max_length=LONGEST_WORDS * ROOM, allow_blank=True, default="")
    evidence = serializers.ListField(child=TextField(max_length=40), default=list, max_length=100)


class AcceptProofSerializer(StrictSerializer):
    """A note to both sides, if there is one."""

    note = TextField(max_length=LONGEST_WORDS, allow_blank=True, default="")


class RefuseProofSerializer(StrictSerializer):
    """Why the proof is not enough; both sides read it."""

    note = TextField(max_length=LONGEST_WORDS * ROOM, allow_blank=True)


class OrderFilterSerializer(serializers.Serializer):
    """The filters of the list."""

    status = serializers.ChoiceField(choices=State.choices, required=False)
    role = serializers.ChoiceField(
        choices=["buyer", "seller", "integrator", "staff"],
        required=False,
        help_text="Your own part in the orders to list.",
    )
    q = serializers.CharField(required=False, max_length=200, help_text="An order's id or reference.")


# -- what goes out ----------------------------------------------------------------------------------------------------


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


# -- what everybody may read ------------------------------------------------------------------------------------------


class StoreRecordSerializer(serializers.Serializer):
    """A store's record (O-13), from its newest ended orders, ended disputes and ratings. Null: there is nothing yet."""

    rating = serializers.CharField(allow_null=True, help_text="The mean of 1 to 5, for example 4.6")
    ratings = serializers.IntegerField()
    dispute_rate = serializers.CharField(
        allow_null=True, help_text="Of a hundred ended orders, for example 2.5"
    )
    orders = serializers.IntegerField()
    lost_share = serializers.CharField(allow_null=True, help_text="Of a hundred ended disputes.")
    disputes = serializers.IntegerField()
    median_answer_seconds = serializers.SerializerMethodField()
    small_numbers = serializers.ListField(
        child=serializers.ChoiceField(choices=["ratings", "orders", "disputes", "answers"]),
        help_text="Which figures are made from too little to say much.",
    )

    def get_median_answer_seconds(self, record: StoreRecord) -> int | None:
        return int(record.median_answer.total_seconds()) if record.median_answer is not None else None


class StoreSerializer(serializers.Serializer):
    """A store, and what buyers said of it, newest first."""

    id = serializers.CharField(source="store.public_id")
    name = serializers.CharField(source="store.name")
    country = serializers.CharField(source="store.country")
    city = serializers.CharField(source="store.city")
    record = StoreRecordSerializer()
    reviews = OrderReviewSerializer(many=True)


class ListingSerializer(serializers.Serializer):
    """Something a store sells (O-10). `price`: of one piece, when it was last sold."""

    id = serializers.CharField(source="listing.public_id")
    title = serializers.CharField(source="listing.title")
    category = serializers.CharField(source="listing.category")
    store = serializers.SerializerMethodField()
    price = MoneyField(allow_null=True)
    warranty_months = serializers.IntegerField(help_text="0: none.")
    record = StoreRecordSerializer(help_text="The store's.")

    @extend_schema_field(OrderPartySerializer)
    def get_store(self, found: ListingFacts) -> dict[str, str]:
        return {"id": found.listing.store.public_id, "name": found.listing.store.name}


class HeldSerializer(serializers.Serializer):
    """How many orders were put on hold."""

    held = serializers.IntegerField()
