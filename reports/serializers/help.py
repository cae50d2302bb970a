"""How the help for moderators goes out (C-09)."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from marketplace.core.serializers import MoneyField

from ..help.earlier import Earlier


class HelpListingSerializer(serializers.Serializer):
    """A listing."""

    id = serializers.CharField(source="public_id")
    title = serializers.CharField()
    store = serializers.CharField(source="store.public_id")


class AlikeSerializer(serializers.Serializer):
    """One listing with nearly the same title."""

    listing = HelpListingSerializer()
    points = serializers.IntegerField(help_text="How alike, of 100.")
    same_store = serializers.BooleanField()
    price = MoneyField(allow_null=True, help_text="Of one piece, as it was last sold.")


class AlikesSerializer(serializers.Serializer):
    """The most alike ones. `listing` null: the shop lists these words again and again."""

    listing = HelpListingSerializer(allow_null=True)
    total = serializers.IntegerField()
    at_least = serializers.BooleanField(help_text="There may be more than `total`.")
    same_store = serializers.IntegerField()
    rows = AlikeSerializer(many=True)


class PriceFindingSerializer(serializers.Serializer):
    """A price beside those of its category; half of those lie between `low` and `high`."""

    listing = HelpListingSerializer()
    price = MoneyField()
    side = serializers.CharField(help_text="below, above or usual; unknown: too few to compare with")
    listings = serializers.IntegerField(source="usual.listings", default=0)
    low = MoneyField(allow_null=True)
    middle = MoneyField(allow_null=True)
    high = MoneyField(allow_null=True)


class ForbiddenWordsSerializer(serializers.Serializer):
    """Words for goods that a country forbids; `country` empty: forbidden everywhere."""

    thing = serializers.CharField(source="thing.public_id")
    text = serializers.CharField()
    words = serializers.CharField()
    goods = serializers.CharField()
    country = serializers.CharField()


class TallySerializer(serializers.Serializer):
    """How earlier reports ended."""

    total = serializers.IntegerField()
    open = serializers.IntegerField()
    upheld = serializers.IntegerField()
    dismissed = serializers.IntegerField()
    withdrawn = serializers.IntegerField()
    false = serializers.IntegerField(help_text="With false data.")


class EarlierSerializer(serializers.Serializer):
    """What was reported and decided before about the same shop or person; and what else the reporter sent."""

    tally = TallySerializer()
    on_same_thing = serializers.IntegerField()
    reports = serializers.ListField(child=serializers.CharField(), help_text="Numbers; the same thing first.")
    sanctions = serializers.ListField(child=serializers.CharField(), help_text="Numbers, the newest first.")
    points = serializers.IntegerField(allow_null=True, help_text="Of the shop's strikes, today.")
    by_reporter = TallySerializer()

    def to_representation(self, instance: Earlier) -> dict[str, Any]:
        numbers = {
            "reports": [each.report.public_id for each in instance.reports],
            "sanctions": [each.public_id for each in instance.sanctions],
        }
        return dict(super().to_representation({**vars(instance), **numbers}))


class ReportHelpSerializer(serializers.Serializer):
    """Help for a moderator. It decides nothing."""

    alike = AlikesSerializer(many=True)
    prices = PriceFindingSerializer(many=True)
    words = ForbiddenWordsSerializer(many=True)
    earlier = EarlierSerializer()
