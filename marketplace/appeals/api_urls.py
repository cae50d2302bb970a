"""Mounted at /api/v1/: appeals."""

from rest_framework.routers import SimpleRouter

from . import api

router = SimpleRouter()
router.register("appeals", api.Appeals, basename="appeal")

urlpatterns = router.urls
