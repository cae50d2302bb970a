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
        from marketplace.appeals import registry
        from marketplace.appeals.models import Kind
        from marketplace.core import cases
        from marketplace.evidence.access import register_viewer
        from marketplace.evidence.retention import register_keeper
        from marketplace.payments import freezing
        from marketplace.sanctions import causes

        from . import reminders, services
        from .evidence_access import parties_see, staff_see
        from .evidence_keeping import KEEPER
        from .models import Dispute
        from .services import appealing
        from .services.afterwards import announce
        from .services.freezing import OWNER

        cases.register(
            Dispute,
            by_clock=services.BY_CLOCK,
            announce=announce,
            remind=reminders.write,
            together=services.TOGETHER,
        )
        register_viewer(parties_see)
        register_viewer(staff_see, sees_private=True)
        register_keeper(KEEPER)
        freezing.register(OWNER)
        registry.register(Kind.DECISION, appealing.DECISION)
        causes.register("dec", appealing.FRAUD)
