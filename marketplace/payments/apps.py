from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    """The ledger, refunds and the payment provider."""

    name = "marketplace.payments"
    label = "payments"
    verbose_name = _("Payments")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks, and this room's own proofs of the ledger."""
        from . import checks, proof  # noqa: F401  (importing registers them)
