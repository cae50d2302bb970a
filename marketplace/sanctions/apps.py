from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SanctionsConfig(AppConfig):
    """What is taken from a listing, a store or a person, why, and for how long."""

    name = "marketplace.sanctions"
    label = "sanctions"
    verbose_name = _("Sanctions")
    default_auto_field = "django.db.models.BigAutoField"
