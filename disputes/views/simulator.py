"""A draft tried on past cases, beside the page that publishes it (P-03)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.core.policy import ProtectionPolicy

from ..simulation import simulate


def try_policy(request: HttpRequest, pk: int) -> HttpResponse:
    """How many past cases would have gone another way, and which. Mounted in the admin; nothing is written."""
    if not request.user.has_perm("core.change_protectionpolicy"):
        raise PermissionDenied
    draft = get_object_or_404(ProtectionPolicy, pk=pk)
    trial = simulate(draft, now=timezone.now())
    context = {
        "title": _("Try %(policy)s on past cases") % {"policy": draft},
        "draft": draft,
        "trial": trial,
        "differences": trial.by_difference.most_common(),
    }
    return TemplateResponse(request, "admin/policy/simulate.html", context)
