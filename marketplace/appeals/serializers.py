"""An appeal in the API: what comes in with each verb, and how an appeal goes out."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from marketplace.core import facts
from marketplace.core.access import Actor
from marketplace.core.serializers import (
    AvailableActionSerializer,
    MomentField,
    MoneyField,
    StrictSerializer,
    TextField,
)

from . import access
from .models import BY_PEOPLE, OUTCOMES, Appeal, Kind, State
from .services import LONGEST_FACTS

#: more than the service takes, so that it can say in words how much is too much
ROOM = 4
LONGEST_TEXT = 20_000


class AppealFilterSerializer(serializers.Serializer):
    """The filters of the list."""

    status = serializers.ChoiceField(choices=State.choices, required=False)


class AppealTextSerializer(StrictSerializer):
    """What was missed, and further files (A-01)."""

    text = TextField(max_length=LONGEST_TEXT, allow_blank=True)
    evidence = serializers.ListField(child=TextField(max_length=40), default=list, max_length=100)


class NewAppealSerializer(AppealTextSerializer):
    """An appeal, and against what."""

    kind = serializers.ChoiceField(choices=BY_PEOPLE)
    about = TextField(max_length=40, help_text="The id of the decision, report or sanction")


class AnswerAppealSerializer(StrictSerializer):
    """The reviewer's answer, with the reasons (A-03)."""

    outcome = serializers.ChoiceField(choices=OUTCOMES)
    facts = TextField(max_length=LONGEST_FACTS * ROOM, allow_blank=True)
    compensation = MoneyField(
        required=False, allow_null=True, default=None, help_text="From the platform's own account (A-03)"
    )


class AppealFileSerializer(serializers.Serializer):
    """A file that was sent with it."""

    evidence = serializers.CharField()


class AppealDefaultSerializer(serializers.Serializer):
    """Who is waited for, and by when the answer is planned. Nothing is decided by a clock."""

    at = MomentField(allow_null=True)
    action = serializers.CharField(allow_null=True)
    waiting_for = serializers.CharField()


class AppealEventSerializer(serializers.Serializer):
    """One line of the timeline."""

    action = serializers.CharField()
    by = serializers.CharField(
        help_text="buyer, seller, person, reporter, respondent, reviewer, staff or system"
    )
    at = MomentField()

    def get_fields(self) -> dict[str, serializers.Field]:
        """`from` is a word of Python's, so these two are added by name."""
        ends = {"from": serializers.CharField(allow_null=True), "to": serializers.CharField()}
        return {**super().get_fields(), **ends}


class ReviewerSerializer(serializers.Serializer):
    """Who looks at it; only staff read that."""

    id = serializers.CharField()
    name = serializers.CharField()


class AppealSerializer(serializers.Serializer):
    """An appeal, to you. The other side of a dispute reads that there is one and its answer, not what was written."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    about = serializers.CharField()
    by = serializers.CharField(help_text="buyer, seller, person, reporter or respondent")
    status = serializers.ChoiceField(choices=State.choices)
    text = serializers.CharField()
    files = AppealFileSerializer(many=True)
    reviewer = ReviewerSerializer(allow_null=True)
    facts = serializers.CharField(help_text="The statement of reasons, once it is answered")
    compensation = MoneyField(allow_null=True)
    submitted_at = MomentField()
    decided_at = MomentField(allow_null=True)
    due_at = MomentField(allow_null=True)
    next_default = AppealDefaultSerializer(allow_null=True)
    available_actions = AvailableActionSerializer(many=True)
    events = AppealEventSerializer(many=True)
    version = serializers.IntegerField()

    def to_representation(self, instance: Appeal) -> dict[str, Any]:
        return dict(super().to_representation(_facts(instance, self.context["view"].actor)))


def _facts(appeal: Appeal, actor: Actor) -> dict[str, Any]:
    plain = ("kind", "about", "facts", "submitted_at", "decided_at", "due_at", "version")
    reads = access.reads_text(actor, appeal)
    files = [each.evidence for each in appeal.files.all() if each.evidence.removed_at is None]
    return {name: getattr(appeal, name) for name in plain} | {
        "id": appeal.public_id,
        "by": appeal.by_side,
        "status": appeal.state,
        "text": appeal.text if reads else "",
        "files": [{"evidence": each.public_id} for each in files] if reads else [],
        "reviewer": facts.person(appeal.reviewer) if appeal.reviewer and actor.is_staff else None,
        "compensation": appeal.compensated,
        "next_default": facts.next_default(appeal),
        "available_actions": facts.available_actions(appeal, actor, named=_named),
        "events": [
            facts.happening(event, _named(event.verb))
            for event in appeal.events.all()
            if actor.is_staff or event.verb not in access.AMONG_STAFF
        ],
    }


def _named(verb: str) -> str:
    return facts.endpoint_of(verb, {})
