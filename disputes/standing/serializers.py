"""Standing in the API: figures, flags and what is restricted. The peers' own line is for staff alone."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from marketplace.core import facts
from marketplace.core.access import Actor
from marketplace.core.contests import Contests
from marketplace.core.serializers import MomentField, MoneyField, StrictSerializer, TextField
from marketplace.sanctions.models import Kind
from marketplace.sanctions.serializers import SanctionTargetSerializer

from . import access
from .models import OPEN, Flag, Ground, Outcome, State
from .reading import CLOSED, FLAGGED, GOOD, LIMITED, Standing, fact_words, sums_of
from .services import LONGEST_REASONS

#: More than the service takes, so that it can say in words how much is too much.
ROOM = 4


class FlagFilterSerializer(serializers.Serializer):
    """The filters of the list."""

    status = serializers.ChoiceField(choices=State.choices, required=False)
    user = serializers.CharField(required=False, max_length=40, help_text="The id of a person.")


class ReviewSerializer(StrictSerializer):
    """What follows, with the statement of reasons. `until` ends a limit or a suspension."""

    outcome = TextField(max_length=20, help_text=", ".join(Outcome.values))
    facts = TextField(max_length=LONGEST_REASONS * ROOM, allow_blank=True)
    until = MomentField(required=False, allow_null=True, default=None)


class SendBackSerializer(StrictSerializer):
    """Why the second person does not agree."""

    note = TextField(max_length=LONGEST_REASONS, allow_blank=True)


class StatementSerializer(StrictSerializer):
    """The person's side, in their own words."""

    text = TextField(max_length=20_000, allow_blank=True)


class SumsSerializer(serializers.Serializer):
    """In one currency: paid for orders, asked for in disputes, got back."""

    paid = MoneyField()
    asked = MoneyField()
    back = MoneyField()


class OutcomesSerializer(serializers.Serializer):
    """How the disputes ended; what a clock, a bank or staff ended is in none of them (B-06)."""

    open = serializers.IntegerField()
    won = serializers.IntegerField()
    partly = serializers.IntegerField()
    lost = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    fraud = serializers.IntegerField()


class PeersSerializer(serializers.Serializer):
    """The rates of all buyers with enough orders. For staff: the 95th percentile, and how many buyers."""

    median = serializers.FloatField(allow_null=True)
    p95 = serializers.FloatField(allow_null=True)
    population = serializers.IntegerField(allow_null=True)


class FiguresSerializer(serializers.Serializer):
    """The last `days` days. `rate`: disputes an order; `low` and `high`: its 95 % range, for staff (`for_staff` in the context)."""

    days = serializers.IntegerField()
    orders = serializers.IntegerField()
    disputes = serializers.IntegerField()
    rate = serializers.FloatField()
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    outcomes = OutcomesSerializer(source="*")
    decided = serializers.IntegerField()
    decided_against = serializers.IntegerField(source="against")
    counterparties = serializers.IntegerField()
    small_numbers = serializers.BooleanField()
    sums = SumsSerializer(many=True)
    counted_at = MomentField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        row = dict(super().to_representation(_Shown(instance)))
        if not self.context["for_staff"]:
            row |= {"low": None, "high": None}
        return row


class _Shown:
    """Figures with their sums as money."""

    def __init__(self, figures: Any) -> None:
        self._figures = figures
        self.sums = sums_of(figures)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._figures, name)


class BuyerFiguresSerializer(FiguresSerializer):
    """A buyer's, beside those of all buyers."""

    peers = PeersSerializer(source="*")

    def to_representation(self, instance: Any) -> dict[str, Any]:
        row = super().to_representation(instance)
        if not self.context["for_staff"]:
            row["peers"] |= {"p95": None, "population": None}
        return row


class StoreFiguresSerializer(FiguresSerializer):
    """A store's, from its side (B-05)."""

    store = serializers.CharField(source="store.public_id")
    silent = serializers.IntegerField()
    false_tracking = serializers.IntegerField()
    off_platform = serializers.IntegerField()


class FlagActionSerializer(serializers.Serializer):
    """Something that you may do now: `POST /flags/{id}/{action}/`."""

    action = serializers.CharField()
    until = MomentField(allow_null=True)


