"""What the two sides do while a mediator has the case: answer what was asked for, and, the buyer, choose a result."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.core.errors import WrongState
from marketplace.evidence import services as files
from marketplace.evidence.content import Limits

from .. import presenters, services
from ..forms_mediating import AnswerForm, ChooseForm
from ..mediating_facts import hidden_from
from ..models import RequestedItem
from ..presenters import mediating
from .acts import DisputeVerb


class AnswerRequest(DisputeVerb):
    """A side answers the mediator's checklist, all of it or a part (M-03). It decides nothing, so no version is asked."""

    verb, form_class, template_name = "provide_evidence", AnswerForm, "disputes/answer.html"
    title, button = gettext_lazy("Answer the mediator"), gettext_lazy("Send my answers")
    done = gettext_lazy("We told the mediator.")

    def items(self) -> list[RequestedItem]:
        """What this side is still asked for."""
        side = self.case.role_of(self.actor)
        items = RequestedItem.objects.filter(request__dispute=self.case, request__side=side, answered_at=None)
        return list(items.filter(request__closed_at=None).select_related("request"))

    def check(self) -> None:
        super().check()
        if not self.items():
            raise WrongState(_("You are not asked for anything now."))

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"items": self.items(), "limits": Limits.of(self.case.policy)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"until": self.case.due_at}

    def form_valid(self, form: Any) -> Any:
        """What is good is added; what was refused is said beside its field, and can be chosen again (E-01)."""
        limits, private = Limits.of(self.case.policy), form.cleaned_data["private"]
        self.answers = []
        for item, sent, text in form.answered():
            named = [(str(file.name), file.file) for file in sent]
            intake = files.take_many(named, by=self.actor, limits=limits, private=private)
            for refusal in intake.refused:
                words = _("%(name)s: %(why)s") % {"name": refusal.name, "why": refusal.error.detail}
                form.add_error(f"files_{item}", words)
            ids = [file.public_id for file in intake.taken]
            if ids or text:
                self.answers.append({"item": item, "evidence": ids, "text": text})
        if form.errors:
            if self.answers:
                self.act({})
            return self.form_invalid(form)
        return super().form_valid(form)

    def act(self, data: dict[str, Any]) -> None:
        services.provide_evidence(self.case.pk, answers=self.answers, by=self.actor.having_seen(None))


class Choose(DisputeVerb):
    """Both results with their reasons; one button each, and what happens without a choice (M-05)."""

    verb, form_class, template_name = "choose_proposal", ChooseForm, "disputes/choose.html"
    title = gettext_lazy("Choose a result")
    done = gettext_lazy("You chose. We told the seller.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        hidden = tuple(hidden_from(self.case, "buyer"))
        return super().get_context_data(**kwargs) | {
            "results": mediating.results(self.case, hidden=hidden),
            "step": presenters.next_step(self.case, "buyer", self.case.now),
            "until": self.case.due_at,
        }

    def act(self, data: dict[str, Any]) -> None:
        services.choose_proposal(self.case.pk, proposal=data["proposal"], by=self.actor)
