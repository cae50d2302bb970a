from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WarrantyConfig(AppConfig):
    """What a buyer may ask of the seller after the order has ended."""

    name = "marketplace.warranty"
    label = "warranty"
    verbose_name = _("Warranty claims")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the clock its verbs, and every event its messages."""
        from marketplace.core import cases
        from marketplace.evidence.access import register_viewer
        from marketplace.evidence.retention import register_keeper

        from . import notifications, reminders, services
        from .evidence_access import parties_see
        from .evidence_keeping import KEEPER
        from .models import WarrantyClaim

        cases.register(
            WarrantyClaim, by_clock=services.BY_CLOCK, announce=notifications.announce, remind=reminders.write
        )
        register_viewer(parties_see)
        register_keeper(KEEPER)
