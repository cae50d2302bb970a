"""Mounted at /api/v1/."""

from rest_framework.routers import SimpleRouter

from . import api

router = SimpleRouter()
router.register("refunds", api.Refunds, basename="refund")

urlpatterns = router.urls
