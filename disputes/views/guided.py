"""The way through the questions: which page may be shown, where it leads, and the pages that are only buttons."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import questionnaire as q
from ..models import Dispute
from .problem import ProblemView

TITLES: dict[str, Any] = {
    "came": gettext_lazy("Did you get the parcel?"),
    "unsure": gettext_lazy("What does the carrier say?"),
    "what": gettext_lazy("What is wrong?"),
    "detail": gettext_lazy("Which of these fits best?"),
    "words": gettext_lazy("Tell us in your own words"),
    "items": gettext_lazy("Which items is it about?"),
    "evidence": gettext_lazy("Show what is wrong"),
    "ask": gettext_lazy("What do you ask for?"),
    "part": gettext_lazy("How much money do you ask for?"),
    "check": gettext_lazy("Check your request"),
}
#: the pages that are a list of buttons and nothing more
CHOICES = ("came", "unsure", "what", "detail")


class Guided(ProblemView):
    """One question. Which one, the address says; a page that the answers do not lead to sends back to the way."""

    step = ""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        self.step = kwargs["step"]
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, public_id: str, step: str) -> HttpResponse:
        return self.astray() or self.show()

    def post(self, request: HttpRequest, public_id: str, step: str) -> HttpResponse:
        gone = self.astray()
        if gone is not None:
            return gone
        answer: HttpResponse = getattr(self, f"post_{step}", self.post_choice)()
        return answer

    def astray(self) -> HttpResponse | None:
        """Where to go instead, if this page cannot be shown: something stands in the way, or an answer is missing."""
        if self.obstacle():
            return self.already_open() or self.go_not_yet()
        if self.step not in q.reachable(self.answers, self.lines):
            return self.already_sent() or self.go(q.first_open(self.answers, self.lines))
        if self.step == "check" and (open_step := q.first_open(self.answers, self.lines)) != "check":
            return self.go(open_step)
        return None

    def already_open(self) -> HttpResponse | None:
        """A second tap on Send finds the dispute that the first one opened."""
        found = self.obstacle()
        if self.step == "check" and found and found.kind == "dispute":
            return HttpResponseRedirect(reverse("disputes:detail", args=[found.dispute]))
        return None

    def already_sent(self) -> HttpResponse | None:
        """The same, where other items of the order could still be disputed: the draft is gone, the dispute is there."""
        if self.request.method != "POST" or self.step != "check" or self.answers:
            return None
        newest = Dispute.objects.filter(order=self.order, buyer_id=self.actor.user_id).first()
        return HttpResponseRedirect(reverse("disputes:detail", args=[newest.public_id])) if newest else None

    @property
    def changing(self) -> bool:
        return "change" in self.request.GET

    def on(self, answers: q.Answers) -> HttpResponse:
        """Keep the answers and go to the next page, or to why it has to wait."""
        self.save(answers)
        if q.reason_of(answers) and self.obstacle():
            return self.go_not_yet()
        return self.go(q.after(answers, self.lines, self.step, changing=self.changing))

    # -- showing -------------------------------------------------------------------------------------------------

    def show(self, form: Any = None, **more: Any) -> HttpResponse:
        before = q.before(self.answers, self.lines, self.step)
        context = self.context(
            step=self.step,
            heading=TITLES[self.step],
            back=self.address(before) if before else reverse("orders:detail", args=[self.order.public_id]),
            form=form,
        )
        if self.step in CHOICES:
            return render(self.request, "disputes/problem/choice.html", context | self.show_choice() | more)
        found = getattr(self, f"show_{self.step}")(form)
        return render(self.request, f"disputes/problem/{self.step}.html", context | found | more)

    def show_choice(self) -> dict[str, Any]:
        return {
            "choices": q.choices(self.answers, self.step),
            "chosen": self.answers.get(self.step, ""),
            "parcels": self.order.shipments.all() if self.step == "unsure" else (),
        }

    def post_choice(self) -> HttpResponse:
        value = self.request.POST.get("answer", "")
        if value not in {choice[0] for choice in q.choices(self.answers, self.step)}:
            return self.show(problem=_("Choose one of these answers."))
        return self.on(q.take(self.answers, self.step, value))
