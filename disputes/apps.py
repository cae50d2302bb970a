from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DisputesConfig(AppConfig):
    """A buyer and a seller disagree."""

    name = "disputes"
    label = "disputes"
    verbose_name = _("Disputes")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the clock its verbs, and every event its messages."""
        from marketplace.core import cases
        from marketplace.evidence.access import register_viewer

        from . import notifications, services
        from .evidence_access import parties_see, staff_see
        from .models import Dispute

        cases.register(Dispute, by_clock=services.BY_CLOCK, announce=notifications.announce)
        register_viewer(parties_see)
        register_viewer(staff_see, sees_private=True)
