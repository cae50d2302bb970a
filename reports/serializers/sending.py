"""What comes in with each verb of a report."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from marketplace.core.serializers import MomentField, StrictSerializer, TextField

from ..kinds import MOST_LISTINGS, Category
from ..models import State

#: More than the service takes, so that it can say in words how much is too much.
ROOM = 20_000


class ReportTargetSerializer(StrictSerializer):
    """What is reported."""

    type = TextField(max_length=40, help_text="order, listing, store or user")
    id = TextField(max_length=40)


class ReportContactSerializer(StrictSerializer):
    """Where we reach you about this report; what is missing is taken from your account."""

    name = TextField(max_length=200, allow_blank=True, default="")
    email = TextField(max_length=254, allow_blank=True, default="")
    phone = TextField(max_length=60, allow_blank=True, default="")


class FilesField(serializers.ListField):
    """Ids of your own files."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=TextField(max_length=40), max_length=100, **kwargs)


class ReportFilterSerializer(serializers.Serializer):
    """The filters of the list."""

    status = serializers.ChoiceField(choices=State.choices, required=False)
    category = serializers.ChoiceField(choices=Category.choices, required=False)
    q = serializers.CharField(required=False, max_length=200, help_text="The number of a report.")


class SubmitReportSerializer(StrictSerializer):
    """What you report. `answers` by category; an answer that does not fit is named `answers.x`.

    Sending a report of copies states that all in it is true, and that you believe in good faith that the use is not allowed;
    `answers.true_statement` may say so (`true`) and never the contrary. Its `listings` are 1 to 50 numbers or links; `registration_number` may be missing for `copyright` only. Who owns the right, or acts for its owner, adds a proof
    as `evidence`, with the report or later: a moderator asks for one that is missing.
    """

    category = TextField(max_length=40, help_text=", ".join(Category.values))
    target = ReportTargetSerializer()
    answers = serializers.DictField(default=dict)
    description = TextField(max_length=ROOM, allow_blank=True)
    evidence = FilesField(default=list)
    contact = ReportContactSerializer(default=dict)
    show_name = serializers.BooleanField(
        default=False, help_text="May the other side read your name? Only for reports of copies."
    )
    message = TextField(
        max_length=40, allow_blank=True, default="", help_text="A message that was sent to you."
    )


class SayOnReportSerializer(StrictSerializer):
    """Words, and files."""

    text = TextField(max_length=ROOM, allow_blank=True)
    evidence = FilesField(default=list)


class RespondToReportSerializer(SayOnReportSerializer):
    """Your side. `counter_notice`: against a report of copies, that the use is allowed."""

    counter_notice = serializers.BooleanField(default=False)


class AssignReportSerializer(StrictSerializer):
    """`unheard_reason`: which law forbids that the other side is asked. `also`: reports on the same target."""

    unheard_reason = TextField(max_length=ROOM, allow_blank=True, default="")
    also = FilesField(default=list)


#: each kind once, and two of each listing that a report can name
MOST_SANCTIONS = 10 + 2 * MOST_LISTINGS


class DecideReportSerializer(StrictSerializer):
    """`outcome`: upheld or dismissed. `sanctions`: each a `kind`, and where wanted `ends_at`, the `points` of a strike, and the
    `listing`, where several were reported. `tracking_due_at`: by when the seller gives valid tracking (7 days)."""

    outcome = TextField(max_length=40)
    facts = TextField(max_length=ROOM, allow_blank=True)
    reason_code = TextField(max_length=ROOM, allow_blank=True)
    sanctions = serializers.ListField(child=serializers.DictField(), default=list, max_length=MOST_SANCTIONS)
    false_data = serializers.BooleanField(default=False)
    tracking_due_at = MomentField(required=False, allow_null=True, default=None)
    unheard_reason = TextField(max_length=ROOM, allow_blank=True, default="")
    also = FilesField(default=list)
