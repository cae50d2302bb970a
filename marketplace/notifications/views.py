"""What this person was told: what needs them first, then the rest, newest first."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView, View

from marketplace.core.edges import actor_of
from marketplace.core.paging import PAGE, page_of

from . import services
from .models import Notice


class NoticeList(LoginRequiredMixin, TemplateView):
    """Notices; those with a deadline still to come stay on top until they are marked read."""

    template_name = "notifications/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mine = Notice.objects.filter(recipient_id=actor_of(self.request).user_id)
        ahead = Q(due_at=None) | Q(due_at__gt=timezone.now())
        pinned = mine.filter(ahead, needs_you=True, read_at=None).order_by("due_at", "-pk")[:PAGE]
        page = page_of(mine, self.request.GET)
        pinned = list(pinned) if page.number == 1 else []
        on_top = {notice.pk for notice in pinned}
        return super().get_context_data(**kwargs) | {
            "pinned": pinned,
            "notices": [notice for notice in page.rows if notice.pk not in on_top],
            "page": page,
        }


class MarkRead(LoginRequiredMixin, View):
    """One notice, or all of them, is read. Opening a page never does that (GET changes nothing)."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        one = request.POST.get("notice", "")
        services.mark_read(by=actor_of(request), public_ids=[one] if one else None)
        return HttpResponseRedirect(reverse("notifications:list"))
