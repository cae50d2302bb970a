"""The pages of appeals: asking us to look again, checking it, and reading the answer."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import FormView, View

from marketplace.core.case_pages import CaseMixin
from marketplace.core.edges import actor_of
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.forms import tell_form
from marketplace.core.writing import plain
from marketplace.evidence import services as files
from marketplace.evidence.content import Limits

from . import access, presenters, services
from .forms import PROMPTS, AppealForm
from .models import Appeal, Kind


class New(LoginRequiredMixin, FormView):
    """Write, check, send. Files are taken in at the check, so that nothing is chosen twice."""

    http_method_names = ["get", "head", "post", "options"]
    template_name, form_class = "appeals/new.html", AppealForm
    request: Any

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        self.actor = actor_of(request).having_seen(None)
        self.kind, self.about = self.subject()
        if self.kind == Kind.SECOND_LOOK:
            raise NotFound(_("This does not exist."))
        self.what, self.thing, side = services.subject_of(self.kind, self.about, self.actor)
        self.window = self.what.window(self.thing)
        services.check_open(self.kind, self.about, side, timezone.now(), self.window)
        self.policy = self.what.policy(self.thing)
        return super().dispatch(request, *args, **kwargs)

    def subject(self) -> tuple[str, str]:
        """(kind, public id) of what is appealed."""
        return self.kwargs["kind"], self.kwargs["about"]

    def get_form_kwargs(self) -> dict[str, Any]:
        limits = Limits.of(self.policy)
        return super().get_form_kwargs() | {"longest": self.policy.appeal_max_chars, "limits": limits}

    def get_initial(self) -> dict[str, Any]:
        return {"text": self.request.POST.get("text", "")}

    def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if "prompt" in request.POST:
            return self.with_heading(request.POST["prompt"])
        if request.POST.get("step") == "change":
            return self.again(request.POST.get("text", ""))
        return super().post(request, *args, **kwargs)

    def with_heading(self, prompt: str) -> Any:
        """One of the buttons that help to begin: its heading goes under what is there. Works without JavaScript."""
        text = plain(self.request.POST.get("text", ""))
        heading = str(dict(PROMPTS).get(prompt, ""))
        return self.again("\n\n".join(filter(None, (text, f"{heading}:\n" if heading else ""))))

    def again(self, text: str) -> Any:
        """The form with this text; files that were taken in stay."""
        form = AppealForm(
            initial={"text": text},
            **{
                name: value for name, value in self.get_form_kwargs().items() if name in ("longest", "limits")
            },
        )
        return self.render_to_response(self.get_context_data(form=form))

    def form_valid(self, form: Any) -> Any:
        text = form.cleaned_data["text"]
        try:
            kept = [*self.request.POST.getlist("evidence"), *self._taken(form)]
            if self.request.POST.get("step") == "send":
                appeal = services.submit(self.kind, self.about, text=text, evidence=kept, by=self.actor)
                return HttpResponseRedirect(self.page_of(appeal))
            chosen = services.check(text, kept, self.policy, self.actor)
        except Invalid as error:
            tell_form(form, error)
            return self.form_invalid(form)
        said = {"text": plain(text), "kept": chosen}
        return render(self.request, "appeals/check.html", self.get_context_data(form=form) | said)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kept = self.request.POST.getlist("evidence")
        facts = {
            "title": self.what.describe(self.thing),
            "told": self.what.told(self.thing),
            "back": self.what.link(self.thing),
            "until": services.ends_at(self.window) if self.window else None,
            "answer_days": self.policy.appeal_answer_working_days,
            "prompts": PROMPTS,
            "kept": services.own_files(kept, self.actor),
        }
        return facts | super().get_context_data(**kwargs)

    def page_of(self, appeal: Appeal) -> str:
        """Where the answer will be read."""
        return self.what.result_link(appeal)

    def _taken(self, form: Any) -> list[str]:
        """Take the files in; their ids. Raises Invalid where one is refused, with the reason beside the field (E-01)."""
        sent = [(str(file.name), file.file) for file in form.cleaned_data["files"]]
        intake = files.take_many(sent, by=self.actor, limits=form.limits)
        if intake.refused:
            words = _("%(name)s: %(why)s")
            refused = [words % {"name": each.name, "why": each.error.detail} for each in intake.refused]
            raise Invalid.field("files", "refused", " ".join(refused))
        return [file.public_id for file in intake.taken]


class Detail(CaseMixin, View):
    """One appeal: that it is looked at, and the answer once it is there (A-05)."""

    cases = Appeal.objects
    related = ("policy", "store", "appellant")

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        return render(request, "appeals/detail.html", presenters.page_of(self.find(), self.actor))


class OpenFile(CaseMixin, View):
    """A file of the appeal. The address lasts; the link that it leads to dies in a minute (E-03)."""

    cases = Appeal.objects

    def get(self, request: HttpRequest, public_id: str, file: str) -> HttpResponse:
        appeal = self.find()
        evidence = files.find(file, by=self.actor)
        if not access.reads_text(self.actor, appeal) or not appeal.files.filter(evidence=evidence).exists():
            raise NotFound(_("There is no such file."))
        response = HttpResponseRedirect(files.content_link(evidence, self.actor))
        response["Cache-Control"] = "private, no-store"
        return response
