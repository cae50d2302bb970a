"""Reports that were sent: mine, those about me, one report, and one page for each thing that can be done with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.generic import TemplateView

from marketplace.core.access import Actor
from marketplace.core.case_pages import CaseMixin, VerbPage
from marketplace.core.edges import actor_of
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.forms import tell_form
from marketplace.core.paging import page_of
from marketplace.evidence import services as files

from .. import presenters, reading, services
from ..forms import AppealForm, GuestFilesForm, RespondForm, SayForm, without_parts
from ..kinds import Category, needs_proof
from ..models import Draft, Report, State
from ..services import appealing, guests
from .asking import taken


class _List(LoginRequiredMixin, TemplateView):
    """A list of reports, filtered by state and category in the address, searched by number (C-04)."""

    template_name = "reports/list.html"
    title: Any = ""
    about_me = False

    def rows(self) -> Any:
        raise NotImplementedError  # each list says whose reports it shows

    def states(self) -> list[tuple[str, Any]]:
        """The states that there are for its reader."""
        return list(State.choices)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked, actor = self.request.GET, actor_of(self.request)
        rows = self.rows()
        if asked.get("status") in State.values:
            rows = reading.in_state(rows, asked["status"], actor)
        if asked.get("category") in Category.values:
            rows = rows.filter(category=asked["category"])
        if number := asked.get("q", "").strip():
            rows = rows.filter(public_id=number)
        page, role = (
            page_of(rows.select_related("policy"), asked),
            "respondent" if self.about_me else "reporter",
        )
        cards = [
            (
                r,
                presenters.label_of(r, to=role),
                presenters.TONES.get(r.state, "wait"),
                r.get_category_display(),
                reading.due_for(r, actor),
            )
            for r in page.rows
        ]
        return super().get_context_data(**kwargs) | {
            "cards": cards, "page": page, "title": self.title, "about_me": self.about_me, "states": self.states(),
            "categories": Category.choices, "chosen": asked, "is_filtered": any(asked.get(n) for n in ("status", "category", "q")),
        }  # fmt: skip


class Mine(_List):
    """What this person reported."""

    title = _("My reports")

    def rows(self) -> Any:
        return Report.objects.filter(reporter=self.request.user.pk)


class AboutMe(_List):
    """What others reported about this person or their shops, once they were asked."""

    title = _("Reports about my shop")
    about_me = True

    def rows(self) -> Any:
        actor = actor_of(self.request)
        about = Report.objects.filter(heard_until__isnull=False).exclude(reporter=self.request.user.pk)
        return about.filter(respondent_store_id__in=actor.store_ids) | about.filter(
            respondent_user=self.request.user.pk
        )

    def states(self) -> list[tuple[str, Any]]:
        return [each for each in State.choices if each[0] not in (State.SUBMITTED, State.INFO_REQUESTED)]


class ReportMixin(CaseMixin):
    """A page about one report, for the two it is between. Moderators have their desk."""

    cases = Report.objects
    related = (
        "policy",
        "order",
        "counter_to",
        "target_order",
        "target_listing",
        "target_store",
        "target_user",
    )

    def find(self) -> Any:
        report = super().find()
        if report.role_of(self.actor) not in ("reporter", "respondent"):
            raise NotFound(_t("This does not exist."))
        return report


class ReportPage(ReportMixin, View):
    """One report, as its reader may see it (C-10)."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        return render(request, "reports/detail.html", presenters.page_of(self.find(), self.actor))


class OpenFile(CaseMixin, View):
    """A file of the report. The address lasts; the link that it leads to dies in a minute (E-03)."""

    cases = Report.objects

    def get(self, request: HttpRequest, public_id: str, file: str) -> HttpResponse:
        report = self.find()
        evidence = files.find(file, by=self.actor)
        if not report.files.filter(evidence=evidence).exists():
            raise NotFound(_t("There is no such file."))
        response = HttpResponseRedirect(files.content_link(evidence, self.actor))
        response["Cache-Control"] = "private, no-store"
        return response


class ReportVerb(ReportMixin, VerbPage):
    """One verb of a report."""

    home = "reports:detail"
    template_name = "reports/act.html"
    form_class: Any = SayForm
    title: Any = ""
    button: Any = ""
    words: tuple[Any, ...] = ()

    def get_form_kwargs(self) -> dict[str, Any]:
        extra: dict[str, Any] = {}
        if issubclass(self.form_class, SayForm):
            extra = {"limits": files.limits_now(), "longest": self.case.policy.description_max}
        return super().get_form_kwargs() | extra

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "title": self.title,
            "button": self.button,
            "words": self.words,
        }

    def said(self, data: dict[str, Any]) -> dict[str, Any]:
        """What the form holds, its files taken in."""
        return {**data, "evidence": taken(data["files"], self.actor)} if "files" in data else data


class AddInfo(ReportVerb):
    verb = "add_info"
    title, button = _("Tell us more"), _("Send it")
    done = _("Thank you. We have it.")

    def act(self, data: dict[str, Any]) -> None:
        said = self.said(data)
        services.add_info(self.case.pk, text=said["text"], evidence=said["evidence"], by=self.actor)


class Withdraw(ReportVerb):
    verb = "withdraw"
    form_class = VerbPage.form_class
    title, button = _("Take this report back"), _("Take it back")
    words = (_("It ends then, and nobody decides about it."),)
    done = _("You took the report back.")

    def act(self, data: dict[str, Any]) -> None:
        services.withdraw(self.case.pk, by=self.actor)


