"""The pages of one's own standing (B-04)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from marketplace.core.case_pages import VerbPage
from marketplace.core.contests import Contests
from marketplace.core.edges import actor_of
from marketplace.core.errors import NotFound
from marketplace.sanctions.presenters import card_of

from . import access, presenters, services
from .forms import StatementForm
from .models import Flag
from .reading import points_in, sentence, standing_of


class Own(LoginRequiredMixin, TemplateView):
    """One sentence, then what holds, flags and numbers. The other side of a case never sees it."""

    http_method_names = ["get", "head", "options"]
    template_name = "standing/own.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        actor, now = actor_of(self.request), timezone.now()
        found, contests = standing_of(actor.person_id, actor.store_ids, at=now), Contests()
        return super().get_context_data(**kwargs) | {
            "standing": found,
            "sentence": sentence(found),
            "flags": [presenters.flag_card(flag) for flag in found.flags],
            "sanctions": [card_of(each, contests, now) for each in found.sanctions],
            "points": points_in(found.sanctions),
            "for_shops": any(each.user_id is None for each in found.sanctions),
            "rows": presenters.own_rows(found.figures),
            "stores": found.stores,
        }


class Say(VerbPage):
    """Ask us to look again: the person's side of a flag."""

    cases = Flag.objects
    related = ("user", "policy")
    verb, template_name = "add_statement", "standing/say.html"
    done = _("Thank you. Whoever looks at the flag reads this first.")

    def find(self) -> Any:
        """Staff look at flags at their own place; here is nobody's flag but one's own."""
        flag = super().find()
        if not access.person(self.actor, flag):
            raise NotFound(str(_("This does not exist.")))
        return flag

    def get_form(self, form_class: Any = None) -> StatementForm:
        kwargs = self.get_form_kwargs() | {"initial": {"text": self.case.statement}}
        return StatementForm(longest=self.case.policy.appeal_max_chars, **kwargs)

    def act(self, data: dict[str, Any]) -> None:
        services.add_statement(self.case.pk, text=data["text"], by=self.actor)

    def get_success_url(self) -> str:
        return reverse("standing:own")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"card": presenters.flag_card(self.case)}
