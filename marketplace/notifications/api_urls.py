"""Mounted at /api/v1/."""

from rest_framework.routers import SimpleRouter

from . import api

router = SimpleRouter()
router.register("notifications", api.Notifications, basename="notification")

urlpatterns = router.urls
