"""How the API knows who asks: a session (browser, CSRF on) or a token with scopes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication as KnoxAuthentication
from knox.crypto import hash_token
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from .models import ApiToken, User


class TokenAuthentication(KnoxAuthentication):
    """`Authorization: Bearer …`. The hash of a token is its key, so one look finds it or nothing does."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, ApiToken]:
        """Raises AuthenticationFailed, the same for an unknown, an expired and a revoked token."""
        refusal = AuthenticationFailed(_("This token is not valid, or not any more."), code="token_invalid")
        try:
            digest = hash_token(token.decode("ascii"))
        except UnicodeDecodeError:
            raise refusal from None
        found = ApiToken.objects.select_related("user").filter(digest=digest).first()
        if found is None or not found.user.is_active:
            raise refusal
        if found.expiry is not None and found.expiry <= timezone.now():
            raise refusal
        return found.user, found


class SessionAuthentication(authentication.SessionAuthentication):
    """The browser's session; unsafe methods need the CSRF token. Nobody signed in is 401, not 403."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"


class HasScope(BasePermission):
    """A token may do what its scopes say: `read`, `write`, or what the view names for an action. A session may all."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Raises PermissionDenied that names the scope which is missing."""
        if not isinstance(request.auth, ApiToken):
            return True
        named: Mapping[str, str] = getattr(view, "scopes", {})
        usual = ApiToken.Scope.READ if request.method in SAFE_METHODS else ApiToken.Scope.WRITE
        needed = named.get(getattr(view, "action", None) or "") or named.get(request.method or "") or usual
        if needed in request.auth.scopes:
            return True
        raise PermissionDenied(
            _("This token may not do that: it has no scope “%(scope)s”.") % {"scope": str(needed)},
            code="insufficient_scope",
        )


class TokenScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI document tells of tokens."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer"}


class SessionScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI document tells of the browser's session."""

    target_class = SessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
