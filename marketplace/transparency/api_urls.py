"""Mounted at /api/v1/."""

from rest_framework.routers import SimpleRouter

from . import api

router = SimpleRouter()
router.register("transparency", api.Transparency, basename="transparency")

urlpatterns = router.urls
