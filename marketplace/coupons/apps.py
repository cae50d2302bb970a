from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CouponsConfig(AppConfig):
    """What the platform gives for a wrong decision, and where it is spent."""

    name = "marketplace.coupons"
    label = "coupons"
    verbose_name = _("Coupons")
    default_auto_field = "django.db.models.BigAutoField"
