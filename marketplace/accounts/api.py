"""Tokens for the API: signing in makes one, revoking ends it. Tries are counted together with those of the sign-in page.

And a store's addresses for returned goods, for programs of its members (T-01).
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from knox.settings import knox_settings
from rest_framework.exceptions import AuthenticationFailed, ParseError, PermissionDenied, Throttled
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.core.access import INTEGRATOR, LEAD_MEDIATOR, MEDIATOR, MODERATOR
from marketplace.core.api import ApiView, action_responses

from . import addresses
from .addresses import AddressData
from .models import ApiToken, Store, User
from .serializers import AddressesSerializer, SignInSerializer, TokenSerializer

STAFF = frozenset({MEDIATOR, LEAD_MEDIATOR, MODERATOR})
#: When the tries of the last 15 minutes are used up (ACCOUNT_RATE_LIMITS), in seconds.
WAIT = 15 * 60
NAME = "API sign-in"


class Token(ApiView):
    """`/auth/token/`"""

    throttle_scope = "token"
    scopes = {"DELETE": ApiToken.Scope.READ}  # whoever holds a token may give it up

    def get_permissions(self) -> list[Any]:
        return [AllowAny()] if self._is_sign_in() else [IsAuthenticated()]

    def get_authenticators(self) -> list[Any]:
        """Signing in asks for no earlier proof: an old cookie or token must not stand in the way."""
        return [] if self._is_sign_in() else super().get_authenticators()

    def _is_sign_in(self) -> bool:
        request = getattr(self, "request", None)
        return request is not None and request.method == "POST"

    @extend_schema(
        operation_id="token_create",
        request=SignInSerializer,
        auth=[],
        responses=action_responses(TokenSerializer)
        | {
            401: OpenApiResponse(
                description="Wrong user name or password (the same for both), or `otp_required`: the password is right."
            ),
            403: OpenApiResponse(
                description="`otp_required_setup`: staff set up a second factor on the account page first."
            ),
        },
    )
    def post(self, request: Request) -> Response:
        """Sign in and get a token. Each failed try counts: 10 in 15 minutes for an account, and for an address."""
        sent = self.taken(SignInSerializer)
        user = _who(request._request, sent["username"], sent["password"])
        _second_factor(request._request, user, sent.get("otp", ""))
        token, secret = _new_token(user)
        answer = TokenSerializer({"token": secret, "expiry": token.expiry, "scopes": token.scopes})
        return Response(answer.data, headers={"Cache-Control": "no-store"})

    @extend_schema(operation_id="token_revoke", request=None, responses={204: None, 400: None})
    def delete(self, request: Request) -> Response:
        """Revoke the token that this request is made with; it is dead from now on."""
        if not isinstance(request.auth, ApiToken):
            raise ParseError(_("This request is not made with a token."), code="no_token")
        request.auth.delete()
        return Response(status=204)


def _who(request: HttpRequest, username: str, password: str) -> User:
    """The person, or 401: the same answer, in about the same time, for an unknown user and a wrong password."""
    try:
        user = get_adapter(request).authenticate(request, username=username, password=password)
    except ValidationError:
        raise Throttled(WAIT) from None
    if user is None or not user.is_active:
        raise AuthenticationFailed(_("User name or password is wrong."), code="invalid_credentials")
    return user


def _second_factor(request: HttpRequest, user: User, otp: str) -> None:
    """Whoever has a second factor shows it; staff have to have one (threats.md row 37)."""
    known = list(Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.WEBAUTHN))
    if not any(factor.type == Authenticator.Type.TOTP for factor in known):
        if user.is_staff or user.groups.filter(name__in=STAFF).exists():
            raise PermissionDenied(
                _("Set up two-step sign-in on your account page first. Staff need it."),
                code="otp_required_setup",
            )
        return
    if not otp:
        raise AuthenticationFailed(
            _("Send the code of your authenticator app as “otp”."), code="otp_required"
        )
    usage = ratelimit.consume(
        request, app="allauth.account", action="login_failed", key=f"mfa-auth-user-{user.pk}"
    )
    if not usage:
        raise Throttled(WAIT)
    factor = next((factor for factor in known if factor.wrap().validate_code(otp)), None)
    if factor is None:
        raise AuthenticationFailed(_("This code is wrong, or was used already."), code="otp_invalid")
    usage.rollback()
    factor.record_usage()


def _new_token(user: User) -> tuple[ApiToken, str]:
    """A token with every scope that this person may have. Of tokens made here, those beyond the limit end, oldest first."""
    mine = ApiToken.objects.filter(user=user, name=NAME)
    mine.filter(expiry__lte=timezone.now()).delete()
    oldest = mine.order_by("-created").values_list("pk", flat=True)[knox_settings.TOKEN_LIMIT_PER_USER - 1 :]
    ApiToken.objects.filter(pk__in=list(oldest)).delete()
    scopes: list[str] = [ApiToken.Scope.READ, ApiToken.Scope.WRITE]
    if user.groups.filter(name=INTEGRATOR).exists():
        scopes.append(ApiToken.Scope.IMPORT)
    token, secret = ApiToken.objects.create(user=user, name=NAME, scopes=scopes)
    return token, secret


class StoreAddresses(ApiView):
    """`/stores/{id}/addresses/`"""

    def _answer(self, store: Store) -> Response:
        return Response(AddressesSerializer({"addresses": store.addresses.select_related("store")}).data)

    @extend_schema(operation_id="stores_addresses", responses=AddressesSerializer)
    def get(self, request: Request, id: str) -> Response:
        """Where your store's buyers send goods back to."""
        return self._answer(addresses.own_store(id, self.actor))

    @extend_schema(
        operation_id="stores_addresses_put", request=AddressesSerializer, responses=AddressesSerializer
    )
    def put(self, request: Request, id: str) -> Response:
        """These are your store's addresses now, and no others. Returns that have begun keep theirs."""
        store = addresses.own_store(id, self.actor)
        rows = [AddressData(**row) for row in self.taken(AddressesSerializer)["addresses"]]
        addresses.put(store, rows, by=self.actor)
        return self._answer(store)
