"""The desk's pages for asking: the two sides for files, and the buyer for a choice (M-03, M-05)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.core.access import Actor
from marketplace.core.errors import DomainError, Forbidden, WrongState

from .. import casefile, services
from ..desk import DONE, find, page, show_case
from ..desk_asking_forms import ProposalForm, RequestForm
from ..models import Dispute
from ..presenters import mediating


def ask(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send a checklist to one side or both; a refusal stands at its field, on the case's page."""
    if request.method != "POST":
        return redirect("admin:desk_case", public_id)
    dispute, by = find(request, public_id)
    form = RequestForm(request.POST, dispute=dispute)
    if not form.is_valid():
        return show_case(request, dispute, by, ask=form, status=422)
    try:
        services.require_evidence(dispute.pk, **form.values(), by=by)
    except Forbidden as refusal:
        raise PermissionDenied(refusal.detail) from refusal
    except DomainError as refusal:
        form.refuse(refusal)
        return show_case(
            request, dispute, by, ask=form, status=refusal.status if refusal.status == 422 else 409
        )
    messages.success(request, DONE["require_evidence"])
    return redirect("admin:desk_case", public_id)


def propose(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write the platform's result and the seller's, see them as the buyer will, send them (M-05)."""
    dispute, by = find(request, public_id)
    if request.method != "POST":
        return _write(request, dispute, by, None)
    form = _form(dispute, data=request.POST)
    if request.POST.get("step") == "change":
        typed = {name: request.POST.get(name, "") for name in form.fields} | {
            name: name in request.POST for name in form.fields if name.startswith("seen_")
        }
        return _write(request, dispute, by, _form(dispute, initial=typed))
    if not form.is_valid():
        return _write(request, dispute, by, form, 422)
    try:
        if request.POST.get("step") != "send":
            return _preview(request, dispute, form, by)
        services.propose(dispute.pk, **form.values(), by=by)
    except Forbidden as refusal:
        raise PermissionDenied(refusal.detail) from refusal
    except DomainError as refusal:
        form.refuse(refusal)
        return _write(request, dispute, by, form, refusal.status if refusal.status == 422 else 409)
    messages.success(request, DONE["propose"])
    return redirect("admin:desk")


def _form(dispute: Dispute, **kwargs: Any) -> ProposalForm:
    facts = casefile.read_facts(dispute)
    return ProposalForm(dispute=dispute, exhibits=dispute.exhibits.all(), facts=facts, **kwargs)


def _write(
    request: HttpRequest, dispute: Dispute, by: Actor, form: ProposalForm | None, status: int = 200
) -> HttpResponse:
    if "propose" not in dispute.verbs_for(by, now=timezone.now()):
        if form is None:
            messages.info(request, _("You cannot propose a result in this case now."))
            return redirect("admin:desk_case", dispute.public_id)
        if not form.errors:
            raise WrongState(_("You cannot propose a result in this case now."))
    title = _("Propose results")
    return page(request, "propose.html", title, status, case=dispute, form=form or _form(dispute))


def _preview(request: HttpRequest, dispute: Dispute, form: ProposalForm, by: Actor) -> HttpResponse:
    """What the buyer would read: the service itself does it, and all of it is taken back."""
    with transaction.atomic():
        proposed = services.propose(dispute.pk, **form.values(), by=by)
        shown = mediating.results(proposed)
        at = proposed.due_at
        transaction.set_rollback(True)
    title = _("Check the results")
    return page(request, "propose_check.html", title, case=dispute, results=shown, at=at, typed=form.typed())
