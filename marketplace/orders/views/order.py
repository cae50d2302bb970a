"""The pages of orders: the list, the order itself, and one page for each thing that can be done with it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet, Value, prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View

from marketplace.core.case_pages import CaseMixin, VerbPage
from marketplace.core.edges import actor_of
from marketplace.core.errors import TooEarly
from marketplace.core.paging import page_of
from marketplace.messaging import pages
from marketplace.messaging.forms import MessageForm

from .. import access, holds, presenters, services
from ..forms import ExtendForm, NumberForm, ReportForm, ShipForm
from ..models import Order, State

READ_ALONG = ("lines", "hold_backs", "shipments__tracking_events")
#: a message sent twice within this time by the same person is one message (a second tap, a lost answer)
SAME_MESSAGE = timedelta(minutes=2)
LONGEST_SEARCH = 100


def needs_you() -> Q:
    """Orders on which the buyer should look: delivered and not confirmed, or protection near its end."""
    one_day = Value(timedelta(days=1))
    near = ExpressionWrapper(
        F("protection_ends_at") - F("policy__near_end_days") * one_day, output_field=DateTimeField()
    )
    late = Q(state=State.PAID, due_at__lte=timezone.now())
    ending = Q(
        state=State.SHIPPED,
        pk__in=Order.objects.filter(state=State.SHIPPED).alias(n=near).filter(n__lte=timezone.now()),
    )
    return Q(state=State.DELIVERED, confirmed_at=None) | ending | late


FILTERS: dict[str, tuple[Any, Any]] = {
    "all": (_("All"), Q),
    "needs-you": (_("Needs you"), needs_you),
    "protected": (
        _("Protected"),
        lambda: Q(state__in=[State.PAID, State.SHIPPED, State.DELIVERED, State.ON_HOLD]),
    ),
    "ended": (_("Ended"), lambda: Q(state__in=presenters.ENDED)),
}


class OrderList(LoginRequiredMixin, TemplateView):
    """What this person bought; with ?side=sold, what their stores sold."""

    template_name = "orders/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        actor, params, now = actor_of(self.request), self.request.GET, timezone.now()
        sold = params.get("side") == "sold" and bool(actor.store_ids)
        chosen = params.get("show", "all") if params.get("show") in FILTERS else "all"
        search = params.get("q", "").strip()[:LONGEST_SEARCH]
        rows = (
            Order.objects.filter(store_id__in=actor.store_ids)
            if sold
            else Order.objects.filter(buyer_id=actor.user_id)
        )
        rows = _found(rows.filter(FILTERS[chosen][1]()), search)
        page = page_of(rows.select_related("policy", "escrow", "store").prefetch_related(*READ_ALONG), params)
        return super().get_context_data(**kwargs) | {
            "cards": [presenters.card(order, now, actor) for order in page.rows],
            "page": page,
            "filters": [(key, label) for key, (label, _q) in FILTERS.items()],
            "chosen": chosen,
            "search": search,
            "sold": sold,
        }


def _found(rows: QuerySet[Order], search: str) -> QuerySet[Order]:
    """Only those whose number or item has these words."""
    if not search:
        return rows
    named = Order.objects.filter(lines__title__icontains=search).values("pk")
    return rows.filter(Q(reference__icontains=search) | Q(public_id=search) | Q(pk__in=named))


class OrderMixin(CaseMixin):
    """A page about one order."""

    cases = Order.objects
    related = ("policy", "escrow", "store", "buyer", "thread")


class OrderPage(OrderMixin, View):
    """One order, as its buyer or its seller sees it; a message is sent to the same address."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        return self.show(MessageForm())

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Send a message (O-09)."""
        form, order = MessageForm(request.POST), self.find()
        if not form.is_valid():
            return self.show(form)
        if not self.sent_already(order, form.cleaned_data["text"]):
            act = partial(services.send_message, order.pk, by=self.actor.having_seen(None))
            if (status := pages.send(form, act)) != 302:
                return self.show(form, status)
        return HttpResponseRedirect(reverse("orders:detail", args=[public_id]) + "#messages")

    def sent_already(self, order: Order, text: str) -> bool:
        since = timezone.now() - SAME_MESSAGE
        mine = order.thread and order.thread.messages.filter(author_id=self.actor.user_id, sent_at__gte=since)
        return bool(mine and mine.filter(text=text.strip()).exists())

    def show(self, form: MessageForm, status: int = 200) -> HttpResponse:
        order = self._whole()
        context = {
            "room": presenters.room(order, order.now, self.actor),
            "form": form,
            "order": order,
            "actor": self.actor,
        }
        return render(self.request, "orders/detail.html", context, status=status)

    def _whole(self) -> Order:
        order = self.find()
        along = (
            "lines__listing",
            *holds.ALONG,
            "hold_backs",
            "shipments__tracking_events",
            "shipments__numbers",
            "events",
        )
        if order.thread_id:
            along += ("thread__messages__author",)
        prefetch_related_objects([order], *along)
        found: Order = order
        return found


class OrderVerb(OrderMixin, VerbPage):
    """One verb of an order."""

    home = "orders:detail"
    template_name = "orders/act.html"
    title: Any = ""
    button: Any = ""
    #: what it means, sentence by sentence
    words: tuple[Any, ...] = ()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        said = {"title": self.title, "button": self.button, "words": self.words}
        return super().get_context_data(**kwargs) | said | {"name": presenters.title_of(self.case)[0]}


class Ship(OrderVerb):
    verb, form_class = "ship", ShipForm
    title, button = _("Send the parcel"), _("I have sent it")
    words = (_("Give us the number of the parcel after you handed it to the carrier."),)
    done = _("We told the buyer that the parcel is on its way.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"longest": self.case.policy.max_delivery_days}

    def act(self, data: dict[str, Any]) -> None:
        promised_by = timezone.now() + timedelta(days=data["days"])
        services.ship(
            self.case.pk,
            carrier=data["carrier"],
            tracking_number=data["tracking_number"],
            promised_by=promised_by,
            by=self.actor,
        )


class ChangeTracking(OrderVerb):
    verb, form_class = "change_tracking", NumberForm
    title, button = _("Change the tracking number"), _("Save the new number")
    words = (_("The number often changes after customs. The buyer still sees the old one."),)
    done = _("The buyer sees the new number.")

    def get_initial(self) -> dict[str, Any]:
        return {"shipment": self.request.GET.get("parcel", "")}

    def act(self, data: dict[str, Any]) -> None:
        services.change_tracking(self.case.pk, by=self.actor, **data)


class RecordTracking(OrderVerb):
    verb, form_class = "record_tracking", ReportForm
    title, button = _("Say where the parcel is"), _("Save")
    words = (_("Say only what the carrier says. The buyer sees it."),)
    done = _("The buyer sees where the parcel is.")

    def act(self, data: dict[str, Any]) -> None:
        services.record_tracking(self.case.pk, code=data["code"], city=data["city"], at=None, by=self.actor)


class Extend(OrderVerb):
    verb, form_class = "extend_protection", ExtendForm
    title, button = _("Give the buyer more time"), _("Add these days")
    words = (_("The buyer is protected for longer. You cannot take this back."),)
    done = _("The buyer is protected for longer now.")

    def act(self, data: dict[str, Any]) -> None:
        services.extend_protection(self.case.pk, days=data["days"], by=self.actor)


class AskForTime(OrderVerb):
    verb = "request_extension"
    title, button = _("Ask the seller for more time"), _("Ask for more time")
    words = (
        _("The parcel is late? We ask the seller to make your protection longer."),
        _("Nothing changes until the seller agrees. Your protection never gets shorter."),
    )
    done = _("We asked the seller for more time.")

    def act(self, data: dict[str, Any]) -> None:
        services.request_extension(self.case.pk, by=self.actor)


class ConfirmReceipt(OrderVerb):
    verb, template_name = "confirm_receipt", "orders/confirm_receipt.html"
    title, button = _("Did you get it, and is it fine?"), _("Yes, I got it and it is fine")
    done = _("Thank you. We told the seller.")

    def act(self, data: dict[str, Any]) -> None:
        services.confirm_receipt(self.case.pk, by=self.actor)


class Cancel(OrderVerb):
    verb, template_name = "cancel", "orders/cancel.html"
    title = _("Cancel this order")
    done = _("The order is cancelled. Your money comes back to you.")

    def check(self) -> None:
        """A buyer who comes too early is told from when on it will be possible."""
        from_when = self.case.buyer_may_cancel_from
        if from_when and self.case.now < from_when and access.buyer(self.actor, self.case):
            why = _(
                "The seller still has time to send the parcel. After that you can cancel and get all your money back."
            )
            raise TooEarly(str(why), possible_from=from_when)
        super().check()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"back_to_buyer": self.case.escrow.held}

    def act(self, data: dict[str, Any]) -> None:
        services.cancel(self.case.pk, by=self.actor)
