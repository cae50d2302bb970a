"""A person's own account: name, language, clock, tokens for the API."""

from __future__ import annotations

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.generic import View
from django.views.i18n import set_language

from marketplace.core.edges import actor_of
from marketplace.core.errors import Invalid
from marketplace.core.forms import tell_form

from . import services
from .forms import ProfileForm, TokenForm
from .models import ApiToken, User


@require_POST
def choose_language(request: HttpRequest) -> HttpResponseBase:
    """The footer's choice: kept in a cookie by Django, and with the account of whoever is signed in."""
    response: HttpResponseBase = set_language(request)
    code = request.POST.get("language", "")
    if request.user.is_authenticated and code in dict(settings.LANGUAGES):
        services.choose_language(code, by=actor_of(request))
    return response


class Home(LoginRequiredMixin, View):
    """Everything about the account on one page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Save name, language and clock."""
        form = ProfileForm(request.POST)
        if not form.is_valid():
            return self.show(profile=form)
        services.save_profile(by=actor_of(request), **form.cleaned_data)
        messages.success(request, _("Saved."))
        response = HttpResponseRedirect(reverse("accounts:home"))
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, form.cleaned_data["language"], samesite="Lax")
        return response

    def show(
        self, profile: ProfileForm | None = None, token: TokenForm | None = None, **more: Any
    ) -> HttpResponse:
        user, actor = self.request.user, actor_of(self.request)
        assert isinstance(user, User), "signed in"
        initial = {
            "first_name": user.first_name,
            "last_name": user.last_name,
            "language": user.language or getattr(self.request, "LANGUAGE_CODE", settings.LANGUAGE_CODE),
            "time_zone": user.time_zone or "UTC",
        }
        context = {
            "profile": profile or ProfileForm(initial=initial),
            "token_form": token
            or TokenForm(allowed=services.scopes_for(actor), initial={"scopes": [ApiToken.Scope.READ]}),
            "tokens": ApiToken.objects.filter(user=user, expiry__gt=timezone.now()).order_by("-created"),
            "second_factor": is_mfa_enabled(user),
        }
        return render(self.request, "accounts/home.html", context | more)


class Tokens(Home):
    """Make a token; its secret is on the answer to this one request and nowhere else."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("accounts:home"))

    def post(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        form = TokenForm(request.POST, allowed=services.scopes_for(actor))
        if not form.is_valid():
            return self.show(token=form)
        try:
            _token, secret = services.make_token(
                by=actor, has_second_factor=is_mfa_enabled(request.user), **form.cleaned_data
            )
        except Invalid as error:
            tell_form(form, error)
            return self.show(token=form)
        response = self.show(secret=secret)
        response["Cache-Control"] = "no-store"
        return response


class RevokeToken(LoginRequiredMixin, View):
    """End one token."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        services.revoke_token(request.POST.get("token", ""), by=actor_of(request))
        messages.success(request, _("The token has ended."))
        return HttpResponseRedirect(reverse("accounts:home"))
