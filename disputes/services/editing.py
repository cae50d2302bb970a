"""The buyer edits the claim until a mediator takes over (N-05). Every revision is a row that stays; the rules of opening
hold again, except that the window is not asked anew: the dispute is open."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.cases import step
from marketplace.core.errors import Invalid
from marketplace.orders import services as orders
from marketplace.orders.models import OrderLine

from ..amounts import LineShare
from ..models import Claim, Dispute, DisputeLine
from ..reasons import REASONS, Reason
from .exhibits import attach, known_to_both, own_files
from .offers import close_offers
from .opening import ClaimData, check_amount, check_claim, check_lines, check_not_too_early, shares_of
from .rules import accept_where_a_rule_does


def edit_claim(pk: int, *, claim: ClaimData, by: Actor) -> Dispute:
    """Ask for something else, or say it better (N-05). Files are added, none is taken back.

    The seller keeps at least the policy's hours to answer, never past the end of negotiation; the state stays as it is,
    and open offers become stale. Raises Invalid, AlreadyDisputed, TooEarly (a new reason whose own time has not come).
    """
    with transaction.atomic():
        with step(Dispute, pk, "edit_claim", by=by) as dispute:
            dispute.edit_claim()
            order, before = dispute.order, dispute.claim
            lines, reason = check_claim(order, claim)
            if (REASONS[before.reason].group, before.received) != (reason.group, claim.received):
                check_not_too_early(order, reason, received=claim.received)
            check_lines(order, _new_lines(dispute, lines))
            shares = shares_of(order, lines, reason, claim)
            ceiling = sum(share.amount for share in shares)
            amount = check_amount(order, claim.amount, ceiling)
            files = own_files(claim.evidence, by)
            added = attach(dispute, files, role="buyer", at=dispute.now)
            revised = _revised(dispute, claim, shares, amount, ceiling)
            if not added and _says_the_same(before, revised):
                raise Invalid(
                    _("Nothing is different. Change what you ask for, or go back."), code="unchanged"
                )
            _put_in_force(dispute, revised, shares, reason, by)
            dispute.say(
                revision=revised.revision,
                reason=reason.code,
                amount=dispute.money(amount).as_json(),
                files=known_to_both(added),
            )
        return accept_where_a_rule_does(dispute)


def _new_lines(dispute: Dispute, lines: Sequence[tuple[OrderLine, int]]) -> list[tuple[OrderLine, int]]:
    """The lines that this dispute is not about yet: of those it is asked whether they may be disputed (D-08)."""
    own = set(dispute.lines.values_list("order_line_id", flat=True))
    return [(line, quantity) for line, quantity in lines if line.pk not in own]


def _revised(
    dispute: Dispute, claim: ClaimData, shares: Sequence[LineShare], amount: int, ceiling: int
) -> Claim:
    return Claim(
        dispute=dispute,
        revision=dispute.claim.revision + 1,
        received=claim.received,
        reason=claim.reason,
        remedy=claim.remedy,
        lines=[{"line": share.line.public_id, "quantity": share.quantity} for share in shares],
        amount=amount,
        ceiling=ceiling,
        description=claim.description.strip(),
        made_at=dispute.at,
    )


def _says_the_same(before: Claim, revised: Claim) -> bool:
    names = ("received", "reason", "remedy", "lines", "amount", "ceiling", "description")
    return all(getattr(before, name) == getattr(revised, name) for name in names)


def _put_in_force(
    dispute: Dispute, claim: Claim, shares: Sequence[LineShare], reason: Reason, by: Actor
) -> None:
    """The new revision, its lines, and what the order holds back for it."""
    claim.save()
    dispute.claim = claim
    dispute.lines.all().delete()
    DisputeLine.objects.bulk_create(
        DisputeLine(dispute=dispute, order_line=share.line, quantity=share.quantity) for share in shares
    )
    orders.change_hold_back(dispute.order, key=dispute.public_id, amount=claim.ceiling, by=by)
    dispute.held = claim.ceiling
    dispute.no_evidence_yet = bool(reason.wants) and not dispute.exhibits.filter(role="buyer").exists()
    close_offers(dispute)