class FlagDefaultSerializer(serializers.Serializer):
    """Who is waited for. Nothing happens by itself; `at` is a target date."""

    at = MomentField(allow_null=True)
    action = serializers.CharField(allow_null=True)
    waiting_for = serializers.CharField()


class FlagSerializer(serializers.Serializer):
    """A flag on an account, to its person and to staff."""

    id = serializers.CharField(source="public_id")
    user = serializers.CharField(source="user.public_id")
    ground = serializers.ChoiceField(choices=Ground.choices)
    status = serializers.ChoiceField(choices=State.choices, source="state")
    why = serializers.SerializerMethodField()
    facts = serializers.SerializerMethodField()
    raised_at = MomentField()
    statement = serializers.CharField()
    stated_at = MomentField(allow_null=True)
    outcome = serializers.CharField()
    reasons = serializers.CharField()
    until = MomentField(allow_null=True)
    ended_at = MomentField(allow_null=True)
    due_at = MomentField(allow_null=True)
    next_default = serializers.SerializerMethodField()
    available_actions = serializers.SerializerMethodField()
    version = serializers.IntegerField()

    def to_representation(self, instance: Flag) -> dict[str, Any]:
        """What only waits for a second person is for staff: to the person it is being looked at (B-04)."""
        row = super().to_representation(instance)
        if instance.state in OPEN and not access.may_judge(self._actor, instance):
            row |= {"status": State.RAISED, "outcome": "", "reasons": "", "until": None}
        return row

    def get_why(self, flag: Flag) -> str:
        return fact_words(flag)

    @extend_schema_field(serializers.DictField())
    def get_facts(self, flag: Flag) -> dict[str, Any]:
        """The figures of the moment when it was raised; the peers' own line only for staff."""
        hidden = () if access.may_judge(self._actor, flag) else ("p95", "population", "low", "high")
        return {name: value for name, value in flag.facts.items() if name not in hidden}

    @extend_schema_field(FlagDefaultSerializer(allow_null=True))
    def get_next_default(self, flag: Flag) -> dict[str, Any] | None:
        return facts.next_default(flag)

    @extend_schema_field(FlagActionSerializer(many=True))
    def get_available_actions(self, flag: Flag) -> list[dict[str, Any]]:
        found = facts.available_actions(flag, self._actor, named=lambda verb: facts.endpoint_of(verb, {}))
        return [{"action": each["action"], "until": None} for each in found]

    @property
    def _actor(self) -> Actor:
        actor: Actor = self.context["view"].actor
        return actor


class StandingSanctionSerializer(serializers.Serializer):
    """A sanction in force: what it is, against whom, why, and until when (B-04). More of it at `/sanctions/{id}/`."""

    id = serializers.CharField(source="public_id")
    kind = serializers.ChoiceField(choices=Kind.choices)
    target = SanctionTargetSerializer(source="*")
    statement = serializers.CharField()
    rule = serializers.CharField()
    cause = serializers.CharField()
    points = serializers.IntegerField()
    starts_at = MomentField()
    ends_at = MomentField(allow_null=True)
    contest_until = MomentField(help_text="Until when it can be appealed (A-07).")
    appeal = serializers.CharField(allow_null=True, help_text="The appeal that was sent against it")


class StandingSerializer(serializers.Serializer):
    """Somebody's standing: to themselves, and to staff (B-04)."""

    user = serializers.CharField()
    state = serializers.ChoiceField(choices=[GOOD, FLAGGED, LIMITED, CLOSED])
    figures = BuyerFiguresSerializer(many=True)
    stores = StoreFiguresSerializer(many=True)
    flags = FlagSerializer(many=True)
    sanctions = StandingSanctionSerializer(many=True)


def representation(user: Any, standing: Standing) -> dict[str, Any]:
    """What the serializer reads."""
    contests = Contests()
    for flag in standing.flags:
        flag.user = user
    for sanction in standing.sanctions:
        sanction.contest_until = contests.until(sanction.starts_at)  # type: ignore[attr-defined]  # for the serializer alone
    names = ("state", "figures", "stores", "flags", "sanctions")
    return {"user": user.public_id} | {name: getattr(standing, name) for name in names}
