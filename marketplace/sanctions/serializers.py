"""A sanction in the API: what comes in, and how it goes out. Whom it burdens reads the same as staff, but for who did it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from marketplace.core import facts
from marketplace.core.contests import Contests
from marketplace.core.serializers import MomentField, StrictSerializer, TextField

from .models import KINDS, Kind, Sanction, State
from .services import LONGEST_RULE, LONGEST_STATEMENT

#: More than the service takes, so that it can say in words how much is too much.
ROOM = 4


class ImposeSerializer(StrictSerializer):
    """What is imposed by hand. `target`: the public id of a listing, a store or a person."""

    target = TextField(max_length=40)
    kind = TextField(max_length=40, help_text=", ".join(Kind.values))
    statement = TextField(max_length=LONGEST_STATEMENT * ROOM, allow_blank=True)
    rule = TextField(max_length=LONGEST_RULE * ROOM, allow_blank=True)
    ends_at = MomentField(required=False, allow_null=True, default=None)
    points = serializers.IntegerField(required=False, default=0, min_value=0, max_value=10_000)


class TakeBackSerializer(StrictSerializer):
    """Why it is taken back."""

    note = TextField(max_length=LONGEST_STATEMENT * ROOM, allow_blank=True)


class SanctionTargetSerializer(serializers.Serializer):
    """What it is against."""

    kind = serializers.ChoiceField(choices=list(KINDS), source="target_kind")
    id = serializers.CharField(source="target.public_id")
    name = serializers.CharField(source="target_name")


class SanctionActionSerializer(serializers.Serializer):
    """Something that you may do now: `POST …/{action}/`."""

    action = serializers.CharField()
    until = MomentField(allow_null=True)


class SanctionEventSerializer(serializers.Serializer):
    """One line of the timeline."""

    action = serializers.CharField()
    by = serializers.CharField(help_text="person, staff or system")
    at = MomentField()

    def get_fields(self) -> dict[str, serializers.Field]:
        """`from` is a word of Python's, so these two are added by name."""
        ends = {"from": serializers.CharField(allow_null=True), "to": serializers.CharField()}
        return {**super().get_fields(), **ends}


class SanctionSerializer(serializers.Serializer):
    """A sanction (C-07): what was taken, why, by which rule, until when. `cause`: what decided it; its own id: by hand."""

    id = serializers.CharField()
    target = SanctionTargetSerializer(source="sanction")
    kind = serializers.ChoiceField(choices=Kind.choices)
    status = serializers.ChoiceField(choices=State.choices)
    cause = serializers.CharField()
    rule = serializers.CharField()
    statement = serializers.CharField()
    points = serializers.IntegerField()
    starts_at = MomentField()
    ends_at = MomentField(allow_null=True, help_text="Null: until it is taken back.")
    ended_at = MomentField(allow_null=True)
    note = serializers.CharField(help_text="Why it was taken back.")
    appeal_until = MomentField(help_text="Until when it can be contested (A-07).")
    available_actions = SanctionActionSerializer(many=True)
    events = SanctionEventSerializer(many=True)
    version = serializers.IntegerField()

    def to_representation(self, instance: Sanction) -> dict[str, Any]:
        view = self.context["view"]
        return dict(super().to_representation(_facts(instance, view.actor, view.contests)))


def _facts(sanction: Sanction, actor: Any, contests: Contests) -> dict[str, Any]:
    plain = (
        "kind", "cause", "rule", "statement", "points", "starts_at", "ends_at", "ended_at", "note", "version",
    )  # fmt: skip
    return {name: getattr(sanction, name) for name in plain} | {
        "id": sanction.public_id,
        "sanction": sanction,
        "status": sanction.state,
        "appeal_until": contests.until(sanction.starts_at),
        "available_actions": facts.available_actions(sanction, actor, named=_named),
        "events": [facts.happening(event, _named(event.verb)) for event in sanction.events.all()],
    }


def _named(verb: str) -> str:
    return facts.endpoint_of(verb, {})
