"""Writing a report: the four categories, one page a question, the check page; with an account or without (C-01, C-02)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View
from django.views.generic import TemplateView

from marketplace.accounts.models import User
from marketplace.core.access import Actor
from marketplace.core.edges import actor_of
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.forms import tell_form
from marketplace.evidence import services as files
from marketplace.orders.models import Order

from ..forms import AnswerForm, ContactForm, DescriptionForm, FilesForm, TargetForm, TickForm
from ..kinds import TRACKING, WITHOUT_ACCOUNT, Category, Question, in_words, needs_proof
from ..models import Draft, TargetKind
from ..questionnaire import CHECK, CONTACT, DESCRIPTION, FILES, TARGET, Page, answer_of, pages_of
from ..services import guests, refuse_the_restricted, save_draft, submit
from ..services.answers import check_target, checked_description, checked_listings, checked_order, policy_now
from ..services.filing import is_sold_by

SESSION = "report_draft"
ABOUT = ("listing", "store", "order", "user")


def taken(sent: Any, actor: Actor) -> list[str]:
    """Take the files in; their ids. Raises Invalid where one is refused, with the reason beside the field (E-01)."""
    intake = files.take_many(
        [(str(file.name), file.file) for file in sent], by=actor, limits=files.limits_now(), private=True
    )
    if intake.refused:
        words = _("%(name)s: %(why)s")
        refused = [words % {"name": each.name, "why": each.error.detail} for each in intake.refused]
        raise Invalid.field("files", "refused", " ".join(refused))
    return [file.public_id for file in intake.taken]


class Center(TemplateView):
    """The four categories."""

    template_name = "reports/center.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        about = next(((kind, self.request.GET[kind]) for kind in ABOUT if self.request.GET.get(kind)), None)
        query = "?" + urlencode({"type": about[0], "id": about[1]}) if about else ""
        signed_in = self.request.user.is_authenticated
        cards = [
            (
                each.label,
                reverse("reports:new", args=[each.value]) + query,
                signed_in or each in WITHOUT_ACCOUNT,
            )
            for each in Category
        ]
        return super().get_context_data(**kwargs) | {"cards": cards}


class Asking(View):
    """One report that is being written."""

    http_method_names = ["get", "head", "post", "options"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.category = kwargs["category"]
        if self.category not in Category.values:
            raise NotFound(_("There is no such category."))
        self.actor = actor_of(request).having_seen(None)
        if self.actor.user_id is None and self.category not in WITHOUT_ACCOUNT:
            return redirect_to_login(request.get_full_path())
        if self.actor.user_id is not None:
            refuse_the_restricted(User.objects.get(pk=self.actor.user_id), timezone.now())
        self.pages = self.asked()
        return super().dispatch(request, *args, **kwargs)

    def asked(self) -> list[Page]:
        """The pages of this report, as it is now."""
        sold = bool(self.draft().data.get("sold"))
        return pages_of(self.category, has_account=self.actor.user_id is not None, by_seller=sold)

    def draft(self) -> Draft:
        """What was answered so far; a new one, not yet saved, where there is none."""
        drafts = Draft.objects.filter(category=self.category, sent_as=None)
        if self.actor.user_id is not None:
            found = drafts.filter(writer_id=self.actor.user_id).order_by("-pk").first()
        else:
            found = drafts.filter(public_id=self.request.session.get(SESSION, ""), writer=None).first()
        return found or Draft(category=self.category, writer_id=self.actor.user_id, saved_at=timezone.now())

    def keep(self, **data: Any) -> Draft:
        draft = save_draft(self.draft(), data=data)
        if draft.writer_id is None:
            self.request.session[SESSION] = draft.public_id
        return draft

    def url_of(self, page: Page) -> str:
        return reverse("reports:step", args=[self.category, page.slug])


class New(Asking):
    """The first question of a category."""

    def get(self, request: HttpRequest, category: str) -> HttpResponse:
        query = urlencode({name: request.GET[name] for name in ("type", "id") if request.GET.get(name)})
        return HttpResponseRedirect(self.url_of(self.pages[0]) + ("?" + query if query else ""))

    def post(self, request: HttpRequest, category: str) -> HttpResponse:
        """Start again: what was answered is gone."""
        draft = self.draft()
        if draft.pk:
            draft.delete()
        return HttpResponseRedirect(self.url_of(self.pages[0]))


class Step(Asking):
    """One question."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.slug = kwargs["step"]
        return super().dispatch(request, *args, **kwargs)

    def page(self) -> Page:
        for page in self.pages:
            if page.slug == self.slug:
                return page
        raise NotFound(_("There is no such page."))

    def get(self, request: HttpRequest, category: str, step: str) -> HttpResponse:
        page = self.page()
        if page.slug == CHECK:
            return self.show_check()
        return self.show(page, self.form(page))

    def post(self, request: HttpRequest, category: str, step: str) -> HttpResponse:
        page = self.page()
        if page.slug == CHECK:
            return self.send()
        if page.choices and "answer" in request.POST:
            return self.keep_choice(page, request.POST["answer"])
        form = self.form(page, request.POST, request.FILES)
        if form is None:
            return self.show(page, None, status=422)
        if not form.is_valid():
            return self.show(page, form, status=422)
        try:
            self.keep_form(page, form)
        except Invalid as error:
            tell_form(form, error)
            return self.show(page, form, status=422)
        return self.onward(page)

    def keep_choice(self, page: Page, value: str) -> HttpResponse:
        if value not in dict(page.choices or ()):
            return self.show(page, None, status=422)
        if page.question:
            self.keep(answers={**self.draft().data.get("answers", {}), page.question.name: value})
        else:
            self.keep(**{page.slug: value == "yes"})
        return self.onward(page)

    def onward(self, page: Page) -> HttpResponse:
        """The next page; from a change back to the check page."""
        if self.request.GET.get("change"):
            return HttpResponseRedirect(self.url_of(self.pages[-1]))
        pages = self.asked()  # the order that was named just now may have changed them
        return HttpResponseRedirect(self.url_of(pages[pages.index(page) + 1]))

    def form(self, page: Page, sent: Any = None, sent_files: Any = None) -> Any:
        """The form of a page that is not answered by one tap."""
        data, limits = self.draft().data, files.limits_now()
        if page.slug == TARGET:
            asked = {name: self.request.GET.get(name, "") for name in ("type", "id")}
            known = asked if all(asked.values()) else data.get("target") or asked
            has_account = self.actor.user_id is not None
            return TargetForm(sent, sent_files, initial=known, has_account=has_account)
        if page.slug == DESCRIPTION:
            known, longest = {"description": data.get("description", "")}, policy_now().description_max
            return DescriptionForm(sent, sent_files, initial=known, longest=longest)
        if page.slug == FILES:
            proof = needs_proof(self.category, data.get("answers", {})) and not data.get("files")
            return FilesForm(sent, sent_files, limits=limits, proof=proof)
        if page.slug == CONTACT:
            return ContactForm(sent, sent_files, initial=data.get("contact") or self.known_contact())
        if page.question and page.question.tick:
            ticked = answer_of(page, data) == "yes"
            return TickForm(sent, sent_files, question=page.question, initial={"answer": ticked})
        if page.question and not page.choices:
            kept = answer_of(page, data) or (self.reported_listing(data) if page.question.is_list else None)
            words, answers = "\n".join(kept) if isinstance(kept, list) else kept, data.get("answers", {})
            return AnswerForm(
                sent, sent_files, question=page.question, answers=answers, initial={"answer": words}
            )
        return None

    def reported_listing(self, data: dict[str, Any]) -> list[str]:
        """Whoever reports a listing need not name it twice."""
        target = data.get("target") or {}
        return [target["id"]] if target.get("type") == TargetKind.LISTING else []

    def known_contact(self) -> dict[str, str]:
        user = self.request.user
        return {"name": user.shown_name, "email": user.email} if user.is_authenticated else {}

    def keep_form(self, page: Page, form: Any) -> None:
        """Raises Invalid for what the report would be refused for: a file, an order that is none of theirs, and so on."""
        data = form.cleaned_data
        if page.slug == FILES:
            new = taken(data["files"], self.actor)
            self.keep(files=[*self.draft().data.get("files", []), *new])
        elif page.question:
            answer, extra = _said(page.question, data["answer"]), {}
            if page.question.name == "order_number":
                order = checked_order(answer, self.actor)
                extra = {"order": order.public_id, "sold": is_sold_by(order, self.actor)}
            elif page.question.is_list:
                answer = checked_listings(answer)
            before = {} if extra.get("sold") else self.draft().data.get("answers", {})
            self.keep(answers={**before, page.question.name: answer}, **extra)
        elif page.slug == DESCRIPTION:
            self.keep(description=checked_description(data["description"]))
        elif page.slug == TARGET:
            check_target(data["type"], data["id"], self.actor)
            self.keep_target(dict(data))
        else:
            self.keep(**{page.slug: dict(data)})

    def keep_target(self, target: dict[str, str]) -> None:
        """Of another thing than before, the listings that were named for that one are asked anew."""
        kept = self.draft().data
        said = {name: each for name, each in kept.get("answers", {}).items() if name != "listings"}
        self.keep(target=target, **({} if kept.get("target") == target else {"answers": said}))

    def show(self, page: Page, form: Any, *, status: int = 200) -> HttpResponse:
        draft, position = self.draft(), self.pages.index(page)
        back = self.url_of(self.pages[position - 1]) if position else reverse("reports:center")
        context = {
            "page": page, "form": form, "back": back, "category": Category(self.category).label, "draft": draft,
            "chosen": answer_of(page, draft.data) or "", "orders": self.orders(page), "missing": status == 422 and form is None,
        }  # fmt: skip
        return render(self.request, "reports/question.html", context, status=status)

    def orders(self, page: Page) -> list[tuple[str, str, str]]:
        """One's newest orders, to tap instead of typing a number."""
        if page.question is None or page.question.name != "order_number":
            return []
        mine = Order.objects.filter(buyer_id=self.actor.user_id).select_related("store")
        found = mine.prefetch_related("lines")[:8]
        return [(o.public_id, titles_of(o), f"{o.reference}, {o.store.name}") for o in found]

    # -- the check page ---------------------------------------------------------------------------------------

    def show_check(self, error: Invalid | None = None, status: int = 200) -> HttpResponse:
        draft = self.draft()
        errors = [(self.where(each.field), each.message) for each in error.errors] if error else []
        rows = [
            {
                "key": page.label,
                "value": self.shown(page, draft.data),
                "change": self.url_of(page) + "?change=1",
            }
            for page in self.pages[:-1]
        ]
        context = {
            "rows": rows, "errors": errors, "category": Category(self.category).label, "back": self.url_of(self.pages[-2]),
            "again": reverse("reports:new", args=[self.category]), "guest": self.actor.user_id is None,
            "proof": needs_proof(self.category, draft.data.get("answers", {})),
            "tracking": draft.data.get("answers", {}).get("claim") == TRACKING,
        }  # fmt: skip
        return render(self.request, "reports/check.html", context, status=status)

    def where(self, field: str) -> str:
        """The page on which a refused field was asked."""
        slug = field.removeprefix("answers.").partition(".")[0].replace("_", "-")
        slug = FILES if slug == "evidence" else slug
        known = {page.slug: page for page in self.pages}
        return self.url_of(known[slug]) + "?change=1" if slug in known else ""

    def shown(self, page: Page, data: dict[str, Any]) -> str:
        value = answer_of(page, data)
        if page.question:
            rows = in_words(self.category, {page.question.name: value} if value else {})
            return rows[0][1] if rows else ""
        if page.choices:
            return str(dict(page.choices).get(value, ""))
        if page.slug == FILES:
            return str(len(value)) if value else ""
        if page.slug == TARGET:
            return f"{TargetKind(value['type']).label}: {value['id']}" if value else ""
        if page.slug == CONTACT:
            return ", ".join(each for each in (value or {}).values() if each)
        return str(value or "")

    def send(self) -> HttpResponse:
        draft = self.draft()
        try:
            if self.actor.user_id is None:
                return self.mail(draft)
            report = submit(guests.data_of(draft), by=self.actor)
        except Invalid as error:
            return self.show_check(error, status=422)
        if draft.pk:
            draft.delete()
        messages.success(self.request, _("Thank you. We have your report."))
        return HttpResponseRedirect(reverse("reports:detail", args=[report.public_id]))

    def mail(self, draft: Draft) -> HttpResponse:
        """Without an account the address is checked first."""
        email = draft.data.get("contact", {}).get("email", "")
        if not email:
            raise Invalid.field("contact", "required", _("Tell us your mail address."))
        guests.try_out(draft)
        guests.ask_to_confirm(draft, email=email, place=place_of(self.request))
        return render(self.request, "reports/mailed.html", {"email": email})


def _said(question: Question, answer: Any) -> Any:
    """An answer as the draft keeps it."""
    if question.tick:
        return "yes"
    return answer.split() if question.is_list else answer.strip()


def titles_of(order: Order) -> str:
    """The first thing of the order, and how many more there are."""
    first, *others = order.lines.all()
    more = ngettext("%(n)s more thing", "%(n)s more things", len(others)) % {"n": len(others)}
    return f"{first.title}, {more}" if others else first.title


def place_of(request: HttpRequest) -> str:
    """The internet address that asks; behind proxies of ours, the one that the outermost of them saw."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    seen = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",") if each.strip()]
    return seen[-proxies] if proxies and len(seen) >= proxies else str(request.META.get("REMOTE_ADDR", ""))
