"""How a report goes out, to its reader."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from marketplace.appeals import services as appeals
from marketplace.core.outages import spans
from marketplace.core.serializers import MomentField

from .. import reading
from ..kinds import Category
from ..models import Report, State
from ..services import appealing


class ReportActionSerializer(serializers.Serializer):
    """Something that you may do now: `POST …/{action}/`."""

    action = serializers.CharField()
    until = MomentField(allow_null=True)


class ReportDefaultSerializer(serializers.Serializer):
    """What happens if nobody acts."""

    at = MomentField(allow_null=True)
    action = serializers.CharField(allow_null=True)
    waiting_for = serializers.CharField()


class ReportStatementSerializer(serializers.Serializer):
    """What somebody said."""

    kind = serializers.CharField()
    by = serializers.CharField(help_text="reporter, respondent or moderator")
    text = serializers.CharField()
    at = MomentField()


class ReportDecisionSerializer(serializers.Serializer):
    """What was decided, and why."""

    id = serializers.CharField()
    outcome = serializers.CharField()
    reason_code = serializers.CharField()
    facts = serializers.CharField()
    sanctions = serializers.ListField(child=serializers.DictField())
    false_data = serializers.BooleanField()
    decided_at = MomentField()
    after_review = serializers.BooleanField()


class ReportEventSerializer(serializers.Serializer):
    """One line of the timeline."""

    action = serializers.CharField()
    by = serializers.CharField(help_text="reporter, respondent, moderator or system")
    at = MomentField()

    def get_fields(self) -> dict[str, serializers.Field]:
        """`from` is a word of Python's, so these two are added by name."""
        ends = {"from": serializers.CharField(allow_null=True), "to": serializers.CharField()}
        return {**super().get_fields(), **ends}


class ShownTargetSerializer(serializers.Serializer):
    """What is reported. `report`: the report that a counter-report answers."""

    type = serializers.CharField()
    id = serializers.CharField()


class ShownContactSerializer(serializers.Serializer):
    """The reporter's contact details, where you may read them."""

    name = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()


class ReportAppealSerializer(serializers.Serializer):
    """That it was appealed; all of it is at `/appeals/{id}/`."""

    id = serializers.CharField()
    by = serializers.CharField(help_text="reporter, seller or respondent")
    status = serializers.CharField()


class ReportSerializer(serializers.Serializer):
    """A report, to you."""

    id = serializers.CharField()
    role = serializers.CharField(help_text="Your part: reporter, respondent or moderator.")
    category = serializers.ChoiceField(choices=Category.choices)
    target = ShownTargetSerializer()
    order = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(choices=State.choices)
    answers = serializers.DictField()
    description = serializers.CharField()
    contact = ShownContactSerializer(allow_null=True)
    evidence = serializers.ListField(child=serializers.CharField())
    statements = ReportStatementSerializer(many=True)
    heard_until = MomentField(allow_null=True, help_text="The other side was asked, and has time until then.")
    responded_at = MomentField(allow_null=True)
    decision = ReportDecisionSerializer(allow_null=True)
    appeal = ReportAppealSerializer(allow_null=True, help_text="Your side's; for moderators the newest.")
    tracking_due_at = MomentField(allow_null=True)
    tracking_result = serializers.CharField()
    counter_to = serializers.CharField(allow_null=True)
    submitted_at = MomentField()
    ended_at = MomentField(allow_null=True)
    due_at = MomentField(allow_null=True)
    next_default = ReportDefaultSerializer(allow_null=True)
    available_actions = ReportActionSerializer(many=True)
    events = ReportEventSerializer(many=True)
    version = serializers.IntegerField()

    def to_representation(self, instance: Report) -> dict[str, Any]:
        return dict(super().to_representation(_facts(instance, self.context["view"].actor, self.outages)))

    @cached_property
    def outages(self) -> list[list[str]]:
        """Read once an answer: of a list, one serializer writes every row."""
        return spans()


def _facts(report: Report, actor: Any, outages: list[list[str]]) -> dict[str, Any]:
    plain = (
        "category", "answers", "description", "responded_at", "tracking_result",
        "submitted_at", "ended_at", "version",
    )  # fmt: skip
    until = report.due_at if report.due_verb and not reading.hides_question(report, actor) else None
    return {name: getattr(report, name) for name in plain} | {
        "id": report.public_id,
        "heard_until": report.heard_end,
        "tracking_due_at": report.tracking_end,
        "role": report.role_of(actor),
        "target": reading.target_for(report, actor),
        "order": report.order.public_id if report.order else None,
        "status": reading.state_for(report, actor),
        "due_at": reading.due_for(report, actor),
        "next_default": reading.default_for(report, actor),
        "contact": reading.contact_for(report, actor),
        "evidence": [each.evidence.public_id for each in reading.files_for(report, actor)],
        "statements": [
            {"kind": each.kind, "by": each.role, "text": each.text, "at": each.at}
            for each in reading.statements_for(report, actor)
        ],
        "decision": reading.decision_for(report, actor),
        "appeal": reading.appeal_for(report, actor),
        "counter_to": report.counter_to.public_id if report.counter_to else None,
        "available_actions": [
            {"action": verb.replace("_", "-"), "until": until} for verb in report.verbs_for(actor)
        ]
        + _appeal_action(report, actor, outages),
        "events": _events(report, actor),
    }


def _appeal_action(report: Report, actor: Any, outages: list[list[str]]) -> list[dict[str, Any]]:
    """`appeal`, while it is open to this reader (A-07)."""
    decision = reading.decision_of(report)
    if decision is None or not appealing.may_appeal(report, actor) or reading.appeal_for(report, actor):
        return []
    until = appeals.ends_at(appealing.window_of(report, decision.decided_at), outages)
    return [{"action": "appeal", "until": until}] if timezone.now() < until else []


def _events(report: Report, actor: Any) -> list[dict[str, Any]]:
    """The respondent's timeline begins when they were asked, and knows nothing of what the reporter was asked for."""
    events = list(report.events.all())
    shown: dict[str, str] = {}
    if reading.is_other_side(report, actor):
        shown = {State.INFO_REQUESTED: State.UNDER_REVIEW}
        events = [each for each in events if each.verb not in reading.REPORTER_ONLY]
    return [
        {
            "action": e.verb.replace("_", "-"),
            "by": e.role,
            "at": e.at,
            "from": shown.get(e.from_state, e.from_state) or None,
            "to": shown.get(e.to_state, e.to_state),
        }
        for e in events
    ]
