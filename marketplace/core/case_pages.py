"""What every page about one case has in common: who may see it, and how a verb is done from a page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import FormView

from .access import Actor
from .edges import actor_of
from .errors import Invalid, NotFound, WrongState
from .forms import Nothing, tell_form


class CaseMixin(LoginRequiredMixin):
    """A page about one case; for whoever may not see it, it does not exist."""

    #: a manager whose query sets know `visible_to(actor)`
    cases: Any
    related: tuple[str, ...] = ()
    request: Any
    kwargs: Any

    @property
    def actor(self) -> Actor:
        return actor_of(self.request)

    def find(self) -> Any:
        """The case that the address names. Raises NotFound, the same for what is not there and what is not yours."""
        rows = self.cases.visible_to(self.actor).select_related(*self.related)
        case = rows.filter(public_id=self.kwargs["public_id"]).first()
        if case is None:
            raise NotFound(_("This does not exist."))
        case.now = timezone.now()
        return case


class VerbPage(CaseMixin, FormView):
    """One verb of one case: GET shows what it means, POST does it and goes back to the case.

    What the service refuses about a field stands beside that field, with all that was typed; every other refusal is
    a page of its own (edges.DomainErrorMiddleware).
    """

    http_method_names = ["get", "head", "post", "options"]  # a form view would take PUT for POST
    verb = ""
    #: the name of the address of the case's own page
    home = ""
    form_class = Nothing
    #: said on the case's page afterwards
    done: Any = ""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        self.case = self.find()
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Refuse at the door what the form would be refused for, so that nobody fills it in for nothing."""
        self.case.allow(self.verb, self.actor)
        self.check()
        return super().get(request, *args, **kwargs)

    def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """The same question before the form is read: what is wrong in it is nobody else's to learn."""
        self.case.allow(self.verb, self.actor)
        return super().post(request, *args, **kwargs)

    def check(self) -> None:
        """More to ask before the page is shown."""
        if self.verb not in self.case.verbs_for(self.actor):
            raise WrongState(_("This is no longer possible: the case has moved on."))

    def act(self, data: dict[str, Any]) -> None:
        """Call the service."""
        raise NotImplementedError  # each page of a verb says which service it calls

    def get_success_url(self) -> str:
        return reverse(self.home, args=[self.case.public_id])

    def form_valid(self, form: Any) -> Any:
        try:
            self.act(form.cleaned_data)
        except Invalid as error:
            tell_form(form, error)
            return self.form_invalid(form)
        if self.done:
            messages.success(self.request, self.done)
        return super().form_valid(form)

    def form_invalid(self, form: Any) -> Any:
        """A form that is shown again is shown only where it could be sent: at another moment it says so, as `get` does."""
        self.check()
        return super().form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"case": self.case, "back": self.get_success_url()}
