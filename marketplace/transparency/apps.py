from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TransparencyConfig(AppConfig):
    """Figures for the public, month by month, and statements of reasons in the form that the EU asks for (Z-08)."""

    name = "marketplace.transparency"
    label = "transparency"
    verbose_name = _("Figures for the public")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the daily round its work: a month that has ended is counted once."""
        from marketplace.core import daily

        from .services import keep_ended_months

        daily.register("months counted for the public", keep_ended_months)
