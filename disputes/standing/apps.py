from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StandingConfig(AppConfig):
    """How often people dispute, and how it ended."""

    name = "disputes.standing"
    label = "standing"
    verbose_name = _("Standing")
    default_auto_field = "django.db.models.BigAutoField"
