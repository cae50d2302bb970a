"""What comes in with each verb of an order."""

from __future__ import annotations

from rest_framework import serializers

from marketplace.core.serializers import MomentField, StrictSerializer, TextField
from marketplace.messaging.services import LONGEST as LONGEST_MESSAGE

from ..models import State, TrackingEvent
from ..services.rating import LONGEST as LONGEST_RATING
from ..services.suspicion import LONGEST as LONGEST_WORDS

#: More than the service takes, so that it can say in words how much is too much.
ROOM = 4


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


class ClearDoubtsSerializer(StrictSerializer):
    """Why a moderator believes the tracking; both sides read it. Without `shipment`: of every doubtful parcel."""

    reason = TextField(max_length=LONGEST_WORDS * ROOM, allow_blank=True)
    shipment = TextField(max_length=40, allow_blank=True, default="")


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
