from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


def end_tokens(user: Any, **_kwargs: Any) -> None:
    """A new password ends whatever the old one let in: the API's tokens too (threats.md A7)."""
    user.auth_token_set.all().delete()


class AccountsConfig(AppConfig):
    """People, stores, sign-in, tokens."""

    name = "marketplace.accounts"
    label = "accounts"
    verbose_name = _("Accounts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the staff's roles after each migration, once the admin's turn has come: it stands behind our own
        apps in INSTALLED_APPS, so by then every permission and group is there."""
        from .roles import ensure_roles

        post_migrate.connect(ensure_roles, sender=apps.get_app_config("admin"), dispatch_uid="redress_roles")

        from allauth.account import signals as allauth

        for signal in (allauth.password_changed, allauth.password_set, allauth.password_reset):
            signal.connect(end_tokens, dispatch_uid="redress_end_tokens")
