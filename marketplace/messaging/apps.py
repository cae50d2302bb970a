from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    """Threads between the people of a case."""

    name = "marketplace.messaging"
    label = "messaging"
    verbose_name = _("Messaging")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The terms that messages are screened for, in each new database."""
        from .terms import ensure_terms

        post_migrate.connect(ensure_terms, sender=self, dispatch_uid="redress_screening_terms")
