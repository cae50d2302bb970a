from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """Somebody complains about a listing, a message or a person."""

    name = "reports"
    label = "reports"
    verbose_name = _("Reports")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the clock its verbs, and every event its messages."""
        from marketplace.appeals import registry
        from marketplace.appeals.models import Kind
        from marketplace.core import cases
        from marketplace.evidence.access import register_viewer
        from marketplace.evidence.retention import register_keeper
        from marketplace.sanctions import deciders

        from . import notifications, services
        from .evidence_access import moderators_see
        from .evidence_keeping import KEEPER
        from .models import Report
        from .services.appealing import REPORT, deciders_of

        cases.register(Report, by_clock=services.BY_CLOCK, announce=notifications.announce)
        register_viewer(moderators_see, sees_private=True)
        register_keeper(KEEPER)
        registry.register(Kind.REPORT, REPORT)
        deciders.register("rde", deciders_of)
