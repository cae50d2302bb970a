"""“Problem with this order”: may a dispute be opened, and if not, why and from when (D-02, D-03, D-08, D-09)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View

from marketplace.core.access import Actor
from marketplace.core.edges import actor_of
from marketplace.core.errors import AlreadyDisputed, NotFound
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.presenters import title_of
from marketplace.orders.protection import (
    Window,
    dispute_window,
    never_sent_window,
    payment_window,
    prefetches,
)

from .. import questionnaire as q
from .. import services
from ..models import Dispute, Draft
from ..reasons import REASONS
from ..services.opening import blocked_lines, check_restriction, window_for


@dataclass(frozen=True)
class Obstacle:
    """Why no dispute can be opened now; `kind`: "dispute", "ended", "early" or "late"."""

    kind: str
    why: str
    possible_from: datetime | None = None
    possible_until: datetime | None = None
    dispute: str = ""


class ProblemView(LoginRequiredMixin, View):
    """A page of the questions about one order. For everybody but its buyer the order's questions do not exist."""

    order: Order
    actor: Actor
    answers: q.Answers
    draft: Draft | None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        self.actor = actor_of(request)
        self._load(kwargs["public_id"])
        check_restriction(self.order)
        return super().dispatch(request, *args, **kwargs)

    def _load(self, public_id: str) -> None:
        rows = Order.objects.visible_to(self.actor).filter(public_id=public_id, buyer_id=self.actor.user_id)
        rows = rows.select_related("policy", "escrow", "store", "dispute_draft")
        order = rows.prefetch_related("lines", *prefetches()).first()
        if order is None:
            raise NotFound(_("This does not exist."))
        order.now = timezone.now()
        self.order = order
        self.draft = getattr(order, "dispute_draft", None)
        self.answers = dict(self.draft.answers) if self.draft else {}

    # -- what stands in the way --------------------------------------------------------------------------------

    @property
    def all_lines(self) -> list[OrderLine]:
        return list(self.order.lines.all())

    def sort_lines(self) -> tuple[list[OrderLine], AlreadyDisputed | None]:
        """The lines that can be disputed, and why the first other one cannot (D-08)."""
        if not hasattr(self, "_sorted"):
            lines = self.all_lines
            blocked = blocked_lines(self.order, [line.pk for line in lines])
            free = [line for line in lines if line.pk not in blocked]
            self._sorted = free, next(iter(blocked.values()), None)
        return self._sorted

    @property
    def lines(self) -> list[OrderLine]:
        return self.sort_lines()[0]

    def obstacle(self) -> Obstacle | None:
        """What stands in the way of the claim as it is answered so far; None where nothing does."""
        free, blocked = self.sort_lines()
        if not free and blocked:
            dispute = str(blocked.extra.get("dispute", ""))
            is_open = Dispute.objects.filter(public_id=dispute, lines__is_open=True).exists()
            return Obstacle("dispute" if is_open else "ended", blocked.detail, dispute=dispute)
        window = self.window()
        if window.possible:
            return None
        kind = "late" if window.code == "too_late" else "early"
        return Obstacle(kind, window.why_not, window.starts_at if kind == "early" else None, window.until)

    def window(self) -> Window:
        reason = q.reason_of(self.answers)
        if reason is not None:
            return window_for(self.order, reason, received=q.received(self.answers))
        order, now = self.order, self.order.now
        windows = [dispute_window(order, now, received=received) for received in (None, True)]
        if order.shipped_at is None:
            windows.insert(0, never_sent_window(order, now))
        if self.answers.get("what") == "other":
            windows.append(payment_window(order, now))
        return next((window for window in windows if window.possible), windows[0])

    # -- going about ---------------------------------------------------------------------------------------------

    def save(self, answers: q.Answers) -> None:
        self.answers = answers
        self.draft = services.save_draft(self.order, answers, by=self.actor)

    def address(self, step: str) -> str:
        return reverse("disputes:step", args=[self.order.public_id, step])

    def go(self, step: str) -> HttpResponseRedirect:
        return HttpResponseRedirect(self.address(step))

    def go_not_yet(self) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("disputes:not_yet", args=[self.order.public_id]))

    def context(self, **more: Any) -> dict[str, Any]:
        title, others = title_of(self.order)
        return {"order": self.order, "title": title, "others": others, "draft": self.draft, **more}


class Start(ProblemView):
    """GET leads to the first open question; POST begins anew, or with a payment problem."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        if self.obstacle():
            return self.go_not_yet()
        return self.go(q.first_open(self.answers, self.lines) if self.answers else "came")

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        services.discard_draft(self.order, by=self.actor)
        if request.POST.get("about") == "payment":
            came = "yes" if self.order.delivered_at or self.order.confirmed_at else "no"
            self.save({"came": came, "what": "other"})
            return self.go("detail")
        return self.go("came")


class NotYet(ProblemView):
    """Why no dispute can be opened now, from when it can, and what can be done instead. Never an error."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        found = self.obstacle()
        if found is None:
            return HttpResponseRedirect(reverse("disputes:problem", args=[public_id]))
        return self.show(found)

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Another answer than the one that is too early."""
        self.save(
            {key: kept for key, kept in self.answers.items() if key not in ("what", "detail", "reason")}
        )
        return HttpResponseRedirect(reverse("disputes:problem", args=[public_id]))

    def show(
        self, found: Obstacle, *, status: int = 200, typed: dict[str, str] | None = None
    ) -> HttpResponse:
        return render(
            self.request, "disputes/problem/not_yet.html", not_yet(self, found, typed), status=status
        )


def not_yet(view: ProblemView, found: Obstacle, typed: dict[str, str] | None = None) -> dict[str, Any]:
    """What the page says: the obstacle, and what can be done now."""
    order, reason = view.order, view.answers.get("reason", "")
    verbs = order.verbs_for(view.actor)
    return view.context(
        obstacle=found,
        reason=REASONS[reason].label if reason in REASONS else "",
        payment=payment_window(order, order.now).possible and found.kind in ("early", "late"),
        may_ask_for_time="request_extension" in verbs and order.confirmed_at is None,
        may_cancel="cancel" in verbs,
        protected_until=order.window_ends_at,
        typed=typed or {},
    )
