"""Trying a policy's draft on past cases, for other software (P-03)."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.core.access import LEAD_MEDIATOR
from marketplace.core.api import ApiView, Nothing, action_responses
from marketplace.core.errors import Forbidden
from marketplace.core.policy import ProtectionPolicy

from ..simulation import Difference, Trial, simulate


class DifferenceSerializer(serializers.Serializer):
    """One way in which cases would have gone otherwise."""

    rule = serializers.CharField(help_text="Its id in the rulebook.")
    words = serializers.CharField()


class CountedDifferenceSerializer(DifferenceSerializer):
    """And how many of the cases."""

    cases = serializers.IntegerField()


class DifferingCaseSerializer(serializers.Serializer):
    """One of the cases."""

    dispute = serializers.CharField()
    differences = DifferenceSerializer(many=True)


class PolicyTrialSerializer(serializers.Serializer):
    """What the draft would have changed. `cases` lists the newest 200."""

    policy = serializers.CharField()
    looked_at = serializers.IntegerField(help_text="Ended cases of the last year, at most 2,000.")
    differing = serializers.IntegerField()
    differences = CountedDifferenceSerializer(many=True)
    cases = DifferingCaseSerializer(many=True)


class SimulatePolicy(ApiView):
    """`/policies/{id}/simulate/`, the id as the list of policies gives it: `default.2`."""

    @extend_schema(
        operation_id="policies_simulate",
        request=None,
        responses=action_responses(PolicyTrialSerializer, 404),
    )
    def post(self, request: Request, version: str) -> Response:
        """Run a version (a draft, mostly) over past cases: how many would have gone another way. Nothing changes (P-03)."""
        self.taken(Nothing)
        if not self.actor.is_in(LEAD_MEDIATOR):
            raise Forbidden(_("Only lead mediators try a policy."))
        name, _dot, number = version.rpartition(".")
        draft = ProtectionPolicy.objects.filter(name=name, version=int(number)).first()
        if draft is None:
            raise Http404
        return Response(PolicyTrialSerializer(shown(draft, simulate(draft, now=timezone.now()))).data)


def shown(draft: ProtectionPolicy, trial: Trial) -> dict[str, Any]:
    """A trial as plain values."""
    return {
        "policy": f"{draft.name}.{draft.version}",
        "looked_at": trial.looked_at,
        "differing": trial.differing,
        "differences": [_words(each) | {"cases": n} for each, n in trial.by_difference.most_common()],
        "cases": [
            {"dispute": dispute.public_id, "differences": [_words(each) for each in found]}
            for dispute, found in trial.cases
        ],
    }


def _words(difference: Difference) -> dict[str, Any]:
    return {"rule": difference.rule, "words": str(difference.words)}
