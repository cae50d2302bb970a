from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CouponsConfig(AppConfig):
    """What the platform gives for a wrong decision, and where it is spent."""

    name = "marketplace.coupons"
    label = "coupons"
    verbose_name = _("Coupons")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the clock its verbs, every event its messages, and the proof of the ledger its own."""
        from marketplace.core import cases
        from marketplace.payments.proof import register_proof

        from . import notifications, services
        from .models import Coupon, CouponOffer
        from .proof import coupons_add_up

        for model, verb in ((CouponOffer, "issue_whole"), (Coupon, "expire")):
            cases.register(
                model,
                by_clock={verb: services.BY_CLOCK[verb]},
                announce=notifications.announce,
                remind=notifications.write_reminder,
            )
        register_proof(coupons_add_up)
