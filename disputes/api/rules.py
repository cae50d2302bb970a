"""A store's own rules for accepting by itself (N-10)."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.core.api import ApiView, ApiViewSet, Nothing, action_responses

from ..models import AutoAcceptRule
from ..serializers import MakeRuleSerializer, RuleSerializer, TrialSerializer
from ..services import rules


class AutoAcceptRules(ApiViewSet):
    """`/stores/{id}/auto-accept-rules/`: for everybody but the store's people it does not exist."""

    serializer_class = RuleSerializer
    ordering = ("-made_at",)

    @extend_schema(operation_id="auto_accept_rules_list", responses=RuleSerializer(many=True))
    def list(self, request: Request, id: str) -> Response:
        """The store's rules, newest first."""
        store = rules.own_store(id, self.actor)
        return self.page_of(AutoAcceptRule.objects.filter(store=store))

    @extend_schema(
        operation_id="auto_accept_rules_make",
        request=MakeRuleSerializer,
        responses=action_responses(RuleSerializer, 404, status=201),
    )
    def create(self, request: Request, id: str) -> Response:
        """A new rule. It is off until it was tried and switched on."""
        rules.own_store(id, self.actor)  # what is wrong in the body is nobody else's to learn
        rule = rules.make_rule(id, by=self.actor, **self.taken(MakeRuleSerializer))
        return Response(RuleSerializer(rule).data, status=201)


class OneRule(ApiView):
    """What is done with one rule of the store."""

    def named(self, store: str, rule: str) -> str:
        """The rule's id, if it is a rule of that store of the actor's."""
        found = rules.own_rules(self.actor).filter(store__public_id=store, public_id=rule)
        if not found.exists():
            raise Http404
        self.taken(Nothing)
        return rule


class TryRule(OneRule):
    """`/stores/{id}/auto-accept-rules/{rule}/try/`"""

    @extend_schema(
        operation_id="auto_accept_rules_try", request=None, responses=action_responses(TrialSerializer, 404)
    )
    def post(self, request: Request, id: str, rule: str) -> Response:
        """Which disputes of the last 90 days it would have accepted, and for how much. None of them is touched."""
        return Response(TrialSerializer(rules.try_rule(self.named(id, rule), by=self.actor)).data)


class SwitchRuleOn(OneRule):
    """`/stores/{id}/auto-accept-rules/{rule}/switch-on/`"""

    @extend_schema(
        operation_id="auto_accept_rules_switch_on",
        request=None,
        responses=action_responses(RuleSerializer, 404, 409),
    )
    def post(self, request: Request, id: str, rule: str) -> Response:
        """From now on it accepts new and edited claims. 409: it was not tried yet, or is on."""
        return Response(RuleSerializer(rules.switch_on(self.named(id, rule), by=self.actor)).data)


class SwitchRuleOff(OneRule):
    """`/stores/{id}/auto-accept-rules/{rule}/switch-off/`"""

    @extend_schema(
        operation_id="auto_accept_rules_switch_off",
        request=None,
        responses=action_responses(RuleSerializer, 404, 409),
    )
    def post(self, request: Request, id: str, rule: str) -> Response:
        """It accepts nothing more. 409: it is off."""
        return Response(RuleSerializer(rules.switch_off(self.named(id, rule), by=self.actor)).data)
