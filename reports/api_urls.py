"""Mounted at /api/v1/."""

from rest_framework.routers import SimpleRouter

from . import api

router = SimpleRouter()
router.register("reports", api.Reports, basename="report")

urlpatterns = router.urls
