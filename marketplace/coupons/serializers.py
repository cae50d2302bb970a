"""Compensation in the API: what comes in with a choice, and how offers and coupons go out."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from marketplace.core import facts
from marketplace.core.serializers import MomentField, MoneyField, StrictSerializer, TextField

from .models import Coupon, CouponOffer

#: More than the policy takes, so that the service can say in words how many are too many.
ROOM = 100


class SplitSerializer(StrictSerializer):
    """The coupons that you want: their amounts, in major units, add up to the sum exactly."""

    pieces = serializers.ListField(
        child=TextField(max_length=40), max_length=ROOM, help_text='["5.00", "15.00"]'
    )


class CouponActionSerializer(serializers.Serializer):
    """Something that you may do now: `POST …/{action}/`."""

    action = serializers.CharField()
    until = MomentField(allow_null=True)


class CouponDefaultSerializer(serializers.Serializer):
    """What happens if nobody acts."""

    at = MomentField(allow_null=True)
    action = serializers.CharField(allow_null=True)
    waiting_for = serializers.CharField()


class CouponSerializer(serializers.Serializer):
    """One coupon of yours. Its id is what an order's payment by the method `coupon` names."""

    id = serializers.CharField()
    offer = serializers.CharField()
    cause = serializers.CharField(help_text="The case that gave it.")
    status = serializers.ChoiceField(choices=Coupon.State.choices)
    amount = MoneyField()
    spent = MoneyField(help_text="How much of it the order took; the rest is lost.")
    issued_at = MomentField()
    use_before = MomentField()
    ended_at = MomentField(allow_null=True)
    version = serializers.IntegerField()

    def to_representation(self, instance: Coupon) -> dict[str, Any]:
        return dict(super().to_representation(_coupon(instance)))


class CouponOfferSerializer(serializers.Serializer):
    """A sum that you get in coupons."""

    id = serializers.CharField()
    cause = serializers.CharField(help_text="The case that gave it.")
    status = serializers.ChoiceField(choices=CouponOffer.State.choices)
    amount = MoneyField()
    most_pieces = serializers.IntegerField(help_text="Into so many coupons it can be split.")
    offered_at = MomentField()
    due_at = MomentField(allow_null=True)
    issued_at = MomentField(allow_null=True)
    coupons = CouponSerializer(many=True)
    next_default = CouponDefaultSerializer(allow_null=True)
    available_actions = CouponActionSerializer(many=True)
    version = serializers.IntegerField()

    def to_representation(self, instance: CouponOffer) -> dict[str, Any]:
        return dict(super().to_representation(_offer(instance, self.context["view"].actor)))


def _coupon(coupon: Coupon) -> dict[str, Any]:
    names = ("issued_at", "ended_at", "version")
    return {name: getattr(coupon, name) for name in names} | {
        "id": coupon.public_id,
        "offer": coupon.offer.public_id,
        "cause": coupon.offer.source,
        "status": coupon.state,
        "amount": coupon.money,
        "spent": coupon.worth(coupon.spent),
        "use_before": coupon.use_before,
    }


def _offer(offer: CouponOffer, actor: Any) -> dict[str, Any]:
    names = ("offered_at", "due_at", "issued_at", "version")
    return {name: getattr(offer, name) for name in names} | {
        "id": offer.public_id,
        "cause": offer.source,
        "status": offer.state,
        "amount": offer.money,
        "most_pieces": offer.policy.coupon_max_pieces,
        "coupons": [_of(offer, each) for each in sorted(offer.coupons.all(), key=lambda each: each.pk)],
        "next_default": facts.next_default(offer),
        "available_actions": facts.available_actions(offer, actor, named=_named),
    }


def _named(verb: str) -> str:
    return facts.endpoint_of(verb, {"choose_pieces": "split"})


def _of(offer: CouponOffer, coupon: Coupon) -> Coupon:
    coupon.offer = offer  # it was read along with its policy
    return coupon
