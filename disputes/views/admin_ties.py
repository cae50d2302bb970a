"""Ties of mediators in the admin: who must not decide about whom (M-02, threats.md A4)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core.access import LEAD_MEDIATOR, Actor
from marketplace.core.admin import Records
from marketplace.core.edges import actor_of
from marketplace.core.errors import DomainError
from marketplace.core.forms import tell_form

from ..models import ConflictOfInterest
from ..services import conflicts


class TieForm(forms.ModelForm):
    """One tie: judged by the service, fault by fault."""

    actor: Actor

    class Meta:
        model = ConflictOfInterest
        fields = ("mediator", "store", "user", "why")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        mediator = data.get("mediator") or User.objects.get(pk=self.actor.person_id)
        self.cleaned_data["mediator"] = mediator
        if self.errors:
            return data
        try:
            conflicts.check(
                mediator=mediator,
                why=data["why"],
                by=self.actor,
                store=data.get("store"),
                user=data.get("user"),
            )
        except DomainError as refusal:
            tell_form(self, refusal)
        return data


@admin.register(ConflictOfInterest)
class ConflictOfInterestAdmin(Records):
    """Who must not decide about whom. Leads say it of everybody, a mediator of themselves; leads alone end it (M-02)."""

    form = TieForm
    fields = ("mediator", "store", "user", "why", "said_by", "said_at")
    list_display = ("mediator", "store", "user", "why", "said_by", "said_at")
    list_select_related = ("mediator", "store", "user", "said_by")
    raw_id_fields = ("mediator", "store", "user")
    search_fields = ("mediator__username__exact", "store__name__exact", "user__username__exact")
    search_help_text = _("Search by name, written out in full")
    actions = None

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return self.fields
        leads = actor_of(request).is_in(LEAD_MEDIATOR)
        return ("mediator", "store", "user", "why") if leads else ("store", "user", "why")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return conflicts.may_declare(actor_of(request))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return actor_of(request).is_in(LEAD_MEDIATOR)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        if obj is None:
            form.actor = actor_of(request)
        return form

    def save_model(self, request: HttpRequest, obj: ConflictOfInterest, form: Any, change: bool) -> None:
        data = form.cleaned_data
        made = conflicts.declare(
            mediator=data["mediator"],
            why=data["why"],
            by=actor_of(request),
            store=data.get("store"),
            user=data.get("user"),
        )
        obj.pk, obj.said_at, obj.said_by, obj.mediator = made.pk, made.said_at, made.said_by, made.mediator
        obj._state.adding = False

    def delete_model(self, request: HttpRequest, obj: ConflictOfInterest) -> None:
        conflicts.withdraw(obj.pk, by=actor_of(request))
