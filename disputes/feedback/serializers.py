"""Feedback in the API: what comes in, and how it goes out to its own side and to lead mediators."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from marketplace.appeals.serializers import LONGEST_TEXT, AppealDefaultSerializer, AppealEventSerializer
from marketplace.core import facts
from marketplace.core.access import Actor
from marketplace.core.serializers import AvailableActionSerializer, MomentField, StrictSerializer, TextField

from .models import Feedback, Side, State
from .services import FAIRNESS, LONGEST_REASON

#: more than the service takes, so that it can say in words how much is too much
ROOM = 4


class FeedbackFilterSerializer(serializers.Serializer):
    """The filters of the list."""

    status = serializers.ChoiceField(choices=State.choices, required=False)


class GiveFeedbackSerializer(StrictSerializer):
    """How we handled the dispute, 1 (very bad) to 5; the three questions about fairness may be left out (A-06)."""

    rating = serializers.IntegerField()
    text = TextField(max_length=LONGEST_TEXT, allow_blank=True, default="")
    heard = serializers.IntegerField(allow_null=True, default=None, help_text="1 (not at all) to 5 (fully)")
    respected = serializers.IntegerField(allow_null=True, default=None)
    understood = serializers.IntegerField(allow_null=True, default=None)


class SetAsideSerializer(StrictSerializer):
    """Why there is no second look; its side reads it."""

    reason = TextField(max_length=LONGEST_REASON * ROOM, allow_blank=True)


class FeedbackSerializer(serializers.Serializer):
    """What a side said about the handling of its dispute, and what followed. The other side never reads it."""

    id = serializers.CharField()
    dispute = serializers.CharField()
    by = serializers.ChoiceField(choices=Side.choices)
    status = serializers.ChoiceField(choices=State.choices)
    rating = serializers.IntegerField()
    text = serializers.CharField()
    heard = serializers.IntegerField(allow_null=True)
    respected = serializers.IntegerField(allow_null=True)
    understood = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField(help_text="Why it was set aside")
    given_at = MomentField()
    handled_at = MomentField(allow_null=True)
    due_at = MomentField(allow_null=True)
    next_default = AppealDefaultSerializer(allow_null=True)
    available_actions = AvailableActionSerializer(many=True)
    events = AppealEventSerializer(many=True)
    version = serializers.IntegerField()

    def to_representation(self, instance: Feedback) -> dict[str, Any]:
        return dict(super().to_representation(_facts(instance, self.context["view"].actor)))


def _facts(feedback: Feedback, actor: Actor) -> dict[str, Any]:
    plain = ("rating", "text", *FAIRNESS, "reason", "given_at", "handled_at", "due_at", "version")
    return {name: getattr(feedback, name) for name in plain} | {
        "id": feedback.public_id,
        "dispute": feedback.dispute.public_id,
        "by": feedback.side,
        "status": feedback.state,
        "next_default": facts.next_default(feedback),
        "available_actions": facts.available_actions(feedback, actor, named=_named),
        "events": [facts.happening(event, _named(event.verb)) for event in feedback.events.all()],
    }


def _named(verb: str) -> str:
    return facts.endpoint_of(verb, {})
