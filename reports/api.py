"""Reports in the API: one explicit action a verb. Rules and words live below."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.appeals.serializers import AppealTextSerializer
from marketplace.core.api import CaseViewSet, action_responses
from marketplace.core.errors import Forbidden

from . import access, reading, services
from .help import help_for
from .models import Report
from .serializers import (
    AssignReportSerializer,
    DecideReportSerializer,
    ReportFilterSerializer,
    ReportHelpSerializer,
    ReportSerializer,
    RespondToReportSerializer,
    SayOnReportSerializer,
    SubmitReportSerializer,
)
from .services import appealing

ANSWER = action_responses(ReportSerializer)


def with_all(rows: QuerySet[Report]) -> QuerySet[Report]:
    """Read along what is shown of a report, in a fixed number of queries."""
    one = (
        "policy", "order", "counter_to", "countered_by", "target_order", "target_listing", "target_store", "target_user", "reporter",
        "respondent_store", "respondent_user",
    )  # fmt: skip
    rows = rows.annotate(**reading.APPEALS)
    return rows.select_related(*one).prefetch_related("files__evidence", "statements", "decisions", "events")


@extend_schema_view(retrieve=extend_schema(operation_id="reports_retrieve", responses=ANSWER))
class Reports(CaseViewSet):
    """Reports that exist for you: those you sent, those about you once you were asked, and for moderators all others."""

    model = Report
    serializer_class = ReportSerializer
    ordering = ("-submitted_at",)

    def get_throttles(self) -> Any:
        """Sending is counted a person; reading is not."""
        self.throttle_scope = "report" if self.action == "create" else None
        return super().get_throttles()

    def with_all(self, rows: QuerySet[Report]) -> QuerySet[Report]:
        return with_all(rows)

    @extend_schema(
        operation_id="reports_list",
        parameters=[ReportFilterSerializer],
        responses=ReportSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """The reports that you may see, newest first."""
        rows, wanted = self.get_queryset(), self.wished(ReportFilterSerializer)
        if status := wanted.get("status"):
            rows = reading.in_state(rows, status, self.actor)
        if category := wanted.get("category"):
            rows = rows.filter(category=category)
        if number := wanted.get("q"):
            rows = rows.filter(public_id=number)
        return self.page_of(self.with_all(rows))

    @extend_schema(
        operation_id="reports_submit",
        request=SubmitReportSerializer,
        responses=action_responses(ReportSerializer, 403, 429, status=201),
    )
    def create(self, request: Request) -> Response:
        """Send a report. 403 `restricted` for whoever may not: with the reason and its end."""
        sent = self.taken(SubmitReportSerializer)
        target = sent.pop("target")
        data = services.ReportData(target_kind=target["type"], target_id=target["id"], **sent)
        report = services.submit(data, by=self.actor.having_seen(None))
        return self.answer(report.pk, status=201)

    @extend_schema(operation_id="reports_add_info", request=SayOnReportSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="add-info")
    def add_info(self, request: Request, id: str) -> Response:
        """Say more (reporter), asked or not."""
        return self.act("add_info", services.add_info, SayOnReportSerializer)

    @extend_schema(operation_id="reports_withdraw", request=None, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, id: str) -> Response:
        """Take it back (reporter)."""
        return self.act("withdraw", services.withdraw)

    @extend_schema(operation_id="reports_respond", request=RespondToReportSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def respond(self, request: Request, id: str) -> Response:
        """Say your side (whoever it is about)."""
        return self.act("respond", services.respond, RespondToReportSerializer)

    @extend_schema(operation_id="reports_counter_report", request=SayOnReportSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="counter-report")
    def counter_report(self, request: Request, id: str) -> Response:
        """Report whoever reported you, once; you do not learn who it is."""
        return self.act("counter_report", services.counter_report, SayOnReportSerializer)

    @extend_schema(operation_id="reports_assign", request=AssignReportSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, id: str) -> Response:
        """Take it (moderator): the other side is asked, unless it is phishing or a law forbids it."""
        return self.act("assign", services.assign, AssignReportSerializer)

    @extend_schema(operation_id="reports_request_info", request=SayOnReportSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"], url_path="request-info")
    def request_info(self, request: Request, id: str) -> Response:
        """Ask the reporter for something (moderator)."""
        return self.act("request_info", services.request_info, SayOnReportSerializer)

    @extend_schema(operation_id="reports_decide", request=DecideReportSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, id: str) -> Response:
        """Decide (moderator). 409 `too_early`, with `possible_from`, before the other side had its time to answer."""
        return self.act("decide", services.decide, DecideReportSerializer)

    @extend_schema(operation_id="reports_appeal", request=AppealTextSerializer, responses=ANSWER)
    @action(detail=True, methods=["post"])
    def appeal(self, request: Request, id: str) -> Response:
        """Ask us to look again (whoever the decision burdens), once. 409 `too_late` after its 180 days."""
        pk = self.pk()
        appealing.ask(Report.objects.get(pk=pk), **self.taken(AppealTextSerializer), by=self.actor)
        return self.answer(pk)

    @extend_schema(operation_id="reports_help", responses=action_responses(ReportHelpSerializer, 403))
    @action(detail=True, methods=["get"])
    def help(self, request: Request, id: str) -> Response:
        """What is known about it (moderator): alike listings, prices, words for forbidden goods, earlier reports."""
        report = Report.objects.select_related("reporter", "target_store").get(pk=self.pk())
        if not access.free_moderator(self.actor, report):
            raise Forbidden(_("Only moderators may see this."))
        return Response(ReportHelpSerializer(help_for(report, self.actor)).data)
