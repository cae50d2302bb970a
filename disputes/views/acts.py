"""One page for each verb of a dispute that a party may do: what it means, then the button that does it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.core.case_pages import VerbPage
from marketplace.core.templatetags.ui import money_filter
from marketplace.evidence import services as files
from marketplace.evidence.content import Limits
from marketplace.evidence.edges import sent_already
from marketplace.evidence.uploads import handed_in

from .. import presenters, services
from ..forms import FilesForm, MessagesForm, NoteForm
from ..models import Remedy
from ..presenters import history
from ..reasons import REASONS
from ..services.opening import window_for
from .room import DisputeMixin


class DisputeVerb(DisputeMixin, VerbPage):
    """One verb of a dispute."""

    home = "disputes:detail"
    template_name = "disputes/act.html"
    title: Any = ""
    button: Any = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        dispute = self.case
        return super().get_context_data(**kwargs) | {
            "dispute": dispute,
            "name": presenters.title_of(dispute),
            "title": self.title,
            "button": self.button,
            "asked": presenters.asked(dispute),
            "rest": dispute.money(dispute.held - dispute.claim.amount),
            "with_return": dispute.claim.remedy == Remedy.RETURN_AND_REFUND,
        }


class Accept(DisputeVerb):
    """The seller gives the buyer what they ask for. For good (N-04)."""

    verb, template_name = "accept_claim", "disputes/accept.html"
    title = gettext_lazy("Accept what the buyer asks for")
    done = gettext_lazy("You accepted. We told the buyer.")

    def act(self, data: dict[str, Any]) -> None:
        services.accept_claim(self.case.pk, by=self.actor)


class Refuse(DisputeVerb):
    """The seller says no, and why."""

    verb, form_class, template_name = "refuse_claim", NoteForm, "disputes/refuse.html"
    title, button = gettext_lazy("Say no"), gettext_lazy("Send my answer")
    done = gettext_lazy("We told the buyer what you said.")

    def act(self, data: dict[str, Any]) -> None:
        services.refuse_claim(self.case.pk, note=data["note"], by=self.actor)


class Cancel(DisputeVerb):
    """The buyer gives up; what is lost is said before (N-06)."""

    verb, template_name = "cancel", "disputes/cancel.html"
    title = gettext_lazy("Close this dispute?")
    done = gettext_lazy("You closed the dispute.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        dispute = self.case
        waits = "cancel_conditionally" in dispute.verbs_for(self.actor)
        later = reverse("disputes:cancel_conditionally", args=[dispute.public_id]) if waits else ""
        return super().get_context_data(**kwargs) | {"again_until": self.again_until(), "later": later}

    def again_until(self) -> Any:
        """Until when these lines may be disputed again (D-08); None where they may not."""
        dispute = self.case
        lines = dispute.lines.values("order_line")
        before = (
            type(dispute).objects.filter(state="cancelled", lines__order_line__in=lines).distinct().count()
        )
        if before >= dispute.policy.redispute_times:
            return None
        dispute.order.now = dispute.now
        window = window_for(dispute.order, REASONS[dispute.claim.reason], received=dispute.claim.received)
        return window.until if window.code != "too_late" else None

    def act(self, data: dict[str, Any]) -> None:
        services.cancel(self.case.pk, by=self.actor)


class AddFiles(DisputeVerb):
    """A side puts photos before the other and the mediator (section 11). It decides nothing, so no version is asked."""

    verb, form_class, template_name = "provide_evidence", FilesForm, "disputes/files.html"
    title, button = gettext_lazy("Add photos or files"), gettext_lazy("Add these files")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"limits": Limits.of(self.case.policy)}

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        form.fields["files"].required = not sent_already(self.request)
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"reason": REASONS[self.case.claim.reason]}

    def form_valid(self, form: Any) -> Any:
        """What is good is added; what was refused is said beside the field, and can be chosen again (E-01)."""
        self.case.allow(self.verb, self.actor)
        sent = [(str(file.name), file.file) for file in form.cleaned_data["files"]]
        private = form.cleaned_data["private"]
        before = handed_in(sent_already(self.request), by=self.actor, private=private)
        intake = files.take_many(sent, by=self.actor, limits=Limits.of(self.case.policy), private=private)
        for refusal in intake.refused:
            form.add_error(
                "files", _("%(name)s: %(why)s") % {"name": refusal.name, "why": refusal.error.detail}
            )
        self.taken = [*before, *(file.public_id for file in intake.taken)]
        if form.errors:
            if self.taken:
                self.act({})
            return self.form_invalid(form)
        return super().form_valid(form)

    def act(self, data: dict[str, Any]) -> None:
        services.provide_evidence(self.case.pk, evidence=self.taken, by=self.actor)


class WithFiles(DisputeVerb):
    """A verb that files may come with. A refused file is said beside the field, and nothing is done before all are good;
    the good ones need not be chosen again."""

    taken: list[str]

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"limits": Limits.of(self.case.policy)}

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        form.kept = sent_already(self.request)
        return form

    def form_valid(self, form: Any) -> Any:
        self.case.allow(self.verb, self.actor)
        sent = [(str(file.name), file.file) for file in form.cleaned_data.pop("files")]
        before = handed_in(form.kept, by=self.actor, private=False)
        intake = files.take_many(sent, by=self.actor, limits=Limits.of(self.case.policy))
        for refusal in intake.refused:
            words = _("%(name)s: %(why)s") % {"name": refusal.name, "why": refusal.error.detail}
            form.add_error("files", words)
        self.taken = form.kept = [*before, *(file.public_id for file in intake.taken)]
        if form.errors:
            return self.form_invalid(form)
        return super().form_valid(form)


class UseMessages(DisputeVerb):
    """A side submits messages as evidence: only so are they weighed (N-08). It decides nothing, so no version is asked."""

    verb, form_class, template_name = "provide_evidence", MessagesForm, "disputes/messages.html"
    title, button = gettext_lazy("Use messages as evidence"), gettext_lazy("Add these messages")
    done = gettext_lazy("The mediator will look at these messages.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"choices": history.messages_to_choose(self.case)}

    def act(self, data: dict[str, Any]) -> None:
        services.provide_evidence(self.case.pk, messages=data["messages"], by=self.actor.having_seen(None))


def accept_words(dispute: Any) -> str:
    """ "Accept US$24.90": the seller's button in lists."""
    return str(_("Accept %(sum)s") % {"sum": money_filter(presenters.asked(dispute))})