class Respond(ReportVerb):
    verb, form_class = "respond", RespondForm
    title, button = _("Tell us your side"), _("Send my answer")
    words = (_("Only our staff read it."),)
    done = _("Thank you. We read it before we decide.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"is_copies": self.case.category == Category.INTELLECTUAL_PROPERTY}

    def act(self, data: dict[str, Any]) -> None:
        said = self.said(data)
        notice = bool(data.get("counter_notice"))
        services.respond(
            self.case.pk, text=said["text"], evidence=said["evidence"], counter_notice=notice, by=self.actor
        )


class CounterReport(ReportVerb):
    verb = "counter_report"
    title, button = _("Report whoever reported me"), _("Send my report")
    words = (_("You can do this once. You do not learn who it is."),)
    done = _("Thank you. We have your report.")

    def act(self, data: dict[str, Any]) -> None:
        said = self.said(data)
        services.counter_report(self.case.pk, text=said["text"], evidence=said["evidence"], by=self.actor)


# -- people without an account -------------------------------------------------------------------------------------


class Confirm(View):
    """The link from the mail: one button sends the report. Now the address is theirs, files can come with it (C-01)."""

    http_method_names = ["get", "head", "post", "options"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().dispatch(request, *args, **kwargs)
        except guests.LinkDead as late:
            return render(request, "reports/link_dead.html", {"error": late}, status=late.status)

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        draft = guests.read_link(token)
        return self.show(request, draft, self.form(draft))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        draft = guests.read_link(token)
        form = self.form(draft, request.POST, request.FILES)
        if form is not None and not form.is_valid():
            return self.show(request, draft, form, status=422)
        try:
            sent = taken(form.cleaned_data["files"], guests.guest(draft)) if form else []
            data = guests.data_of(draft, evidence=sent, secret=guests.new_secret())
            report = guests.confirm(draft, data=data)
        except Invalid as error:
            if form is None:
                raise
            tell_form(form, error)
            return self.show(request, draft, form, status=422)
        messages.success(request, _t("Thank you. We have your report. Keep the address of this page."))
        return HttpResponseRedirect(reverse("reports:open", args=[report.secret]))

    def form(self, draft: Draft, sent: Any = None, sent_files: Any = None) -> GuestFilesForm | None:
        """None once it is sent: then the link leads to the report."""
        if draft.sent_as is not None:
            return None
        proof = needs_proof(draft.category, draft.data.get("answers", {}))
        return GuestFilesForm(sent, sent_files, limits=files.limits_now(), proof=proof)

    def show(self, request: HttpRequest, draft: Draft, form: Any, status: int = 200) -> HttpResponse:
        context = {"category": Category(draft.category).label, "draft": draft, "form": form}
        return render(request, "reports/confirm.html", context, status=status)


class OpenReport(View):
    """The page of a report of somebody without an account: open to whoever has its secret address."""

    http_method_names = ["get", "head", "post", "options"]

    def find(self, secret: str) -> tuple[Report, Actor]:
        rows = Report.objects.select_related(*ReportMixin.related)
        report = rows.filter(secret=secret).first() if len(secret) > 20 else None
        if report is None:
            raise NotFound(_t("This does not exist."))
        report.now = timezone.now()
        return report, Actor(user_id=report.reporter_id, via="page")

    def get(self, request: HttpRequest, secret: str) -> HttpResponse:
        report, actor = self.find(secret)
        return self.show(request, report, actor, self.form(SayForm, report))

    def post(self, request: HttpRequest, secret: str) -> HttpResponse:
        report, actor = self.find(secret)
        if request.POST.get("verb") == "withdraw":
            services.withdraw(report.pk, by=actor)
            return HttpResponseRedirect(request.path)
        asks = request.POST.get("verb") == "appeal"
        form = self.form(AppealForm if asks else SayForm, report, request.POST, request.FILES)
        if not form.is_valid():
            return self.show(request, report, actor, form, status=422)
        try:
            text, sent = form.cleaned_data["text"], taken(form.cleaned_data["files"], actor)
            if asks:
                appealing.ask(report, text=text, evidence=sent, by=actor)
            else:
                services.add_info(report.pk, text=text, evidence=sent, by=actor)
        except Invalid as error:
            tell_form(form, error)
            return self.show(request, report, actor, form, status=422)
        messages.success(request, _t("Thank you. We have it."))
        return HttpResponseRedirect(request.path)

    def form(self, kind: type[SayForm], report: Report, *sent: Any) -> SayForm:
        """Words and files, as everybody can add them, or with which everybody asks for a review."""
        policy = report.policy
        longest = policy.appeal_max_chars if kind is AppealForm else policy.description_max
        form = kind(*sent, longest=longest, limits=files.limits_now())
        without_parts(form)
        return form

    def show(
        self, request: HttpRequest, report: Report, actor: Actor, form: SayForm, status: int = 200
    ) -> HttpResponse:
        is_appeal = isinstance(form, AppealForm)
        page = presenters.page_of(report, actor) | {
            "buttons": [],
            "form": None if is_appeal else form,
            "appeal_form": form if is_appeal else self.form(AppealForm, report),
            "verbs": report.verbs_for(actor),
        }
        response = render(request, "reports/detail.html", page, status=status)
        response["Referrer-Policy"] = "no-referrer"
        response["Cache-Control"] = "private, no-store"
        return response
