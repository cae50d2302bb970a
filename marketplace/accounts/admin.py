"""People and stores. Only superusers touch them; nobody deletes anything."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as StockGroupAdmin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.forms import UserChangeForm as StockUserChangeForm
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from marketplace.core.access import Actor
from marketplace.core.edges import actor_of

from .models import Store, StoreMember, User


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
