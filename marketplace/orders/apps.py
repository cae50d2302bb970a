from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """Listings, orders, shipments and what protection allows when."""

    name = "marketplace.orders"
    label = "orders"
    verbose_name = _("Orders")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the clock its verbs, and every event its messages."""
        from marketplace.core import cases
        from marketplace.evidence.access import register_viewer
        from marketplace.evidence.retention import register_keeper
        from marketplace.payments import freezing
        from marketplace.payments.outbox import on_change
        from marketplace.payments.proof import register_proof

        from . import notifications, reminders, services
        from .evidence_access import moderators_see
        from .evidence_keeping import KEEPER
        from .models import Order
        from .proof import orders_hold_what_they_say
        from .refunds import tell_buyer
        from .services.freezing import OWNER

        cases.register(
            Order,
            by_clock=services.BY_CLOCK,
            announce=notifications.announce,
            remind=reminders.write,
            together=services.TOGETHER,
        )
        register_viewer(moderators_see, sees_private=True)
        register_keeper(KEEPER)
        register_proof(orders_hold_what_they_say)
        on_change(tell_buyer)
        freezing.register(OWNER)
