from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FeedbackConfig(AppConfig):
    """What each side says afterwards about how we handled its dispute."""

    name = "disputes.feedback"
    label = "feedback"
    verbose_name = _("Feedback")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give every event its messages, and the room of appeals its second look (A-06)."""
        from marketplace.appeals import registry
        from marketplace.appeals.models import Kind
        from marketplace.core import cases

        from . import notifications, services
        from .models import Feedback
        from .second_look import SECOND_LOOK

        cases.register(Feedback, by_clock=services.BY_CLOCK, announce=notifications.announce)
        registry.register(Kind.SECOND_LOOK, SECOND_LOOK)
