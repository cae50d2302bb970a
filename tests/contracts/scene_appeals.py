"""Decided disputes for the permission matrix: one that nobody appealed yet, one appeal that waits, one that is looked at;
and poor feedback about one of them."""

from __future__ import annotations

from collections.abc import Mapping

from disputes import services as disputes
from disputes.feedback import services as feedback
from disputes.models import Dispute
from marketplace.accounts.models import User
from marketplace.appeals import services as appeals
from tests import world

#: cases of the scene that are decided here
NAMES = ("stands", "appealed", "in_review")


def appealed(cases: Mapping[str, Dispute], people: Mapping[str, User]) -> dict[str, str]:
    """`mediator` decides all of them, the buyer appeals two, `other_mediator` takes one."""
    by, buyer = world.acting(people["mediator"]), world.acting(people["buyer"])
    words = {"reason_code": "quality.poor_workmanship", "facts": "The seam held."}
    decisions = {}
    for name in NAMES:
        disputes.assign(cases[name].pk, by=by)
        disputes.adjudicate(cases[name].pk, outcome="no_refund", by=by, **words)
        decisions[name] = cases[name].decisions.get().public_id
    sent, held = (
        appeals.submit("decision", decisions[name], text="Look at the label.", by=buyer) for name in NAMES[1:]
    )
    appeals.assign(held.pk, by=world.acting(people["other_mediator"]))
    poor = feedback.give(cases["appealed"].pk, rating=1, text="Nobody looked at the label.", by=buyer)
    return {
        "decision:stands": decisions["stands"],
        "appeal:sent": sent.public_id,
        "appeal:held": held.public_id,
        "feedback": poor.public_id,
    }
