"""What people do with their own account: name, language, time zone, and tokens for the API."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.core.access import INTEGRATOR, LEAD_MEDIATOR, MEDIATOR, MODERATOR, Actor
from marketplace.core.errors import Forbidden, Invalid, NotFound

from .models import ApiToken, User

STAFF = (MEDIATOR, LEAD_MEDIATOR, MODERATOR)
MOST_TOKENS = 20


def _user(by: Actor) -> QuerySet[User]:
    return User.objects.filter(pk=by.person_id or 0)


def save_profile(*, by: Actor, first_name: str, last_name: str, language: str, time_zone: str) -> None:
    """The person's own name, language and clock."""
    _user(by).update(
        first_name=first_name.strip(), last_name=last_name.strip(), language=language, time_zone=time_zone
    )


def choose_language(language: str, *, by: Actor) -> None:
    """The language of pages and mails."""
    _user(by).update(language=language)


def scopes_for(by: Actor) -> list[str]:
    """What a token of this person may be allowed at most: only integrators send orders."""
    scopes: list[str] = [ApiToken.Scope.READ, ApiToken.Scope.WRITE]
    return [*scopes, ApiToken.Scope.IMPORT] if by.is_in(INTEGRATOR) else scopes


def make_token(
    *, name: str, scopes: Sequence[str], by: Actor, has_second_factor: bool
) -> tuple[ApiToken, str]:
    """A new token and its secret, which is kept only as a hash and so can be shown this once.

    Raises Forbidden for staff without a second factor (threats.md row 37), Invalid for a scope that is not theirs.
    """
    # asked of the rows: without the second lock the actor of a session has no staff role any more
    is_staff = (
        User.objects.filter(pk=by.person_id).filter(Q(is_staff=True) | Q(groups__name__in=STAFF)).exists()
    )
    if is_staff and not has_second_factor:
        raise Forbidden(_("Turn on the second lock of your account first. Staff need it."))
    if not scopes or set(scopes) - set(scopes_for(by)):
        raise Invalid.field("scopes", "not_allowed", _("Choose what the token may do from the list."))
    alive = ApiToken.objects.filter(user_id=by.person_id, expiry__gt=timezone.now())
    if alive.count() >= MOST_TOKENS:
        raise Invalid.field(
            "name", "too_many", _("You have %(n)s tokens. End one first.") % {"n": MOST_TOKENS}
        )
    user = _user(by).get()
    token, secret = ApiToken.objects.create(user=user, name=name.strip(), scopes=list(scopes))
    return token, secret


def revoke_token(token_key: str, *, by: Actor) -> None:
    """End one of the person's own tokens. Raises NotFound for any other."""
    ended, _rows = ApiToken.objects.filter(user_id=by.person_id, token_key=token_key).delete()
    if not ended:
        raise NotFound(_("There is no such token."))
