"""A warranty claim in the API: what comes in with each verb, and how a claim goes out."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from marketplace.core import facts
from marketplace.core.serializers import MomentField, MoneyField, StrictSerializer, TextField

from .models import Remedy, State, WarrantyClaim
from .services import LONGEST_NOTE

#: More than the service takes, so that it can say in words how much is too much.
ROOM = 4


class RequestSerializer(StrictSerializer):
    """What the buyer asks. `amount` only for a refund; without it: all that was paid for the item."""

    line = TextField(max_length=40)
    remedy = TextField(max_length=40, help_text=", ".join(Remedy.values))
    description = TextField(max_length=20_000, allow_blank=True)
    amount = MoneyField(required=False, allow_null=True, default=None)
    evidence = serializers.ListField(child=TextField(max_length=40), default=list, max_length=100)


class RefuseClaimSerializer(StrictSerializer):
    """Why not."""

    note = TextField(max_length=LONGEST_NOTE * ROOM, allow_blank=True)


class ShipPartSerializer(StrictSerializer):
    """The parcel with the part, or with the new one."""

    carrier = TextField(max_length=120, allow_blank=True, default="")
    tracking_number = TextField(max_length=120, allow_blank=True)


class ReceiptSerializer(StrictSerializer):
    """The receipt of the repair: its sum, and a photo or scan of it."""

    amount = MoneyField()
    evidence = serializers.ListField(child=TextField(max_length=40), max_length=100)


class WarrantyActionSerializer(serializers.Serializer):
    """Something that you may do now: `POST …/{action}/`."""

    action = serializers.CharField()
    until = MomentField(allow_null=True)


class WarrantyDefaultSerializer(serializers.Serializer):
    """What happens if nobody acts. No money moves by itself."""

    at = MomentField(allow_null=True)
    action = serializers.CharField(allow_null=True)
    waiting_for = serializers.CharField()


class WarrantyFileSerializer(serializers.Serializer):
    """A file of the claim."""

    evidence = serializers.CharField()
    is_receipt = serializers.BooleanField()


class WarrantyEventSerializer(serializers.Serializer):
    """One line of the timeline."""

    action = serializers.CharField()
    by = serializers.CharField(help_text="buyer, seller, staff or system")
    at = MomentField()

    def get_fields(self) -> dict[str, serializers.Field]:
        """`from` is a word of Python's, so these two are added by name."""
        ends = {"from": serializers.CharField(allow_null=True), "to": serializers.CharField()}
        return {**super().get_fields(), **ends}


class WarrantyClaimSerializer(serializers.Serializer):
    """A claim under a warranty, to you."""

    id = serializers.CharField()
    order = serializers.CharField()
    line = serializers.CharField()
    title = serializers.CharField()
    status = serializers.ChoiceField(choices=State.choices)
    remedy = serializers.ChoiceField(choices=Remedy.choices)
    description = serializers.CharField()
    amount = MoneyField(allow_null=True, help_text="Asked for, or on the receipt.")
    paid = MoneyField(help_text="What the seller paid from the balance.")
    carrier = serializers.CharField()
    tracking_number = serializers.CharField()
    shipped_at = MomentField(allow_null=True)
    note = serializers.CharField(help_text="Why the seller refused.")
    files = WarrantyFileSerializer(many=True)
    requested_at = MomentField()
    ended_at = MomentField(allow_null=True)
    due_at = MomentField(allow_null=True)
    next_default = WarrantyDefaultSerializer(allow_null=True)
    available_actions = WarrantyActionSerializer(many=True)
    events = WarrantyEventSerializer(many=True)
    version = serializers.IntegerField()

    def to_representation(self, instance: WarrantyClaim) -> dict[str, Any]:
        return dict(super().to_representation(_facts(instance, self.context["view"].actor)))


def _facts(claim: WarrantyClaim, actor: Any) -> dict[str, Any]:
    plain = (
        "remedy", "description", "carrier", "tracking_number", "shipped_at", "note", "requested_at", "ended_at",
        "due_at", "version",
    )  # fmt: skip
    files = [each for each in claim.files.all() if each.evidence.removed_at is None]
    return {name: getattr(claim, name) for name in plain} | {
        "id": claim.public_id,
        "order": claim.order.public_id,
        "line": claim.line.public_id,
        "title": claim.line.title,
        "status": claim.state,
        "amount": claim.money(claim.amount) if claim.amount is not None else None,
        "paid": claim.money(claim.paid),
        "files": [{"evidence": each.evidence.public_id, "is_receipt": each.is_receipt} for each in files],
        "next_default": facts.next_default(claim),
        "available_actions": facts.available_actions(claim, actor, named=_named),
        "events": [facts.happening(event, _named(event.verb)) for event in claim.events.all()],
    }


def _named(verb: str) -> str:
    return facts.endpoint_of(verb, {})
