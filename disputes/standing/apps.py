from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StandingConfig(AppConfig):
    """How often people dispute, and how it ended."""

    name = "disputes.standing"
    label = "standing"
    verbose_name = _("Standing")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give every event its messages, and the daily round its work."""
        from marketplace.core import cases, daily
        from marketplace.sanctions import causes

        from . import notifications, services
        from .models import Flag

        cases.register(Flag, by_clock={}, announce=notifications.announce)
        causes.register("flg", services.REVIEW)
        daily.register("standing", services.daily)
