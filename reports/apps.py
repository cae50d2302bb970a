from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """Somebody complains about a listing, a message or a person."""

    name = "reports"
    label = "reports"
    verbose_name = _("Reports")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the clock its verbs, every event its messages, and the help for moderators what it looks things up in."""
        from marketplace.appeals import registry
        from marketplace.appeals.models import Kind
        from marketplace.core import cases, daily
        from marketplace.evidence.access import register_viewer
        from marketplace.evidence.retention import register_keeper
        from marketplace.sanctions import causes

        from . import notifications, reminders, services
        from .evidence_access import moderators_see
        from .evidence_keeping import KEEPER
        from .help.forbidden import ensure_terms
        from .help.prices import keep_ranges
        from .models import Report
        from .services.appealing import DECISION, REPORT

        cases.register(
            Report, by_clock=services.BY_CLOCK, announce=notifications.announce, remind=reminders.write
        )
        register_viewer(moderators_see, sees_private=True)
        register_keeper(KEEPER)
        registry.register(Kind.REPORT, REPORT)
        causes.register("rde", DECISION)
        daily.register("what things cost", keep_ranges)
        post_migrate.connect(ensure_terms, sender=self, dispatch_uid="redress_forbidden_terms")
