"""The payment providers' door: signed webhooks, nothing else."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseNotFound
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from . import outbox
from .gateways import NAMES, BadEvent, gateway_named

#: larger than any event; the signature of more is not even looked at
BODY_BYTES = 512 * 1024


@csrf_exempt
@login_not_required
@require_POST
def webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Take a provider's event: 200 also where it came before, 400 where the signature is not theirs or too old."""
    if provider not in NAMES:
        return HttpResponseNotFound()
    if len(request.body) > BODY_BYTES:
        return HttpResponse(status=413)
    try:
        event = gateway_named(provider).event(request.headers, request.body)
    except BadEvent as refusal:
        return HttpResponseBadRequest(str(refusal), content_type="text/plain")
    outbox.heard(provider, event)
    return HttpResponse(status=200)
