"""Pages that everybody may read: the start, and the guides as the policy in force has them (F-05)."""

from __future__ import annotations

from typing import Any

from django.db.models import Max
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from marketplace.core.policy import ProtectionPolicy

from .. import guides
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


class OfPolicy(TemplateView):
    """A guide with the numbers of a policy in force; ?policy= chooses which."""

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
            **self.told_by(policy),
        }

    def told_by(self, policy: ProtectionPolicy) -> dict[str, Any]:
        """What the page says of it."""
        return {}


class DisputeGuide(OfPolicy):
    """How a dispute goes, step by step: who moves, by when, and what happens if nobody does."""

    template_name = "help/index.html"

    def told_by(self, policy: ProtectionPolicy) -> dict[str, Any]:
        return {"steps": guides.steps(policy)}


class EvidenceGuide(OfPolicy):
    """What helps to show what is wrong, for each reason, and which files are taken."""

    template_name = "help/evidence.html"

    def told_by(self, policy: ProtectionPolicy) -> dict[str, Any]:
        return {"files": guides.file_limits(policy), "reasons": list(REASONS.values())}


class TimeLimits(OfPolicy):
    """Every deadline."""

    template_name = "help/time_limits.html"

    def told_by(self, policy: ProtectionPolicy) -> dict[str, Any]:
        return {"groups": guides.groups(policy)}
