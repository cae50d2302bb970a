"""The page on which a side says how we handled its dispute, and reads what followed (A-06)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.generic import FormView

from marketplace.core.errors import Invalid, WrongState
from marketplace.core.forms import tell_form

from .. import appealed
from ..presenters import title_of
from ..views.room import DisputeMixin
from . import presenters, reading, services
from .forms import FeedbackForm


class Give(DisputeMixin, FormView):
    """The form; once it is sent, and for whoever comes back, what was said and what follows from it."""

    http_method_names = ["get", "head", "post", "options"]
    template_name, form_class = "disputes/feedback.html", FeedbackForm

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        self.dispute = self.find()
        self.said = reading.read(self.dispute, self.actor)
        if self.said.own is None:
            services.check_open(self.dispute, self.actor)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return self.show_given() if self.said.own else super().get(request, *args, **kwargs)

    def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """A second tap on Send: one row, and the same page."""
        return self.to_page() if self.said.own else super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"longest": self.dispute.policy.appeal_max_chars}

    def form_valid(self, form: Any) -> Any:
        try:
            services.give(self.dispute.pk, **form.values(), by=self.actor.having_seen(None))
        except Invalid as error:
            tell_form(form, error)
            return self.form_invalid(form)
        except WrongState:
            if reading.read(self.dispute, self.actor).own is None:
                raise
        return self.to_page()

    def to_page(self) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("disputes:feedback", args=[self.dispute.public_id]))

    def show_given(self) -> Any:
        own = self.said.own
        assert own is not None
        looks = [each for each in appealed.appeals_of(self.dispute) if each.kind == "second_look"]
        context = {
            "dispute": self.dispute,
            "title": title_of(self.dispute),
            "feedback": own,
            "given": presenters.given(own),
            "look": appealed.result_page(self.dispute, looks[0]) if looks else "",
        }
        return render(self.request, "disputes/feedback_given.html", context)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        looked = appealed.read(self.dispute, self.actor)
        facts = {"dispute": self.dispute, "title": title_of(self.dispute), "appeal_until": looked.until}
        return super().get_context_data(**kwargs) | facts
