"""Sanctions in the admin: the record with its timeline, imposing one by hand with a preview, taking one back."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from marketplace.core.case_admin import Button, CaseRecords
from marketplace.core.cases import Case
from marketplace.core.edges import actor_of
from marketplace.core.errors import Invalid
from marketplace.core.forms import tell_form

from . import services
from .forms import ImposeForm
from .models import Kind, Sanction
from .presenters import HAPPENED, MEANS
from .targets import find_target


@admin.register(Sanction)
class SanctionAdmin(CaseRecords):
    """Never edited, never deleted; it ends by the clock, by hand where it was imposed so, or through its appeal."""

    list_display = ("public_id", "kind", "against", "state", "starts_at", "ends_at", "cause")
    list_filter = ("kind", "state", "starts_at")
    list_select_related = ("listing", "store", "user")
    search_fields = ("public_id__exact", "cause__exact", "user__username__exact", "store__public_id__exact")
    search_help_text = _("Search by number, cause, shop number or user name, written out in full")
    change_list_template = "admin/sanctions/list.html"
    one_related = ("listing", "store", "user", "imposed_by", "ended_by")
    happened = HAPPENED
    fields = (
        "public_id", "kind", "against", "state", "rule", "statement", "points", "cause", "imposed_by", "starts_at", "ends_at",
        "ended_at", "ended_by", "note",
    )  # fmt: skip
    readonly_fields = ("against",)

    @admin.display(description=_("against"))
    def against(self, sanction: Sanction) -> str:
        return sanction.target_name

    def buttons(self, case: Case, verbs: list[str]) -> list[Button]:
        url = reverse("sanctions:take_back", args=[case.public_id])
        return [Button("take_back", _t("Take it back"), url, is_link=True)] if "take_back" in verbs else []

    def get_urls(self) -> list[URLPattern]:
        impose = self.admin_site.admin_view(self.impose_view)
        return [path("impose/", impose, name="sanctions_sanction_impose"), *super().get_urls()]

    def impose_view(self, request: HttpRequest) -> HttpResponse:
        """The form, then what the person will read, then it holds."""
        actor = actor_of(request, via="admin")
        services.may_sanction(actor)
        posted = request.method == "POST"
        form = ImposeForm(request.POST) if posted else ImposeForm(initial=request.GET.dict())
        preview: dict[str, Any] | None = None
        if posted and form.is_valid():
            data = dict(form.cleaned_data)
            try:
                data["target"] = find_target(data["target"])
                if request.POST.get("step") == "impose":
                    sanction = services.impose_by_hand(**data, by=actor)
                    messages.success(request, _t("It holds now. The person was told."))
                    return redirect("admin:sanctions_sanction_change", sanction.public_id)
                preview = self._preview(data, actor)
            except Invalid as error:
                tell_form(form, error)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _t("Impose a sanction"),
            "form": form,
            "preview": preview,
        }
        return TemplateResponse(request, "admin/sanctions/impose.html", context)

    def _preview(self, data: dict[str, Any], actor: Any) -> dict[str, Any]:
        services.may_impose_on(data["target"], actor)
        services.check(**data, at=timezone.now())
        name = getattr(data["target"], "shown_name", None) or str(data["target"])
        return data | {"name": name, "label": Kind(data["kind"]).label, "means": MEANS[data["kind"]]}
