from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


def ensure_basics(**_kwargs: Any) -> None:
    """What no installation works without: both policy presets, and the groups that are the staff's roles."""
    from django.contrib.auth.models import Group

    from .access import ROLES
    from .publishing import ensure_presets

    ensure_presets()
    for role in ROLES:
        Group.objects.get_or_create(name=role)
    _ensure_schedules()


def _ensure_schedules() -> None:
    """django-q2 only ticks: each task of settings.SCHEDULES, every minute; what is no longer there is taken out."""
    from django.conf import settings
    from django_q.models import Schedule

    for name, func in settings.SCHEDULES.items():
        values = {"func": func, "schedule_type": Schedule.MINUTES, "minutes": 1, "repeats": -1}
        Schedule.objects.update_or_create(name=name, defaults=values)
    Schedule.objects.exclude(name__in=settings.SCHEDULES).delete()


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
