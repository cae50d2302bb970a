"""The pages' door to files: the clean copy behind a link that dies, the sealed original for staff."""

from __future__ import annotations

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views import View

from marketplace.core.edges import actor_of

from . import services
from .edges import content_response, original_response


class Content(LoginRequiredMixin, View):
    """GET /evidence/<id>/content/?t=<token>: the clean copy, for the person the link was made for."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        try:
            evidence = services.read_content(
                request.GET.get("t", ""), public_id=public_id, by=actor_of(request)
            )
        except services.LinkDead as error:
            return render(request, "evidence/link_dead.html", {"error": error}, status=error.status)
        return content_response(request, evidence)


class Original(LoginRequiredMixin, View):
    """GET /evidence/<id>/original/: the sealed original, for staff on the case; each opening is logged."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        actor = actor_of(request)
        evidence = services.find(public_id, by=actor)
        return original_response(evidence, services.open_original(evidence.pk, by=actor))
