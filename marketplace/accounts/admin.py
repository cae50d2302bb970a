"""People, stores and restrictions. Only superusers touch people and stores; nobody deletes anything."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as StockGroupAdmin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.forms import UserChangeForm as StockUserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from marketplace.core.access import Actor
from marketplace.core.admin import Records
from marketplace.core.edges import actor_of
from marketplace.core.errors import DomainError, Invalid

from . import restrictions
from .models import Restriction, Store, StoreMember, User


def actor(request: HttpRequest) -> Actor:
    return actor_of(request, via="admin")


class OnlySuperusers:
    """Rights over people are given by superusers alone, whatever permissions a group was handed."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    has_add_permission = has_change_permission = has_view_permission

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NewUserForm(AdminUserCreationForm):
    class Meta(AdminUserCreationForm.Meta):
        model = User


class UserForm(StockUserChangeForm):
    class Meta(StockUserChangeForm.Meta):
        model = User


@admin.register(User)
class UserAdmin(OnlySuperusers, StockUserAdmin):
    """Names, groups, the staff flag. People are never deleted: cases point at them."""

    form = UserForm
    add_form = NewUserForm
    list_display = (
        "username",
        "public_id",
        "first_name",
        "last_name",
        "is_active",
        "is_staff",
        "date_joined",
    )
    list_filter = ("is_staff", "is_superuser", "is_active", "groups")
    search_fields = ("username", "email", "first_name", "last_name", "=public_id")
    search_help_text = _("Search by name, e-mail or number")
    show_full_result_count = False
    actions = None
    filter_horizontal = ()
    readonly_fields = ("public_id", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", "public_id")}),
        (
            _("Person"),
            {"fields": ("first_name", "last_name", "email", "country", "city", "language", "time_zone")},
        ),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(OnlySuperusers, StockGroupAdmin):
    """What a role may open; what its members may *do* is written in the rules, not here."""

    filter_horizontal = ()


class MemberInline(admin.StackedInline):
    """Who acts for the store, and who owns it."""

    model = StoreMember
    raw_id_fields = ("user",)
    extra = 0


@admin.register(Store)
class StoreAdmin(admin.ModelAdmin):
    """Shops and who acts for them; edited by superusers, read by staff."""

    list_display = ("name", "public_id", "country", "city", "commission_bp")
    list_filter = ("country",)
    search_fields = ("name", "=public_id", "=reference")
    search_help_text = _("Search by name or number")
    show_full_result_count = False
    actions = None
    fields = ("name", "public_id", "country", "city", "local_return_countries", "commission_bp", "reference")
    readonly_fields = ("public_id", "reference")
    inlines = (MemberInline,)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if request.user.is_superuser else ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RestrictionForm(forms.ModelForm):
    """A new restriction; the person is named in writing, so that staff need no list of everybody."""

    person = forms.CharField(
        label=_("Person"), max_length=150, help_text=_("Their user name, or their number (usr_…).")
    )
    kind = forms.ChoiceField(
        label=_("What they may not do"),
        choices=[(Restriction.Kind.NO_DISPUTES.value, Restriction.Kind.NO_DISPUTES.label)],
    )
    ends_at = forms.DateTimeField(
        label=_("Until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Leave it empty: until somebody lifts it. Times are UTC."),
    )
    actor: Actor

    class Meta:
        model = Restriction
        fields = ("kind", "reason", "ends_at")

    def clean_person(self) -> User:
        name = self.cleaned_data["person"].strip()
        found = User.objects.filter(Q(username=name) | Q(public_id=name)).first()
        if found is None:
            raise forms.ValidationError(_("There is nobody with this name or number."))
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        try:
            restrictions.check(
                data.get("person"), reason=data.get("reason", ""), ends_at=data.get("ends_at"), by=self.actor
            )
        except Invalid as refusal:
            for fault in refusal.errors:
                if not self.has_error(fault.field):
                    self.add_error(fault.field, fault.message)
        return data


@admin.register(Restriction)
class RestrictionAdmin(Records):
    """Imposed with a reason that the person reads; lifted by an action; never edited, never deleted."""

    form = RestrictionForm
    list_display = ("user", "kind", "starts_at", "ends_at", "lifted_at", "imposed_by")
    list_filter = ("kind", ("lifted_at", admin.EmptyFieldListFilter))
    list_select_related = ("user", "imposed_by")
    search_fields = ("user__username", "=user__public_id", "=public_id")
    search_help_text = _("Search by user name or number")
    actions = ("lift",)
    date_hierarchy = "starts_at"
    ordering = ("-starts_at", "-pk")

    def get_fields(self, request: HttpRequest, obj: Restriction | None = None) -> Any:
        if obj is None:
            return ("person", "kind", "reason", "ends_at")
        return (
            "public_id",
            "user",
            "kind",
            "reason",
            "cause",
            "imposed_by",
            "starts_at",
            "ends_at",
            "lifted_at",
        )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return restrictions.may_restrict(actor(request))

    def has_lift_permission(self, request: HttpRequest) -> bool:
        return restrictions.may_restrict(actor(request))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        if obj is None:
            form.actor = actor(request)
        return form

    def save_model(self, request: HttpRequest, obj: Restriction, form: Any, change: bool) -> None:
        data = form.cleaned_data
        made = restrictions.impose(
            data["person"],
            kind=data["kind"],
            reason=data["reason"],
            ends_at=data["ends_at"],
            by=actor(request),
        )
        for name in ("pk", "public_id", "user", "starts_at", "imposed_by_id"):
            setattr(obj, name, getattr(made, name))
        obj._state.adding = False

    @admin.action(description=_("Lift the chosen restrictions"), permissions=["lift"])
    def lift(self, request: HttpRequest, queryset: QuerySet[Restriction]) -> HttpResponse | None:
        """Asks once, then gives the rights back from now on."""
        chosen = list(queryset.filter(lifted_at=None).select_related("user"))
        if not chosen:
            messages.warning(request, _t("These restrictions were lifted before."))
            return None
        if "confirm" not in request.POST:
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": ngettext("Lift this restriction?", "Lift these restrictions?", len(chosen)),
                "chosen": chosen,
                "now": timezone.now(),
            }
            return TemplateResponse(request, "admin/restrictions/lift.html", context)
        self._lift(request, chosen)
        return None

    def _lift(self, request: HttpRequest, chosen: list[Restriction]) -> None:
        if not self.has_lift_permission(request):
            raise PermissionDenied
        for restriction in chosen:
            try:
                restrictions.lift(restriction.pk, by=actor(request))
            except DomainError as refusal:
                messages.error(request, f"{restriction}: {refusal.detail}")
                continue
            self.log_change(request, restriction, "lifted")
            messages.success(request, _t("Lifted: %(restriction)s") % {"restriction": restriction})
