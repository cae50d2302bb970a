"""Mounted at /api/v1/: sanctions."""

from rest_framework.routers import SimpleRouter

from . import api

router = SimpleRouter()
router.register("sanctions", api.Sanctions, basename="sanction")

urlpatterns = router.urls
