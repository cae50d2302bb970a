from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AppealsConfig(AppConfig):
    """Somebody else looks again at what was decided."""

    name = "marketplace.appeals"
    label = "appeals"
    verbose_name = _("Appeals")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the clock its reminders, every event its messages, and the files of appeals their readers."""
        from marketplace.core import cases
        from marketplace.coupons.sources import register_source
        from marketplace.evidence.access import register_viewer
        from marketplace.evidence.retention import register_keeper

        from . import notifications, services
        from .evidence_access import side_sees, staff_see
        from .evidence_keeping import KEEPER
        from .models import Appeal

        cases.register(
            Appeal,
            by_clock=services.BY_CLOCK,
            announce=notifications.announce,
            remind=notifications.tell_late,
        )
        register_viewer(side_sees)
        register_viewer(staff_see, sees_private=True)
        register_keeper(KEEPER)
        register_source("apl", "appeals:detail")
