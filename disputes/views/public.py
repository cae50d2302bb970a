"""Pages that everybody may read: the start, help, and every deadline as the policy in force has it (F-05)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView

from marketplace.core.policy import ProtectionPolicy

from ..reasons import REASONS

#: what a person reads of the two presets; another policy is called by its own name
NAMES: dict[str, Any] = {"default": gettext_lazy("Standard"), "classic": gettext_lazy("Classic")}


class Start(TemplateView):
    """`/`: for whoever is signed in, their orders; for everybody else what this is and where to go."""

    template_name = "help/start.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return HttpResponseRedirect(reverse("orders:list"))
        return super().dispatch(request, *args, **kwargs)


class HelpIndex(TemplateView):
    """What can go wrong, what helps to show it, and where the deadlines are."""

    template_name = "help/index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"reasons": list(REASONS.values())}


@dataclass(frozen=True)
class Limit:
    """One deadline in words: what, how long, what happens then."""

    what: str
    length: str
    then: str = ""


class TimeLimits(TemplateView):
    """Every deadline of the policy in force; ?policy= chooses which."""

    template_name = "help/time_limits.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        published = ProtectionPolicy.objects.filter(status=ProtectionPolicy.Status.PUBLISHED)
        names = list(published.values_list("name", flat=True).annotate(Max("version")).order_by("name"))
        names.sort(key=lambda name: (name != "default", name))
        wanted = self.request.GET.get("policy", "default")
        chosen = wanted if wanted in names else names[0]
        policy = ProtectionPolicy.objects.in_force(chosen, timezone.now())
        return super().get_context_data(**kwargs) | {
            "policies": [(name, NAMES.get(name, name)) for name in names],
            "chosen": chosen,
            "policy": policy,
            "groups": groups(policy),
        }


def days(number: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", number) % {"n": number}


def hours(number: int) -> str:
    return ngettext("%(n)s hour", "%(n)s hours", number) % {"n": number}


def working_days(number: int) -> str:
    return ngettext("%(n)s working day", "%(n)s working days", number) % {"n": number}


def groups(p: ProtectionPolicy) -> list[tuple[str, list[Limit]]]:
    """All time limits, in the order in which a buyer meets them."""
    return [
        (_("Your order"), _order(p)),
        (_("Opening a dispute"), _opening(p)),
        (_("Finding an agreement"), _negotiation(p)),
        (_("When a mediator decides"), _mediation(p)),
        (_("Sending the item back"), _returns(p)),
        (_("Money"), _money(p)),
    ]


def _order(p: ProtectionPolicy) -> list[Limit]:
    return [
        Limit(
            _("The seller sends the parcel, from payment"),
            days(p.ship_within_days),
            _("Then you can cancel and get all back."),
        ),
        Limit(
            _("The longest time for delivery"),
            days(p.max_delivery_days),
            _("Protection lasts from sending to the promised day."),
        ),
        Limit(
            _("After you said that it came, or protection ended"),
            days(p.post_receipt_days),
            _("So long you can still open a dispute. Then the seller is paid."),
        ),
    ]


def _opening(p: ProtectionPolicy) -> list[Limit]:
    to_all = p.dispute_wait_applies_to == ProtectionPolicy.Wait.ALL
    what = (
        _("Wait after the parcel was sent")
        if to_all
        else _("Wait after the parcel was sent, if it did not come")
    )
    return [
        Limit(what, days(p.dispute_wait_days), _("From the day after you can open a dispute.")),
        Limit(
            _("It did not come, but it is in your country"),
            days(p.near_end_days),
            _("You can open a dispute when only so much protection is left."),
        ),
        Limit(_("Payment problems"), _("At once"), _("You can tell us as soon as you have paid.")),
        Limit(
            _("Opening again after you closed a dispute"),
            ngettext("%(n)s time", "%(n)s times", p.redispute_times) % {"n": p.redispute_times}
            if p.redispute_times
            else _("Never"),
        ),
    ]


def _negotiation(p: ProtectionPolicy) -> list[Limit]:
    return [
        Limit(
            _("The seller answers"), days(p.seller_response_days), _("If not, you get what you asked for.")
        ),
        Limit(
            _("You two find an agreement, from opening"),
            days(p.negotiation_days),
            _("Then a mediator decides."),
        ),
        Limit(_("The seller answers a changed request, at least"), hours(p.edit_answer_hours)),
    ]


def _mediation(p: ProtectionPolicy) -> list[Limit]:
    return [
        Limit(_("We plan to decide within"), days(p.mediation_target_days)),
        Limit(_("At the latest within"), days(p.mediation_latest_days)),
        Limit(
            _("You answer when we ask for a photo or paper"),
            days(p.evidence_request_days),
            _("Then we decide on what is there."),
        ),
        Limit(
            _("You choose between two results"),
            days(p.choice_days),
            _("If you do not choose, the first one holds."),
        ),
        Limit(_("Asking for a review of a decision"), days(p.appeal_days)),
        Limit(_("We answer that review within"), working_days(p.appeal_answer_working_days)),
    ]


def _returns(p: ProtectionPolicy) -> list[Limit]:
    return [
        Limit(
            _("You send the item and enter its number"),
            days(p.return_ship_days),
            _("If not, you get no money back."),
        ),
        Limit(
            _("The return is on its way, at most"),
            days(p.return_transit_days),
            _("Then a mediator looks at it."),
        ),
        Limit(
            _("The seller checks what came back"),
            days(p.return_confirm_days),
            _("If not, you get your money."),
        ),
    ]


def _money(p: ProtectionPolicy) -> list[Limit]:
    numbers = {"low": p.refund_days_min, "high": p.refund_days_max}
    words = (
        _("%(low)s to %(high)s working days") if p.refund_in_working_days else _("%(low)s to %(high)s days")
    )
    return [Limit(_("A refund is in your account after"), words % numbers)]
