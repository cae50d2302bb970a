"""Mounted at /api/v1/: sanctions and restrictions."""

from rest_framework.routers import SimpleRouter

from . import api

router = SimpleRouter()
router.register("sanctions", api.Sanctions, basename="sanction")
router.register("restrictions", api.Restrictions, basename="restriction")

urlpatterns = router.urls
