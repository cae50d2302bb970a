"""What people are told about compensation and its coupons: verb → messages."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.core.cases import CaseEvent
from marketplace.notifications.services import OUTAGE, Message, of_an_outage, remind, tell, unpin

from .models import Coupon, CouponOffer

MESSAGES: dict[str, tuple[Message, ...]] = {
    "offer": (
        Message(
            "buyer",
            _("You get %(amount)s in coupons"),
            _("Our first decision was wrong. We give you %(amount)s in coupons. You can take one coupon or share it over up to %(most)s coupons. Choose before %(due)s. If you do not choose, you get one coupon of %(amount)s. If you return something that you paid for with a coupon, you get back only the money that you paid."),
            needs_you=True,
        ),
    ),
    "choose_pieces": (
        Message(
            "buyer",
            _("Your coupons are here: %(amount)s"),
            _("You can use them now. Each can be used for %(days)s days."),
        ),
    ),
    "issue_whole": (
        Message(
            "buyer",
            _("Your coupon is here: %(amount)s"),
            _("You did not choose in time, so it is one coupon of %(amount)s. You can use it for %(days)s days."),
        ),
    ),
    "expire": (
        Message(
            "buyer",
            _("Your coupon of %(amount)s has expired"),
            _("Its time has ended, and you did not use it. It cannot be used any more."),
        ),
    ),
    OUTAGE: of_an_outage(_("You have more time for your coupons"))[:1],
}  # fmt: skip

#: verbs that nobody needs a notice of, and why
SILENT: dict[str, str] = {
    "issue": "the step of its offer tells of all its coupons at once",
    "spend": "the buyer has just used it at the host marketplace",
}

REMINDERS: dict[type[Any], tuple[Message, ...]] = {
    CouponOffer: (
        Message(
            "buyer",
            _("Choose your coupons before %(due)s"),
            _("We give you %(amount)s in coupons. If you do not choose, you get one coupon of %(amount)s."),
            needs_you=True,
        ),
    ),
    Coupon: (
        Message(
            "buyer",
            _("Use your coupon of %(amount)s before %(due)s"),
            _("After that it cannot be used any more."),
        ),
    ),
}


def announce(event: CaseEvent) -> None:
    """Called inside the step that wrote the event."""
    unpin(event)
    case = cast("Coupon | CouponOffer", event.case)
    tell(event, MESSAGES.get(event.verb, ()), _people(case), _facts(case), "/coupons/")


def write_reminder(case: Any, kind: str) -> None:
    """Inside the transaction that plans the next one."""
    remind(case, kind, REMINDERS[type(case)], _people(case), _facts(case), "/coupons/")


def _people(case: Coupon | CouponOffer) -> dict[str, Q]:
    return {"buyer": Q(pk=case.user_id)}


def _facts(case: Coupon | CouponOffer) -> dict[str, Any]:
    policy = case.policy if isinstance(case, CouponOffer) else case.offer.policy
    return {
        "amount": case.money.as_json(),
        "most": policy.coupon_max_pieces,
        "days": policy.coupon_valid_days,
    }
