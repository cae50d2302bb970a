"""Reporting a message that was sent to oneself (N-07)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from marketplace.core.edges import actor_of
from marketplace.core.errors import NotFound

from ..kinds import in_words
from ..services import guests, submit
from ..services.filing import find_message


class FromMessage(View):
    """“Report this message”: all is filled in; one page to check it."""

    http_method_names = ["get", "head", "post", "options"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        self.actor = actor_of(request).having_seen(None)
        found = find_message(kwargs["message"], self.actor)
        if found is None:
            raise NotFound(_("This does not exist."))
        self.message, self.order = found
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, message: str) -> HttpResponse:
        data = guests.data_of_message(self.message, self.order)
        back = reverse("orders:detail", args=[self.order.public_id])
        context = {
            "message_text": self.message,
            "order": self.order,
            "answers": in_words(data.category, data.answers),
            "back": back,
        }
        return render(request, "reports/from_message.html", context)

    def post(self, request: HttpRequest, message: str) -> HttpResponse:
        report = submit(guests.data_of_message(self.message, self.order), by=self.actor)
        messages.success(request, _("Thank you. We have your report."))
        return HttpResponseRedirect(reverse("reports:detail", args=[report.public_id]))
