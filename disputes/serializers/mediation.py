"""Mediation: what comes in, and how requests, proposals and decisions are shown."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from marketplace.core.serializers import MomentField, MoneyField, StrictSerializer, TextField

from ..models import EvidenceRequest, Payer, Proposal, Remedy, Result
from ..services.proposals import LAST_OFFER
from ..services.requests import LONGEST_ITEM
from ..services.statements import LONGEST_FACTS, LONGEST_WHY

#: More than the service takes, so that it can say in words how much is too much.
ROOM = 4
REASON_CODE = "A code of the reason tree, `fraud.*` or `evidence.insufficient`."
WHY_DIFFERENT = (
    "Why it is far from the similar decisions before it; needed where it is (M-10). Staff alone read it."
)


class CitedSerializer(StrictSerializer):
    """One file: was it considered, and why or why not (E-06)."""

    evidence = TextField(max_length=40)
    considered = serializers.BooleanField(default=True)
    why = TextField(max_length=2000, allow_blank=True, default="")


class StatementSerializer(StrictSerializer):
    """The statement of reasons (M-07)."""

    reason_code = TextField(max_length=40, help_text=REASON_CODE)
    facts = TextField(max_length=LONGEST_FACTS * ROOM, allow_blank=True)
    evidence_cited = serializers.ListField(child=CitedSerializer(), default=list, max_length=100)
    note_to_parties = TextField(max_length=LONGEST_FACTS * ROOM, allow_blank=True, default="")
    why_different = TextField(
        max_length=LONGEST_WHY * ROOM, allow_blank=True, default="", help_text=WHY_DIFFERENT
    )


class AdjudicateSerializer(StatementSerializer):
    """The decision and its statement of reasons (M-06, M-07)."""

    outcome = serializers.ChoiceField(choices=Result.choices)
    amount = MoneyField(required=False, allow_null=True, default=None)
    return_shipping_paid_by = serializers.ChoiceField(
        choices=Payer.choices, required=False, allow_blank=True, default=""
    )


class RequireEvidenceSerializer(StrictSerializer):
    """What is wanted, from whom, until when (M-03)."""

    items = serializers.ListField(
        child=TextField(max_length=LONGEST_ITEM * ROOM, allow_blank=True), max_length=100
    )
    due_at = MomentField(
        required=False, allow_null=True, default=None, help_text="Without it: the policy's days from now."
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        """`from` is a word of Python's, so it is added by name."""
        side = serializers.ChoiceField(choices=EvidenceRequest.Side.choices)
        return {
            "from": serializers.ListField(child=side, source="sides", max_length=2),
            **super().get_fields(),
        }


class ProposedTermsSerializer(StrictSerializer):
    """Terms. No remedy: nothing is given. No amount: all that the dispute holds."""

    remedy = serializers.ChoiceField(
        choices=Remedy.choices, required=False, allow_blank=True, allow_null=True, default=""
    )
    amount = MoneyField(required=False, allow_null=True, default=None)
    return_shipping_paid_by = serializers.ChoiceField(
        choices=Payer.choices, required=False, allow_blank=True, allow_null=True, default=""
    )
    postage_cap = MoneyField(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """null says what the empty word says."""
        return attrs | {name: attrs[name] or "" for name in ("remedy", "return_shipping_paid_by")}


class PlatformTermsSerializer(ProposedTermsSerializer, StatementSerializer):
    """The platform's terms, with the statement of reasons that becomes the decision's (M-05, M-07)."""


class ProposeSerializer(StrictSerializer):
    """Two results to choose from. No `seller`: their last open offer, where there is one; null: the platform's alone."""

    platform = PlatformTermsSerializer()
    seller = ProposedTermsSerializer(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {"seller": LAST_OFFER, **attrs}


class ChooseProposalSerializer(StrictSerializer):
    """The result that the buyer takes."""

    proposal = TextField(max_length=40)


class RequestedItemSerializer(serializers.Serializer):
    """One thing that was asked for, and what answered it."""

    id = serializers.CharField()
    text = serializers.CharField()
    answer = serializers.CharField()
    evidence = serializers.ListField(child=serializers.CharField())
    answered_at = MomentField(allow_null=True)


class EvidenceRequestSerializer(serializers.Serializer):
    """What a mediator asked one side for (M-03). `closed`: the deadline passed, or was ended, before all was answered."""

    id = serializers.CharField()
    by = serializers.ChoiceField(choices=["mediator"])
    items = RequestedItemSerializer(many=True)
    status = serializers.ChoiceField(choices=["open", "answered", "closed"])
    asked_at = MomentField()
    due_at = MomentField()
    closed_at = MomentField(allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        """`from` is a word of Python's, so it is added by name."""
        side = serializers.ChoiceField(choices=EvidenceRequest.Side.choices)
        return {**super().get_fields(), "from": side}


class ProposalSerializer(serializers.Serializer):
    """One of the results that the buyer chooses from (M-05)."""

    id = serializers.CharField()
    by = serializers.ChoiceField(choices=Proposal.By.choices)
    remedy = serializers.ChoiceField(choices=Remedy.choices, allow_null=True)
    amount = MoneyField()
    return_shipping_paid_by = serializers.ChoiceField(choices=Payer.choices, allow_null=True)
    postage_cap = MoneyField(allow_null=True)
    reason_code = serializers.CharField()
    facts = serializers.CharField()
    evidence_cited = CitedSerializer(many=True)
    note_to_parties = serializers.CharField()
    status = serializers.ChoiceField(choices=Proposal.Status.choices)
    holds = serializers.BooleanField(help_text="This one holds if the buyer does not choose.")
    made_at = MomentField()
    ended_at = MomentField(allow_null=True)


class DecisionSerializer(serializers.Serializer):
    """What a mediator decided, and why (M-07)."""

    id = serializers.CharField()
    outcome = serializers.ChoiceField(choices=Result.choices)
    amount = MoneyField()
    return_shipping_paid_by = serializers.ChoiceField(choices=Payer.choices, allow_null=True)
    reason_code = serializers.CharField()
    facts = serializers.CharField()
    evidence_cited = CitedSerializer(many=True)
    note_to_parties = serializers.CharField()
    why_different = serializers.CharField(help_text="For staff alone; empty for everybody else.")
    proposal = serializers.CharField(allow_null=True, help_text="The result that was chosen, or that held.")
    supersedes = serializers.CharField(allow_null=True, help_text="The decision before it.")
    decided_at = MomentField()
    needs_approval = serializers.BooleanField()
    approved = serializers.BooleanField(allow_null=True)
