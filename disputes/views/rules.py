"""A store's own rules for accepting by itself: a list, a new one, one tried and switched on (N-10)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from marketplace.accounts.models import Store
from marketplace.core.access import Actor
from marketplace.core.edges import actor_of
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.forms import tell_form
from marketplace.core.templatetags.ui import money_filter

from .. import presenters
from ..models import AutoAcceptRule
from ..reasons import GROUPS, REASONS
from ..services import rules
from ..talk_forms import RuleForm


def in_words(rule: AutoAcceptRule) -> str:
    """ "It arrived broken, up to US$20.00, buyers with at most 2 other disputes in 90 days" """
    reason = REASONS.get(rule.reason)
    about = reason.label if reason else GROUPS.get(rule.reason, _("Any problem"))
    parts = [str(about), _("up to %(sum)s") % {"sum": money_filter(rule.limit)}]
    if rule.most_disputes is not None:
        words = _("buyers with at most %(n)s other disputes in 90 days")
        parts.append(words % {"n": rule.most_disputes})
    return ", ".join(parts)


def row_of(rule: AutoAcceptRule) -> dict[str, Any]:
    """One rule in the list and on its page."""
    if rule.is_on:
        label, tone = _("On"), "good"
    else:
        label, tone = (_("Off"), "") if rule.tried_at else (_("Not tried yet"), "wait")
    url = reverse("sell:rule", args=[rule.public_id])
    return {"rule": rule, "words": in_words(rule), "label": label, "tone": tone, "url": url}


class SellerPage(LoginRequiredMixin):
    """For whoever sells; for everybody else it does not exist."""

    request: Any
    actor: Actor

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        self.actor = actor_of(request)
        if not self.actor.store_ids:
            raise NotFound(_("This does not exist."))
        return super().dispatch(request, *args, **kwargs)


class Rules(SellerPage, TemplateView):
    """All rules of one's shops."""

    template_name = "sell/rules.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = [row_of(rule) for rule in rules.own_rules(self.actor)]
        return super().get_context_data(**kwargs) | {"rows": rows, "many": len(self.actor.store_ids) > 1}


class NewRule(SellerPage, FormView):
    """A new rule, which leads to its trial."""

    http_method_names = ["get", "head", "post", "options"]
    form_class, template_name = RuleForm, "sell/new_rule.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        stores = Store.objects.filter(pk__in=self.actor.store_ids).order_by("pk")
        return super().get_form_kwargs() | {"stores": stores}

    def form_valid(self, form: Any) -> HttpResponse:
        data = form.cleaned_data
        try:
            rule = rules.make_rule(
                data["store"].public_id,
                reason=data["reason"],
                up_to=data["up_to"],
                most_disputes=data["most_disputes"],
                by=self.actor,
            )
        except Invalid as error:
            tell_form(form, error)
            return self.form_invalid(form)
        return HttpResponseRedirect(reverse("sell:rule", args=[rule.public_id]))


class OneRule(SellerPage, View):
    """One rule: try it on the last 90 days, then switch it on; or off."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        return self.show(self.find(public_id), None)

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """`act`: try, on or off."""
        rule, act = self.find(public_id), request.POST.get("act", "")
        if act == "on":
            rules.switch_on(rule.public_id, by=self.actor)
            messages.success(request, _("The rule is on. It accepts new and changed requests from now on."))
        elif act == "off":
            rules.switch_off(rule.public_id, by=self.actor)
            messages.success(request, _("The rule is off."))
        else:
            trial = rules.try_rule(rule.public_id, by=self.actor)
            return self.show(trial.rule, trial)
        return HttpResponseRedirect(reverse("sell:rule", args=[public_id]))

    def find(self, public_id: str) -> AutoAcceptRule:
        found = rules.own_rules(self.actor).filter(public_id=public_id).first()
        if found is None:
            raise NotFound(_("This does not exist."))
        return found

    def show(self, rule: AutoAcceptRule, trial: rules.Trial | None) -> HttpResponse:
        context = {"row": row_of(rule), "trial": trial, "accepted": _accepted(trial) if trial else []}
        return render(self.request, "sell/rule.html", context)


def _accepted(trial: rules.Trial) -> list[dict[str, Any]]:
    return [
        {
            "title": presenters.title_of(each.dispute),
            "url": reverse("disputes:detail", args=[each.dispute.public_id]),
            "opened_at": each.dispute.opened_at,
            "amount": each.amount,
            "in_fact": each.in_fact,
        }
        for each in trial.accepted
    ]
