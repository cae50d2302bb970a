from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


def ensure_basics(**_kwargs: Any) -> None:
    """What no installation works without: both policy presets, and the groups that are the staff's roles."""
    from django.contrib.auth.models import Group

    from .access import ROLES
    from .policy import ensure_presets

    ensure_presets()
    for role in ROLES:
        Group.objects.get_or_create(name=role)


class CoreConfig(AppConfig):
    """The ground floor: cases, rules, money, errors."""

    name = "marketplace.core"
    label = "core"
    verbose_name = _("Core")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks, and fill an empty database after each migration (and each flush in tests)."""
        from . import checks  # noqa: F401  (importing registers them)

        post_migrate.connect(ensure_basics, sender=self, dispatch_uid="redress_basics")
