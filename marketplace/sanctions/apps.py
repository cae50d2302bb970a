from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SanctionsConfig(AppConfig):
    """What is taken from a listing, a store or a person, why, and for how long."""

    name = "marketplace.sanctions"
    label = "sanctions"
    verbose_name = _("Sanctions")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the clock its verb, every event its messages, and appeals what they are about."""
        from marketplace.appeals import registry
        from marketplace.appeals.models import Kind
        from marketplace.core import cases

        from . import appealing, notifications, services
        from .models import Sanction

        cases.register(Sanction, by_clock=services.BY_CLOCK, announce=notifications.announce)
        registry.register(Kind.SANCTION, appealing.SANCTION)
