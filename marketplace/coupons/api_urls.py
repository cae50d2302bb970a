"""Mounted at /api/v1/: offers of coupons, and coupons."""

from rest_framework.routers import SimpleRouter

from . import api

router = SimpleRouter()
router.register("coupons/offers", api.CouponOffers, basename="coupon-offer")
router.register("coupons", api.Coupons, basename="coupon")

urlpatterns = router.urls
