"""Ties of mediators to people and stores: who may say so, and that a tied mediator does nothing in their cases (M-02)."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.accounts.models import Store, StoreMember, User
from marketplace.core.access import LEAD_MEDIATOR, MEDIATOR, Actor
from marketplace.core.errors import FieldError, Forbidden, Invalid

from .. import access
from ..models import ConflictOfInterest, Dispute

LONGEST_WHY = 1000


def check_free(dispute: Dispute, by: Actor) -> None:
    """Raise Forbidden, in words, for a mediator who is a side of the case or tied to one: asked anew, under the lock.

    The database refuses the same, whoever writes; this says it before.
    """
    theirs = Q(user_id=dispute.buyer_id) | Q(store_id=dispute.store_id)
    is_member = StoreMember.objects.filter(user_id=by.person_id, store_id=dispute.store_id)
    is_tied = ConflictOfInterest.objects.filter(theirs, mediator_id=by.person_id)
    if by.user_id == dispute.buyer_id or is_member.exists() or is_tied.exists():
        raise Forbidden(access.tied_words())


def may_declare(by: Actor, mediator: User | None = None) -> bool:
    """Leads for everybody, a mediator for themselves."""
    return by.is_in(LEAD_MEDIATOR) or (by.is_mediator and (mediator is None or mediator.pk == by.user_id))


def declare(
    *, mediator: User, why: str, by: Actor, store: Store | None = None, user: User | None = None
) -> ConflictOfInterest:
    """From now on this mediator gets no case of that store or person. Raises Forbidden, Invalid."""
    check(mediator=mediator, why=why, by=by, store=store, user=user)
    tie, _is_new = ConflictOfInterest.objects.get_or_create(
        mediator=mediator,
        store=store,
        user=user,
        defaults={"why": why.strip(), "said_by_id": by.person_id, "said_at": timezone.now()},
    )
    return tie


def check(*, mediator: User, why: str, by: Actor, store: Store | None, user: User | None) -> None:
    """Raise Forbidden or Invalid unless this actor may say so."""
    if not may_declare(by, mediator):
        raise Forbidden(_("You can only say this of yourself. A lead mediator can say it of others."))
    errors = []
    if not mediator.groups.filter(name__in=(MEDIATOR, LEAD_MEDIATOR)).exists():
        errors.append(FieldError("mediator", "no_mediator", _("This person is no mediator.")))
    if (store is None) == (user is None):
        errors.append(FieldError("user", "one", _("Choose a shop or a person: one of the two.")))
    if not why.strip():
        errors.append(FieldError("why", "required", _("Say why, in a sentence.")))
    elif len(why) > LONGEST_WHY:
        message = _("Use up to %(n)s characters.") % {"n": LONGEST_WHY}
        errors.append(FieldError("why", "too_long", message))
    if errors:
        raise Invalid(errors=errors)


def read_by(by: Actor) -> QuerySet[ConflictOfInterest]:
    """The ties that this actor may read: leads all, a mediator their own. Raises Forbidden for everybody else."""
    if not by.is_mediator:
        raise Forbidden(_("Only mediators read this."))
    ties = ConflictOfInterest.objects.select_related("mediator", "store", "user", "said_by")
    return ties if by.is_in(LEAD_MEDIATOR) else ties.filter(mediator_id=by.user_id)


def withdraw(pk: int, *, by: Actor) -> None:
    """It is over, or was an error. Raises Forbidden for all but leads."""
    if not by.is_in(LEAD_MEDIATOR):
        raise Forbidden(_("Only lead mediators end this."))
    ConflictOfInterest.objects.filter(pk=pk).delete()
