"""Mounted at /api/v1/: feedback."""

from rest_framework.routers import SimpleRouter

from . import api

router = SimpleRouter()
router.register("feedback", api.AllFeedback, basename="feedback")

urlpatterns = router.urls
